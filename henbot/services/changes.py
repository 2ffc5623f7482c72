"""How the bot learns that something was recorded: a signal that wakes it, and a mark of how far it has read."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from henbot.storage.database import Database
from henbot.storage.tables import ChangeRow, MarkRow

MARK = "changes"
"""Name of the mark: the newest change that was fanned out to posts."""

BOUT, EGG = "bout", "egg"
"""Subjects of changes: a bout by its id, eggs that were seen by the id of their event."""

POLL_S = 0.2
"""How often SQLite is asked whether somebody else wrote; one PRAGMA takes some 10 microseconds."""

POLL_ELSEWHERE_S = 1.0
"""How often another database is asked for its newest change."""


class Signal:
    """Wakes who waits when another connection has written to the database.

    On SQLite it polls `PRAGMA data_version` on a connection of its own, elsewhere the newest change's id. Nothing is
    missed between two waits: the version seen last is kept. To be closed when done.
    """

    def __init__(self, database: Database, every_s: float | None = None) -> None:
        self._is_sqlite = database.engine.dialect.name == "sqlite"
        self._every_s = every_s or (POLL_S if self._is_sqlite else POLL_ELSEWHERE_S)
        # The raw connection begins no transaction: within one, SQLite's version would stand still.
        self._raw: Any = database.engine.raw_connection() if self._is_sqlite else None
        self._database = database
        self._seen = self._version()

    async def wait(self, timeout_s: float) -> bool:
        """Wait for news; True if there are any, False after `timeout_s` seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout_s
        while True:
            version = self._version() if self._is_sqlite else await asyncio.to_thread(self._version)
            if version != self._seen:
                self._seen = version
                return True
            left_s = end - loop.time()
            if left_s <= 0:
                return False
            await asyncio.sleep(min(self._every_s, left_s))

    def close(self) -> None:
        """Give the connection back."""
        if self._raw is not None:
            self._raw.close()
            self._raw = None

    def _version(self) -> int:
        if self._raw is not None:
            cursor = self._raw.cursor()
            try:
                return int(cursor.execute("PRAGMA data_version").fetchone()[0])
            finally:
                cursor.close()
        with self._database.engine.connect() as connection:
            return int(connection.execute(text("SELECT coalesce(max(id), 0) FROM changes")).scalar_one())


@dataclass(frozen=True, slots=True)
class Change:
    """The newest revision of one subject among the changes after a mark.

    Attributes:
        at: coop time of that revision.
    """

    subject: str
    subject_id: str
    revision: int
    at: datetime


def mark(session: Session, name: str = MARK) -> int:
    """The id of the newest change that was read; 0 before the first."""
    row = session.get(MarkRow, name)
    return row.value if row else 0


def newest_change(session: Session) -> int:
    """The newest change's id; 0 where there is none."""
    return session.execute(select(func.max(ChangeRow.id))).scalar_one() or 0


def set_mark(session: Session, change_id: int, name: str = MARK) -> None:
    """Note how far changes have been read."""
    session.merge(MarkRow(name=name, value=change_id))


def changes_after(
    session: Session, after: int, until: int, subjects: Iterable[str], since: datetime | None = None
) -> list[Change]:
    """The newest revision of each subject with a change in (after, until], in the order of their first such change.

    Args:
        since: coop time; changes that were made earlier are left out.
    """
    query = (
        select(ChangeRow.subject, ChangeRow.subject_id, func.max(ChangeRow.revision), func.max(ChangeRow.at))
        .where(ChangeRow.id > after, ChangeRow.id <= until, ChangeRow.subject.in_(list(subjects)))
        .group_by(ChangeRow.subject, ChangeRow.subject_id)
        .order_by(func.min(ChangeRow.id))
    )
    if since is not None:
        query = query.where(ChangeRow.at >= since)
    return [Change(subject, key, revision, at) for subject, key, revision, at in session.execute(query)]
