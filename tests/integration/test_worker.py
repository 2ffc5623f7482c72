"""The live worker's loop: a backlog, a frame that nobody can look at, a camera that breaks."""

import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from detector.crops import Pixels
from detector.pacing import AtOnce
from detector.recognition import Recogniser, Recognition, load_recogniser
from detector.replay import result
from detector.wiring import build_worker, open_replay
from detector.worker import Worker
from henbot.config import Settings, load_coop
from henbot.domain.observations import ModelId, NestId
from henbot.storage.database import Database
from henbot.storage.tables import CameraRow, VisitRow
from tests.databases import migrated
from tests.processes import live_coop


class Stumbling:
    """A recogniser that fails at one call."""

    version = ModelId("stumbling")

    def __init__(self, behind: Recogniser, fails_at: int) -> None:
        self.behind = behind
        self.calls = 0
        self.fails_at = fails_at

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        self.calls += 1
        if self.calls == self.fails_at:
            raise RuntimeError("made to fail")
        return self.behind.recognise(crops, nests)


@pytest.fixture
def settings(drawn_coop: Path, drawn_version: Path, tmp_path: Path) -> Settings:
    """A live coop with a trained version and an empty folder of frames."""
    live_coop(drawn_coop, tmp_path)
    shutil.copytree(drawn_version, tmp_path / "models" / drawn_version.name)
    url = migrated(tmp_path / "henbot.db")
    return Settings(config=tmp_path / "coop.yaml", database=url, media=tmp_path / "media", models=tmp_path / "models")


@contextmanager
def at_work(worker: Worker) -> Iterator[None]:
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stopped.set()
        thread.join(timeout=20)
        worker.database.close()


def wait_for_frames(database: Database, frames: int) -> int:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with database.reading() as session:
            recorded = session.execute(select(func.sum(CameraRow.frames))).scalar_one() or 0
        if recorded >= frames:
            return int(recorded)
        time.sleep(0.05)
    raise AssertionError(f"{frames} frames were not recorded within a minute")


def second_day(coop: Path) -> list[Path]:
    return sorted((coop / "frames").glob("20240505*"))


def test_a_backlog_of_old_frames_gives_the_visits_that_a_replay_gives(
    settings: Settings, drawn_coop: Path, drawn_version: Path, tmp_path: Path
) -> None:
    frames = second_day(drawn_coop)
    for frame in frames:
        shutil.copy(frame, tmp_path / "frames")
    opened = open_replay(tmp_path, drawn_version, f"sqlite:///{tmp_path / 'replay.db'}", None, (None, None))
    opened.replay(AtOnce(opened.database)).run()
    expected = [(row["visit"], row["hen"]) for row in result(opened.database, {})["visits"]]
    opened.database.close()
    worker = build_worker(settings, load_coop(settings.config))
    with at_work(worker):
        wait_for_frames(worker.database, len(frames))
        with worker.database.reading() as session:
            rows = session.execute(select(VisitRow).order_by(VisitRow.arrived_at)).scalars()
            found = [(row.id, row.hen_id) for row in rows]
    assert found == expected
    assert len(found) > 3


def test_a_frame_that_nobody_can_look_at_is_passed_over_and_counted(
    settings: Settings, drawn_coop: Path, drawn_version: Path, tmp_path: Path
) -> None:
    frames = second_day(drawn_coop)[:8]
    for frame in frames:
        shutil.copy(frame, tmp_path / "frames")
    worker = build_worker(settings, load_coop(settings.config))
    worker.serving.recogniser = Stumbling(load_recogniser(drawn_version), fails_at=3)
    with at_work(worker):
        wait_for_frames(worker.database, len(frames))
        with worker.database.reading() as session:
            assert session.execute(select(CameraRow.skipped)).scalar_one() == 1


def test_a_camera_s_folder_that_appears_later_is_found(settings: Settings, drawn_coop: Path, tmp_path: Path) -> None:
    (tmp_path / "frames").rmdir()
    worker = build_worker(settings, load_coop(settings.config))
    with at_work(worker):
        time.sleep(0.5)
        (tmp_path / "frames").mkdir()
        shutil.copy(second_day(drawn_coop)[0], tmp_path / "frames")
        assert wait_for_frames(worker.database, 1) == 1
