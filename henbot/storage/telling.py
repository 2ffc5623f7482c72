"""Tables of who is told what: chats' policies, the eggs that a message tells, and requests on their way."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text, true
from sqlalchemy.orm import Mapped, mapped_column

from henbot.storage.columns import TelegramId
from henbot.storage.tables import ID_LENGTH, PostRow, Row

_DUE = text("wanted_revision > sent_revision")

Index("ix_posts_due", PostRow.chat_id, PostRow.id, sqlite_where=_DUE, postgresql_where=_DUE)
"""The few posts that want to be sent, among all that ever were."""


class ChatPolicyRow(Row):
    """What a chat of the bot's wants to hear of; see `henbot.domain.policies.Policy`. Times of day are `HH:MM`.

    `subscribed_at` is None where a policy was chosen and nothing is sent. `language` is Telegram's word at that time,
    for a person who has chosen none. `corrects`: of an admin, each bout is told here to be corrected.
    """

    __tablename__ = "chat_policies"

    chat_id: Mapped[TelegramId] = mapped_column(primary_key=True)
    kind: Mapped[str]
    least_confidence: Mapped[float]
    unknown_only: Mapped[bool]
    rings: Mapped[bool]
    cooldown_s: Mapped[float]
    quiet: Mapped[str | None]
    digest: Mapped[bool]
    digest_at: Mapped[str | None]
    weekly: Mapped[bool]
    subscribed_at: Mapped[datetime | None]
    language: Mapped[str | None] = mapped_column(String(16))
    corrects: Mapped[bool] = mapped_column(default=True, server_default=true())
    theme: Mapped[str] = mapped_column(String(8), default="auto", server_default="auto")


class EggPostRow(Row):
    """Which message of a chat tells of an egg; several eggs may share one. `at` is when that was decided, coop time."""

    __tablename__ = "egg_posts"
    __table_args__ = (Index(None, "post_id"), Index(None, "event_id"))

    chat_id: Mapped[TelegramId] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    at: Mapped[datetime]


class SendingRow(Row):
    """A new message that is on its way: if its process dies, it is not known whether it arrived. Wall time."""

    __tablename__ = "sendings"

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    since: Mapped[datetime]


class EggProofRow(Row):
    """The picture that proves an egg: the nest before and after side by side, or what there is of them."""

    __tablename__ = "egg_proofs"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    media_sha256: Mapped[str] = mapped_column(String(64), ForeignKey("media.sha256"))


class MissedBoutRow(Row):
    """A bout that came and went while the bot was off, and the one message that tells a chat of all of them."""

    __tablename__ = "missed_bouts"
    __table_args__ = (Index(None, "post_id"),)

    chat_id: Mapped[TelegramId] = mapped_column(primary_key=True)
    bout_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("bouts.id"), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))


class DigestPictureRow(Row):
    """The chart of a digest in one language, with a theme behind it where one was chosen (`en-dark`)."""

    __tablename__ = "digest_pictures"

    subject: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    media_sha256: Mapped[str] = mapped_column(String(64), ForeignKey("media.sha256"))
