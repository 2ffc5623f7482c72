"""When frames of the past are due: at once, or as the coop's clock reaches their times."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Final, Protocol

from henbot.domain.clock import ClockSetting
from henbot.services.coop_clock import set_clock, wall_now
from henbot.storage.database import Database

_GLANCE_S: Final = 0.5
"""How often the clock's setting is looked at while waiting: it may be set again meanwhile."""


class Pace(Protocol):
    """What tells when a frame is due."""

    def wait_until(self, at: datetime) -> bool:
        """Wait until the coop's clock reaches `at`; False if the wait was given up because of a stop."""
        ...


@dataclass(frozen=True, slots=True)
class AtOnce:
    """The frames' own times are the clock: it leaps to what is waited for, and stands still until the next wait."""

    database: Database

    def wait_until(self, at: datetime) -> bool:
        """Set the coop's clock to `at`."""
        with self.database.writing() as session:
            set_clock(session, ClockSetting(origin=at, started=wall_now(), speed=0.0))
            session.commit()
        return True


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
