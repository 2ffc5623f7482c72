"""A video file as a camera: each frame has the time of the first one plus its position."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import cv2
import numpy as np
import structlog

from detector.frame import Frame
from detector.sources import Cursor, Skipped
from detector.sources.stills import dating, to_utc
from henbot.domain.errors import FrameUnreadable, SourceUnavailable
from henbot.domain.observations import CameraId

log = structlog.get_logger(__name__)


class VideoSource:
    """Frames of one video file.

    A file that breaks off in the middle gives what it has; that it did is logged and stands in `skipped`.

    Attributes:
        skipped: what was passed over so far, and why.
        started_at: capture time of the first frame, aware UTC.
    """

    def __init__(
        self,
        camera: CameraId,
        path: Path,
        timezone: tzinfo,
        started_at: datetime | None = None,
        timestamp: str | None = None,
        every: timedelta = timedelta(0),
        after: Cursor | datetime | None = None,
    ) -> None:
        """
        Args:
            camera: the camera's id in coop.yaml.
            path: any format that OpenCV's FFmpeg reads.
            timezone: the coop's; for a start without an offset of its own.
            started_at: capture time of the first frame.
            timestamp: how the file tells that time, where `started_at` is not given: as in a folder of stills.
            every: least time between two frames; the others are passed over undecoded where the format allows it.
            after: where to go on: only frames strictly later than it.

        Raises:
            SourceUnavailable: the file is missing or no video, or nothing tells when it begins.
        """
        self.skipped: list[Skipped] = []
        self.started_at = _start(camera, path, timezone, started_at, timestamp)
        self._camera = camera
        self._path = path
        self._every = every
        self._after = after.captured_at if isinstance(after, Cursor) else after
        self._open().release()

    def __iter__(self) -> Iterator[Frame]:
        capture = self._open()
        try:
            yield from self._frames(capture)
        finally:
            capture.release()

    def _open(self) -> cv2.VideoCapture:
        if not self._path.is_file():
            raise SourceUnavailable(
                f"camera {self._camera}: there is no video {self._path}; "
                "correct `source.path` of this camera in coop.yaml"
            )
        capture = cv2.VideoCapture(str(self._path))
        if not capture.isOpened():
            raise SourceUnavailable(
                f"camera {self._camera}: {self._path} cannot be read as a video; it may be damaged, or not finished yet"
            )
        return capture

    def _frames(self, capture: cv2.VideoCapture) -> Iterator[Frame]:
        read = 0
        last = due = self._after
        while capture.grab():
            read += 1
            position = timedelta(milliseconds=capture.get(cv2.CAP_PROP_POS_MSEC))
            at = self.started_at + position
            if (last is not None and at <= last) or (due is not None and at < due):
                continue
            decoded, picture = capture.retrieve()
            name = f"{self._path.name}@{position.total_seconds():010.3f}"
            if not decoded or picture is None:
                self._skip(name, "this frame of the video cannot be decoded")
                continue
            last, due = at, at + self._every
            yield Frame(self._camera, at, np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8), name)
        self._say_if_short(read, round(capture.get(cv2.CAP_PROP_FRAME_COUNT)))

    def _say_if_short(self, read: int, announced: int) -> None:
        """Some containers announce one frame more than they hold, so that one is forgiven."""
        if read < announced - 1:
            self._skip(self._path.name, f"the video breaks off: it holds {read} of the {announced} frames it announces")

    def _skip(self, name: str, reason: str) -> None:
        self.skipped.append(Skipped(name, reason))
        log.warning("frame.skipped", camera=self._camera, file=str(self._path.with_name(name)), reason=reason)


def _start(
    camera: CameraId, path: Path, timezone: tzinfo, started_at: datetime | None, timestamp: str | None
) -> datetime:
    if started_at is not None:
        return to_utc(started_at, timezone)
    if timestamp in (None, "none"):
        raise SourceUnavailable(
            f"camera {camera}: nothing tells when the video {path} begins; "
            "give `source.started_at`, or `source.timestamp` with the pattern of its name, in coop.yaml"
        )
    try:
        return dating(timestamp, timezone)(path)
    except FrameUnreadable as exc:
        raise SourceUnavailable(f"camera {camera}: when the video {path} begins cannot be told: {exc}") from exc
