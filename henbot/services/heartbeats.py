"""Signs of life, for health checks."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from henbot.storage.tables import HeartbeatRow

BEAT_EVERY = timedelta(seconds=20)
DEAD_AFTER = timedelta(seconds=90)
"""A process is taken for dead after some four beats that did not come."""


def beat(session: Session, name: str, now: datetime, details: Mapping[str, Any] | None = None) -> None:
    """Note that a process lives, at a wall time."""
    session.merge(HeartbeatRow(name=name, at=now, details=dict(details or {})))


def is_alive(session: Session, name: str, now: datetime) -> bool:
    """Whether a process gave a sign of life lately."""
    row = session.get(HeartbeatRow, name)
    return row is not None and now - row.at <= DEAD_AFTER
