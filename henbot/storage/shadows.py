"""Tables of versions in shadow, of switches that somebody waits for, and of what befell versions by themselves."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from henbot.storage.tables import ID_LENGTH, Row


class ShadowRow(Row):
    """A stretch in which a version looked on beside the serving one, wall time; open until `ended_at`.

    `pictures` were looked at by both; of `differing` they said different things, counted by question in `hens` (one
    there or none), `names` (both sure who) and `eggs`. `failure` is why it ended by itself.
    """

    __tablename__ = "shadows"
    __table_args__ = (Index(None, "version_id", "id"), Index(None, "ended_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("model_versions.id"))
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    against: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    pictures: Mapped[int] = mapped_column(default=0)
    differing: Mapped[int] = mapped_column(default=0)
    hens: Mapped[int] = mapped_column(default=0)
    names: Mapped[int] = mapped_column(default=0)
    eggs: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None]


class SwitchRow(Row):
    """A switch that an admin asked for, wall time, and the message in which its fate is told until `told_at`."""

    __tablename__ = "switches"
    __table_args__ = (Index(None, "told_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("model_versions.id"))
    asked_by: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    chat_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int | None]
    language: Mapped[str] = mapped_column(String(8))
    told_at: Mapped[datetime | None]


class VersionNoticeRow(Row):
    """What befell a version by itself, wall time: all admins are told, and `told_to` says who was by now.

    `kind` is `fell_back` (it served or was to serve, and the one before does again) or `shadow_dropped`.
    """

    __tablename__ = "version_notices"
    __table_args__ = (Index(None, "told_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("model_versions.id"))
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    reason: Mapped[str]
    back_to: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    told_to: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    told_at: Mapped[datetime | None]
