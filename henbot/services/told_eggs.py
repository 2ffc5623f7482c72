"""Eggs as people tell of them: one that was counted is none where they deny it, one that was not counted is one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from henbot.domain.events import EggLaid, EggsMoved
from henbot.domain.observations import UNKNOWN, NestId, VisitId
from henbot.domain.verdicts import EggChange, Sayings, Told, Verdict, changes_of, is_denied_by_all
from henbot.domain.visits import Bout
from henbot.services.changes import EGG
from henbot.services.corrections import egg_words, words_since
from henbot.services.egg_ledger import Findings
from henbot.services.event_records import DENIED, UNTOLD, event_details
from henbot.storage.corrections import CorrectionRow
from henbot.storage.tables import ChangeRow, EventRow


@dataclass(frozen=True, slots=True)
class ToldOfBouts:
    """All that people ever said of some bouts of a nest, and the newest standing word about each one's egg."""

    rows: Sequence[CorrectionRow]
    eggs: Mapping[VisitId, CorrectionRow]

    @property
    def sayings(self) -> Sayings:
        """The words as the domain has them."""
        return {bout: Told(Verdict(row.value), row.said_at) for bout, row in self.eggs.items()}

    @property
    def visits(self) -> Collection[str]:
        """Visits that anything was ever said of."""
        return {row.visit_id for row in self.rows}


def told_of(session: Session, nest: NestId, bouts: Sequence[Bout], since: datetime) -> ToldOfBouts:
    """What people said of a nest's bouts since a moment."""
    rows = words_since(session, nest, since)
    return ToldOfBouts(rows, egg_words(rows, bouts) if rows else {})


def told_at(found: Findings, bout: Bout) -> datetime | None:
    """When the egg of a bout was counted of which a person says that there was one; None where none was."""
    return max((change.after.at for change in found.changes if change.covers(bout)), default=None)


def settle_eggs(session: Session, bouts: Sequence[Bout], found: Findings, told: ToldOfBouts) -> list[EventRow]:
    """Let the stored eggs of a nest be as people tell; those that are others now.

    An egg that was told and is counted later is the same one: what was told becomes what was counted, in its message.
    """
    by_id = {bout.id: bout for bout in bouts}
    changed = [event for row in told.rows if row.event_id for event in _untold(session, row, told)]
    for bout_id, row in told.eggs.items():
        if row.value == Verdict.LAID:
            changed += _told_egg(session, by_id[bout_id], row, found, told)
    spoken_of = [bout for bout in bouts if any(visit.id in told.visits for visit in bout.visits)]
    for change in changes_of(found.counts):
        if any(change.nest == bout.nest and change.covers(bout) for bout in spoken_of):
            changed += _counted_egg(session, change, bouts, found, told.sayings)
    session.flush()
    return changed


def note_eggs(session: Session, events: Sequence[EventRow], at: datetime) -> None:
    """Note that there is something new to tell of eggs."""
    for event in dict.fromkeys(events):
        known = select(func.max(ChangeRow.revision)).where(
            ChangeRow.subject == EGG, ChangeRow.subject_id == str(event.id)
        )
        revision = (session.execute(known).scalar() or 0) + 1
        session.add(ChangeRow(subject=EGG, subject_id=str(event.id), revision=revision, at=at))


def _untold(session: Session, row: CorrectionRow, told: ToldOfBouts) -> list[EventRow]:
    """The egg of a word that rules no more is none."""
    event = session.get_one(EventRow, row.event_id)
    rules = any(one.event_id == row.event_id and one.value == Verdict.LAID for one in told.eggs.values())
    if rules or event.kind == UNTOLD:
        return []
    event.kind = UNTOLD
    return [event]


def _told_egg(session: Session, bout: Bout, row: CorrectionRow, found: Findings, told: ToldOfBouts) -> list[EventRow]:
    """The egg of a bout of which a person says that there was one."""
    counted_at, event = told_at(found, bout), _told_before(session, row)
    if counted_at is not None:
        return _counted_after_all(session, event, counted_at, told) if event else []
    details = {"eggs": 1, "hen": None if bout.hen == UNKNOWN else bout.hen}
    if event is None:
        at = min(max(row.said_at, bout.arrived_at), bout.left_at or max(row.said_at, bout.last_seen_at))
        event = EventRow(nest_id=bout.nest, visit_id=row.visit_id, kind=UNTOLD, at=at, origin="", details=details)
        session.add(event)
        session.flush()
    row.event_id = event.id
    if (event.kind, event.details) == (EggLaid.kind, details):
        return []
    event.kind, event.details = EggLaid.kind, details
    return [event]


def _told_before(session: Session, row: CorrectionRow) -> EventRow | None:
    """The egg that was told of the visit already, by whomever; it may have been taken back."""
    query = select(EventRow).where(EventRow.visit_id == row.visit_id, EventRow.kind.in_([EggLaid.kind, UNTOLD]))
    return session.execute(query).scalars().first()


def _counted_after_all(session: Session, event: EventRow, at: datetime, told: ToldOfBouts) -> list[EventRow]:
    """A told egg turns out to be one that is counted now; it becomes that one, unless that one is known already."""
    if _stored(session, event.nest_id, at) is not None:
        is_news, event.kind = event.kind != UNTOLD, UNTOLD
        return [event] if is_news else []
    for row in told.rows:
        row.event_id = None if row.event_id == event.id else row.event_id
    event.visit_id, event.at, event.kind = None, at, EggLaid.kind
    return [event]


def _counted_egg(
    session: Session, change: EggChange, bouts: Sequence[Bout], found: Findings, sayings: Sayings
) -> list[EventRow]:
    event, is_denied = _stored(session, change.nest, change.after.at), is_denied_by_all(change, bouts, sayings)
    if event is None:
        if is_denied:
            _deny_unseen(session, change, found)
        return []
    laid = [one for one in found.events if isinstance(one, EggLaid) and one.at == event.at]
    kind, details = DENIED if is_denied else EggLaid.kind, event_details(laid[0]) if laid else event.details
    if (event.kind, event.details) == (kind, details):
        return []
    event.kind, event.details = kind, details
    return [event]


def _deny_unseen(session: Session, change: EggChange, found: Findings) -> None:
    """Note an egg that people denied before it was counted: it is in no ledger, and nobody is told."""
    was_moved = any(event.at == change.after.at and isinstance(event, EggsMoved) for event in found.events)
    if change.more > 0 and not change.after.person and not was_moved:
        details = {"eggs": change.more, "hen": None}
        session.add(EventRow(nest_id=change.nest, kind=DENIED, at=change.after.at, origin="", details=details))


def _stored(session: Session, nest: str, at: datetime) -> EventRow | None:
    query = select(EventRow).where(
        EventRow.nest_id == nest,
        EventRow.visit_id.is_(None),
        EventRow.kind.in_([EggLaid.kind, DENIED]),
        EventRow.at == at,
    )
    return session.execute(query).scalar_one_or_none()
