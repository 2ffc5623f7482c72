"""A folder of stills, as it is or as it fills."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from threading import Event

import numpy as np
import structlog
from numpy.typing import NDArray

from detector.frame import Frame
from detector.sources import Cursor, Skipped
from detector.sources.stills import PICTURE_ENDINGS, UNDATED, dating, decode
from henbot.domain.errors import FrameUnreadable, SourceUnavailable
from henbot.domain.observations import CameraId

log = structlog.get_logger(__name__)

UNCHANGED_FOR = timedelta(seconds=3)
"""A new file that does not decode is given up once it has not grown for so long."""


@dataclass(slots=True)
class _Unfinished:
    """A file that does not decode yet: its size when last seen to grow, and when that was (monotonic seconds)."""

    size: int
    since_s: float


class FolderSource:
    """Stills of one folder in the order of their capture times.

    Only names and times are held, so tens of thousands of files are no matter; a picture is read when it is its turn.
    With `follow` the folder is looked at again every `poll`, until `stop()`. A still that is being written is waited
    for, and so are the ones after it; one that comes with an older time than a still already given is skipped.

    Attributes:
        skipped: what was passed over so far, and why.
    """

    def __init__(
        self,
        camera: CameraId,
        folder: Path,
        timezone: tzinfo,
        timestamp: str = "mtime",
        after: Cursor | datetime | None = None,
        follow: bool = False,
        poll: timedelta = timedelta(seconds=1),
    ) -> None:
        """
        Args:
            camera: the camera's id in coop.yaml.
            folder: where its stills lie; subfolders are not looked into.
            timezone: the coop's; times in names are in it.
            timestamp: `mtime`, `exif`, `none`, or a strptime pattern of the file name without its ending.
            after: where to go on: only stills strictly later than it.
            follow: go on looking for new stills until `stop()`.
            poll: how often to look.

        Raises:
            SourceUnavailable: the folder does not exist or cannot be listed.
        """
        self.skipped: list[Skipped] = []
        self._camera = camera
        self._folder = folder
        self._captured_at = dating(timestamp, timezone)
        self._after = after
        self._follow = follow
        self._poll = poll
        self._caught_up = False
        self._silent = False
        self._known: set[str] = set()
        self._unfinished: dict[str, _Unfinished] = {}
        self._stopped = Event()
        self._list_names()

    def __iter__(self) -> Iterator[Frame]:
        waiting: list[Cursor] = []
        while not self._stopped.is_set():
            waiting = self._with_new(waiting)
            yield from self._ready(waiting)
            if not self._follow:
                return
            self._stopped.wait(self._poll.total_seconds())

    def stop(self) -> None:
        """End the iteration before the next still; safe from another thread."""
        self._stopped.set()

    def _ready(self, waiting: list[Cursor]) -> Iterator[Frame]:
        """Give the stills that can be given, taking them off `waiting` (latest first) from its end."""
        while waiting and not self._stopped.is_set():
            due = waiting.pop()
            try:
                pixels = _pixels(self._folder / due.name)
            except FrameUnreadable as exc:
                if self._follow and self._may_grow(due.name):
                    # Found again as new by the next look at the folder, with the file time that it has then.
                    self._known.discard(due.name)
                    return
                self._skip(due.name, str(exc))
                continue
            self._unfinished.pop(due.name, None)
            self._after = due
            yield Frame(self._camera, due.captured_at, pixels, due.name)

    def _with_new(self, waiting: list[Cursor]) -> list[Cursor]:
        """Add the stills that were not known yet, and sort all of them, the latest first."""
        try:
            names = self._list_names()
        except SourceUnavailable as exc:
            if not self._follow:
                raise
            if not self._silent:  # a network drive that is away for a while comes back
                log.warning("camera.silent", camera=self._camera, reason=str(exc))
            self._silent = True
            return waiting
        self._silent = False
        fresh = [dated for name in names if (dated := self._dated(name)) is not None]
        self._caught_up = True
        return sorted([*waiting, *fresh], reverse=True) if fresh else waiting

    def _list_names(self) -> list[str]:
        """Names in the folder that are new and no hidden files."""
        try:
            with os.scandir(self._folder) as entries:
                return [e.name for e in entries if not e.name.startswith(".") and e.name not in self._known]
        except OSError as exc:
            raise SourceUnavailable(
                f"camera {self._camera}: the folder {self._folder} cannot be read ({exc.strerror}); "
                "create it or correct `source.path` of this camera in coop.yaml"
            ) from exc

    def _dated(self, name: str) -> Cursor | None:
        """The still's place in time, or None if it is none of ours; every name is asked about once."""
        self._known.add(name)
        path = self._folder / name
        if path.suffix.lower() not in PICTURE_ENDINGS or path.is_dir():
            self._skip(name, "a folder, not a picture" if path.is_dir() else "not a picture file")
            return None
        try:
            still = Cursor(self._captured_at(path), name)
        except FrameUnreadable as exc:
            if self._follow and self._may_grow(name):
                self._known.discard(name)
            else:
                self._skip(name, str(exc))
            return None
        if self._is_later(still):
            return still
        if self._caught_up:
            self._skip(name, f"it came late: a still of {self._after_time():%Y-%m-%d %H:%M:%S} UTC was given before it")
        return None

    def _is_later(self, still: Cursor) -> bool:
        if self._after is None:
            return True
        if isinstance(self._after, Cursor):
            return still > self._after
        return still.captured_at > self._after

    def _after_time(self) -> datetime:
        return self._after.captured_at if isinstance(self._after, Cursor) else self._after or UNDATED

    def _may_grow(self, name: str) -> bool:
        """Whether a file that cannot be read yet has grown lately and so deserves another look."""
        try:
            size = (self._folder / name).stat().st_size
        except OSError:
            return False
        seen = self._unfinished.setdefault(name, _Unfinished(size, time.monotonic()))
        if size != seen.size:
            seen.size, seen.since_s = size, time.monotonic()
        if time.monotonic() - seen.since_s < UNCHANGED_FOR.total_seconds():
            return True
        del self._unfinished[name]
        return False

    def _skip(self, name: str, reason: str) -> None:
        self.skipped.append(Skipped(name, reason))
        log.warning("frame.skipped", camera=self._camera, file=str(self._folder / name), reason=reason)


def _pixels(path: Path) -> NDArray[np.uint8]:
    """As `stills.read_still`, but the message leaves the path out: the log line has it as a field."""
    try:
        return decode(path.read_bytes())
    except OSError as exc:
        raise FrameUnreadable(f"it cannot be read: {exc.strerror}") from exc
