"""Tables of what people told: eggs taken and found, and treatments after which eggs are not eaten.

What was told is never changed, only undone: who said it, and when, stays.
"""

from datetime import date, datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from henbot.storage.columns import TelegramId
from henbot.storage.tables import ID_LENGTH, Row


class CollectionRow(Row):
    """Eggs that somebody took; `everything` where all that lay there were."""

    __tablename__ = "collections"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    eggs: Mapped[int]
    everything: Mapped[bool]
    said_by: Mapped[TelegramId]
    said_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class FoundEggRow(Row):
    """An egg found outside the nests, of a hen where she is known."""

    __tablename__ = "found_eggs"
    __table_args__ = (Index(None, "at"), Index(None, "hen_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    hen_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    place: Mapped[str]
    said_by: Mapped[TelegramId]
    said_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class TreatmentRow(Row):
    """A treatment of a hen, or of all of them (no hen); her eggs are not eaten before `free_from`."""

    __tablename__ = "treatments"
    __table_args__ = (Index(None, "free_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hen_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    what: Mapped[str]
    given_on: Mapped[date]
    free_from: Mapped[date]
    said_by: Mapped[TelegramId]
    said_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
