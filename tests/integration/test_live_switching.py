"""Switching while a camera gives ten frames a second: through the worker as it runs at a keeper's."""

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import func, select

from detector import worker as worker_module
from detector.frame import Frame
from detector.pacing import AtOnce
from detector.replay import result
from detector.sources import Skipped
from detector.sources.build import build_source
from detector.wiring import build_worker, open_replay
from detector.worker import Worker
from henbot.config import CoopConfig, Settings, load_coop
from henbot.services import models
from henbot.services.coop_clock import wall_now
from henbot.services.shadows import begin_shadow
from henbot.storage.database import Database
from henbot.storage.schema import migrate
from henbot.storage.shadows import ShadowRow
from henbot.storage.tables import CameraRow, ObservationRow
from tests.broken_versions import BROKEN, change_manifest
from tests.processes import live_coop

A_FRAME_S = 0.1
SWITCHES = 50
IN_SHADOW = "20240508-000000-shadow"
USUAL_ASK_S = worker_module.ASK_EVERY.total_seconds()
WITHIN_S = 2.0
"""How long a switch may take (issue 5)."""


@dataclass
class Paced:
    """Two drawn days, ten frames a second; `stop` ends them."""

    frames: list[Frame]
    skipped: list[Skipped] = field(default_factory=list)
    given: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def __iter__(self) -> Iterator[Frame]:
        due = time.monotonic()
        for frame in self.frames:
            if self.stopped.wait(max(0.0, due - time.monotonic())):
                return
            self.given += 1
            yield frame
            due += A_FRAME_S
        self.stopped.wait()

    def stop(self) -> None:
        self.stopped.set()


@dataclass
class Live:
    """A worker at work."""

    worker: Worker
    source: Paced
    models: Path

    @property
    def database(self) -> Database:
        return self.worker.database

    def ask(self, version: str) -> None:
        self.database.write(lambda session: models.want(session, version))

    def version(self, version: str) -> models.Version:
        return self.database.read(lambda session: models.version_by_id(session, version)) or pytest.fail(version)

    def waited_s(self, version: str) -> float:
        """Seconds until a version that was asked for serves, or is refused."""
        began = time.monotonic()
        while time.monotonic() - began < 30:
            found = self.version(version)
            if found.serving or found.failure:
                return time.monotonic() - began
            time.sleep(0.01)
        pytest.fail(f"{version} neither serves nor is refused")


def frames_of(coop: Path) -> list[Frame]:
    config = load_coop(coop / "coop.yaml")
    (camera,) = config.cameras
    return list(build_source(camera, config.coop.timezone, None, follow=False))


@pytest.fixture
def live(drawn_coop: Path, drawn_version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    live_coop(drawn_coop, tmp_path)
    for name in (
        "20240506-000000-a",
        "20240506-000000-b",
        IN_SHADOW,
        *(f"20240507-broken-{n}" for n in range(len(BROKEN))),
    ):
        change_manifest(shutil.copytree(drawn_version, tmp_path / "models" / name), id=name)
    url = f"sqlite:///{tmp_path / 'henbot.db'}"
    migrate(url)
    source = Paced(frames_of(drawn_coop))
    monkeypatch.setattr(worker_module, "build_source", lambda *_, **__: source)
    monkeypatch.setattr(worker_module, "ASK_EVERY", timedelta(seconds=0.02))  # else fifty take half a minute
    config: CoopConfig = load_coop(tmp_path / "coop.yaml")
    settings = Settings(
        config=tmp_path / "coop.yaml", database=url, media=tmp_path / "media", models=tmp_path / "models"
    )
    worker = build_worker(settings, config)
    yield Live(worker, source, tmp_path / "models")
    worker.database.close()


def undisturbed(drawn_coop: Path, drawn_version: Path, tmp_path: Path, frames: int) -> list[tuple[object, ...]]:
    """The visits that one version sees in so many frames."""
    coop = tmp_path / "undisturbed"
    (coop / "frames").mkdir(parents=True)
    shutil.copy(drawn_coop / "coop.yaml", coop)
    for frame in sorted((drawn_coop / "frames").iterdir())[:frames]:
        shutil.copy(frame, coop / "frames")
    opened = open_replay(coop, drawn_version, f"sqlite:///{coop / 'henbot.db'}", None, (None, None))
    opened.replay(AtOnce(opened.database)).run()
    found = told(opened.database)
    opened.database.close()
    return found


def told(database: Database) -> list[tuple[object, ...]]:
    visits = result(database, {})["visits"]
    return [(row["visit"], row["hen"], row["arrived_at"], row["left_at"], row["settled"]) for row in visits]


def test_switches_and_broken_versions_lose_no_frame_and_no_visit(
    live: Live, drawn_coop: Path, drawn_version: Path, tmp_path: Path
) -> None:
    versions = sorted(folder.name for folder in live.models.iterdir() if folder.name.startswith("20240506"))
    broken = sorted(folder for folder in live.models.iterdir() if "broken" in folder.name)
    waits: list[float] = []
    live.database.write(lambda session: begin_shadow(session, IN_SHADOW, wall_now()))
    thread = threading.Thread(target=live.worker.run)
    thread.start()
    try:
        for switch in range(SWITCHES):
            serving = versions[switch % 2]
            live.ask(serving)
            waits.append(live.waited_s(serving))
            assert live.version(serving).failure is None
            if switch % 5 == 0:
                kind, folder = list(BROKEN)[switch // 5], broken[switch // 5]
                spoil, reason = BROKEN[kind]
                spoil(folder)
                live.ask(folder.name)
                live.waited_s(folder.name)
                assert reason in str(live.version(folder.name).failure), kind
                assert live.version(serving).serving, kind
                assert live.version(serving).desired, kind
    finally:
        live.source.stop()
        frames = live.source.given
        until = time.monotonic() + 10
        while recorded(live.database) < frames and time.monotonic() < until:
            time.sleep(0.05)
        live.worker.stopped.set()
        thread.join(timeout=20)
    print(f"{SWITCHES} switches in {frames} frames, each in {median(waits):.2f} s, at most {max(waits):.2f} s")
    # One in ten may be the machine's: others' tests run beside this one.
    assert sorted(waits)[SWITCHES * 9 // 10] + USUAL_ASK_S < WITHIN_S
    assert recorded(live.database) == frames
    assert told(live.database) == undisturbed(drawn_coop, drawn_version, tmp_path, frames)
    with live.database.reading() as session:
        assert set(session.execute(select(ObservationRow.model_id)).scalars()) == set(versions)
        assert not session.execute(select(func.sum(ShadowRow.differing))).scalar_one()  # one in shadow looked on, too


def recorded(database: Database) -> int:
    with database.reading() as session:
        frames, skipped = session.execute(select(func.sum(CameraRow.frames), func.sum(CameraRow.skipped))).one()
    assert not skipped
    return int(frames or 0)
