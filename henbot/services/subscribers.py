"""People who talk with the bot, and the language that each chose."""

from datetime import datetime

from sqlalchemy.orm import Session

from henbot.storage.tables import SubscriberRow

NAME_LENGTH = 255


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
