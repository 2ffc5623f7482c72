"""The newest pictures that show hens: what a version is asked to explain."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.observations import NOBODY, HenId, NestId
from henbot.storage.tables import EvidenceRow, MediaRow, VisitRow

SHOWS_HER = ("settled", "arrived")
"""Roles of evidence that show the hen, the better first."""

MOST = 4
_LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class Sighting:
    """A picture of a visit; `path` lies in the media folder, `hen` is who the visit is said to be by."""

    nest: NestId
    at: datetime
    path: str
    hen: HenId


def newest_sightings(session: Session, most: int = MOST) -> list[Sighting]:
    """The best picture of each of the last visits, the newest first."""
    query = (
        select(EvidenceRow, VisitRow.nest_id, VisitRow.hen_id, MediaRow.path)
        .join(VisitRow, VisitRow.id == EvidenceRow.visit_id)
        .join(MediaRow, MediaRow.sha256 == EvidenceRow.media_sha256)
        .where(EvidenceRow.role.in_(SHOWS_HER), VisitRow.hen_id != NOBODY)
        .order_by(EvidenceRow.at.desc(), EvidenceRow.id.desc())
        .limit(_LOOKED_AT)
    )
    best: dict[str, tuple[int, Sighting]] = {}
    for row, nest, hen, path in session.execute(query).all():
        rank = SHOWS_HER.index(row.role)
        if row.visit_id not in best or rank < best[row.visit_id][0]:
            best[row.visit_id] = rank, Sighting(NestId(nest), row.at, path, HenId(hen))
    return [sighting for _, sighting in best.values()][:most]
