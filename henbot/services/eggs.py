"""Eggs over a period, each with how sure it is: from the bouts' verdicts, the eggs seen, and what people told."""

import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple, TypeAlias
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, String, cast, func, or_, select, true
from sqlalchemy.orm import Session

from henbot.domain.clock import day_bounds
from henbot.domain.events import EggLaid
from henbot.domain.observations import UNKNOWN, HenId, NestId, VisitId
from henbot.domain.verdicts import Verdict
from henbot.services.reports import coop_of
from henbot.storage.tables import BoutRow, EventRow
from henbot.storage.told import FoundEggRow

MOST_DAYS = 366
"""Days that eggs are listed over one by one; counts over longer times are made by the database."""

_DAY = timedelta(days=1)
_LONG_OVER = timedelta(days=2)
"""After a month or a week, when nothing in it is still going on."""

_COUNTED_WITHIN = timedelta(hours=2)
_NO_CANDIDATES = "[]"


@dataclass(frozen=True, slots=True)
class Egg:
    """An egg.

    Attributes:
        at: when her bout ended, when it was counted (where nobody can say whose it is), or when it was found.
        day: of the coop's calendar.
        hen: who laid it, `UNKNOWN` where that is not sure.
        nest: None outside the nests.
        verdict: `LAID` (an egg was seen or told), `PROBABLY` (by time alone), or `UNSURE` (an egg was seen, and several
            hens may have laid it).
        candidates: hens it may be of, where that is unsure.
        bout: None where it is of no one bout.
    """

    at: datetime
    day: date
    hen: HenId
    nest: NestId | None
    verdict: Verdict
    candidates: tuple[HenId, ...] = ()
    bout: VisitId | None = None
    eggs: int = 1
    place: str = ""


Stamp: TypeAlias = tuple[int | None, ...]

_KEPT: WeakKeyDictionary[Engine, dict[tuple[date, date, str], tuple[Stamp, tuple[Egg, ...]]]] = WeakKeyDictionary()
"""The eggs of months and weeks that are over, by database, first and last day, and time zone."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Eggs by how sure they are; see `Egg.verdict`."""

    laid: int = 0
    probably: int = 0
    unsure: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.laid + self.probably + self.unsure

    @classmethod
    def of(cls, eggs: Iterable[Egg]) -> "Tally":
        """Count eggs."""
        sums = dict.fromkeys(Verdict, 0)
        for egg in eggs:
            sums[egg.verdict] += egg.eggs
        return cls(sums[Verdict.LAID], sums[Verdict.PROBABLY], sums[Verdict.UNSURE])


def eggs_between(session: Session, first: date, last: date, now: datetime, hen: HenId | None = None) -> list[Egg]:
    """Eggs from one day to another, both included, known at `now`; in the order of time.

    A hen lays at most one egg a day unless more were seen (Etches 1996), so of her bouts that probably gave one, one a
    day counts, and none where an egg was seen.

    Args:
        first, last: at most `MOST_DAYS` apart; of a longer time the end is taken.
        hen: of her alone: also the eggs that may be hers or another's.
    """
    timezone = ZoneInfo(coop_of(session).timezone)
    first = max(first, last - timedelta(days=MOST_DAYS - 1))
    bounds = day_bounds(first, timezone)[0], min(day_bounds(last, timezone)[1], now)
    eggs = [*_seen(session, (first, last), now, timezone), *_found(session, bounds, timezone, hen)]
    if hen is not None:
        eggs = [egg for egg in eggs if egg.hen == hen or hen in egg.candidates]
    return sorted(eggs, key=attrgetter("at"))


def times_of(eggs: Iterable[Egg], hen: HenId) -> list[datetime]:
    """When a hen laid, surely or probably, in order; without those that were found, for nobody knows since when."""
    return [egg.at for egg in eggs if egg.hen == hen and egg.nest is not None and egg.verdict is not Verdict.UNSURE]


def _seen(session: Session, days: tuple[date, date], now: datetime, timezone: ZoneInfo) -> list[Egg]:
    """Eggs in nests. What is over is kept, by the month or the week, and read anew only where it has changed."""
    kept = _KEPT.setdefault(session.get_bind().engine, {})
    first, last = days
    eggs: list[Egg] = []
    while first <= last:
        begin, end = _piece(first, now, timezone)
        bounds = day_bounds(begin, timezone)[0], day_bounds(end, timezone)[1]
        if bounds[1] + _LONG_OVER >= now:
            span = day_bounds(first, timezone)[0], min(day_bounds(last, timezone)[1], now)
            return [*eggs, *_read(session, span, now, timezone)]
        stamp, known = _stamp(session, bounds), kept.get((begin, end, timezone.key))
        if known is None or known[0] != stamp:
            kept[begin, end, timezone.key] = known = stamp, tuple(_read(session, bounds, now, timezone))
        is_whole = first == begin and end <= last
        eggs += known[1] if is_whole else [egg for egg in known[1] if first <= egg.day <= last]
        first = end + _DAY
    return eggs


def _piece(day: date, now: datetime, timezone: ZoneInfo) -> tuple[date, date]:
    """The first and last day of what is kept together: a month if it is long over, else some eight days of it."""
    end = _month_end(day)
    if day_bounds(end, timezone)[1] + _LONG_OVER < now:
        return day.replace(day=1), end
    begin = day.replace(day=1 + min((day.day - 1) // 8, 3) * 8)
    return begin, end if begin.day == 25 else begin + timedelta(days=7)


def _read(session: Session, bounds: tuple[datetime, datetime], now: datetime, timezone: ZoneInfo) -> list[Egg]:
    return [*_of_bouts(session, bounds, now, timezone), *_nobodys(session, bounds, timezone)]


def _stamp(session: Session, bounds: tuple[datetime, datetime]) -> Stamp:
    """What differs once anything that a piece's eggs are read from has changed: how many rows, and their changes."""
    bouts = select(func.count(), func.sum(BoutRow.revision)).where(
        BoutRow.verdict.in_([Verdict.LAID.value, Verdict.PROBABLY.value, Verdict.UNSURE.value]),
        BoutRow.gone.is_(False),
        BoutRow.arrived_at >= bounds[0] - _DAY,
        BoutRow.arrived_at < bounds[1],
    )
    events = select(func.count(), func.max(EventRow.id)).where(
        EventRow.kind == EggLaid.kind, EventRow.at >= bounds[0] - _DAY, EventRow.at < bounds[1] + _DAY
    )
    one, two = bouts.subquery(), events.subquery()
    return tuple(session.execute(select(one, two).select_from(one.join(two, true()))).one())


def forget_kept_months(engine: Engine) -> None:
    """Forget the months that are kept, as a process that starts has none; for measurements and tests."""
    _KEPT.pop(engine, None)


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - _DAY


def _of_bouts(session: Session, bounds: tuple[datetime, datetime], now: datetime, timezone: ZoneInfo) -> list[Egg]:
    query = (
        select(BoutRow.id, BoutRow.hen_id, BoutRow.nest_id, BoutRow.last_seen_at, BoutRow.verdict)
        .where(
            BoutRow.verdict.in_([Verdict.LAID.value, Verdict.PROBABLY.value]),
            BoutRow.gone.is_(False),
            BoutRow.arrived_at >= bounds[0],
            BoutRow.arrived_at < bounds[1],
            BoutRow.last_seen_at <= now,
        )
        .order_by(BoutRow.arrived_at)
    )
    eggs = [
        Egg(at, at.astimezone(timezone).date(), HenId(whose), NestId(nest), Verdict(verdict), bout=VisitId(bout))
        for bout, whose, nest, at, verdict in session.execute(query)
    ]
    return _one_a_day(eggs)


def _one_a_day(eggs: Sequence[Egg]) -> list[Egg]:
    seen = {(egg.hen, egg.day) for egg in eggs if egg.verdict is Verdict.LAID}
    kept: list[Egg] = []
    for egg in eggs:
        if egg.verdict is Verdict.PROBABLY and egg.hen != UNKNOWN:
            if (egg.hen, egg.day) in seen:
                continue
            seen.add((egg.hen, egg.day))
        kept.append(egg)
    return kept


def _found(session: Session, bounds: tuple[datetime, datetime], timezone: ZoneInfo, hen: HenId | None) -> list[Egg]:
    query = select(FoundEggRow).where(
        FoundEggRow.at >= bounds[0], FoundEggRow.at < bounds[1], FoundEggRow.undone_at.is_(None)
    )
    if hen is not None:
        query = query.where(FoundEggRow.hen_id == hen)
    return [
        Egg(
            row.at,
            row.at.astimezone(timezone).date(),
            HenId(row.hen_id) if row.hen_id else UNKNOWN,
            None,
            Verdict.LAID,
            place=row.place,
        )
        for row in session.execute(query).scalars()
    ]


class _Counted(NamedTuple):
    """New eggs that were counted; `hen` is None where they are not of one hen for sure."""

    nest: NestId
    at: datetime
    eggs: int
    hen: HenId | None


class _Claim(NamedTuple):  # a year has thousands, and these are made in a third of the time
    """A bout that an egg may be of.

    Attributes:
        until: an egg counted later is not of this bout.
        hens: several where it is unsure whose egg it is; none where it is hers for sure.
    """

    bout: VisitId
    hen: HenId
    since: datetime
    until: datetime
    hens: tuple[HenId, ...]


def _nobodys(session: Session, bounds: tuple[datetime, datetime], timezone: ZoneInfo) -> list[Egg]:
    """Eggs that were seen and that no bout has for its own. A bout has one count's eggs: that which tells of its hen,
    else the first that no other has.
    """
    counted = _counted(session, (bounds[0] - _DAY, bounds[1] + _DAY))
    within = [one for one in counted if one.hen is None and bounds[0] <= one.at < bounds[1]]
    if not within:
        return []
    claims = _claims(session, within[0].at - _DAY, within[-1].at)
    taken = {
        claim.bout
        for one in counted
        if one.hen is not None
        for claim in [near for near in _near(claims.get(one.nest, []), one.at) if near.hen == one.hen][-1:]
    }
    eggs: list[Egg] = []
    for one in within:
        near = [claim for claim in _near(claims.get(one.nest, []), one.at) if claim.bout not in taken]
        own = sorted((claim for claim in near if not claim.hens), key=lambda claim: claim.until)[: one.eggs]
        taken |= {claim.bout for claim in own}
        left = one.eggs - len(own)
        hens = tuple(dict.fromkeys(name for claim in near for name in claim.hens))
        if left > 0:
            day = one.at.astimezone(timezone).date()
            eggs.append(_maybe(Egg(one.at, day, UNKNOWN, one.nest, Verdict.UNSURE, hens, eggs=left)))
    return eggs


def _maybe(egg: Egg) -> Egg:
    """One that two hens may have laid is hers once they turn out to be one."""
    if len(egg.candidates) != 1 or egg.candidates[0] == UNKNOWN:
        return egg
    return replace(egg, hen=egg.candidates[0], verdict=Verdict.LAID, candidates=())


def _counted(session: Session, bounds: tuple[datetime, datetime]) -> list[_Counted]:
    """New eggs, in the order of time."""
    query = (
        select(EventRow.nest_id, EventRow.at, EventRow.details)
        .where(EventRow.kind == EggLaid.kind, EventRow.at >= bounds[0], EventRow.at < bounds[1])
        .order_by(EventRow.at)
    )
    return [
        _Counted(NestId(nest), at, int(details.get("eggs", 1)), details.get("hen"))
        for nest, at, details in session.execute(query)
    ]


def _claims(session: Session, start: datetime, end: datetime) -> dict[NestId, list[_Claim]]:
    """Bouts that eggs may be of, by nest, in the order of arrival."""
    query = (
        select(
            BoutRow.nest_id,
            BoutRow.id,
            BoutRow.hen_id,
            BoutRow.arrived_at,
            BoutRow.last_seen_at,
            BoutRow.verdict_at,
            cast(BoutRow.verdict_candidates, String),
        )
        .where(
            BoutRow.verdict.in_([Verdict.LAID.value, Verdict.UNSURE.value]),
            BoutRow.gone.is_(False),
            BoutRow.arrived_at >= start,
            BoutRow.arrived_at < end,
            or_(BoutRow.verdict == Verdict.LAID.value, cast(BoutRow.verdict_candidates, String) != _NO_CANDIDATES),
        )
        .order_by(BoutRow.arrived_at)
    )
    found: dict[NestId, list[_Claim]] = {}
    for nest, bout, hen, since, seen_at, counted_at, hens in session.execute(query):
        until = counted_at or seen_at + _COUNTED_WITHIN
        claim = _Claim(VisitId(bout), HenId(hen), since, until, _hens(hens))
        found.setdefault(NestId(nest), []).append(claim)
    return found


@lru_cache(maxsize=1000)  # all bouts that one egg may be of have the same, and a flock has few
def _hens(stored: str) -> tuple[HenId, ...]:
    return tuple(map(HenId, json.loads(stored)))


def _near(claims: Sequence[_Claim], at: datetime) -> list[_Claim]:
    until = bisect_left(claims, at, key=lambda claim: claim.since)
    since = bisect_left(claims, at - _DAY, key=lambda claim: claim.since)
    return [claim for claim in claims[since:until] if claim.until >= at]
