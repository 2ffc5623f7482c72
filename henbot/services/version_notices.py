"""What befell versions by themselves, for all admins to be told, however often the bot is started anew meanwhile."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.services.audit import PROGRAM, AuditAction, note
from henbot.storage.shadows import VersionNoticeRow

MOST_WORDS = 255
TOLD_FOR = timedelta(days=3)
"""An admin who cannot be reached for so long is told no more."""


class NoticeKind(StrEnum):
    """What befell a version: it was given up while it served, or its shadow was ended."""

    FELL_BACK = "fell_back"
    SHADOW_DROPPED = "shadow_dropped"


@dataclass(frozen=True, slots=True)
class Notice:
    """What befell a version.

    Attributes:
        at: wall time.
        back_to: the version that serves again; None for the shipped one.
        told_to: ids of admins who know.
    """

    id: int
    version: str
    kind: NoticeKind
    at: datetime
    reason: str
    back_to: str | None
    told_to: tuple[int, ...]


def add_notice(
    session: Session, version: str, kind: NoticeKind, reason: str, at: datetime, *, back_to: str | None = None
) -> None:
    """Write what befell a version, here and in the audit."""
    kept = reason[:MOST_WORDS]
    session.add(VersionNoticeRow(version_id=version, kind=kind.value, at=at, reason=kept, back_to=back_to, told_to=[]))
    note(session, PROGRAM, AuditAction(f"model.{kind.value}"), at, version=version, reason=kept, back_to=back_to)


def untold_notices(session: Session) -> list[Notice]:
    """What not all admins know yet, the oldest first."""
    query = select(VersionNoticeRow).where(VersionNoticeRow.told_at.is_(None)).order_by(VersionNoticeRow.id)
    return [_notice(row) for row in session.execute(query).scalars()]


def note_told(session: Session, notice: int, user_id: int) -> None:
    """Note that an admin knows."""
    row = session.get_one(VersionNoticeRow, notice)
    row.told_to = sorted({*row.told_to, user_id})


def knows_of(session: Session, user_id: int, version: str, since: datetime) -> None:
    """Note that an admin was told in another way what befell a version since a moment."""
    query = select(VersionNoticeRow).where(VersionNoticeRow.version_id == version, VersionNoticeRow.at >= since)
    for row in session.execute(query).scalars():
        row.told_to = sorted({*row.told_to, user_id})


def end_notice(session: Session, notice: int, admins: Collection[int], now: datetime) -> bool:
    """Note that all admins know, or that those who do not were tried for long enough; False where some are to come."""
    row = session.get_one(VersionNoticeRow, notice)
    if set(admins) <= set(row.told_to) or now - row.at > TOLD_FOR:
        row.told_at = now
    return row.told_at is not None


def _notice(row: VersionNoticeRow) -> Notice:
    told = tuple(int(user) for user in row.told_to)
    return Notice(row.id, row.version_id, NoticeKind(row.kind), row.at, row.reason, row.back_to, told)
