"""Where frames come from: folders of stills, video files, network and USB cameras.

Every source is an iterable of frames in capture order and nothing else, so that a replay and a live camera look the
same to whoever reads it. One bad picture never ends a source: it is skipped, counted and logged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from detector.frame import Frame


class FrameSource(Protocol):
    """One camera's frames, each strictly later than the one before by (capture time, name)."""

    def __iter__(self) -> Iterator[Frame]: ...


class LiveSource(FrameSource, Protocol):
    """A source without an end of its own: it goes on until somebody stops it."""

    def stop(self) -> None:
        """End the iteration soon; may be called from another thread or a signal handler, and more than once."""


class Cursor(NamedTuple):
    """The last frame that was dealt with; the name breaks the tie of frames within one second."""

    captured_at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or frame that was passed over, and why, in words for the keeper."""

    name: str
    reason: str
