"""The coop's time: the wall's on an ordinary day, another origin and speed in a replay or demo."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol


class Clock(Protocol):
    """What everything that means coop time asks."""

    def now(self) -> datetime:
        """The coop's present moment, aware UTC."""
        ...


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """A straight line from wall time to coop time.

    Attributes:
        origin: coop time at the wall time `started`, aware UTC.
        started: wall time, aware UTC.
        speed: coop seconds in a wall second; 0 stands still.
    """

    origin: datetime
    started: datetime
    speed: float

    def __post_init__(self) -> None:
        if self.speed < 0:
            raise ValueError(f"the clock's speed must not be negative, got {self.speed}")

    def coop_time(self, wall: datetime) -> datetime:
        """Coop time at a wall time."""
        return self.origin + (wall - self.started) * self.speed

    def wall_time(self, at: datetime) -> datetime | None:
        """Wall time at which the coop reaches `at`; None while the clock stands still."""
        return self.started + (at - self.origin) / self.speed if self.speed else None


WALL = ClockSetting(datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC), 1.0)
"""Coop time is wall time."""


def day_bounds(day: date, timezone: tzinfo) -> tuple[datetime, datetime]:
    """First moment of a day and of the next, UTC; 23 to 25 hours apart where clocks change."""
    start = datetime.combine(day, time.min, timezone)
    end = datetime.combine(day + timedelta(days=1), time.min, timezone)
    return start.astimezone(UTC), end.astimezone(UTC)
