"""The table of model versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, false
from sqlalchemy.orm import Mapped, mapped_column

from henbot.storage.tables import ID_LENGTH, Row


class ModelVersionRow(Row):
    """A model version: desired is what the admin asked for, serving what runs."""

    __tablename__ = "model_versions"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    folder: Mapped[str]
    manifest: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    desired: Mapped[bool] = mapped_column(default=False)
    serving: Mapped[bool] = mapped_column(default=False)
    failure: Mapped[str | None]
    origin: Mapped[str] = mapped_column(default="trained", server_default="trained")
    report: Mapped[dict[str, Any] | None]
    pinned: Mapped[bool] = mapped_column(default=False, server_default=false())
    served_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
