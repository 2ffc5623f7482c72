"""Who did what that matters: what was said, switched, trained and given, and what was tried that was not theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.storage.tables import AuditRow


class AuditAction(StrEnum):
    """What is written down; each has a phrase `log-…` in every language.

    Acts (`henbot.services.acts.ActKind`) and jobs (`henbot.services.jobs.JobKind`) are here by their names.
    """

    ACT_LABEL = "act.label"
    ACT_CORRECTION = "act.correction"
    ACT_HEN_ADDED = "act.hen_added"
    ACT_HEN_RENAMED = "act.hen_renamed"
    ACT_HEN_RETIRED = "act.hen_retired"
    ACT_HENS_MERGED = "act.hens_merged"
    ACT_UNDONE = "act.undone"
    JOB_TRAIN = "job.train"
    JOB_IMPORT = "job.import"
    JOB_EXPORT = "job.export"
    JOB_ADD_HEN = "job.add_hen"
    JOB_COMPARE = "job.compare"
    JOB_EXPLAIN = "job.explain"
    JOB_CHOOSE = "job.choose"
    JOB_STOP = "job.stop"
    MODEL_SWITCH = "model.switch"
    MODEL_PIN = "model.pin"
    MODEL_UNPIN = "model.unpin"
    MODEL_REMOVE = "model.remove"
    MODEL_SHADOW = "model.shadow"
    MODEL_UNSHADOW = "model.unshadow"
    MODEL_FELL_BACK = "model.fell_back"
    MODEL_SHADOW_DROPPED = "model.shadow_dropped"
    ROLE_GIVEN = "role.given"
    ROLE_TAKEN = "role.taken"
    OWNER_LINK_MADE = "owner_link.made"
    OWNER_LINK_CLOSED = "owner_link.closed"
    OWNER_LINK_REFUSED = "owner_link.refused"
    PRESS_REFUSED = "press.refused"
    PRESS_UNKNOWN = "press.unknown"
    COMMAND_REFUSED = "command.refused"


PROGRAM = "henbot"
"""The actor of what nobody did: the program did it by itself."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A line of the audit.

    Attributes:
        at: wall time.
        actor: a person's id, or `PROGRAM`.
        action: an `AuditAction`, or a word of an earlier time.
    """

    id: int
    at: datetime
    actor: str
    action: str
    details: Mapping[str, Any]


def note(session: Session, actor: int | str, action: AuditAction, now: datetime, **details: str | int | None) -> None:
    """Write a line of the audit; `now` is wall time, and no detail may hold a secret."""
    session.add(AuditRow(at=now, actor=str(actor), action=action.value, details=details))


def audit_lines(
    session: Session,
    since: datetime | None,
    until: datetime | None,
    before: int | None = None,
    limit: int | None = None,
) -> list[AuditLine]:
    """What was written down in [since, until), the newest first.

    Args:
        before: only what was written before the line of this number.
        limit: at most so many; None for all.
    """
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    query = query.where(AuditRow.at >= since) if since else query
    query = query.where(AuditRow.at < until) if until else query
    query = query.where(AuditRow.id < before) if before is not None else query
    rows = session.execute(query).scalars()
    return [AuditLine(row.id, row.at, row.actor, row.action, row.details) for row in rows]
