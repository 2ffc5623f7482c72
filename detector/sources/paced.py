"""Frames of the past, delivered as if a live camera took them on the coop's clock."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Event
from typing import Final, Protocol

from detector.frame import Frame
from detector.sources import FrameSource
from henbot.domain.clock import ClockSetting

_GLANCE_S: Final = 0.5
"""How often the clock's setting is looked at while waiting: it may be set again meanwhile."""


class Pace(Protocol):
    """What tells when a frame is due."""

    def now(self) -> datetime:
        """The coop's present moment, aware UTC."""
        ...

    def wait_until(self, at: datetime) -> bool:
        """Wait until the coop's clock reaches `at`; False if the wait was given up because of a stop."""
        ...


class Paced:
    """A source whose frames come no earlier than their time; those that are already past come at once.

    The next frame is read and decoded before the wait, so that it is ready when it is due.
    """

    def __init__(self, source: FrameSource, pace: Pace) -> None:
        self._source = source
        self._pace = pace

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._source:
            if not self._pace.wait_until(frame.captured_at):
                return
            yield frame


class CoopPace:
    """The pace of the coop's clock as it is set; a clock that stands still makes frames wait."""

    def __init__(self, setting: Callable[[], ClockSetting], stopped: Event) -> None:
        """
        Args:
            setting: asked again and again, so it should be quick.
            stopped: ends every wait.
        """
        self._setting = setting
        self._stopped = stopped

    def now(self) -> datetime:
        """The coop's present moment, aware UTC."""
        return self._setting().coop_time(datetime.now(UTC))

    def wait_until(self, at: datetime) -> bool:
        """Wait until the coop's clock reaches `at`; False if it was stopped before."""
        while not self._stopped.is_set():
            setting, wall = self._setting(), datetime.now(UTC)
            if setting.coop_time(wall) >= at:
                return True
            due = setting.wall_time(at)
            self._stopped.wait(_GLANCE_S if due is None else min(_GLANCE_S, (due - wall).total_seconds()))
        return False
