"""What people do that can be taken back: labels, corrections, hens added, renamed, retired and merged.

An act is written once and never changed; whoever takes it back marks it. What follows from acts is read from those
that stand, the newest first, so that taking one back restores what the ones before it said, in whatever order people
do and undo. Each kind of act has its own undoing, told to `take_back`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.services.audit import AuditAction, note
from henbot.storage.acts import ActRow


class ActKind(StrEnum):
    """What can be taken back."""

    LABEL = "label"
    CORRECTION = "correction"
    HEN_ADDED = "hen_added"
    HEN_RENAMED = "hen_renamed"
    HEN_RETIRED = "hen_retired"
    HENS_MERGED = "hens_merged"


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did.

    Attributes:
        by: the person's id.
        at: wall time.
        details: what the kind's undoing and its words need; JSON.
        undone_at: when it was taken back; None while it stands.
    """

    id: int
    kind: ActKind
    by: int
    at: datetime
    details: Mapping[str, Any]
    undone_at: datetime | None = None


Undo: TypeAlias = Callable[[Session, Act, datetime], None]
"""Restores what an act changed; given the moment of taking it back, wall time."""


class AlreadyUndone(ValueError):
    """An act that was taken back before."""


def begin(session: Session, kind: ActKind, by: int, now: datetime, details: Mapping[str, Any] | None = None) -> Act:
    """Note that somebody does something, here and in the audit; `now` is wall time."""
    row = ActRow(kind=kind.value, by=by, at=now, details=dict(details or {}))
    session.add(row)
    session.flush()
    note(session, by, AuditAction(f"act.{kind.value}"), now, act=row.id)
    return _act(row)


def act_by_id(session: Session, act_id: int) -> Act | None:
    """An act, undone or not; None if there is none."""
    row = session.get(ActRow, act_id)
    return _act(row) if row else None


def newest_standing(session: Session, by: int) -> Act | None:
    """The latest that somebody did and that was not taken back."""
    query = select(ActRow).where(ActRow.by == by, ActRow.undone_at.is_(None)).order_by(ActRow.id.desc()).limit(1)
    row = session.execute(query).scalar_one_or_none()
    return _act(row) if row else None


def take_back(session: Session, act_id: int, by: int, now: datetime, undoing: Mapping[ActKind, Undo]) -> Act:
    """Undo an act and write who did; whether they may is for the caller to ask.

    Raises:
        KeyError: there is no such act.
        AlreadyUndone: somebody was quicker.
    """
    row = session.get(ActRow, act_id)
    if row is None:
        raise KeyError(act_id)
    if row.undone_at is not None:
        raise AlreadyUndone(act_id)
    row.undone_at, row.undone_by = now, by
    session.flush()
    act = _act(row)
    undoing[act.kind](session, act, now)
    note(session, by, AuditAction.ACT_UNDONE, now, act=act.id, kind=act.kind.value)
    return act


def _act(row: ActRow) -> Act:
    return Act(row.id, ActKind(row.kind), row.by, row.at, row.details, row.undone_at)
