"""Who did what that matters: roles given, links used, buttons pressed that were not theirs."""

from datetime import datetime

from sqlalchemy.orm import Session

from henbot.storage.tables import AuditRow


def note(session: Session, actor: int | str, action: str, now: datetime, **details: str | int | None) -> None:
    """Write a line of the audit; `now` is wall time, and no detail may hold a secret."""
    session.add(AuditRow(at=now, actor=str(actor), action=action, details=details))
