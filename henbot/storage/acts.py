"""Tables of acts, which are what people did that can be taken back, and of the labels that some of them told."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from henbot.storage.columns import TelegramId
from henbot.storage.tables import ID_LENGTH, Row


class ActRow(Row):
    """What somebody did, wall time; it stands until it is undone, and is never forgotten."""

    __tablename__ = "acts"
    __table_args__ = (Index(None, "by", "undone_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    by: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    details: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(BigInteger)


class LabelRow(Row):
    """What a person said of a picture, and the act by which it was said (None: by a program that fills databases)."""

    __tablename__ = "labels"
    __table_args__ = (Index(None, "nest_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    nest_id: Mapped[str] = mapped_column(ForeignKey("nests.id"))
    at: Mapped[datetime]
    media_sha256: Mapped[str | None] = mapped_column(ForeignKey("media.sha256"), index=True)
    visit_id: Mapped[str | None] = mapped_column(ForeignKey("visits.id"))
    act_id: Mapped[int | None] = mapped_column(ForeignKey("acts.id"), index=True)
    field: Mapped[str]
    value: Mapped[str]
    said_by: Mapped[TelegramId]
    said_at: Mapped[datetime]
    model_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    undone_at: Mapped[datetime | None]
