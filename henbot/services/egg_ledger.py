"""The eggs of all nests: their counts, what became of them, and what that says of the bouts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.events import EggLaid, Event
from henbot.domain.observations import NOBODY, UNKNOWN, HenId, NestId, VisitId
from henbot.domain.verdicts import (
    EggChange,
    EggCount,
    Ruling,
    Sayings,
    Verdict,
    changes_of,
    is_collection,
    rule_by_eggs,
)
from henbot.domain.visits import Bout
from henbot.services.event_records import DENIED
from henbot.services.evidence import AFTER, BEFORE, add_picture, show
from henbot.services.media import StoredMedia
from henbot.storage.tables import BoutRow, EggCountRow, EventRow, NestRow, VisitRow

MARGIN = timedelta(hours=24)
"""How much longer than the bouts that are ruled the counts go back: an egg may have been carried meanwhile."""

HOLD = timedelta(hours=1)
"""How long an egg is not called laid because it may have been carried from a nest that cannot be counted just now."""

HISTORY = 20
"""Bouts with an egg that make up a hen's history."""


@dataclass(frozen=True, slots=True)
class PicturedCount:
    """A sure count with the picture that shows it, if there is one, already in the media folder."""

    count: EggCount
    picture: StoredMedia | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What the eggs say of the bouts of one nest.

    Attributes:
        counts: that it rests on.
        rulings: by bout.
        events: what became of the nest's eggs.
        changes: that brought an egg which was laid.
    """

    counts: Sequence[EggCount]
    rulings: dict[VisitId, Ruling]
    events: Sequence[Event]
    changes: Sequence[EggChange]

    def counted_at(self, bout: Bout) -> datetime | None:
        """When the eggs were counted that its ruling rests on; None if there is none."""
        if bout.id not in self.rulings:
            return None
        return max(change.after.at for change in changes_of(self.counts) if _between(change, bout))


def add_counts(session: Session, counted: Iterable[PicturedCount]) -> None:
    """Write new counts, in the order of time; a loss that looks like it is a person's doing is noted as such."""
    for one in sorted(counted, key=lambda one: (one.count.at, one.count.nest)):
        count = one.count
        known = select(EggCountRow.id).where(EggCountRow.nest_id == count.nest, EggCountRow.at == count.at)
        if session.execute(known).first():
            continue
        if one.picture:
            add_picture(session, one.picture, count.at)
        session.add(
            EggCountRow(
                nest_id=count.nest,
                at=count.at,
                eggs=count.eggs,
                person=count.person or _was_collected(session, count),
                unseen=count.unseen,
                media_sha256=one.picture.sha256 if one.picture else None,
            )
        )
        session.flush()


def previous_count(session: Session, nest: NestId, at: datetime) -> EggCount | None:
    """The newest count of a nest before a moment."""
    row = session.execute(
        select(EggCountRow)
        .where(EggCountRow.nest_id == nest, EggCountRow.at < at)
        .order_by(EggCountRow.at.desc())
        .limit(1)
    ).scalar_one_or_none()
    return _count_of(row) if row else None


def findings(
    session: Session,
    nest: NestId,
    bouts: Sequence[Bout],
    since: datetime,
    at: datetime,
    sayings: Sayings = MappingProxyType({}),
) -> Findings:
    """What the eggs say of a nest's bouts since a moment.

    A new egg that may have been carried from a nest where a hen sits on the answer waits for it, for `HOLD` at most.

    Args:
        bouts: all of the nest that were going on at `since` or later.
        at: now.
        sayings: what people say of the bouts' eggs.
    """
    counts = _counts_since(session, since - MARGIN)
    told = _laid(session, since - MARGIN)
    held = _held_from(session, nest, counts, bouts, told, at)
    counts = [count for count in counts if count.nest != nest or held is None or count.at < held]
    rulings, events = rule_by_eggs(counts, bouts, told, sayings)
    own = [event for event in events if event.nest == nest]
    laid = {event.at for event in own if isinstance(event, EggLaid)}
    changes = [change for change in changes_of(counts) if change.nest == nest and change.after.at in laid]
    return Findings(counts, rulings, own, changes)


def show_eggs(session: Session, found: Findings, bouts: Iterable[Bout]) -> None:
    """Let the pictures before and after an egg be evidence of the last visit of each bout that may have brought it."""
    for bout in bouts:
        for change in found.changes:
            visits = [visit for visit in bout.visits if _between(change, Bout((visit,)))]
            if not visits:
                continue
            for count, role in ((change.before, BEFORE), (change.after, AFTER)):
                if sha256 := _picture_of(session, count):
                    show(session, visits[-1].id, role, sha256, count.at)


def laying_nests(session: Session) -> list[NestId]:
    """Nests to lay in that are configured."""
    query = select(NestRow.id).where(NestRow.kind == "nest", NestRow.retired_at.is_(None)).order_by(NestRow.id)
    return [NestId(nest) for nest in session.execute(query).scalars()]


def laying_stays(session: Session, hen: HenId, before: datetime) -> list[timedelta]:
    """How long a hen had settled in her last bouts that gave an egg."""
    if hen == UNKNOWN:
        return []
    query = (
        select(BoutRow)
        .where(
            BoutRow.hen_id == hen,
            BoutRow.verdict == Verdict.LAID.value,
            BoutRow.arrived_at < before,
            BoutRow.settled_at.is_not(None),
            BoutRow.gone.is_(False),
        )
        .order_by(BoutRow.arrived_at.desc())
        .limit(HISTORY)
    )
    rows = session.execute(query).scalars()
    return [row.last_seen_at - row.settled_at for row in rows if row.settled_at]


def _was_collected(session: Session, count: EggCount) -> bool:
    before = previous_count(session, count.nest, count.at)
    if before is None or before.eggs <= count.eggs:
        return False
    change = EggChange(before, count)
    others = changes_of(_counts_since(session, before.at))
    carried = sum(max(other.more, 0) for other in others if other.nest != count.nest and other.meets(change))
    # What people say was no hen counts here: a count is never looked at again, so that no undo could put it right.
    visited = bool(_visitors(session, count.nest, before.at, count.at))
    return is_collection(-change.more, visited=visited, carried=carried)


def _counts_since(session: Session, since: datetime) -> list[EggCount]:
    """All counts since a moment, and of each nest the one before."""
    found: list[EggCount] = []
    for nest in laying_nests(session):
        before = previous_count(session, nest, since)
        later = select(EggCountRow).where(EggCountRow.nest_id == nest, EggCountRow.at >= since).order_by(EggCountRow.at)
        found += [before] if before else []
        found += [_count_of(row) for row in session.execute(later).scalars()]
    return found


def _count_of(row: EggCountRow) -> EggCount:
    return EggCount(NestId(row.nest_id), row.at, row.eggs, row.person, row.unseen)


def _laid(session: Session, since: datetime) -> set[tuple[NestId, datetime]]:
    # Eggs that people deny too: were they explained as carried from elsewhere, no undo would bring them back.
    kinds = EventRow.kind.in_([EggLaid.kind, DENIED])
    query = select(EventRow.nest_id, EventRow.at).where(kinds, EventRow.visit_id.is_(None), EventRow.at >= since)
    return {(NestId(nest), at) for nest, at in session.execute(query)}


def _held_from(
    session: Session,
    nest: NestId,
    counts: Sequence[EggCount],
    bouts: Sequence[Bout],
    told: Collection[tuple[NestId, datetime]],
    at: datetime,
) -> datetime | None:
    """Time of the first new egg of a nest that may yet turn out to be carried there; None if there is none."""
    newest = {count.nest: count for count in sorted(counts, key=lambda count: count.at)}
    for change in changes_of(counts):
        is_open = change.nest == nest and change.more > 0 and (nest, change.after.at) not in told
        if not is_open or at >= change.after.at + HOLD:
            continue
        hens = {bout.hen for bout in bouts if _between(change, bout)}
        for other in newest.values():
            if other.nest != nest and other.eggs and other.at < change.after.at:
                visitors = _visitors(session, other.nest, other.at, change.after.at) - {NOBODY}
                if visitors & hens or (visitors and UNKNOWN in visitors | hens):
                    return change.after.at
    return None


def _visitors(session: Session, nest: NestId, start: datetime, end: datetime) -> set[HenId]:
    query = select(VisitRow.hen_id).where(
        VisitRow.nest_id == nest, VisitRow.arrived_at < end, VisitRow.last_seen_at > start
    )
    return {HenId(hen) for hen in session.execute(query).scalars()}


def _between(change: EggChange, bout: Bout) -> bool:
    return change.nest == bout.nest and change.covers(bout)


def _picture_of(session: Session, count: EggCount) -> str | None:
    """The picture of a count, or of one before it that found the same eggs."""
    query = (
        select(EggCountRow)
        .where(EggCountRow.nest_id == count.nest, EggCountRow.at <= count.at)
        .order_by(EggCountRow.at.desc())
        .limit(3)
    )
    for row in session.execute(query).scalars():
        if row.eggs != count.eggs:
            return None
        if row.media_sha256:
            return row.media_sha256
    return None
