"""The table of glimpses: pictures of visits that are kept to learn from."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from henbot.storage.tables import Row


class GlimpseRow(Row):
    """A picture of the one hen of a visit; whoever names her tells it of all of them."""

    __tablename__ = "glimpses"
    __table_args__ = (UniqueConstraint("visit_id", "at"), Index(None, "at"), Index(None, "media_sha256"))

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"))
    at: Mapped[datetime]
    media_sha256: Mapped[str] = mapped_column(ForeignKey("media.sha256"))
