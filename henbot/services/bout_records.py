"""Writing bouts: visits put together, ruled by eggs and time, and told when that is news."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from henbot.domain.events import EggLaid
from henbot.domain.observations import NestId, VisitId
from henbot.domain.verdicts import Ruling, Verdict, ruling_of
from henbot.domain.visits import Bout, bouts_of
from henbot.services.changes import BOUT, EGG
from henbot.services.egg_ledger import Findings, findings, laying_stays, show_eggs
from henbot.services.event_records import add_events
from henbot.services.reports import coop_of, visit_of
from henbot.services.watch_hours import is_watched_for
from henbot.storage.tables import BoutRow, ChangeRow, EventRow, VisitRow

BOUT_WINDOW = timedelta(hours=24)
"""How far back the bouts of a nest are put together and ruled anew."""


def regroup(
    session: Session, nest: NestId, since: datetime, at: datetime, *, pictured: Collection[VisitId], counted: bool
) -> None:
    """Put the nest's recent visits together into bouts, rule them, and note what changed for a reader.

    Args:
        since: the earliest moment that anything new is known of.
        at: now.
        pictured: visits that have a new picture.
        counted: there are new counts of eggs.
    """
    window = _window(session, nest, since - BOUT_WINDOW)
    query = select(VisitRow).where(VisitRow.nest_id == nest, VisitRow.arrived_at >= window)
    visits = {row.id: row for row in session.execute(query).scalars()}
    bouts = bouts_of(visit_of(row) for row in visits.values())
    stored = select(BoutRow).where(BoutRow.nest_id == nest, BoutRow.arrived_at >= window, BoutRow.gone.is_(False))
    rows = {row.id: row for row in session.execute(stored).scalars()}
    found = findings(session, nest, bouts, window, at)
    for bout in bouts:
        row = rows.pop(bout.id, None) or session.get(BoutRow, bout.id)
        shows_more = any(visit.id in pictured for visit in bout.visits)
        _save_bout(session, row, bout, _verdict(session, bout, found), at, shows_more=shows_more)
        for visit in bout.visits:
            visits[visit.id].bout_id = bout.id
    for row in rows.values():
        row.gone = True
        if row.revision:  # else nobody was told of it: it began outside the watch hours
            _tell(session, row, at)
    if counted:
        _tell_eggs(session, add_events(session, found.events), at)
        show_eggs(session, found, bouts)


def _verdict(session: Session, bout: Bout, found: Findings) -> tuple[Ruling, datetime | None]:
    """Whether it gave an egg, and when the eggs were counted that tell."""
    by_eggs = found.rulings.get(bout.id)
    is_timed = bout.left_at is not None and (by_eggs is None or by_eggs.verdict is not Verdict.LAID)
    stays = laying_stays(session, bout.hen, bout.arrived_at) if is_timed else []
    ruling = ruling_of(bout, by_eggs, found.counts, stays)
    return ruling, found.counted_at(bout) if by_eggs and ruling == by_eggs else None


def _window(session: Session, nest: NestId, start: datetime) -> datetime:
    """The last moment, `start` at the latest, from which no bout is cut in two."""
    cut = select(func.min(BoutRow.arrived_at)).where(
        BoutRow.nest_id == nest,
        BoutRow.arrived_at < bindparam("start"),
        BoutRow.last_seen_at >= bindparam("start"),
        BoutRow.gone.is_(False),
    )
    while earlier := session.execute(cut, {"start": start}).scalar_one_or_none():
        start = earlier  # Another hen's bout may go on over the beginning of this one.
    return start


def _save_bout(
    session: Session,
    row: BoutRow | None,
    bout: Bout,
    verdict: tuple[Ruling, datetime | None],
    at: datetime,
    *,
    shows_more: bool,
) -> None:
    """Write a bout; a change is noted when a reader would be told something else than before.

    Of a bout that begins outside the watch hours nothing is claimed, so nobody is told.
    """
    ruling, counted_at = verdict
    words = _words(bout, ruling)
    is_news = row is None or row.gone or shows_more or words != _stored_words(row)
    is_claimed = is_watched_for(bout.arrived_at, coop_of(session))
    if row is None:
        row = BoutRow(id=bout.id, nest_id=bout.nest, revision=0)
        session.add(row)
    for name, value in words.items():
        setattr(row, name, value)
    row.last_seen_at, row.sat_s, row.gone = bout.last_seen_at, bout.sat.total_seconds(), False
    row.verdict_at = counted_at
    if is_news and is_claimed:
        _tell(session, row, at)


def _words(bout: Bout, ruling: Ruling) -> Mapping[str, Any]:
    """What of a bout shows in words; how long she has been there so far does not."""
    return {
        "hen_id": bout.hen,
        "arrived_at": bout.arrived_at,
        "settled_at": bout.settled_at,
        "left_at": bout.left_at,
        "verdict": ruling.verdict.value,
        "verdict_candidates": list(ruling.candidates),
    }


def _stored_words(row: BoutRow) -> Mapping[str, Any]:
    names = ("hen_id", "arrived_at", "settled_at", "left_at", "verdict", "verdict_candidates")
    return {name: getattr(row, name) for name in names}


def _tell(session: Session, row: BoutRow, at: datetime) -> None:
    row.revision += 1
    session.add(ChangeRow(subject=BOUT, subject_id=row.id, revision=row.revision, at=at))


def _tell_eggs(session: Session, events: Iterable[EventRow], at: datetime) -> None:
    """Note eggs that were seen; like all else, those that nothing is claimed of are left out."""
    coop = coop_of(session)
    for event in events:
        if event.kind == EggLaid.kind and is_watched_for(event.at, coop):
            session.add(ChangeRow(subject=EGG, subject_id=str(event.id), revision=1, at=at))
