"""What is known of one hen's laying: last egg, rates against watched time, streak, usual hour, nests, sitting."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median_low
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from henbot.domain.clock import day_bounds
from henbot.domain.coverage import Coverage
from henbot.domain.laying import Streak, UsualHour, intervals, streak, usual_hour
from henbot.domain.observations import HenId, NestId
from henbot.domain.verdicts import Verdict
from henbot.services.eggs import MOST_DAYS, Egg, Tally, eggs_between, times_of
from henbot.services.reports import Picture, coop_of
from henbot.services.watching import coverage_by_day, together, watched_days, well_watched
from henbot.storage.tables import BoutRow, EvidenceRow, HenRow, MediaRow, VisitRow

RATES = (7, 30, 365)
"""Days that rates are told over (issue 4)."""

LEAST_WATCHED = 1.0
"""Days that must have been watched before a rate is told."""

RECENT_EGGS = 60
"""Eggs that the usual hour and the nests are read from: some two or three months, for both change with the season."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Eggs over the last days.

    Attributes:
        days: that were asked for.
        since: the first of them in which she lived here.
        watched: days that were watched, in parts of a day.
        a_week: eggs in seven watched days, at most seven; None where too little was watched to say.
    """

    days: int
    since: date
    eggs: Tally
    watched: float
    a_week: float | None
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Sitting:
    """Time on nests over the last 30 days.

    Attributes:
        total: in the sitting pose.
        an_egg: median length of the bouts that gave an egg, a visit's pauses included; None without any.
    """

    total: timedelta
    bouts: int
    visits: int
    an_egg: timedelta | None


@dataclass(frozen=True, slots=True)
class HenRecord:
    """What is known of a hen's laying.

    Attributes:
        last_egg: the last that is surely or probably hers within a year; None without any.
        last_maybe: a later one that is hers or another's.
        interval: median time between two eggs of hers, over at most one skipped day; None where too few are known.
        nests: share of her last eggs by nest, the dearest first.
        portrait: the newest picture that shows her well.
    """

    hen: HenId
    added_on: date
    hatched_on: date | None
    retired_on: date | None
    last_egg: Egg | None
    last_maybe: Egg | None
    rates: tuple[Rate, ...]
    streak: Streak
    usual: UsualHour | None
    interval: timedelta | None
    nests: tuple[tuple[NestId, float], ...]
    sitting: Sitting
    portrait: Picture | None


def hen_record(session: Session, hen: HenId, now: datetime) -> HenRecord | None:
    """What is known of a hen at `now`; None of one that never lived here."""
    row = session.get(HenRow, hen)
    if row is None:
        return None
    timezone = ZoneInfo(coop_of(session).timezone)
    today = now.astimezone(timezone).date()
    added = row.added_at.astimezone(timezone).date()
    start = today - timedelta(days=MOST_DAYS - 1)
    by_day = coverage_by_day(session, start, today, now)
    eggs = eggs_between(session, start, today, now, hen)
    own = [egg for egg in eggs if egg.hen == hen]
    times = times_of(own, hen)
    known = [gap for gap in intervals(times, well_watched(by_day), timezone) if gap is not None]
    return HenRecord(
        hen=hen,
        added_on=added,
        hatched_on=row.hatched_on,
        retired_on=row.retired_at.astimezone(timezone).date() if row.retired_at else None,
        last_egg=own[-1] if own else None,
        last_maybe=_later(eggs, own),
        rates=tuple(_rate(own, days, today, added, by_day) for days in RATES),
        streak=streak({egg.day for egg in own}, today, well_watched(by_day)),
        usual=usual_hour(times[-RECENT_EGGS:], timezone),
        interval=median_low(known) if len(known) >= 3 else None,
        nests=_shares([egg.nest for egg in own[-RECENT_EGGS:] if egg.nest]),
        sitting=_sitting(session, hen, day_bounds(today - timedelta(days=29), timezone)[0], now),
        portrait=portrait(session, hen, now),
    )


def _later(eggs: Sequence[Egg], own: Sequence[Egg]) -> Egg | None:
    maybe = [egg for egg in eggs if egg.verdict is Verdict.UNSURE]
    return maybe[-1] if maybe and (not own or maybe[-1].at > own[-1].at) else None


def _rate(own: Sequence[Egg], days: int, today: date, added: date, by_day: Mapping[date, Coverage]) -> Rate:
    first = today - timedelta(days=days - 1)
    # A keeper's old hens are in an imported record before they were added, so eggs count, too.
    since = max(first, min([added, *(egg.day for egg in own)]))
    watched = watched_days(by_day, since, today)
    tally = Tally.of(egg for egg in own if egg.day >= since)
    in_nests = sum(egg.eggs for egg in own if egg.day >= since and egg.nest)
    enough = watched >= LEAST_WATCHED
    return Rate(
        days=days,
        since=since,
        eggs=tally,
        watched=watched,
        a_week=min(7.0 * in_nests / watched, 7.0) if enough else None,
        coverage=together({day: one for day, one in by_day.items() if day >= since}),
    )


def _shares(nests: Sequence[NestId]) -> tuple[tuple[NestId, float], ...]:
    return tuple((nest, times / len(nests)) for nest, times in Counter(nests).most_common())


def _sitting(session: Session, hen: HenId, start: datetime, now: datetime) -> Sitting:
    bouts = (BoutRow.hen_id == hen, BoutRow.gone.is_(False), BoutRow.arrived_at >= start, BoutRow.arrived_at < now)
    number, seconds = session.execute(select(func.count(), func.sum(BoutRow.sat_s)).where(*bouts)).one()
    visits = session.execute(
        select(func.count()).where(VisitRow.hen_id == hen, VisitRow.arrived_at >= start, VisitRow.arrived_at < now)
    ).scalar_one()
    with_egg = session.execute(
        select(BoutRow.arrived_at, BoutRow.last_seen_at).where(
            *bouts, BoutRow.verdict.in_([Verdict.LAID.value, Verdict.PROBABLY.value])
        )
    )
    lengths = [end - begin for begin, end in with_egg]
    return Sitting(timedelta(seconds=seconds or 0), number, visits, median_low(lengths) if lengths else None)


def portrait(session: Session, hen: HenId, now: datetime) -> Picture | None:
    """The newest picture of her settled, within her last bouts with one; else None."""
    recent = (
        select(VisitRow.id)
        .where(VisitRow.hen_id == hen, VisitRow.arrived_at <= now)
        .order_by(VisitRow.arrived_at.desc())
        .limit(200)
        .subquery()
    )
    query = (
        select(MediaRow.sha256, MediaRow.path, MediaRow.telegram_file_id)
        .join(EvidenceRow, EvidenceRow.media_sha256 == MediaRow.sha256)
        .join(recent, recent.c.id == EvidenceRow.visit_id)
        .where(EvidenceRow.role == "settled", EvidenceRow.at <= now)
        .order_by(EvidenceRow.at.desc())
        .limit(1)
    )
    found = session.execute(query).first()
    return Picture(*found) if found else None
