"""Which eggs still want a picture that proves them, and where it is noted once the detector's side has made it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.events import EggLaid
from henbot.services.changes import EGG
from henbot.services.evidence import add_picture
from henbot.services.media import StoredMedia
from henbot.storage.tables import ChangeRow, EggCountRow, EventRow, MediaRow
from henbot.storage.telling import EggProofRow

NOT_OLDER = timedelta(days=1)
"""Eggs that were seen longer ago than this get no picture any more."""

SAME_COUNT = 3
"""Counts of the same eggs that may stand for each other: the picture of one is lost where the process died."""


@dataclass(frozen=True, slots=True)
class MissingProof:
    """An egg without a proof; paths of the nest's pictures, relative to the media folder. One of them is there."""

    event_id: int
    before: str | None
    after: str | None


def missing_proofs(session: Session, now: datetime) -> list[MissingProof]:
    """Eggs whose nest was pictured with them, and whose proof is still to be made."""
    query = (
        select(EventRow)
        .outerjoin(EggProofRow, EggProofRow.event_id == EventRow.id)
        .where(EventRow.kind == EggLaid.kind, EventRow.at > now - NOT_OLDER, EggProofRow.event_id.is_(None))
        .order_by(EventRow.at)
    )
    found = (_missing(session, row) for row in session.execute(query).scalars().all())
    return [one for one in found if one.after is not None]


def add_proof(session: Session, event_id: int, picture: StoredMedia, at: datetime) -> None:
    """Note the proof of an egg, so that it is put where the egg was told."""
    add_picture(session, picture, at)
    session.merge(EggProofRow(event_id=event_id, media_sha256=picture.sha256))
    session.add(ChangeRow(subject=EGG, subject_id=str(event_id), revision=2, at=at))


def _missing(session: Session, event: EventRow) -> MissingProof:
    query = (
        select(EggCountRow)
        .where(EggCountRow.nest_id == event.nest_id, EggCountRow.at <= event.at)
        .order_by(EggCountRow.at.desc())
        .limit(1 + SAME_COUNT)
    )
    counts = list(session.execute(query).scalars())
    after = [count for count in counts[:1] if count.at == event.at]
    before = [count for count in counts[1:] if count.eggs == counts[1].eggs]
    return MissingProof(event.id, _pictured(session, before), _pictured(session, after))


def _pictured(session: Session, counts: Sequence[EggCountRow]) -> str | None:
    """The path of the first picture that there is of these counts."""
    found = (session.get(MediaRow, count.media_sha256) for count in counts if count.media_sha256)
    return next((media.path for media in found if media is not None), None)
