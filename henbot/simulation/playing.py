"""A simulated day told to a database as it goes: what the cameras would have recorded, moment by moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from henbot.domain.events import EggLaid
from henbot.domain.verdicts import ruling_by_time
from henbot.domain.visits import Bout, Visit
from henbot.services.changes import BOUT, EGG
from henbot.services.reports import visit_of
from henbot.storage.tables import BoutRow, CandidateRow, ChangeRow, EggCountRow, EventRow, VisitRow


@dataclass(frozen=True, slots=True)
class PlayedBout:
    """A bout with its visits, and what was said of it once its eggs were counted."""

    row: BoutRow
    bout: Bout
    candidates: Sequence[CandidateRow]

    @property
    def moments(self) -> set[datetime]:
        """When something of it changes."""
        times = (at for one in self.bout.visits for at in (one.arrived_at, one.settled_at, one.left_at))
        return {at for at in (*times, self.row.verdict_at) if at}


@dataclass(frozen=True, slots=True)
class PlayedDay:
    """What is recorded between two moments, in a database that holds all of it, for one that holds none yet."""

    bouts: Sequence[PlayedBout]
    eggs: Sequence[EventRow]
    counts: Sequence[EggCountRow] = ()

    @property
    def moments(self) -> list[datetime]:
        """When something is recorded, in order."""
        return sorted({at for bout in self.bouts for at in bout.moments} | {egg.at for egg in self.eggs})

    def record(self, session: Session, at: datetime) -> None:
        """Record what one of the moments brings, with its changes, and the counts until then; the caller commits."""
        for count in self.counts:
            known = select(EggCountRow.id).where(EggCountRow.nest_id == count.nest_id, EggCountRow.at == count.at)
            if count.at <= at and session.execute(known).first() is None:
                session.add(EggCountRow(nest_id=count.nest_id, at=count.at, eggs=count.eggs, person=count.person))
        for played in self.bouts:
            if at in played.moments:
                _record_bout(session, played, at)
        for egg in self.eggs:
            if egg.at == at:
                row = EventRow(nest_id=egg.nest_id, kind=egg.kind, at=at, origin=egg.origin, details=egg.details)
                session.add(row)
                session.flush()
                session.add(ChangeRow(subject=EGG, subject_id=str(row.id), revision=1, at=at))


def played_day(session: Session, start: datetime, end: datetime) -> PlayedDay:
    """The bouts that begin in [start, end), and the eggs that are counted then."""
    query = (
        select(BoutRow)
        .where(BoutRow.arrived_at >= start, BoutRow.arrived_at < end)
        .order_by(BoutRow.arrived_at)
        .options(selectinload(BoutRow.visits).selectinload(VisitRow.candidates))
    )
    eggs = select(EventRow).where(EventRow.kind == EggLaid.kind, EventRow.at >= start, EventRow.at < end)
    counts = select(EggCountRow).where(EggCountRow.at >= start, EggCountRow.at < end)
    return PlayedDay(
        [_played(row) for row in session.execute(query).scalars()],
        session.execute(eggs).scalars().all(),
        session.execute(counts).scalars().all(),
    )


def _played(row: BoutRow) -> PlayedBout:
    candidates = [one for visit in row.visits for one in visit.candidates]
    return PlayedBout(row, Bout(tuple(map(visit_of, row.visits))), candidates)


def _record_bout(session: Session, played: PlayedBout, at: datetime) -> None:
    known, row = played.bout.known_at(at), played.row
    counted = row.verdict_at is None or row.verdict_at <= at
    is_ruled = counted and known.left_at == row.left_at
    old = session.get(BoutRow, row.id)
    revision = old.revision + 1 if old else 1
    new = BoutRow(id=row.id, revision=revision, gone=False, **_fields(known))
    new.verdict = row.verdict if is_ruled else ruling_by_time(known).verdict.value
    new.verdict_candidates = row.verdict_candidates if is_ruled else []
    new.verdict_at = row.verdict_at if is_ruled else None
    session.merge(new)
    session.flush()
    _record_visits(session, known.visits, row.id, played.candidates)
    session.add(ChangeRow(subject=BOUT, subject_id=row.id, revision=revision, at=at))


def _record_visits(session: Session, visits: Iterable[Visit], bout: str, candidates: Sequence[CandidateRow]) -> None:
    for visit in visits:
        row = VisitRow(id=visit.id, bout_id=bout, sightings=visit.sightings, model_id=visit.model, **_fields(visit))
        session.merge(row)
        session.flush()
        for one in candidates:
            if one.visit_id == visit.id:
                session.merge(CandidateRow(visit_id=one.visit_id, hen_id=one.hen_id, probability=one.probability))


def _fields(one: Bout | Visit) -> dict[str, object]:
    return {
        "nest_id": one.nest,
        "hen_id": one.hen,
        "arrived_at": one.arrived_at,
        "last_seen_at": one.last_seen_at,
        "left_at": one.left_at,
        "settled_at": one.settled_at,
        "sat_s": one.sat.total_seconds(),
    }
