"""Who sits in a nest at a moment, and since when."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from henbot.domain.observations import VisitId
from henbot.storage.tables import VisitRow


def sitting_since(session: Session, bouts: Iterable[VisitId], at: datetime) -> dict[VisitId, datetime]:
    """Since when she sits, by bout, for each of these bouts with a visit that goes on at that moment and is settled."""
    query = select(VisitRow.bout_id, VisitRow.settled_at).where(
        VisitRow.bout_id.in_(list(bouts)),
        VisitRow.arrived_at <= at,
        VisitRow.settled_at <= at,
        or_(VisitRow.left_at.is_(None), VisitRow.left_at > at),
    )
    found = session.execute(query).all()
    return {VisitId(bout): settled_at for bout, settled_at in found if bout is not None and settled_at is not None}
