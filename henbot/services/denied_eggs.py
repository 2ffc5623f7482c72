"""Eggs that were counted and that people say were none: they neither lie in the nest nor are taken out of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.observations import NestId
from henbot.services.event_records import DENIED
from henbot.storage.tables import EggCountRow, EventRow

LOOKED_BACK = timedelta(days=30)
"""For longer than this hardly a nest keeps what was taken for an egg."""


@dataclass(frozen=True, slots=True)
class DeniedEggs:
    """What was taken for eggs in a nest, from one count to the first that has fewer (None: it is there still)."""

    nest: NestId
    since: datetime
    until: datetime | None
    eggs: int

    def is_counted(self, nest: str, at: datetime) -> bool:
        """Whether the newest count of a nest at a moment has them."""
        return nest == self.nest and self.since < at and (self.until is None or at <= self.until)


def denied_eggs(session: Session, end: datetime) -> list[DeniedEggs]:
    """What was taken for eggs until a moment; of long ago, nothing is left of it."""
    query = select(EventRow).where(
        EventRow.kind == DENIED, EventRow.at > end - LOOKED_BACK, EventRow.at < end, EventRow.visit_id.is_(None)
    )
    return [_denied(session, event) for event in session.execute(query).scalars().all()]


def _denied(session: Session, event: EventRow) -> DeniedEggs:
    of_nest = EggCountRow.nest_id == event.nest_id
    counted = select(EggCountRow.eggs).where(of_nest, EggCountRow.at == event.at).scalar_subquery()
    fewer = select(EggCountRow.at).where(of_nest, EggCountRow.at > event.at, EggCountRow.eggs < counted)
    until = session.execute(fewer.order_by(EggCountRow.at).limit(1)).scalar()
    return DeniedEggs(NestId(event.nest_id), event.at, until, int(event.details.get("eggs", 1)))
