"""Pictures worth asking about: the detector is not sure of them, or two versions say different things."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from henbot.domain.observations import ModelId, NestId
from henbot.services.evidence import add_picture
from henbot.services.media import StoredMedia
from henbot.storage.doubts import DoubtRow
from henbot.storage.tables import VisitRow

APART = timedelta(minutes=10)
"""Least time between two doubts of one nest and visit: pictures nearer than that are near-copies."""


class Reason(StrEnum):
    """Why a picture is worth asking about."""

    DISAGREEMENT = "disagreement"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A picture of a nest that is worth asking about.

    Attributes:
        at: capture time.
        model: the version that doubts, or says otherwise than the serving one.
        details: what was said of it; JSON.
    """

    nest: NestId
    at: datetime
    reason: Reason
    model: ModelId
    details: Mapping[str, Any] = field(default_factory=dict)


def is_fresh(session: Session, nest: NestId, at: datetime) -> bool:
    """Whether no doubt of the same nest and visit lies near a moment."""
    query = select(DoubtRow.visit_id).where(
        DoubtRow.nest_id == nest, DoubtRow.at > at - APART, DoubtRow.at < at + APART
    )
    near = set(session.execute(query).scalars())
    return not near or visit_at(session, nest, at) not in near


def doubts_since(session: Session, reason: Reason, at: datetime) -> int:
    """How many pictures were kept for a reason since a moment."""
    query = select(func.count()).select_from(DoubtRow).where(DoubtRow.at > at, DoubtRow.reason == reason)
    return session.execute(query).scalar_one()


def add_doubt(session: Session, doubt: Doubt, picture: StoredMedia) -> bool:
    """Write a doubt, of a picture that is in the media folder; False where another lies near it."""
    if not is_fresh(session, doubt.nest, doubt.at):
        return False
    add_picture(session, picture, doubt.at)
    session.add(
        DoubtRow(
            nest_id=doubt.nest,
            at=doubt.at,
            media_sha256=picture.sha256,
            visit_id=visit_at(session, doubt.nest, doubt.at),
            reason=doubt.reason.value,
            model_id=doubt.model,
            details=dict(doubt.details),
        )
    )
    session.flush()
    return True


def visit_at(session: Session, nest: NestId, at: datetime) -> str | None:
    """The visit that goes on in a nest at a moment, the later where there are two; None of an empty nest."""
    query = (
        select(VisitRow.id)
        .where(
            VisitRow.nest_id == nest,
            VisitRow.arrived_at <= at,
            or_(VisitRow.left_at.is_(None), VisitRow.last_seen_at >= at),
        )
        .order_by(VisitRow.arrived_at.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()
