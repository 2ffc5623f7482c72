"""The coop's clock as it stands in the database, which both processes follow."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from henbot.domain.clock import WALL, ClockSetting
from henbot.storage.database import Database
from henbot.storage.tables import ClockRow


def wall_now() -> datetime:
    """Wall time, aware UTC."""
    return datetime.now(UTC)


def clock_setting(session: Session) -> ClockSetting:
    """How coop time follows wall time; the same unless a replay or demo has set it."""
    row = session.get(ClockRow, 1)
    return ClockSetting(row.origin, row.started, row.speed) if row else WALL


def set_clock(session: Session, setting: ClockSetting | None) -> None:
    """Set the coop's clock; None puts it back to wall time."""
    if setting is None:
        row = session.get(ClockRow, 1)
        if row:
            session.delete(row)
        return
    session.merge(ClockRow(id=1, origin=setting.origin, started=setting.started, speed=setting.speed))


@dataclass(frozen=True, slots=True)
class CoopClock:
    """A `Clock` that reads its setting from the database each time it is asked."""

    database: Database
    wall: Callable[[], datetime] = wall_now

    def now(self) -> datetime:
        """The coop's present moment, aware UTC."""
        with self.database.reading() as session:
            return clock_setting(session).coop_time(self.wall())
