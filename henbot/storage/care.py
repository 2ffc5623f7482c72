"""Tables of care hints: what was found, which admins were told, and what they said to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from henbot.storage.columns import TelegramId
from henbot.storage.tables import ID_LENGTH, Row


class CareHintRow(Row):
    """A hint, unique by kind, hen and episode; times are the coop's.

    `hen_id` is empty where it is about no one hen. `decision` is None until somebody pressed a button; `until` is how
    long that counts (quiet after "not so", asleep after "later", left alone after "let her sit").
    """

    __tablename__ = "care_hints"
    __table_args__ = (
        UniqueConstraint("kind", "hen_id", "episode"),
        Index(None, "found_at"),
        Index(None, "kind", "hen_id", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    hen_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    episode: Mapped[str] = mapped_column(String(128))
    sure: Mapped[bool]
    facts: Mapped[dict[str, Any]]
    bout_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    found_at: Mapped[datetime]
    told_from: Mapped[datetime]
    decision: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[TelegramId | None]
    decided_at: Mapped[datetime | None]
    until: Mapped[datetime | None]


class CarePostRow(Row):
    """A hint that an admin was sent, coop time. Written before it is sent: a restart repeats none.

    `message_id` is None until Telegram answered, and `has_picture` says whether its text is a caption.
    """

    __tablename__ = "care_posts"
    __table_args__ = (Index(None, "chat_id", "sent_at"),)

    hint_id: Mapped[int] = mapped_column(ForeignKey("care_hints.id"), primary_key=True)
    chat_id: Mapped[TelegramId] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime]
    message_id: Mapped[int | None]
    has_picture: Mapped[bool]
