"""Pictures that show something of a visit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.observations import VisitId
from henbot.services.media import StoredMedia
from henbot.storage.tables import EvidenceRow, MediaRow

LEFT = "left"
"""Role of the first picture of the free nest after a visit."""

BEFORE, AFTER = "before", "after"
"""Roles of the nest last seen without the egg that a visit is thought to have brought, and first seen with it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A picture of a visit, already in the media folder."""

    visit: VisitId
    role: str
    at: datetime
    sha256: str
    path: str
    size: int


def add_evidence(session: Session, evidence: Iterable[Evidence]) -> None:
    """Write which pictures show what; a newer one of the same role takes the older's place."""
    for one in evidence:
        add_picture(session, StoredMedia(one.sha256, one.path, one.size), one.at)
        show(session, one.visit, one.role, one.sha256, one.at)


def add_picture(session: Session, picture: StoredMedia, at: datetime) -> None:
    """Write that a picture is in the media folder, if that is not known."""
    if session.get(MediaRow, picture.sha256) is None:
        row = MediaRow(sha256=picture.sha256, path=picture.path, kind="photo", size=picture.size, created_at=at)
        session.add(row)
        session.flush()


def show(session: Session, visit: VisitId, role: str, sha256: str, at: datetime) -> None:
    """Let a known picture show something of a visit."""
    stored = session.execute(
        select(EvidenceRow).where(EvidenceRow.visit_id == visit, EvidenceRow.role == role)
    ).scalar_one_or_none()
    if stored is None:
        session.add(EvidenceRow(visit_id=visit, media_sha256=sha256, role=role, at=at))
        session.flush()
    else:
        stored.media_sha256, stored.at = sha256, at
