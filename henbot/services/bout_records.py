"""Writing bouts: visits put together, ruled by eggs and time, and told when that is news."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from henbot.domain.events import EggLaid
from henbot.domain.observations import NOBODY, HenId, NestId, VisitId
from henbot.domain.verdicts import Ruling, Verdict, changes_of, ruling_as_told, ruling_of
from henbot.domain.visits import Bout, bouts_of
from henbot.services.changes import BOUT
from henbot.services.corrections import Field
from henbot.services.egg_ledger import Findings, findings, laying_stays, show_eggs
from henbot.services.event_records import DENIED, UNTOLD, add_events
from henbot.services.reports import coop_of, visit_of
from henbot.services.told_eggs import ToldOfBouts, note_eggs, settle_eggs, told_at, told_of
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
    visits = _visits(session, VisitRow.nest_id == nest, VisitRow.arrived_at >= window)
    bouts = _bouts_of(visits)
    stored = _rows(session, BoutRow.nest_id == nest, BoutRow.arrived_at >= window, BoutRow.gone.is_(False))
    rows = {row.id: row for row in stored}
    told = told_of(session, nest, bouts, window)
    found = findings(session, nest, bouts, window, at, told.sayings)
    settled = settle_eggs(session, bouts, found, told) if told.rows else []
    for bout in bouts:
        row = rows.pop(bout.id, None) or session.get(BoutRow, bout.id)
        shows_more = any(visit.id in pictured for visit in bout.visits)
        _save_bout(session, row, bout, _verdict(session, bout, found, told), at, shows_more=shows_more)
        for visit in bout.visits:
            visits[visit.id].bout_id = bout.id
    _end(session, rows.values(), at)
    new = add_events(session, found.events) if counted else []
    _tell_eggs(session, [*settled, *new], at)
    if counted:
        show_eggs(session, found, bouts)


def rule_again(session: Session, nest: NestId, corrected: Collection[VisitId], at: datetime) -> None:
    """Put the bouts together anew that people said something of, whenever they were, and those that this touches.

    Args:
        corrected: visits that something was said of, or taken back.
        at: now.
    """
    spoken_of = [session.get_one(VisitRow, visit) for visit in corrected]
    start = _window(session, nest, min(row.arrived_at for row in spoken_of) - BOUT_WINDOW)
    end = max(row.last_seen_at for row in spoken_of) + BOUT_WINDOW
    visits = _visits(session, VisitRow.nest_id == nest, VisitRow.arrived_at >= start, VisitRow.arrived_at < end)
    before = {row.id: row.bout_id for row in visits.values()}
    bouts = _bouts_of(visits)
    told = told_of(session, nest, bouts, start)
    found = findings(session, nest, bouts, start, at, told.sayings)
    settled = settle_eggs(session, bouts, found, told)
    session.flush()
    old = {bout_id for visit in corrected if (bout_id := before[visit])}
    touched = _touched(bouts, found, {visit for visit in visits if visit in corrected or before[visit] in old}, before)
    for bout in touched:
        row, is_same = session.get(BoutRow, bout.id), {visit.id for visit in bout.visits} == _of(before, bout.id)
        verdict = _kept(row, bout, found, told) if row and is_same else None
        _save_bout(session, row, bout, verdict or _verdict(session, bout, found, told), at, shows_more=False)
        for visit in bout.visits:
            visits[visit.id].bout_id = bout.id
    for visit_row in visits.values():
        if visit_row.hen_id == NOBODY:
            visit_row.bout_id = None
    old |= {bout_id for bout in touched for visit in bout.visits if (bout_id := before[visit.id])}
    ended = _rows(session, BoutRow.id.in_(old - {bout.id for bout in bouts}), BoutRow.gone.is_(False))
    _end(session, ended, at)
    _tell_eggs(session, [*settled, *add_events(session, _eggs_of(touched, found))], at)


def _rows(session: Session, *which: ColumnElement[bool]) -> list[BoutRow]:
    return list(session.execute(select(BoutRow).where(*which).order_by(BoutRow.id)).scalars())


def _visits(session: Session, *which: ColumnElement[bool]) -> dict[str, VisitRow]:
    return {row.id: row for row in session.execute(select(VisitRow).where(*which)).scalars()}


def _bouts_of(visits: Mapping[str, VisitRow]) -> list[Bout]:
    """Bouts of all visits but those that were no hen's."""
    return bouts_of(visit_of(row) for row in visits.values() if row.hen_id != NOBODY)


def _of(before: Mapping[str, str | None], bout: str) -> set[str]:
    return {visit for visit, bout_id in before.items() if bout_id == bout}


def _touched(
    bouts: Sequence[Bout], found: Findings, spoken_of: Collection[str], before: Mapping[str, str | None]
) -> list[Bout]:
    """Bouts of these visits, those that were put together otherwise before, and those that share an egg with one."""
    touched = {
        bout.id for bout in bouts if any(visit.id in spoken_of or before[visit.id] != bout.id for visit in bout.visits)
    }
    for change in changes_of(found.counts):
        covered = {bout.id for bout in bouts if bout.nest == change.nest and change.more > 0 and change.covers(bout)}
        touched |= covered if covered & touched else set()
    return [bout for bout in bouts if bout.id in touched]


def _eggs_of(bouts: Iterable[Bout], found: Findings) -> list[EggLaid]:
    """The eggs of some bouts: an egg that was denied before it was counted is not written yet."""
    hers = {change.after.at for bout in bouts for change in found.changes if change.covers(bout)}
    return [event for event in found.events if isinstance(event, EggLaid) and event.at in hers]


def _kept(row: BoutRow, bout: Bout, found: Findings, told: ToldOfBouts) -> tuple[Ruling, datetime | None] | None:
    """The verdict that stands, where it came from eggs of which nothing is known any more (an imported record, say)."""
    rests_on_eggs = row.verdict == Verdict.LAID or bool(row.verdict_candidates)
    is_of_people = any(one.field == Field.EGG and one.visit_id in {v.id for v in bout.visits} for one in told.rows)
    if not rests_on_eggs or is_of_people or bout.id in found.rulings:
        return None
    return Ruling(Verdict(row.verdict), tuple(map(HenId, row.verdict_candidates))), row.verdict_at


def _end(session: Session, rows: Iterable[BoutRow], at: datetime) -> None:
    """Bouts that came to nothing."""
    for row in rows:
        row.gone = True
        if row.revision:  # else nobody was told of it: it began outside the watch hours
            _tell(session, row, at)


def _verdict(session: Session, bout: Bout, found: Findings, told: ToldOfBouts) -> tuple[Ruling, datetime | None]:
    """Whether it gave an egg, and when the eggs were counted that tell."""
    by_eggs = found.rulings.get(bout.id)
    word = told.eggs.get(bout.id)
    is_timed = bout.left_at is not None and (by_eggs is None or by_eggs.verdict is not Verdict.LAID)
    stays = laying_stays(session, bout.hen, bout.arrived_at) if is_timed else []
    if word is None:
        ruling = ruling_of(bout, by_eggs, found.counts, stays)
        return ruling, found.counted_at(bout) if by_eggs and ruling == by_eggs else None
    ruling = ruling_as_told(bout, told.sayings[bout.id], by_eggs, found.counts, stays)
    if ruling.verdict is not Verdict.LAID:
        return ruling, found.counted_at(bout) if by_eggs and ruling == by_eggs and ruling.candidates else None
    event = session.get(EventRow, word.event_id) if word.event_id else None
    return ruling, told_at(found, bout) or (event.at if event else None)


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
    """Note eggs that were seen, told or denied; like all else, those that nothing is claimed of are left out."""
    coop = coop_of(session)
    eggs = [event for event in events if event.kind in (EggLaid.kind, DENIED, UNTOLD)]
    note_eggs(session, [event for event in eggs if is_watched_for(event.at, coop)], at)
