"""People who talk with the bot, and the language that each chose."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.storage.tables import SubscriberRow

NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody who writes to the bot, as Telegram tells of them now.

    Attributes:
        username: without its @; people may have none, and change it.
        language: of their Telegram (BCP 47).
    """

    user_id: int
    name: str
    username: str | None = None
    language: str | None = None


def meet(session: Session, met: Met, now: datetime) -> None:
    """Note how a person is called, and in which language to write to them first."""
    remember(session, met.user_id, met.name, now)
    session.flush()
    username = met.username.lower() if met.username else None
    if username:
        for before in session.execute(select(SubscriberRow).where(SubscriberRow.username == username)).scalars():
            before.username = None  # it has passed on to another
    row = session.get_one(SubscriberRow, met.user_id)
    row.username, row.telegram_language = username, met.language[:16] if met.language else None


def person_called(session: Session, username: str) -> Met | None:
    """Who goes by a username (with or without its @), of those who have written to the bot."""
    query = select(SubscriberRow).where(SubscriberRow.username == username.removeprefix("@").lower())
    row = session.execute(query).scalars().first()
    return Met(row.user_id, row.name, row.username, row.telegram_language) if row else None


def language_in_telegram(session: Session, user_id: int) -> str | None:
    """The language of somebody's Telegram, as it was told last."""
    row = session.get(SubscriberRow, user_id)
    return row.telegram_language if row else None


def remember(session: Session, user_id: int, name: str, now: datetime) -> None:
    """Note a person, or the name by which they go now."""
    row = session.get(SubscriberRow, user_id)
    if row is None:
        session.add(SubscriberRow(user_id=user_id, name=name[:NAME_LENGTH], language=None, since=now))
    elif row.name != name[:NAME_LENGTH]:
        row.name = name[:NAME_LENGTH]


def chosen_language(session: Session, user_id: int) -> str | None:
    """The language that a person chose; None until then."""
    row = session.get(SubscriberRow, user_id)
    return row.language if row else None


def choose_language(session: Session, user_id: int, name: str, language: str, now: datetime) -> None:
    """Note the language in which a person wants to be answered."""
    remember(session, user_id, name, now)
    session.flush()
    session.get_one(SubscriberRow, user_id).language = language


def name_of(session: Session, user_id: int) -> str | None:
    """The name by which a person goes in Telegram; None of one who never wrote."""
    row = session.get(SubscriberRow, user_id)
    return row.name if row else None
