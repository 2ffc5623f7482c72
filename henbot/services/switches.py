"""Switches that admins asked for in a chat, until they were told there how it went."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.services.jobs import ToldIn
from henbot.storage.shadows import SwitchRow


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch whose fate is still to be told.

    Attributes:
        asked_at: wall time.
        message_id: of the message in which it is told; None where none was sent.
    """

    id: int
    version: str
    asked_by: int
    asked_at: datetime
    chat_id: int
    message_id: int | None
    language: str


def begin_switch(session: Session, version: str, by: int, now: datetime, chat_id: int, language: str) -> int:
    """Note that somebody asked for a version, and where they wait for the answer; the switch's id."""
    row = SwitchRow(version_id=version, asked_by=by, asked_at=now, chat_id=chat_id, language=language)
    session.add(row)
    session.flush()
    return row.id


def tell_switch_in(session: Session, switch: int, message_id: int) -> None:
    """Note in which message a switch's fate is told."""
    session.get_one(SwitchRow, switch).message_id = message_id


def untold_switches(session: Session, version: str | None = None) -> list[Switch]:
    """Switches whose fate is to be told, the oldest first; those to one version, or all."""
    query = select(SwitchRow).where(SwitchRow.told_at.is_(None)).order_by(SwitchRow.id)
    query = query.where(SwitchRow.version_id == version) if version is not None else query
    return [_switch(row) for row in session.execute(query).scalars()]


def end_switch(session: Session, switch: int, now: datetime) -> None:
    """Note that a switch's fate was told."""
    session.get_one(SwitchRow, switch).told_at = now


def told_in(switch: Switch) -> ToldIn | None:
    """The message in which it is told."""
    return None if switch.message_id is None else ToldIn(switch.chat_id, switch.message_id, switch.language)


def _switch(row: SwitchRow) -> Switch:
    return Switch(row.id, row.version_id, row.asked_by, row.asked_at, row.chat_id, row.message_id, row.language)
