"""Tables of who may do what: roles given in Telegram, the link that makes an owner, and menus that were told.

Times are wall time: a guest's days and a link's hours pass at the keeper's, also while the coop's clock is replayed.
"""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from henbot.storage.columns import TelegramId
from henbot.storage.tables import Row


class RoleRow(Row):
    """A role that somebody was given; over at `until`, if that is set. `name` is how the person was called then."""

    __tablename__ = "roles"
    __table_args__ = (Index(None, "role"),)

    user_id: Mapped[TelegramId] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(16))
    name: Mapped[str]
    until: Mapped[datetime | None]
    given_by: Mapped[TelegramId]
    given_at: Mapped[datetime]


class OwnerLinkRow(Row):
    """The link that makes whoever opens it first the owner: only a hash of its secret is kept."""

    __tablename__ = "owner_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[TelegramId | None]


class MenuRow(Row):
    """A list of commands as Telegram was told it last: by bot, scope and language, as a hash of its words."""

    __tablename__ = "menus"

    name: Mapped[str] = mapped_column(String(96), primary_key=True)
    words_sha256: Mapped[str] = mapped_column(String(64))
