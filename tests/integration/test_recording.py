"""Recording: what the detector understood of a frame is written as a whole, once, and told when it is news."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from henbot.config import CoopConfig
from henbot.domain.events import Event, HenArrived, HenLeft, HenSettled, NestUnseen
from henbot.domain.observations import Bird, HenId, ModelId, NestId, Observation, Quality, VisitId
from henbot.domain.tracks import WatchRules
from henbot.domain.verdicts import Verdict
from henbot.domain.visits import Visit
from henbot.domain.watch import NestWatch, WatchState
from henbot.services.coop_records import seed_coop
from henbot.services.evidence import Evidence
from henbot.services.media import MediaFolder
from henbot.services.recording import CameraStep, NestStep, Recorder, watch_state
from henbot.services.reports import BoutReport, DayReport, bout_report, day_report, flock_of, nests_of
from henbot.storage.database import Database
from henbot.storage.tables import (
    BoutRow,
    CameraRow,
    CandidateRow,
    ChangeRow,
    EventRow,
    EvidenceRow,
    HenRow,
    MediaRow,
    NestRow,
    ObservationRow,
    Row,
    SeenSpanRow,
    VisitRow,
)
from tests.builders import NEST, bird, look
from tests.coop_builder import Coop, build_coop, oct4

DAY = date(2016, 10, 4)
DAY_AFTER = date(2016, 10, 5)
MOTION = WatchRules(motion=True, leave_after=timedelta(seconds=30), trust_gap=timedelta(minutes=45))


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    yield built
    built.database.close()


@pytest.fixture
def database(coop: Coop) -> Database:
    return coop.database


def minute(minutes: float) -> datetime:
    """A moment after nine."""
    return oct4(9) + timedelta(minutes=minutes)


def visit(
    name: str, hen: str, start: float, end: float | None = None, seen: float | None = None, settled: float | None = None
) -> Visit:
    """A visit of 4 October, in minutes after nine; open without an end."""
    last = end if end is not None else seen if seen is not None else start
    return Visit(
        id=VisitId(name),
        nest=NEST,
        arrived_at=minute(start),
        last_seen_at=minute(last),
        left_at=None if end is None else minute(end),
        settled_at=None if settled is None else minute(settled),
        sat=timedelta(),
        hen=HenId(hen),
        candidates={HenId(hen): 0.9, HenId("blanche"): 0.095, HenId("snow"): 0.005},
        sightings=2,
        model=ModelId("test"),
    )


def record(
    database: Database,
    *visits: Visit,
    events: list[Event] | None = None,
    seen: Observation | None = None,
    evidence: list[Evidence] | None = None,
    at: datetime | None = None,
) -> None:
    """One step of the camera for the nest."""
    moment = at or (seen.at if seen else max((one.last_seen_at for one in visits), default=minute(0)))
    nest = NestStep(NEST, WatchState(last_at=moment), visits, events or [], seen, evidence or [])
    cursor = (moment, seen.frame) if seen else None
    Recorder(database).record(CameraStep("cam", moment, [nest], cursor))


def watched(database: Database, watch: NestWatch, *looks: Observation) -> None:
    """Let a watch look, and record each look as the worker does."""
    for one in looks:
        events = watch.observe(one)
        nest = NestStep(NEST, watch.state, list(watch.touched.values()), events, one)
        Recorder(database).record(CameraStep("cam", one.at, [nest], (one.at, one.frame)))


def rows(database: Database, kind: type[Row]) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(kind)).scalar_one()


def changes(database: Database) -> list[tuple[str, int]]:
    """Bouts and revisions that a reader is told of, in their order."""
    with database.reading() as session:
        found = session.execute(select(ChangeRow).order_by(ChangeRow.id)).scalars()
        return [(row.subject_id, row.revision) for row in found]


def report(database: Database, now: datetime | None = None, day: date = DAY) -> DayReport:
    with database.reading() as session:
        return day_report(session, day, now or oct4(18))


def bouts(database: Database) -> dict[str, tuple[str, bool, list[str]]]:
    """Hen, whether it is gone, and visits, by bout."""
    with database.reading() as session:
        return {
            row.id: (row.hen_id, row.gone, [one.id for one in row.visits])
            for row in session.execute(select(BoutRow)).scalars()
        }


def only_bout(database: Database, now: datetime | None = None) -> BoutReport:
    (bout,) = report(database, now).bouts
    return bout


# -- all or nothing ---------------------------------------------------------------------------------------------------


def test_a_step_is_written_whole_with_its_cursor_and_state(database: Database) -> None:
    seen = look(minute(0), bird("ginger"))
    state = WatchState(last_at=seen.at, serial=7)
    nest = NestStep(
        NEST, state, [visit("v1", "ginger", 0)], [HenArrived(NEST, minute(0), VisitId("v1"))], seen, [picture("v1")]
    )
    Recorder(database).record(CameraStep("cam", seen.at, [nest], (seen.at, "a.jpg"), skipped=2))
    kinds = (VisitRow, EventRow, BoutRow, ChangeRow, EvidenceRow, MediaRow, ObservationRow, SeenSpanRow)
    assert [rows(database, kind) for kind in kinds] == [1] * len(kinds)
    with database.reading() as session:
        camera = session.get_one(CameraRow, "cam")
        assert (camera.cursor_at, camera.cursor_name, camera.frames, camera.skipped) == (seen.at, "a.jpg", 1, 2)
        assert watch_state(session, NEST) == state


def test_an_error_in_the_middle_leaves_nothing_of_the_step(database: Database) -> None:
    seen = look(minute(0), bird("ginger"))
    good = NestStep(NEST, WatchState(serial=1), [visit("v1", "ginger", 0)], [], seen)
    unknown_visit = Evidence(VisitId("nobody's"), "arrived", minute(0), "0" * 64, "no.jpg", 1)
    bad = replace(good, evidence=[unknown_visit])
    with pytest.raises(IntegrityError):
        Recorder(database).record(CameraStep("cam", seen.at, [good, bad], (seen.at, "a.jpg"), skipped=1))
    for kind in (VisitRow, CandidateRow, EventRow, BoutRow, ChangeRow, MediaRow, ObservationRow, SeenSpanRow):
        assert rows(database, kind) == 0
    with database.reading() as session:
        camera = session.get_one(CameraRow, "cam")
        assert (camera.cursor_at, camera.frames, camera.skipped) == (None, 0, 0)
        assert watch_state(session, NEST) == WatchState()


def test_a_step_that_is_recorded_twice_makes_no_second_fact_and_tells_nobody_again(database: Database) -> None:
    events: list[Event] = [
        HenArrived(NEST, minute(0), VisitId("v1")),
        HenLeft(NEST, minute(5), VisitId("v1")),
        NestUnseen(NEST, minute(5)),
    ]
    for _ in range(2):
        record(database, visit("v1", "ginger", 0, 5), events=events, seen=look(minute(5)), evidence=[picture("v1")])
    kinds = (VisitRow, EventRow, BoutRow, EvidenceRow, MediaRow, ObservationRow, SeenSpanRow)
    assert [rows(database, kind) for kind in kinds] == [1, 3, 1, 1, 1, 1, 1]


def test_a_watch_that_is_restored_from_the_database_goes_on(database: Database) -> None:
    watch = NestWatch(NEST, MOTION)
    watched(database, watch, look(minute(0), bird("ginger")), look(minute(1), bird("ginger", "sitting"), bird()))
    with database.reading() as session:
        restored = watch_state(session, NEST)
    assert restored == watch.state
    stored = TypeAdapter(WatchState).dump_python(restored, mode="json")
    assert all(not isinstance(value, datetime | timedelta) for value in stored["tracks"][0].values())
    goes_on = NestWatch(NEST, MOTION, restored)
    assert goes_on.advance(minute(30)) == watch.advance(minute(30)) != []


def test_candidates_follow_the_visit_and_the_hopeless_are_left_out(database: Database) -> None:
    record(database, visit("v1", "unknown", 0))
    record(database, replace(visit("v1", "ginger", 0), candidates={HenId("ginger"): 0.99, HenId("olive"): 0.01}))
    with database.reading() as session:
        kept = {row.hen_id: row.probability for row in session.execute(select(CandidateRow)).scalars()}
    assert kept == {"ginger": 0.99, "olive": 0.01}
    record(database, visit("v1", "ginger", 0))
    with database.reading() as session:
        assert set(session.execute(select(CandidateRow.hen_id)).scalars()) == {"ginger", "blanche"}


# -- observations and seen spans --------------------------------------------------------------------------------------


def observed_at(database: Database) -> list[float]:
    """Minutes after nine of the stored observations."""
    with database.reading() as session:
        moments = session.execute(select(ObservationRow.at).order_by(ObservationRow.at)).scalars()
        return [(at - minute(0)).total_seconds() / 60 for at in moments]


def test_observations_that_say_the_same_are_kept_once_a_minute(database: Database) -> None:
    for seconds in range(0, 200, 10):
        record(database, seen=look(minute(seconds / 60), bird("ginger")))
    assert observed_at(database) == [0, 1, 2, 3]


def test_every_observation_that_says_something_else_is_kept(database: Database) -> None:
    first = look(minute(0), bird("ginger"))
    egg = replace(first, birds=(), hens_probabilities=(1.0, 0.0, 0.0), eggs_probabilities=(0.1, 0.9))
    says = [
        first,
        replace(first, birds=(bird("ginger", "sitting"),)),
        replace(first, birds=(bird("olive", "sitting"),)),
        replace(first, birds=(), hens_probabilities=(1.0, 0.0, 0.0)),
        egg,
        replace(egg, quality=Quality.DARK),
        replace(egg, quality=Quality.DARK, model=ModelId("2")),
    ]
    for number, one in enumerate(says):
        record(database, seen=replace(one, at=minute(number / 60)))
        record(database, seen=replace(one, at=minute(number / 60 + 1 / 120)))
    assert observed_at(database) == pytest.approx([number / 60 for number in range(len(says))])


def test_an_observation_is_stored_with_all_that_the_model_said(database: Database) -> None:
    seen = replace(look(minute(0), bird("ginger", "sitting", sure=0.7), Bird()), eggs_probabilities=(0.1, 0.1, 0.8))
    record(database, seen=seen)
    with database.reading() as session:
        row = session.execute(select(ObservationRow)).scalar_one()
        assert (row.hens, row.eggs, row.quality, row.model_id, row.frame) == (2, 2, "ok", "test", seen.frame)
        assert row.birds[0]["hens"] == pytest.approx({"ginger": 0.7, "unknown": 0.3})
        assert row.birds[0]["postures"] == {"sitting": 0.9, "standing": 0.1}
        assert row.birds[1] == {"hens": {}, "postures": {}, "box": None}


def test_late_and_double_observations_are_not_stored(database: Database) -> None:
    for minutes in (0, 5, 5, 3):
        record(database, seen=look(minute(minutes), *[bird()] * int(minutes == 3)))
    assert observed_at(database) == [0, 5]


def test_looks_within_the_trusted_gap_make_one_span(database: Database) -> None:
    for minutes in (0, 45, 44, 60, 105.1, 110):
        record(database, seen=look(minute(minutes)))
    with database.reading() as session:
        spans = session.execute(select(SeenSpanRow).order_by(SeenSpanRow.start_at)).scalars().all()
        found = [(row.start_at, row.end_at) for row in spans]
    assert found == [(minute(0), minute(60)), (minute(105.1), minute(110))]


# -- bouts and changes ------------------------------------------------------------------------------------------------


def test_nothing_is_told_when_she_only_stays(database: Database) -> None:
    for minutes in range(30):
        record(database, visit("v1", "ginger", 0, seen=minutes))
    assert changes(database) == [("v1", 1)]
    assert only_bout(database).last_seen_at == minute(29)


def test_settling_leaving_and_coming_back_are_told(database: Database) -> None:
    record(database, visit("v1", "ginger", 0, seen=10))
    record(database, visit("v1", "ginger", 0, seen=10, settled=4))
    record(database, visit("v1", "ginger", 0, 30, settled=4))
    record(database, visit("v2", "ginger", 60))
    assert changes(database) == [("v1", 1), ("v1", 2), ("v1", 3), ("v1", 4)]
    assert bouts(database) == {"v1": ("ginger", False, ["v1", "v2"])}
    assert only_bout(database).left_at is None


def test_a_bout_keeps_its_id_when_its_hen_becomes_known(database: Database) -> None:
    record(database, visit("v1", "unknown", 0))
    record(database, visit("v1", "ginger", 0, seen=1))
    assert bouts(database) == {"v1": ("ginger", False, ["v1"])}
    assert changes(database) == [("v1", 1), ("v1", 2)]


def test_a_bout_that_turns_out_to_be_part_of_an_earlier_one_is_gone_and_that_is_told(database: Database) -> None:
    record(database, visit("v1", "ginger", 0, 10))
    record(database, visit("v2", "unknown", 20))
    assert bouts(database) == {"v1": ("ginger", False, ["v1"]), "v2": ("unknown", False, ["v2"])}
    record(database, visit("v2", "ginger", 20, seen=21))
    assert bouts(database) == {"v1": ("ginger", False, ["v1", "v2"]), "v2": ("unknown", True, [])}
    assert changes(database) == [("v1", 1), ("v2", 1), ("v1", 2), ("v2", 2)]
    assert [bout.id for bout in report(database).bouts] == ["v1"]
    with database.reading() as session:
        gone = bout_report(session, "v2")
        assert gone is not None
        assert gone.gone


def test_a_bout_that_was_gone_comes_back_when_it_was_another_hen_after_all(database: Database) -> None:
    record(database, visit("v1", "ginger", 0, 10))
    for hen in ("unknown", "ginger", "olive"):
        record(database, visit("v2", hen, 20))
    assert bouts(database) == {"v1": ("ginger", False, ["v1"]), "v2": ("olive", False, ["v2"])}
    assert changes(database)[-2:] == [("v1", 3), ("v2", 3)]


def test_yesterdays_bouts_are_left_as_they_were(database: Database) -> None:
    yesterday = -24 * 60
    # Olive's bout goes on over the moment a day before ginger comes; blanche's goes on over olive's beginning.
    record(database, visit("b1", "blanche", yesterday - 70, yesterday - 65))
    record(database, visit("o1", "olive", yesterday - 60, yesterday + 30))
    record(database, visit("b2", "blanche", yesterday - 40, yesterday - 20))
    before, told = bouts(database), changes(database)
    assert before == {"b1": ("blanche", False, ["b1", "b2"]), "o1": ("olive", False, ["o1"])}
    record(database, visit("g1", "ginger", 0))
    assert bouts(database) == before | {"g1": ("ginger", False, ["g1"])}
    assert changes(database) == [*told, ("g1", 1)]


def test_nothing_is_told_of_bouts_that_begin_outside_the_watch_hours(database: Database) -> None:
    record(database, visit("v1", "unknown", -180, -170))
    record(database, visit("v2", "ginger", -165))
    record(database, visit("v2", "unknown", -165, -160))
    assert bouts(database) == {"v1": ("unknown", False, ["v1", "v2"]), "v2": ("ginger", True, [])}
    assert changes(database) == []
    assert report(database).bouts == ()


def test_a_bout_has_the_verdict_that_its_time_allows(database: Database) -> None:
    record(database, visit("v1", "ginger", 0, seen=60, settled=5))
    assert only_bout(database).verdict is Verdict.UNSURE
    record(database, visit("v1", "ginger", 0, 60, settled=5))
    assert only_bout(database).verdict is Verdict.PROBABLY


# -- evidence ---------------------------------------------------------------------------------------------------------


def picture(visit_id: str, name: str = "0", role: str = "arrived", minutes: float = 0) -> Evidence:
    return Evidence(VisitId(visit_id), role, minute(minutes), name * 64, f"{name}.jpg", 10)


def test_a_newer_picture_of_the_same_thing_takes_the_olders_place(database: Database) -> None:
    record(database, visit("v1", "ginger", 0), evidence=[picture("v1", "a")])
    record(database, visit("v1", "ginger", 0, seen=1), evidence=[picture("v1", "b", minutes=1)])
    assert (rows(database, EvidenceRow), rows(database, MediaRow)) == (1, 2)
    shown = only_bout(database).picture
    assert shown is not None
    assert shown.path == "b.jpg"
    assert changes(database) == [("v1", 1), ("v1", 2)]


def test_the_picture_of_a_settled_hen_is_preferred(database: Database) -> None:
    record(database, visit("v1", "ginger", 0), evidence=[picture("v1", "a")])
    record(database, visit("v1", "ginger", 0, seen=9), evidence=[picture("v1", "b", "settled", 9)])
    shown = only_bout(database).picture
    assert shown is not None
    assert shown.path == "b.jpg"


def test_one_picture_may_show_two_hens(database: Database) -> None:
    both = [visit("v1", "ginger", 0), visit("v2", "olive", 0)]
    record(database, *both, evidence=[picture("v1", "a"), picture("v2", "a")])
    assert (rows(database, EvidenceRow), rows(database, MediaRow)) == (2, 1)


def test_a_picture_of_one_hen_is_no_news_of_the_other(database: Database) -> None:
    record(database, visit("v1", "ginger", 0), visit("v2", "olive", 0))
    record(database, visit("v1", "ginger", 0, seen=1), visit("v2", "olive", 0, seen=1), evidence=[picture("v1")])
    assert changes(database) == [("v1", 1), ("v2", 1), ("v1", 2)]


def test_media_is_stored_once_under_its_hash_and_whole(tmp_path: Path) -> None:
    media = MediaFolder(tmp_path / "media")
    first, again = media.put(b"a picture", ".jpg"), media.put(b"a picture", ".jpg")
    assert first == again
    assert media.path_of(first.path).read_bytes() == b"a picture"
    assert media.path_of(first.path).name == f"{first.sha256}.jpg"
    assert [path.name for path in (tmp_path / "media").rglob("*") if path.is_file()] == [f"{first.sha256}.jpg"]


# -- the day's report -------------------------------------------------------------------------------------------------


def test_a_question_about_noon_is_not_answered_from_the_evening(database: Database) -> None:
    events: list[Event] = [HenSettled(NEST, minute(25), VisitId("v2"))]
    record(database, visit("v1", "ginger", 0, 10), evidence=[picture("v1", "a")])
    record(
        database, visit("v2", "ginger", 20, 60, settled=25), events=events, evidence=[picture("v2", "b", "settled", 25)]
    )
    record(database, visit("v3", "olive", 120, 130))

    def told(minutes: float) -> tuple[datetime | None, datetime | None, datetime, Verdict, int, str]:
        bout = only_bout(database, minute(minutes))
        shown = bout.picture.path if bout.picture else ""
        return bout.left_at, bout.settled_at, bout.last_seen_at, bout.verdict, bout.visits, shown

    assert told(5) == (None, None, minute(5), Verdict.UNSURE, 1, "a.jpg")
    assert told(15) == (minute(10), None, minute(10), Verdict.UNSURE, 1, "a.jpg")
    assert told(22) == (None, None, minute(22), Verdict.UNSURE, 2, "a.jpg")
    assert told(30) == (None, minute(25), minute(30), Verdict.UNSURE, 2, "b.jpg")
    assert told(60) == (minute(60), minute(25), minute(60), Verdict.PROBABLY, 2, "b.jpg")
    assert len(report(database, minute(121)).bouts) == 2
    assert report(database, minute(-1)).bouts == ()


def test_an_open_bout_is_not_said_to_have_been_seen_later_than_now(database: Database) -> None:
    record(database, visit("v1", "ginger", 0, seen=40, settled=2))
    assert only_bout(database, minute(10)).last_seen_at == minute(10)


def test_coverage_ends_now_and_trusts_a_silence_that_is_not_too_long(database: Database) -> None:
    for minutes in (-120, -80, -40, 0):
        record(database, seen=look(minute(minutes)))
    for now, watched_minutes in ((0, 120), (45, 165), (46, 120), (-60, 60)):
        found = report(database, minute(now)).coverage
        assert found.hours == timedelta(minutes=120 + now)
        assert found.watched == timedelta(minutes=watched_minutes)


def test_a_frame_that_came_later_does_not_make_an_earlier_blindness_seen(database: Database) -> None:
    record(database, seen=look(minute(-120)))
    record(database, seen=look(minute(60)))
    assert report(database, minute(30)).coverage.watched == timedelta()
    assert report(database, minute(30)).coverage.blind == (report(database, minute(30)).hours[0],)


def test_before_the_watch_hours_nothing_is_claimed(database: Database) -> None:
    found = report(database, oct4(6))
    assert (found.hours, found.coverage.share, found.bouts) == ((), 0.0, ())


def test_coverage_is_of_all_laying_nests_and_no_roost(tmp_path: Path) -> None:
    built = build_coop(tmp_path, nests=("nest", "left", "pole"))
    with built.database.writing() as session:
        session.get_one(NestRow, "pole").kind = "roost"
        session.commit()
    built.seen(oct4(7), oct4(9))
    found = report(built.database, oct4(9)).coverage
    assert (found.hours, found.watched) == (timedelta(hours=4), timedelta(hours=2))
    built.database.close()


# -- seeding ----------------------------------------------------------------------------------------------------------


def config(*hens: dict[str, object], nests: tuple[str, ...] = ("nest",), **coop: object) -> CoopConfig:
    square = [[0, 0], [1, 0], [1, 1], [0, 1]]
    source = {"kind": "folder", "path": "frames", "timestamp": "%Y%m%d%H%M%S"}
    return CoopConfig.model_validate(
        {
            "coop": {"name": "Test", "timezone": "UTC"} | coop,
            "hens": list(hens),
            "cameras": [
                {
                    "id": "cam",
                    "source": source,
                    "trigger": "motion",
                    "nests": [{"id": nest, "polygon": square} for nest in nests],
                }
            ],
        }
    )


def test_hens_that_were_renamed_or_are_gone_stay_so_when_the_file_is_read_again(database: Database) -> None:
    with database.writing() as session:
        session.get_one(HenRow, "ginger").names = {"en": "Miss Ginger"}
        session.get_one(HenRow, "olive").retired_at = oct4(8)
        seed_coop(
            session,
            config({"id": "ginger", "name": "Ginger"}, {"id": "olive", "name": "Olive"}, {"id": "new", "name": "New"}),
            oct4(9),
        )
        session.commit()
    with database.reading() as session:
        assert {hen.id: hen.name_in("en") for hen in flock_of(session)} == {
            "blanche": "Blanche",
            "ginger": "Miss Ginger",
            "new": "New",
        }
        assert [hen.id for hen in flock_of(session, retired=True)].count(HenId("olive")) == 1


def test_seeding_again_follows_the_file_in_coop_and_cameras_and_keeps_the_cursor_and_the_watch(
    database: Database,
) -> None:
    record(database, visit("v1", "ginger", 0), seen=look(minute(0), bird("ginger")))
    with database.writing() as session:
        seed_coop(session, config(nests=("nest", "left"), watch="08:00-16:00", language="ru"), oct4(9))
        session.commit()
    with database.reading() as session:
        camera = session.get_one(CameraRow, "cam")
        assert (camera.cursor_at, camera.frames, camera.trust_gap_s) == (minute(0), 1, 2700)
        assert watch_state(session, NEST).last_at == minute(0)
        assert [nest.id for nest in nests_of(session)] == ["left", "nest"]
        hours = day_report(session, DAY, oct4(20)).hours
        assert [(span.start, span.end) for span in hours] == [(oct4(8), oct4(16))]
        assert watch_state(session, NestId("left")) == WatchState()


def test_an_answer_is_in_the_coops_day_not_in_greenwichs(database: Database) -> None:
    with database.writing() as session:
        seed_coop(session, config(timezone="Australia/Melbourne", watch="06:00-20:00"), oct4(0))
        session.commit()
    # Nine in the morning of 5 October in Melbourne is 22:00 of the 4th in Greenwich.
    record(database, visit("v1", "ginger", 13 * 60, 13 * 60 + 30))
    now = datetime(2016, 10, 5, 8, tzinfo=UTC)
    assert [bout.id for bout in report(database, now, date(2016, 10, 5)).bouts] == ["v1"]
    assert report(database, now, DAY).bouts == ()


def test_a_nest_that_is_configured_no_more_counts_for_the_days_it_was_there_and_not_after(database: Database) -> None:
    with database.writing() as session:
        seed_coop(session, config(nests=("nest", "old")), oct4(9))
        seed_coop(session, config(nests=("nest",)), oct4(21))
        session.commit()
    with database.reading() as session:
        that_day, next_day = (day_report(session, day, datetime(2016, 10, 6, tzinfo=UTC)) for day in (DAY, DAY_AFTER))
        assert that_day.coverage.hours == 2 * next_day.coverage.hours
        assert {nest.id for nest in next_day.nests} == {"nest", "old"}
