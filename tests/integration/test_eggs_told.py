"""Eggs on the drawn days, told by one who sees them rightly: laid, carried or collected, each once, kill or no kill."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from detector.camera_desk import CameraDesk
from detector.drawn import write_dataset
from detector.frame import Frame
from detector.pipeline import Pipeline
from henbot.config import load_coop
from henbot.domain.observations import UNKNOWN, Bird, CameraId, HenId, ModelId, NestId, Observation, Posture, VisitId
from henbot.domain.verdicts import EggCount, Verdict
from henbot.domain.visits import Visit
from henbot.domain.watch import WatchState
from henbot.services.coop_records import seed_coop
from henbot.services.egg_ledger import PicturedCount
from henbot.services.egg_reports import egg_report
from henbot.services.media import MediaFolder
from henbot.services.recording import CameraStep, NestStep, Recorder
from henbot.services.reports import bout_report, bouts_between
from henbot.storage.database import Database, open_database
from henbot.storage.tables import BoutRow, ChangeRow, EventRow
from tests.builders import NEST
from tests.coop_builder import Coop, build_coop, oct4
from tests.databases import migrated

LEFT = NestId("left")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("eggs") / "coop", days=2, size=(64, 48))


@dataclass(frozen=True)
class Row:
    """A frame and what it shows."""

    frame: Frame
    hen: str
    posture: str
    eggs: str


def rows_of(drawn: Path) -> list[Row]:
    pixels = np.full((48, 64, 3), 90, np.uint8)
    with (drawn / "labels.csv").open(encoding="utf-8") as file:
        return [
            Row(
                Frame(CameraId("nestcam"), datetime.fromisoformat(one["captured_at"]), pixels, one["file"]),
                one["hen"],
                one["posture"],
                one["eggs"],
            )
            for one in csv.DictReader(file)
        ]


def counted(eggs: int, sure: float = 0.94) -> tuple[float, ...]:
    rest = (1 - sure) / 6
    return tuple(sure if count == eggs else rest for count in range(7))


class SeesRightly:
    """Says of each frame what its label says."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = {row.frame.name: row for row in rows}

    def __call__(self, frame: Frame) -> list[Observation]:
        row = self._rows[frame.name]
        birds = (Bird({HenId(row.hen): 0.9, UNKNOWN: 0.1}, {Posture(row.posture): 1.0}),) if row.hen else ()
        hens = (0.03, 0.95, 0.02) if row.hen else (0.97, 0.02, 0.01)
        eggs = counted(int(row.eggs)) if row.eggs else ()
        at, model = frame.captured_at, ModelId("truth")
        seen = Observation(frame.camera, NEST, at, hens, birds, model=model, frame=frame.name, eggs_probabilities=eggs)
        return [seen]


@dataclass
class Played:
    """A database after a replay."""

    database: Database
    media: Path

    def events(self, kind: str) -> list[tuple[datetime, int, str | None]]:
        with self.database.reading() as session:
            found = session.execute(select(EventRow).where(EventRow.kind == kind).order_by(EventRow.at)).scalars()
            return [(row.at, row.details["eggs"], row.details.get("hen")) for row in found]

    def verdicts(self) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            query = select(BoutRow).where(BoutRow.gone.is_(False)).order_by(BoutRow.arrived_at)
            return [(row.hen_id, row.verdict) for row in session.execute(query).scalars()]


def play(drawn: Path, folder: Path, *, killed_after: Callable[[int], bool] = lambda _: False) -> Played:
    """Play the drawn days; where it is killed, a new desk goes on from what stands in the database."""
    database = open_database(migrated(folder / "henbot.db"))
    config = load_coop(drawn / "coop.yaml")
    rows = rows_of(drawn)
    with database.writing() as session:
        seed_coop(session, config, rows[0].frame.captured_at)
        session.commit()

    def desk() -> CameraDesk:
        pipeline = Pipeline(config.cameras[0], None)  # type: ignore[arg-type]  # nothing is recognised
        pipeline.observe = SeesRightly(rows)  # type: ignore[method-assign]
        return CameraDesk(pipeline, database, MediaFolder(folder / "media"), 0.8)

    now = desk()
    for number, row in enumerate(rows):
        while now.deadline and now.deadline < row.frame.captured_at:
            now.pass_time(now.deadline)
        now.take(row.frame)
        if killed_after(number):
            now = desk()
    return Played(database, folder / "media")


@pytest.fixture(scope="module")
def played(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    done = play(drawn, tmp_path_factory.mktemp("played"))
    yield done
    done.database.close()


def test_each_egg_of_the_story_is_told_once_with_the_hen_who_laid_it(drawn: Path, played: Played) -> None:
    with (drawn / "visits.csv").open(encoding="utf-8") as file:
        laying = [(row["hen"], datetime.fromisoformat(row["left_at"])) for row in csv.DictReader(file) if row["notes"]]
    told = played.events("egg_laid")
    assert [(eggs, hen) for _, eggs, hen in told] == [(1, hen) for hen, _ in laying]
    seen_after = [at - left for (at, _, _), (_, left) in zip(told, laying, strict=True)]
    assert all(timedelta() < after < timedelta(minutes=2) for after in seen_after)


def test_a_bout_gave_an_egg_if_one_was_seen_and_none_if_none_was_however_long_she_sat(
    drawn: Path, played: Played
) -> None:
    verdicts = played.verdicts()
    laid = [hen for hen, verdict in verdicts if verdict == "laid"]
    assert laid == ["snow", "pepper", "biscuit", "snow", "biscuit", "pepper"]
    assert {verdict for _, verdict in verdicts} == {"laid", "not_laid"}
    assert verdicts[-1] == ("pepper", "not_laid")  # settled for 26 minutes


def test_eggs_that_go_while_no_hen_is_there_were_collected_once(played: Played) -> None:
    assert [(f"{at:%H:%M}", eggs) for at, eggs, _ in played.events("eggs_collected")] == [("17:30", 3), ("17:30", 3)]


def test_a_verdict_is_shown_with_the_nest_before_and_after(played: Played) -> None:
    with played.database.reading() as session:
        query = select(BoutRow).where(BoutRow.verdict == "laid").order_by(BoutRow.arrived_at)
        bouts = [bout_report(session, row.id) for row in session.execute(query).scalars()]
    assert bouts
    for bout in bouts:
        assert bout is not None
        assert bout.before is not None
        assert bout.after is not None
        assert (played.media / bout.before.path).is_file()
        assert (played.media / bout.after.path).is_file()


def test_each_egg_has_a_proof_of_both_pictures_and_is_told_as_its_hens(played: Played) -> None:
    with played.database.reading() as session:
        query = select(EventRow.id).where(EventRow.kind == "egg_laid").order_by(EventRow.at)
        eggs = [egg_report(session, event) for event in session.execute(query).scalars()]
    assert [egg.hens for egg in eggs if egg] == [(hen,) for hen, verdict in played.verdicts() if verdict == "laid"]
    for egg in eggs:
        assert egg is not None and egg.picture is not None and len(egg.bouts) == 1
        height, width = cv2.imread(str(played.media / egg.picture.path)).shape[:2]
        assert width > 2 * height and (played.media / egg.picture.path).stat().st_size < 2_000_000


def test_a_kill_changes_nothing_of_what_is_told_of_eggs(drawn: Path, played: Played, tmp_path: Path) -> None:
    again = play(drawn, tmp_path, killed_after=lambda number: number % 3 == 0)
    for kind in ("egg_laid", "eggs_collected", "eggs_moved"):
        assert again.events(kind) == played.events(kind)
    assert again.verdicts() == played.verdicts()
    again.database.close()


# -- two nests --------------------------------------------------------------------------------------------------------


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path, nests=("nest", "left"))
    yield built
    built.database.close()


def minute(minutes: float) -> datetime:
    return oct4(9) + timedelta(minutes=minutes)


def came(coop: Coop, hen: str, nest: NestId, start: float, end: float) -> str:
    """A hen's visit, over, in minutes after nine."""
    name = VisitId(f"{hen}-{start:g}")
    settled = minute(start + 1)
    times = (minute(start), minute(end), minute(end), settled, minute(end) - settled)
    one = Visit(name, nest, *times, HenId(hen), {HenId(hen): 1.0}, 2, ModelId("test"))
    step = NestStep(nest, WatchState(), [one])
    Recorder(coop.database).record(CameraStep("cam", minute(end), [step]))
    return name


def found(coop: Coop, nest: NestId, at: float, eggs: int, *, unseen: bool = False) -> None:
    """A sure count, in minutes after nine."""
    count = EggCount(nest, minute(at), eggs, unseen=unseen)
    step = NestStep(nest, WatchState(), counts=[PicturedCount(count)])
    Recorder(coop.database).record(CameraStep("cam", minute(at), [step]))


def told(coop: Coop) -> list[tuple[str, str, int, str]]:
    with coop.database.reading() as session:
        rows = session.execute(select(EventRow).order_by(EventRow.at, EventRow.id)).scalars()
        return [(row.kind, row.nest_id, row.details["eggs"], row.origin) for row in rows]


def verdict(coop: Coop, bout: str) -> tuple[Verdict, tuple[HenId, ...]]:
    with coop.database.reading() as session:
        report = bout_report(session, bout)
        assert report is not None
        return report.verdict, report.egg_candidates


def test_an_egg_that_a_hen_carried_over_is_moved_and_not_laid(coop: Coop) -> None:
    found(coop, NEST, 0, 0)
    found(coop, LEFT, 0, 1)
    came(coop, "ginger", LEFT, 5, 10)
    found(coop, LEFT, 12, 0)
    hers = came(coop, "ginger", NEST, 15, 60)
    found(coop, NEST, 62, 1)
    assert told(coop) == [("eggs_moved", "nest", 1, "left")]
    assert verdict(coop, hers) == (Verdict.UNSURE, ())


def test_an_egg_waits_for_the_nest_that_it_may_come_from(coop: Coop) -> None:
    found(coop, NEST, 0, 0)
    found(coop, LEFT, 0, 1)
    came(coop, "ginger", LEFT, 5, 10)
    hers = came(coop, "ginger", NEST, 15, 60)
    found(coop, NEST, 62, 1)
    assert told(coop) == []
    assert verdict(coop, hers) == (Verdict.PROBABLY, ())
    found(coop, LEFT, 64, 1)
    assert told(coop) == [("egg_laid", "nest", 1, "")]
    assert verdict(coop, hers) == (Verdict.LAID, ())


def test_an_egg_that_was_told_as_laid_is_not_told_again_as_moved(coop: Coop) -> None:
    found(coop, NEST, 0, 0)
    found(coop, LEFT, 0, 1)
    came(coop, "ginger", LEFT, 5, 10)
    hers = came(coop, "ginger", NEST, 15, 60)
    found(coop, NEST, 62, 1)
    found(coop, NEST, 130, 1)  # an hour later the other nest has still not been seen
    found(coop, LEFT, 140, 0)
    assert told(coop) == [("egg_laid", "nest", 1, "")]
    assert verdict(coop, hers) == (Verdict.LAID, ())


def test_eggs_from_two_nests_at_once_are_two_events(tmp_path: Path) -> None:
    coop = build_coop(tmp_path, nests=("nest", "left", "right"))
    right = NestId("right")
    found(coop, NEST, 0, 0)
    for other, start in ((LEFT, 2), (right, 8)):
        found(coop, other, 0, 1)
        came(coop, "ginger", other, start, start + 3)
        found(coop, other, start + 5, 0)
    came(coop, "ginger", NEST, 15, 60)
    found(coop, NEST, 62, 2)
    assert told(coop) == [("eggs_moved", "nest", 1, "left"), ("eggs_moved", "nest", 1, "right")]
    coop.database.close()


def test_one_egg_that_vanishes_during_a_visit_is_not_called_collected_and_two_are(coop: Coop) -> None:
    found(coop, NEST, 0, 4)
    came(coop, "ginger", NEST, 5, 10)
    found(coop, NEST, 12, 3)
    assert told(coop) == []
    came(coop, "ginger", NEST, 15, 60)
    found(coop, NEST, 62, 1)
    assert told(coop) == [("eggs_collected", "nest", 2, "")]


def test_two_hens_between_two_counts_are_both_candidates_and_that_is_news(coop: Coop) -> None:
    found(coop, NEST, 0, 0)
    both = [came(coop, "ginger", NEST, 5, 40), came(coop, "olive", NEST, 41, 70)]
    found(coop, NEST, 75, 1)
    for bout in both:
        assert verdict(coop, bout) == (Verdict.UNSURE, (HenId("ginger"), HenId("olive")))
    with coop.database.reading() as session:
        query = select(ChangeRow.subject_id).where(ChangeRow.subject == "bout").order_by(ChangeRow.id)
        changes = list(session.execute(query).scalars())
    assert changes[-2:] == both


def test_an_egg_after_a_time_without_sight_is_probably_hers_and_of_nobody_by_name(coop: Coop) -> None:
    found(coop, NEST, 0, 0)
    hers = came(coop, "ginger", NEST, 100, 140)
    found(coop, NEST, 145, 1, unseen=True)
    assert verdict(coop, hers) == (Verdict.PROBABLY, ())
    with coop.database.reading() as session:
        (egg,) = session.execute(select(EventRow)).scalars()
        assert (egg.kind, egg.details["hen"]) == ("egg_laid", None)


def test_what_eggs_said_at_noon_is_not_known_before_they_were_seen(coop: Coop) -> None:
    found(coop, NEST, 0, 0)
    hers = came(coop, "ginger", NEST, 5, 40)
    found(coop, NEST, 50, 1)
    with coop.database.reading() as session:
        row = session.get_one(BoutRow, hers)
        assert row.verdict_at == minute(50)
        (early,) = bouts_between(session, minute(0), minute(60), minute(45))
        assert early.verdict is Verdict.PROBABLY


def test_the_same_counts_again_change_nothing(coop: Coop) -> None:
    for _ in range(2):
        found(coop, NEST, 0, 0)
        came(coop, "ginger", NEST, 5, 40)
        found(coop, NEST, 50, 1)
    assert told(coop) == [("egg_laid", "nest", 1, "")]
