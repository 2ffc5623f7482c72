"""The table of jobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from henbot.storage.columns import TelegramId
from henbot.storage.tables import Row


class JobRow(Row):
    """Work that the bot asks of the detector's side; `lease` is a word that only the process that does it knows."""

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    state: Mapped[str]
    phase: Mapped[str] = mapped_column(default="", server_default="")
    progress: Mapped[float] = mapped_column(default=0.0)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    lease: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]
    failure: Mapped[str | None]
    asked_by: Mapped[TelegramId | None]
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
