"""Cameras that are there now: network streams, USB, and stills at an address. Wall time is their time.

A camera that is away raises nothing: it is tried again with growing pauses, and said once to be silent.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from threading import Event, Thread
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    OpenerDirector,
    build_opener,
)

import cv2
import numpy as np
import structlog
from numpy.typing import NDArray

from detector.frame import Frame
from detector.sources import Skipped
from detector.sources.stills import decode
from henbot.domain.errors import FrameUnreadable, SourceUnavailable
from henbot.domain.observations import CameraId

log = structlog.get_logger(__name__)

FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(minutes=1)
_STILL_PATIENCE_S: Final = 4.0
_STREAM_PATIENCE_S: Final = 8.0
"""How long a camera may take to answer before it counts as away; a stream begins with a key frame, seconds apart."""
_LARGEST_STILL: Final = 32 * 1024 * 1024


class LiveCamera(ABC):
    """A camera that is connected to again and again, until it is stopped.

    Attributes:
        skipped: pictures that came and could not be read; the newest hundred.
    """

    def __init__(self, camera: CameraId, every: timedelta) -> None:
        self.skipped: list[Skipped] = []
        self._camera = camera
        self._every_s = every.total_seconds()
        self._stopped = Event()

    def stop(self) -> None:
        """End the iteration soon; safe from another thread."""
        self._stopped.set()

    def __iter__(self) -> Iterator[Frame]:
        pause, silent = FIRST_PAUSE, False
        while not self._stopped.is_set():
            try:
                for frame in self._session():
                    if silent:
                        log.info("camera.back", camera=self._camera)
                    pause, silent = FIRST_PAUSE, False
                    yield frame
            except SourceUnavailable as exc:
                if not silent:
                    log.warning("camera.silent", camera=self._camera, reason=str(exc))
                silent = True
            self._stopped.wait(pause.total_seconds())
            pause = min(2 * pause, LONGEST_PAUSE)

    @abstractmethod
    def _session(self) -> Iterator[Frame]:
        """Frames of one connection until `stop()`; raises SourceUnavailable when it cannot be made or breaks off."""

    def _frame(self, pixels: NDArray[np.uint8], at: datetime) -> Frame:
        return Frame(self._camera, at, pixels, f"{at:%Y%m%dT%H%M%S.%fZ}")

    def _skip(self, at: datetime, reason: str) -> None:
        self.skipped[:] = [*self.skipped[-99:], Skipped(f"{at:%Y%m%dT%H%M%S.%fZ}", reason)]
        log.warning("frame.skipped", camera=self._camera, reason=reason)


class SnapshotSource(LiveCamera):
    """A camera that gives a still at an HTTP address.

    A still that is byte for byte the one before is the camera's old picture, not a new look, and is left out: a frozen
    camera falls silent instead of showing a quiet nest.
    """

    def __init__(self, camera: CameraId, url: str, every: timedelta = timedelta(seconds=10)) -> None:
        """
        Args:
            camera: the camera's id in coop.yaml.
            url: http or https; user and password in it are used for basic or digest authentication, and never logged.
            every: time between two pictures.
        """
        super().__init__(camera, every)
        self._url, self._opener = _without_password(url)
        self._previous = b""

    def _session(self) -> Iterator[Frame]:
        while not self._stopped.is_set():
            encoded, at = self._fetch(), datetime.now(UTC)
            if encoded != self._previous:
                self._previous = encoded
                try:
                    pixels = decode(encoded)
                except FrameUnreadable as exc:
                    self._skip(at, str(exc))
                else:
                    yield self._frame(pixels, at)
            self._stopped.wait(self._every_s)

    def _fetch(self) -> bytes:
        try:
            with self._opener.open(self._url, timeout=_STILL_PATIENCE_S) as answer:
                return bytes(answer.read(_LARGEST_STILL))
        except (OSError, HTTPException, ValueError) as exc:
            # The error's own text may quote the address with its query, where cameras take passwords too.
            host = urlsplit(self._url).hostname
            code = getattr(exc, "code", None)
            why = f"it answers HTTP {code}" if code else f"no answer ({type(exc).__name__})"
            raise SourceUnavailable(f"camera {self._camera} at {host}: {why}") from exc


class StreamSource(LiveCamera):
    """A network stream (RTSP) or a camera at this machine.

    A thread of its own takes every frame off the connection, so that whoever reads slowly gets the newest one and not
    a backlog; only frames that are asked for are converted.
    """

    def __init__(self, camera: CameraId, address: str | int, every: timedelta = timedelta(milliseconds=200)) -> None:
        """
        Args:
            camera: the camera's id in coop.yaml.
            address: an rtsp URL, a device's path, or its number; a password in it is never logged.
            every: least time between two frames.
        """
        super().__init__(camera, every)
        self._address = address

    def _session(self) -> Iterator[Frame]:
        tap = _Tap(self._open())
        try:
            while not self._stopped.is_set():
                taken = tap.newest()
                if taken is None:
                    raise SourceUnavailable(f"camera {self._camera}: the stream broke off")
                yield self._frame(*taken)
                self._stopped.wait(self._every_s)
        finally:
            tap.close()

    def _open(self) -> cv2.VideoCapture:
        patience = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(_STREAM_PATIENCE_S * 1000)]
        patience += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(_STREAM_PATIENCE_S * 1000)]
        # OpenCV would print the address, and with it the password, to standard error.
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        if isinstance(self._address, str) and "://" in self._address:
            capture = cv2.VideoCapture(self._address, cv2.CAP_FFMPEG, patience)
        else:
            capture = cv2.VideoCapture(self._address)
        if not capture.isOpened():
            capture.release()
            raise SourceUnavailable(f"camera {self._camera}: it cannot be opened; is it on, and its address right?")
        return capture


class _Tap:
    """Keeps a connection drained; hands out the next frame that comes after it is asked for one."""

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture = capture
        self._wanted, self._served, self._closing = Event(), Event(), Event()
        self._taken: tuple[NDArray[np.uint8], datetime] | None = None
        self._thread = Thread(target=self._drain, name="camera", daemon=True)
        self._thread.start()

    def newest(self) -> tuple[NDArray[np.uint8], datetime] | None:
        """Pixels (height, width, 3) uint8 RGB and their time; None once the connection is gone."""
        self._served.clear()
        self._wanted.set()
        if not self._thread.is_alive():
            return None
        return self._taken if self._served.wait(_STREAM_PATIENCE_S) else None

    def close(self) -> None:
        """End the thread, which then lets the connection go: a read in another thread must not be cut off."""
        self._closing.set()

    def _drain(self) -> None:
        while not self._closing.is_set() and self._capture.grab():
            if not self._wanted.is_set():
                continue
            at = datetime.now(UTC)
            decoded, picture = self._capture.retrieve()
            if decoded and picture is not None:
                self._wanted.clear()
                self._taken = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8), at
                self._served.set()
        self._taken = None
        self._served.set()
        self._capture.release()


def _without_password(url: str) -> tuple[str, OpenerDirector]:
    """The address without user and password, and an opener that knows them."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    bare = urlunsplit(parts._replace(netloc=host))
    if parts.username is None:
        return bare, build_opener()
    known = HTTPPasswordMgrWithDefaultRealm()
    known.add_password(None, bare, unquote(parts.username), unquote(parts.password or ""))
    return bare, build_opener(HTTPDigestAuthHandler(known), HTTPBasicAuthHandler(known))
