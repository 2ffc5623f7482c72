"""Which pictures may be posted: those in which a hen is confirmed. People walk into coops."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from henbot.domain.observations import UNKNOWN
from henbot.services.recording import OBSERVE_EVERY
from henbot.services.reports import BoutReport, Picture
from henbot.storage.tables import ObservationRow, VisitRow

LEAST_SURE = 0.9
"""Least probability, by all looks until then, that a hen is in the picture. Our choice: hens in nests are at 0.98 and
more in the median of our measured sets, and what is posted cannot be taken back from those who saw it."""

LEAST_SIGHTINGS = 2
"""Looks that must have shown a hen who could not be named: nothing but them says that she is one."""


def postable(session: Session, bout: BoutReport) -> Picture | None:
    """The picture of a bout, if a hen is confirmed in it; None where there is none."""
    picture = bout.picture
    if picture is None or picture.at is None:
        return None
    query = (
        select(ObservationRow.hens_probabilities)
        .where(
            ObservationRow.nest_id == bout.nest,
            ObservationRow.at <= picture.at,
            ObservationRow.at > picture.at - OBSERVE_EVERY - timedelta(seconds=1),
        )
        .order_by(ObservationRow.at.desc())
        .limit(1)
    )
    probabilities = session.execute(query).scalar()
    if not probabilities or 1.0 - probabilities[0] < LEAST_SURE:
        return None
    return picture if bout.hen != UNKNOWN or _sightings(session, bout) >= LEAST_SIGHTINGS else None


def _sightings(session: Session, bout: BoutReport) -> int:
    query = select(func.sum(VisitRow.sightings)).where(VisitRow.bout_id == bout.id)
    return session.execute(query).scalar() or 0
