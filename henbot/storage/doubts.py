"""The table of pictures of which the detector is not sure, or of which two versions say different things."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from henbot.storage.tables import ID_LENGTH, Row


class DoubtRow(Row):
    """A picture worth asking about, coop time: `reason` is `disagreement` or `uncertain`, `model_id` who doubts.

    `details` of a disagreement has what each version said, under `serving` and `shadow`.
    """

    __tablename__ = "doubts"
    __table_args__ = (Index(None, "nest_id", "at"), Index(None, "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    nest_id: Mapped[str] = mapped_column(ForeignKey("nests.id"))
    at: Mapped[datetime]
    media_sha256: Mapped[str] = mapped_column(ForeignKey("media.sha256"), index=True)
    visit_id: Mapped[str | None] = mapped_column(ForeignKey("visits.id"))
    reason: Mapped[str] = mapped_column(String(16))
    model_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    details: Mapped[dict[str, Any]]
