"""The ledger: eggs that appeared, were collected, are there, and are not accounted for."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from henbot.domain.clock import day_bounds
from henbot.domain.coverage import Coverage
from henbot.domain.events import EggLaid, EggsCollected
from henbot.domain.observations import NestId
from henbot.services.denied_eggs import denied_eggs
from henbot.services.eggs import MOST_DAYS, Tally, eggs_between
from henbot.services.reports import coop_of
from henbot.services.watching import coverage_by_day, together
from henbot.storage.tables import EggCountRow, EventRow, NestRow
from henbot.storage.told import CollectionRow, FoundEggRow

SAME_COLLECTION = timedelta(hours=3)
"""A collection that is told within this time of one that was seen is the same: what a person says of it stands."""


REMEMBERED = timedelta(days=7)
"""How long ago it may be that all eggs were taken for the eggs since then to be counted on. Our choice."""

LONG_UNSEEN = timedelta(days=7)
"""For longer than this hardly a camera is blind: so far back a collection that was told is looked for."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Eggs that were taken from the nests; `told` by a person, else seen."""

    at: datetime
    eggs: int
    told: bool
    everything: bool = False


@dataclass(frozen=True, slots=True)
class EggBalance:
    """The eggs of the nests over some days; those found elsewhere stand aside, for they are taken when they are found.

    Attributes:
        before: eggs in the nests when the days began; None where eggs cannot be counted in pictures.
        appeared: eggs seen to be new; where eggs cannot be counted, those of bouts that surely or probably gave one.
        probably: how many of `appeared` rest on time alone.
        there: eggs in the nests at the end, by nest where they can be counted; None where in no nest.
        missing: before + appeared - collected - there: eggs that are not accounted for (less than nothing: more are
            there than were seen to appear); None where eggs cannot be counted.
        not_collected: before + appeared - collected, for a coop whose eggs cannot be counted.
        found: eggs that people found outside the nests.
    """

    first: date
    last: date
    before: int | None
    appeared: int
    probably: int
    collections: tuple[Collection, ...]
    there: int | None
    there_by_nest: tuple[tuple[NestId, int, datetime], ...]
    found: int
    coverage: Coverage

    @property
    def collected(self) -> int:
        """Eggs that were taken from the nests."""
        return sum(one.eggs for one in self.collections)

    @property
    def not_collected(self) -> int:
        """Eggs that should lie there or be gone."""
        return (self.before or 0) + self.appeared - self.collected

    @property
    def missing(self) -> int | None:
        """Eggs that are not accounted for."""
        return None if self.there is None else self.not_collected - self.there


def egg_balance(session: Session, first: date, last: date, now: datetime) -> EggBalance:
    """The ledger from one day to another, both included, as it stands at `now`; of a long time, its last year."""
    first = max(first, last - timedelta(days=MOST_DAYS - 1))
    return _balance(session, first, last, now, together(coverage_by_day(session, first, last, now)))


def _balance(session: Session, first: date, last: date, now: datetime, coverage: Coverage) -> EggBalance:
    timezone = ZoneInfo(coop_of(session).timezone)
    start, end = day_bounds(first, timezone)[0], min(day_bounds(last, timezone)[1], now)
    there, before = _counts_at(session, end), _counts_at(session, start)
    appeared, probably = _appeared(session, first, last, now, counted=bool(there))
    return EggBalance(
        first=first,
        last=last,
        before=sum(eggs for _, eggs, _ in before) if there else None,
        appeared=appeared,
        probably=probably,
        collections=tuple(collections_between(session, start, end)),
        there=_left(session, there, end) if there else None,
        there_by_nest=tuple(there),
        found=_found(session, start, end),
        coverage=coverage,
    )


def eggs_there(session: Session, at: datetime) -> int:
    """How many eggs "all of them" are, for a collection that is told then: what was counted, else not taken.

    Where eggs cannot be counted, those of today; since all were taken last, where that was told lately.
    """
    timezone = ZoneInfo(coop_of(session).timezone)
    today = at.astimezone(timezone).date()
    balance = _balance(session, today, today, at, Coverage(timedelta(), timedelta()))  # nobody asks how it was watched
    if balance.there is not None:
        return balance.there
    since = _all_taken_on(session, at, timezone) or today
    return max(egg_balance(session, since, today, at).not_collected, 0)


def _all_taken_on(session: Session, at: datetime, timezone: ZoneInfo) -> date | None:
    """The day after which nothing was left, as was told; None where that is long ago."""
    query = (
        select(CollectionRow.at)
        .where(
            CollectionRow.everything.is_(True),
            CollectionRow.at <= at,
            CollectionRow.at > at - REMEMBERED,
            CollectionRow.undone_at.is_(None),
        )
        .order_by(CollectionRow.at.desc())
        .limit(1)
    )
    last = session.execute(query).scalar()
    return last.astimezone(timezone).date() if last else None


def _left(session: Session, there: Sequence[tuple[NestId, int, datetime]], end: datetime) -> int:
    """What was counted last, without what people said later that they took, if no camera saw them do it."""
    counted_at = max(at for _, _, at in there)
    seen = _seen_taken(session, counted_at - SAME_COLLECTION, end)
    told = sum(
        one.eggs
        for one in _told(session, counted_at, end)
        if not any(abs(one.at - taken.at) <= SAME_COLLECTION for taken in seen)
    )
    return max(sum(eggs for _, eggs, _ in there) - told, 0)


def collections_between(session: Session, start: datetime, end: datetime) -> list[Collection]:
    """Eggs taken in [start, end), seen and told; one that was both counts once, as it was told."""
    told = _told(session, start - LONG_UNSEEN, end + SAME_COLLECTION)
    times = [one.at for one in told]
    seen = [one for one in _seen_taken(session, start, end) if not _was_told(session, one, times)]
    found = [Collection(one.at, one.eggs, told=False) for one in seen]
    return sorted([*(one for one in told if start <= one.at < end), *found], key=lambda one: one.at)


def _told(session: Session, start: datetime, end: datetime) -> list[Collection]:
    query = (
        select(CollectionRow)
        .where(CollectionRow.at >= start, CollectionRow.at < end, CollectionRow.undone_at.is_(None))
        .order_by(CollectionRow.at)
    )
    return [
        Collection(row.at, row.eggs, told=True, everything=row.everything) for row in session.execute(query).scalars()
    ]


class _Taken(NamedTuple):  # a year has thousands, and these are made in a third of the time
    """Eggs that a count found taken from a nest; `unseen` where the camera was blind for a while before it."""

    nest: str
    at: datetime
    eggs: int
    unseen: bool


def _seen_taken(session: Session, start: datetime, end: datetime) -> list[_Taken]:
    of_count = (EggCountRow.nest_id == EventRow.nest_id) & (EggCountRow.at == EventRow.at)
    query = (
        select(EventRow.nest_id, EventRow.at, EventRow.details["eggs"].as_integer(), EggCountRow.unseen)
        .outerjoin(EggCountRow, of_count)
        .where(EventRow.kind == EggsCollected.kind, EventRow.at >= start, EventRow.at < end)
    )
    gone = {(one.nest, one.until): one.eggs for one in denied_eggs(session, end)}
    taken = [
        _Taken(nest, at, eggs - gone.get((nest, at), 0), bool(unseen))
        for nest, at, eggs, unseen in session.execute(query)
    ]
    return [one for one in taken if one.eggs > 0]


def _was_told(session: Session, taken: _Taken, told: Sequence[datetime]) -> bool:
    """Whether eggs that were seen to be gone are those of a collection that was told.

    It is of about that time; or of any since the count before, where the camera was blind meanwhile.

    Args:
        told: when collections were told of, in order.
    """
    since = taken.at - SAME_COLLECTION
    if taken.unseen:
        before = (
            select(EggCountRow.at)
            .where(EggCountRow.nest_id == taken.nest, EggCountRow.at < taken.at)
            .order_by(EggCountRow.at.desc())
            .limit(1)
        )
        since = min(session.execute(before).scalar() or since, since)
    place = bisect_left(told, since)
    return place < len(told) and told[place] <= taken.at + SAME_COLLECTION


def _appeared(session: Session, first: date, last: date, now: datetime, *, counted: bool) -> tuple[int, int]:
    if counted:
        timezone = ZoneInfo(coop_of(session).timezone)
        start, end = day_bounds(first, timezone)[0], min(day_bounds(last, timezone)[1], now)
        laid = select(func.sum(EventRow.details["eggs"].as_integer())).where(
            EventRow.kind == EggLaid.kind, EventRow.at >= start, EventRow.at < end
        )
        return session.execute(laid).scalar() or 0, 0
    tally = Tally.of(egg for egg in eggs_between(session, first, last, now) if egg.nest)
    return tally.total, tally.probably


def _counts_at(session: Session, at: datetime) -> list[tuple[NestId, int, datetime]]:
    """The newest count of each nest at a moment: eggs and when they were counted."""
    other = aliased(EggCountRow)
    newest = (
        select(other.at)
        .where(other.nest_id == NestRow.id, other.at < at)
        .order_by(other.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(NestRow.id, EggCountRow.eggs, EggCountRow.at)
        .join(EggCountRow, (EggCountRow.nest_id == NestRow.id) & (EggCountRow.at == newest))
        .where(NestRow.kind == "nest")
        .order_by(NestRow.id)
    )
    denied = denied_eggs(session, at)
    found: list[tuple[NestId, int, datetime]] = []
    for nest, eggs, counted_at in session.execute(query):
        none = sum(one.eggs for one in denied if one.is_counted(nest, at))
        found.append((NestId(nest), max(eggs - none, 0), counted_at))
    return found


def _found(session: Session, start: datetime, end: datetime) -> int:
    query = select(FoundEggRow.id).where(FoundEggRow.at >= start, FoundEggRow.at < end, FoundEggRow.undone_at.is_(None))
    return len(session.execute(query).all())
