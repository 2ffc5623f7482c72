"""A version in shadow: counted, its disagreements kept as pictures to ask about, and nobody's harm but its own."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from detector import shadow as shadow_module
from detector.crops import Pixels
from detector.frame import Frame
from detector.pipeline import Pipeline
from detector.recognition import Recogniser, Recognition
from detector.serving import Serving
from detector.shadow import ShadowDesk, ShadowRules, differences
from detector.starter import Site
from henbot.config import CameraConfig, load_coop
from henbot.domain.errors import ModelLoadFailed
from henbot.domain.observations import UNKNOWN, Bird, HenId, ModelId, NestId, Quality
from henbot.services import models
from henbot.services.coop_clock import wall_now
from henbot.services.coop_records import seed_coop
from henbot.services.media import MediaFolder
from henbot.services.models import FoundVersion, Origin
from henbot.services.shadows import Looks, begin_shadow, end_shadow, last_shadow
from henbot.services.version_notices import NoticeKind, untold_notices
from henbot.storage.database import Database, open_database
from henbot.storage.doubts import DoubtRow
from henbot.storage.schema import migrate

NEW = "20240506-000000-new"
AT = datetime(2024, 5, 4, 9, tzinfo=UTC)
EVERY_LOOK = ShadowRules(every_s=0.0, rest=0.0, counted_every_s=0.0)


def said(empty: float, hen: str = "", eggs: tuple[float, ...] = ()) -> Recognition:
    hens = {HenId(hen): 0.9, UNKNOWN: 0.1} if hen else {UNKNOWN: 1.0}
    return Recognition((empty, 1.0 - empty, 0.0), (Bird(hens),), Quality.OK, eggs)


@dataclass
class Saying:
    """A version that says the same of every nest; `fails` with an error of its own."""

    version: ModelId
    answer: Recognition
    fails: bool = False
    takes_s: float = 0.0
    looks: int = 0

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        self.looks += 1
        time.sleep(self.takes_s)
        if self.fails:
            raise ValueError("shapes do not fit")
        return [self.answer for _ in nests]


@dataclass
class Stage:
    """A camera's pipeline with a serving version, and a desk for one in shadow."""

    database: Database
    pipeline: Pipeline
    desk: ShadowDesk
    shadow: Saying

    def begin(self) -> None:
        self.database.write(lambda session: begin_shadow(session, NEW, wall_now()))
        self.desk.change_if_asked(wait=True)

    def look(self, minute: float = 0.0) -> None:
        pixels = np.full((300, 400, 3), 40 + int(minute), np.uint8)
        frame = Frame(self.pipeline.camera.id, AT + timedelta(minutes=minute), pixels, f"{minute}.jpg")
        self.pipeline.observe(frame)
        self.desk.look(self.pipeline, frame)

    def counted(self) -> Looks:
        found = self.database.read(lambda session: last_shadow(session, NEW))
        assert found is not None
        return found.looks

    def doubts(self) -> list[DoubtRow]:
        with self.database.reading() as session:
            return list(session.execute(select(DoubtRow).order_by(DoubtRow.at, DoubtRow.nest_id)).scalars())


@pytest.fixture
def stage(drawn_coop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    url = f"sqlite:///{tmp_path / 'henbot.db'}"
    migrate(url)
    database = open_database(url)
    config = load_coop(drawn_coop / "coop.yaml")
    version = FoundVersion(NEW, str(tmp_path / "models" / NEW), AT, {"hens": ["ginger"]})

    def known(session: Session) -> None:
        seed_coop(session, config, AT)
        models.note_new(session, version, Origin.CANDIDATE)

    database.write(known)
    shadow = Saying(ModelId(NEW), said(0.9))
    monkeypatch.setattr(shadow_module, "Loading", lambda *_: Loaded(shadow))
    serving = Serving(database, tmp_path / "models", Site.of(config))
    monkeypatch.setattr(serving, "named", lambda recogniser: recogniser)
    camera: CameraConfig = config.cameras[0].model_copy(update={"trigger": "motion"})
    pipeline = Pipeline(camera, Saying(ModelId("serving"), said(0.1, "ginger")))
    yield Stage(database, pipeline, ShadowDesk(database, MediaFolder(tmp_path / "media"), serving, EVERY_LOOK), shadow)
    database.close()


@dataclass
class Loaded:
    """A version that was loaded at once, or is refused."""

    recogniser: Recogniser | None
    is_over: bool = True

    def result(self) -> tuple[Recogniser, float]:
        if self.recogniser is None:
            raise ModelLoadFailed("heads.npz: its sha256 differs")
        return self.recogniser, 0.8


def test_what_it_says_otherwise_is_counted_and_kept_as_pictures_a_while_apart(stage: Stage) -> None:
    stage.begin()
    nests = len(stage.pipeline.camera.nests)
    for minute in (0, 1, 9, 10, 11):
        stage.look(minute)
    assert stage.counted() == Looks(5 * nests, 5 * nests, hens=5 * nests)
    doubts = stage.doubts()
    assert sorted({(one.at - AT).total_seconds() / 60 for one in doubts}) == [0, 10]
    assert len(doubts) == 2 * nests
    assert (doubts[0].reason, doubts[0].model_id) == ("disagreement", NEW)
    assert doubts[0].details["questions"] == ["hens"]
    assert (doubts[0].details["serving"]["hen"], doubts[0].details["shadow"]["hen"]) == ("ginger", None)


def test_versions_that_agree_leave_no_doubt(stage: Stage) -> None:
    stage.shadow.answer = said(0.15, "ginger")
    stage.begin()
    stage.look()
    assert stage.counted() == Looks(len(stage.pipeline.camera.nests))
    assert stage.doubts() == []


@pytest.mark.parametrize(
    ("serving", "shadow", "expected"),
    [
        (said(0.1, "ginger"), said(0.1, "olive"), ("names",)),
        (said(0.1, "ginger"), said(0.1), ()),
        (said(0.1), said(0.9), ("hens",)),
        (said(0.1), said(0.55), ()),
        (said(0.9, eggs=(0.1, 0.9)), said(0.9, eggs=(0.9, 0.1)), ("eggs",)),
        (said(0.9, eggs=(0.5, 0.5)), said(0.9, eggs=(0.9, 0.1)), ()),
        (said(0.9), said(0.9, eggs=(0.9, 0.1)), ()),
    ],
)
def test_only_answers_that_both_are_sure_of_contradict_each_other(
    serving: Recognition, shadow: Recognition, expected: tuple[str, ...]
) -> None:
    assert differences(serving, shadow) == expected


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"fails": True}, "shapes do not fit"),
        ({"answer": said(float("nan"))}, "no numbers"),
        ({"answer": replace(said(0.1), birds=(Bird({HenId("ginger"): float("nan")}),))}, "no numbers"),
    ],
)
def test_a_shadow_that_fails_is_dropped_and_the_admins_are_told_why(
    broken: dict[str, object], reason: str, stage: Stage
) -> None:
    for name, value in broken.items():
        setattr(stage.shadow, name, value)
    stage.begin()
    stage.look()
    stage.look(20)
    assert stage.shadow.looks == 1
    (notice,) = stage.database.read(untold_notices)
    assert (notice.version, notice.kind) == (NEW, NoticeKind.SHADOW_DROPPED)
    assert reason in notice.reason
    assert stage.pipeline.looked is not None


def test_a_shadow_that_cannot_be_loaded_is_dropped(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow_module, "Loading", lambda *_: Loaded(None))
    stage.begin()
    (notice,) = stage.database.read(untold_notices)
    assert "sha256 differs" in notice.reason


def test_a_slow_shadow_rests_and_a_very_slow_one_is_dropped(stage: Stage) -> None:
    now = [0.0]
    stage.desk = ShadowDesk(
        stage.database, MediaFolder(Path("none")), stage.desk._serving, ShadowRules(counted_every_s=0.0), lambda: now[0]
    )
    stage.shadow.answer = said(0.1, "ginger")
    recognise = stage.shadow.recognise

    def slowly(crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        now[0] += 1.5
        return recognise(crops, nests)

    stage.shadow.recognise = slowly  # type: ignore[method-assign] - a slow machine
    stage.begin()
    for second in range(100):
        stage.look(second)
        now[0] += 1.0
    assert stage.shadow.looks == 9
    (notice,) = stage.database.read(untold_notices)
    assert notice.reason == "it takes 1.5 s a look"


def test_a_shadow_that_the_admin_ends_looks_no_more_and_its_counts_stay(stage: Stage) -> None:
    stage.begin()
    stage.look()
    stage.database.write(lambda session: end_shadow(session, wall_now()))
    stage.desk.change_if_asked()
    stage.look(20)
    assert stage.shadow.looks == 1
    assert stage.counted().pictures == len(stage.pipeline.camera.nests)


def test_a_version_that_is_asked_to_serve_or_removed_is_in_shadow_no_more(stage: Stage) -> None:
    for act in (
        lambda session: models.want(session, NEW),
        lambda session: models.remove(session, NEW, wall_now()),
    ):
        stage.begin()
        stage.database.write(act)
        found = stage.database.read(lambda session: last_shadow(session, NEW))
        assert found is not None
        assert found.ended_at is not None
        with stage.database.writing() as session:
            session.get_one(models.ModelVersionRow, NEW).desired = False
            session.commit()
