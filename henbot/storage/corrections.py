"""Table of what people said of visits against the model's word."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from henbot.storage.tables import ID_LENGTH, Row


class CorrectionRow(Row):
    """What somebody said of a visit: whose it was, or whether it brought an egg; the newest that stands is true.

    It is never changed, only undone with its act. `visit_at` is the visit's beginning and `said_at` coop time;
    `event_id` is the egg that stands for what was told, where none was counted.
    """

    __tablename__ = "corrections"
    __table_args__ = (Index(None, "nest_id", "visit_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    act_id: Mapped[int] = mapped_column(ForeignKey("acts.id"), index=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), index=True)
    nest_id: Mapped[str] = mapped_column(ForeignKey("nests.id"))
    visit_at: Mapped[datetime]
    field: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(ID_LENGTH))
    said_by: Mapped[int] = mapped_column(BigInteger)
    said_at: Mapped[datetime]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    undone_at: Mapped[datetime | None]
