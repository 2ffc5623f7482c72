"""What was seen of hens, gathered for the rules of care to judge."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from henbot.domain.care import (
    CareRules,
    Hint,
    NestDay,
    RoostEvening,
    SittingNow,
    broody,
    long_sitting,
    not_seen,
    pause,
    unaccounted,
)
from henbot.domain.clock import day_bounds
from henbot.domain.coverage import Span, coverage
from henbot.domain.flock import NestKind
from henbot.domain.observations import UNKNOWN, HenId, NestId, VisitId
from henbot.domain.verdicts import Verdict
from henbot.services.egg_balance import egg_balance
from henbot.services.egg_ledger import laying_nests, laying_stays
from henbot.services.periods import nests_now
from henbot.services.reports import BoutReport, coop_of, flock_of, nests_of
from henbot.services.roll_call import GATHERING, roll_call
from henbot.services.sitting import sitting_since
from henbot.services.suspects import SeenFlock, seen_flock
from henbot.services.watch_hours import daylight, hours_of_day
from henbot.storage.tables import BoutRow, CoopRow, SeenSpanRow, VisitRow

LOOK_BACK = 5
"""Days that a brooding is read from."""

ROLL_CALLS = 14
"""Evenings that tell how many hens are usually missed on the roost."""

AFTER_DUSK = timedelta(minutes=90)
"""When a day's eggs are reckoned up and its roll-call is held: hens are in, and nobody is in the coop any more."""


@dataclass(frozen=True, slots=True)
class _Stay:
    """A bout as far as it tells where a hen was."""

    id: VisitId
    hen: HenId
    nest: NestId
    span: Span
    laid: bool


def sitting_hints(session: Session, now: datetime, rules: CareRules) -> list[Hint]:
    """Hens that sit too long at this moment, in daylight."""
    coop = coop_of(session)
    zone = ZoneInfo(coop.timezone)
    light = _light(now.astimezone(zone).date(), coop)
    if not light.start <= now < light.end:
        return []
    inside = [bout for nest in nests_now(session, now) for bout in nest.inside]
    settled = sitting_since(session, [bout.id for bout in inside], now)
    sittings = [
        SittingNow(
            bout.hen,
            bout.nest,
            bout.id,
            max(settled[bout.id], light.start),
            laying_stays(session, bout.hen, now),
            _laid_between(session, bout, day_bounds(now.astimezone(zone).date(), zone)[0], now),
        )
        for bout in inside
        if bout.id in settled
    ]
    hints = (long_sitting(sitting, now, rules) for sitting in sittings)
    return [hint for hint in hints if hint is not None]


def _laid_between(session: Session, bout: BoutReport, start: datetime, now: datetime) -> bool:
    if bout.verdict is Verdict.LAID:
        return True
    query = select(BoutRow.id).where(
        BoutRow.hen_id == bout.hen,
        BoutRow.hen_id != UNKNOWN,
        BoutRow.verdict == Verdict.LAID.value,
        BoutRow.gone.is_(False),
        BoutRow.arrived_at >= start,
        BoutRow.last_seen_at <= now,
    )
    return session.execute(query.limit(1)).first() is not None


def day_hints(session: Session, now: datetime, rules: CareRules) -> list[Hint]:
    """What the last days tell of the flock and its eggs."""
    flock = seen_flock(session, now, closely=True)
    found: list[Hint | None] = [broody(hen, days, rules) for hen, days in nest_days(session, now).items()]
    found += [pause(seen, flock.last_eggs.get(seen.hen), rules) for seen in flock.hens]
    evening = _last_evening(session, now)
    balance = egg_balance(session, evening, evening, now)
    found.append(unaccounted(evening, balance.missing, balance.coverage.share, rules))
    found.append(_not_seen(session, evening, now, flock, rules))
    return [hint for hint in found if hint is not None]


def _last_evening(session: Session, now: datetime) -> date:
    """The last day that is over for hens."""
    coop = coop_of(session)
    today = now.astimezone(ZoneInfo(coop.timezone)).date()
    return today if now >= _light(today, coop).end + AFTER_DUSK else today - timedelta(days=1)


def nest_days(session: Session, now: datetime) -> dict[HenId, list[NestDay]]:
    """Each hen's last days and nights, as far as nests are concerned; days that are over for hens, in order."""
    coop = coop_of(session)
    today = now.astimezone(ZoneInfo(coop.timezone)).date()
    last = today if now >= _light(today, coop).end else today - timedelta(days=1)
    days = [last - timedelta(days=back) for back in reversed(range(LOOK_BACK))]
    start = day_bounds(days[0], ZoneInfo(coop.timezone))[0]
    seen = _seen(session, start, now)
    stays = sorted(_stays(session, start - timedelta(days=1), now), key=lambda stay: stay.hen)
    return {
        hen: [_nest_day(day, own, seen, coop, now) for day in days]
        for hen, own in ((hen, list(group)) for hen, group in groupby(stays, key=lambda stay: stay.hen))
        if hen != UNKNOWN
    }


def _nest_day(
    day: date, stays: Sequence[_Stay], seen: Mapping[NestId, Sequence[Span]], coop: CoopRow, now: datetime
) -> NestDay:
    zone = ZoneInfo(coop.timezone)
    light, dawn = _light(day, coop), _light(day + timedelta(days=1), coop).start
    noon = datetime.combine(day, time(12), zone)
    afternoon, night = Span(min(noon, light.end), light.end), Span(light.end + GATHERING, dawn)
    longest = max(stays, key=lambda stay: _overlap([stay], Span(afternoon.start, dawn)), default=None)
    nest_seen = seen.get(longest.nest, ()) if longest else ()
    is_over = night.end <= now
    night_seen = coverage(nest_seen, [night]) if is_over else None
    is_night_seen = night_seen is not None and night_seen.share >= 0.5
    return NestDay(
        day=day,
        afternoon=_overlap(stays, afternoon),
        afternoon_seen=coverage(nest_seen, [afternoon]).share,
        at_roosting=any(stay.span.start <= night.start <= stay.span.end for stay in stays) if is_night_seen else None,
        night=_overlap(stays, night) / night_seen.watched if is_night_seen and night_seen else None,
        egg=any(stay.laid and stay.span.end.astimezone(zone).date() == day for stay in stays),
        bout=longest.id if longest else None,
    )


def _overlap(stays: Iterable[_Stay], within: Span) -> timedelta:
    parts = (stay.span.within(within) for stay in stays)
    return sum((part.length for part in parts if part), timedelta())


def _stays(session: Session, start: datetime, now: datetime) -> Iterable[_Stay]:
    query = select(
        BoutRow.id, BoutRow.hen_id, BoutRow.nest_id, BoutRow.arrived_at, BoutRow.last_seen_at, BoutRow.verdict
    ).where(BoutRow.gone.is_(False), BoutRow.arrived_at >= start, BoutRow.arrived_at < now)
    for bout, hen, nest, came, seen_at, verdict in session.execute(query):
        span = Span(came, min(seen_at, now))
        yield _Stay(VisitId(bout), HenId(hen), NestId(nest), span, verdict == Verdict.LAID.value and seen_at <= now)


def _seen(session: Session, start: datetime, now: datetime) -> dict[NestId, list[Span]]:
    query = select(SeenSpanRow.nest_id, SeenSpanRow.start_at, SeenSpanRow.end_at).where(
        SeenSpanRow.nest_id.in_(laying_nests(session)),  # by its index, for there are years of spans
        SeenSpanRow.end_at >= start,
        SeenSpanRow.start_at < now,
    )
    found: dict[NestId, list[Span]] = {}
    for nest, begin, end in session.execute(query):
        found.setdefault(NestId(nest), []).append(Span(begin, min(end, now)))
    return found


def _not_seen(session: Session, evening: date, now: datetime, flock: SeenFlock, rules: CareRules) -> Hint | None:
    if not any(nest.kind is NestKind.ROOST for nest in nests_of(session, since=now)):
        return None
    evenings = [_roost_evening(session, evening - timedelta(days=back), now) for back in reversed(range(ROLL_CALLS))]
    known = [one for one in evenings if one is not None]
    if not known or known[-1].day != evening:
        return None
    return not_seen(known, _unseen(session, evening, now, flock), rules)


def _roost_evening(session: Session, day: date, now: datetime) -> RoostEvening | None:
    calls = roll_call(session, day, now)
    roosts = [nest for nest in nests_of(session, since=now) if nest.kind is NestKind.ROOST]
    if {call.roost for call in calls} != {roost.id for roost in roosts}:
        return None
    sure = 1.0
    for call in calls:
        sure *= sum(call.probabilities[: call.hens + 1])
    at = max(call.end for call in calls)
    in_nests = {stay.hen for stay in _stays(session, at - timedelta(days=1), at) if stay.span.end >= at - GATHERING}
    return RoostEvening(day, sum(call.hens for call in calls), len(in_nests), len(flock_of(session)), sure)


def _unseen(session: Session, evening: date, now: datetime, flock: SeenFlock) -> list[tuple[HenId, date]]:
    """Hens that go to a nest every day, and did not on this one; with the day when they last did."""
    zone = ZoneInfo(coop_of(session).timezone)
    daily = [seen.hen for seen in flock.hens if seen.visits_before >= 1]
    query = (
        select(VisitRow.hen_id, func.max(VisitRow.last_seen_at))
        .where(VisitRow.hen_id.in_(daily), VisitRow.arrived_at < now, VisitRow.arrived_at > now - timedelta(days=60))
        .group_by(VisitRow.hen_id)
    )
    last = {HenId(hen): at.astimezone(zone).date() for hen, at in session.execute(query)}
    return [(hen, last[hen]) for hen in daily if hen in last and last[hen] < evening]


def _light(day: date, coop: CoopRow) -> Span:
    """From sunrise to sunset, or the watch hours where the coop's place is not known."""
    if coop.latitude is None or coop.longitude is None:
        return hours_of_day(day, coop)
    span = daylight(day, (coop.latitude, coop.longitude), ZoneInfo(coop.timezone))
    return span or hours_of_day(day, coop)
