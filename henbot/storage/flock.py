"""Tables of hens that come and turn out to be one: pictures sent of a new hen, and what merging changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from henbot.storage.tables import ID_LENGTH, Row


class MergedRow(Row):
    """What a row of another table said before two hens turned out to be one: `place` names the table, `key` the row.

    It stands for as long as a merging that changed the row does; `original` is JSON.
    """

    __tablename__ = "merged_rows"

    place: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    original: Mapped[Any] = mapped_column(JSON)


class HenDraftRow(Row):
    """A new hen of whom an admin is sending pictures, wall time; `state` is where that stands."""

    __tablename__ = "hen_drafts"
    __table_args__ = (Index(None, "by", "state"), Index(None, "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    by: Mapped[int] = mapped_column(BigInteger)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int | None]
    name: Mapped[str]
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16))
    job_id: Mapped[int | None]
    opened_at: Mapped[datetime]


class HenPhotoRow(Row):
    """A picture of a new hen: sent by a person, or (`own`) one of a nest's own, of which nest and time are known.

    `state` is `waiting` until it was looked at, then `taken` or `refused` for a `reason`; `box` is where the bird is,
    in parts of the picture, and `likeness` the known hen that it looks like. `hen_id` and `act_id` once she was added.
    """

    __tablename__ = "hen_photos"
    __table_args__ = (UniqueConstraint("draft_id", "media_sha256"), Index(None, "hen_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("hen_drafts.id"))
    hen_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    act_id: Mapped[int | None] = mapped_column(ForeignKey("acts.id"))
    media_sha256: Mapped[str] = mapped_column(ForeignKey("media.sha256"))
    own: Mapped[bool] = mapped_column(default=False, server_default=false())
    nest_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    visit_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(16))
    box: Mapped[list[Any] | None]
    likeness: Mapped[str | None] = mapped_column(String(ID_LENGTH))
