"""The live worker: reads cameras, looks at frames, records what their nests' watches say, until it is told to stop."""

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from detector.camera_desk import CameraDesk
from detector.frame import Frame
from detector.job_desk import JobDesk
from detector.pipeline import Pipeline
from detector.serving import Serving
from detector.shadow import ShadowDesk
from detector.sources import FrameSource, Skipped
from detector.sources.build import build_source
from henbot.config import CameraConfig, CoopConfig
from henbot.domain.clock import Clock
from henbot.domain.errors import SourceUnavailable
from henbot.services.coop_clock import wall_now
from henbot.services.glimpses import forget_glimpses
from henbot.services.heartbeats import BEAT_EVERY, beat
from henbot.services.media import MediaFolder
from henbot.storage.database import Database

log = structlog.get_logger(__name__)

LOOK_UP_EVERY = timedelta(seconds=1)
"""How often silence is judged."""

ASK_EVERY = timedelta(seconds=0.25)
"""How often another model version is asked for: a switch takes effect within 2 s, its loading included (issue 5)."""

LATE = timedelta(seconds=5)
"""How late a frame may come to us: silence is judged only up to so long ago."""

FORGET_EVERY = timedelta(hours=1)
"""How often pictures that nobody will learn from any more are removed."""

RETRY_FROM = timedelta(seconds=1)
RETRY_MOST = timedelta(minutes=1)


@dataclass(slots=True)
class CameraReader:
    """Reads one camera in a thread of its own; a camera that is away is tried again, ever more slowly."""

    camera: CameraConfig
    coop: CoopConfig
    desk: CameraDesk
    frames: "queue.Queue[tuple[CameraReader, Frame]]"
    stopped: threading.Event
    source: FrameSource | None = None
    skipped: int = 0
    heard_at: datetime = field(default_factory=wall_now)

    def start(self) -> threading.Thread:
        """Begin to read."""
        thread = threading.Thread(target=self._read, name=f"camera-{self.camera.id}", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """End reading soon."""
        stop = getattr(self.source, "stop", None)
        if stop is not None:
            stop()

    def newly_skipped(self) -> int:
        """Pictures that could not be read since this was last asked."""
        skipped: list[Skipped] = getattr(self.source, "skipped", [])
        new, self.skipped = len(skipped) - self.skipped, len(skipped)
        return max(new, 0)

    def _read(self) -> None:
        pause = RETRY_FROM
        while not self.stopped.is_set():
            try:
                self.source = build_source(self.camera, self.coop.coop.timezone, self.desk.cursor, follow=True)
                self.skipped = 0
                pause = RETRY_FROM
                self._hand_over(self.source)
                if self.camera.source.kind == "video":
                    return
            except SourceUnavailable as exc:
                log.warning("camera.away", camera=self.camera.id, reason=str(exc), retry_s=pause.total_seconds())
            except Exception:  # One camera's fault must not end the watch over it for good.
                log.exception("camera.failed", camera=self.camera.id, retry_s=pause.total_seconds())
            self.stopped.wait(pause.total_seconds())
            pause = min(pause * 2, RETRY_MOST)

    def _hand_over(self, source: FrameSource) -> None:
        for frame in source:
            while not self.stopped.is_set():
                try:
                    self.frames.put((self, frame), timeout=0.5)
                    break
                except queue.Full:
                    continue
            if self.stopped.is_set():
                return


@dataclass(slots=True)
class Worker:
    """Runs the desks of all cameras in one thread, so that frames are recorded one after the other."""

    coop: CoopConfig
    database: Database
    media: MediaFolder
    serving: Serving
    clock: Clock
    jobs: JobDesk
    shadows: ShadowDesk
    stopped: threading.Event = field(default_factory=threading.Event)
    beaten_at: datetime | None = None
    looked_up_at: datetime | None = None
    forgot_at: datetime | None = None
    asked_at: datetime | None = None

    def run(self) -> None:
        """Work until `stopped` is set."""
        frames: queue.Queue[tuple[CameraReader, Frame]] = queue.Queue(maxsize=4)
        readers = [self._reader(camera, frames) for camera in self.coop.cameras]
        threads = [reader.start() for reader in readers]
        self._insist(self.jobs.open)
        log.info("worker.started", cameras=[camera.id for camera in self.coop.cameras])
        while not self.stopped.is_set():
            with suppress(queue.Empty):
                reader, frame = frames.get(timeout=ASK_EVERY.total_seconds())
                self._take(reader, frame)
                if frames.empty():
                    self._look_in_shadow(reader, frame)
            self._insist(lambda: self._between_frames(readers))
        for reader in readers:
            reader.stop()
        with suppress(SQLAlchemyError):  # At the next start it is taken back all the same.
            self.jobs.close()
            self.shadows.count()
        for thread in threads:
            thread.join(timeout=1.0)
        log.info("worker.stopped")

    def _reader(self, camera: CameraConfig, frames: "queue.Queue[tuple[CameraReader, Frame]]") -> CameraReader:
        pipeline = Pipeline(camera, self.serving.recogniser)
        desk = CameraDesk(pipeline, self.database, self.media, self.serving.threshold)
        return CameraReader(camera, self.coop, desk, frames, self.stopped)

    def _take(self, reader: CameraReader, frame: Frame) -> None:
        skipped = reader.newly_skipped()
        try:
            self._insist(lambda: reader.desk.take(frame, skipped))
        except Exception:  # The worker's loop: a frame that nobody can look at must not come again and again.
            log.exception("frame.failed", camera=frame.camera, file=frame.name)
            self._insist(lambda: reader.desk.pass_over(frame, skipped + 1))
        reader.heard_at = wall_now()

    def _look_in_shadow(self, reader: CameraReader, frame: Frame) -> None:
        try:
            self.shadows.look(reader.desk.pipeline, frame)
        except SQLAlchemyError as exc:  # What it counts is not worth a frame's wait.
            log.warning("shadow.not_counted", reason=type(exc).__name__)

    def _between_frames(self, readers: Sequence[CameraReader]) -> None:
        wall = wall_now()
        if self.asked_at is None or wall - self.asked_at >= ASK_EVERY:
            self.asked_at = wall
            self._change_version(readers)
        if self.looked_up_at and wall - self.looked_up_at < LOOK_UP_EVERY:
            return
        self.looked_up_at = wall
        if self.beaten_at is None or wall - self.beaten_at >= BEAT_EVERY:
            self._beat(wall)
        self.jobs.look()
        self.serving.clear_removed()
        self.serving.heed_flock()
        self.shadows.change_if_asked()
        self._forget_old_pictures(wall)
        until = self.clock.now() - LATE
        for reader in readers:
            # While frames come, they tell the time themselves: after a pause they may be from long ago.
            if wall - reader.heard_at >= LATE:
                reader.desk.pass_time(until)

    def _forget_old_pictures(self, wall: datetime) -> None:
        if self.forgot_at is not None and wall - self.forgot_at < FORGET_EVERY:
            return
        self.forgot_at = wall
        for path in self.database.write(lambda session: forget_glimpses(session, self.clock.now())):
            self.media.path_of(path).unlink(missing_ok=True)

    def _change_version(self, readers: Sequence[CameraReader]) -> None:
        if self.serving.change_if_asked(wait=False):
            for reader in readers:
                reader.desk.use(self.serving.recogniser, self.serving.threshold)

    def _beat(self, wall: datetime) -> None:
        with self.database.writing() as session:
            beat(session, "detector", wall, {"version": self.serving.recogniser.version})
            session.commit()
        self.beaten_at = wall

    def _insist(self, step: Callable[[], object]) -> None:
        """Take a step, again and again while the database cannot be written (a full disk, say): no frame is lost."""
        pause = RETRY_FROM
        while not self.stopped.is_set():
            try:
                step()
                return
            except SQLAlchemyError as exc:
                log.error("recording.failed", reason=type(exc).__name__, retry_s=pause.total_seconds())
                self.stopped.wait(pause.total_seconds())
                pause = min(pause * 2, RETRY_MOST)
