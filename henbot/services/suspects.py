"""Who does not lay: what was seen of each hen, gathered for the domain to judge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from henbot.domain.care import HintKind
from henbot.domain.clock import day_bounds
from henbot.domain.coverage import Coverage
from henbot.domain.observations import UNKNOWN, HenId
from henbot.domain.suspicion import Seen, Standing, Suspicion, judged
from henbot.domain.verdicts import INSPECTION, Verdict
from henbot.services.care_hints import resting
from henbot.services.eggs import eggs_between
from henbot.services.periods import first_day
from henbot.services.reports import coop_of
from henbot.services.watch_hours import daylight
from henbot.services.watching import coverage_by_day, together, well_watched
from henbot.storage.tables import BoutRow, CoopRow, HenRow, VisitRow

RECORD_DAYS = 180
"""Days of her record that make up a hen's baseline."""

LATELY, BEFORE = 7, 60
"""Days over which visits are compared."""

SITTING_DAYS = timedelta(days=3)
"""Days over which time on nests is looked at, of a hen who laid no egg in them."""


@dataclass(frozen=True, slots=True)
class Suspects:
    """What is to be said of each hen, those who just do not lay first, and the coverage that it rests on."""

    hens: tuple[Suspicion, ...]
    since: date
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class _Days:
    """What all hens are judged by.

    Attributes:
        eggs, unsure: days of eggs that are hers, and of those that may be, by hen; in order.
        found: days of eggs that were found outside the nests, with the hen where she is known.
        visits: to nests a watched day by hen, lately and before.
        on_nest: time on nests a day by hen, over the last days.
        well: whether a day was watched enough that no egg was missed.
        light, light_before: length of the day, today and a week ago; None where the coop's place is not known.
    """

    session: Session
    now: datetime
    today: date
    timezone: ZoneInfo
    coverage: Mapping[date, Coverage]
    eggs: Mapping[HenId, Sequence[date]]
    unsure: Mapping[HenId, Sequence[date]]
    found: Sequence[tuple[HenId, date]]
    visits: Mapping[HenId, tuple[float, float]]
    on_nest: Mapping[HenId, timedelta]
    well: Callable[[date], bool]
    light: timedelta | None
    light_before: timedelta | None

    @property
    def shortening(self) -> bool | None:
        """Whether the days grow shorter; None where that is not known."""
        return None if self.light is None or self.light_before is None else self.light < self.light_before


@dataclass(frozen=True, slots=True)
class SeenFlock:
    """What was seen of each hen that lives here.

    Attributes:
        last_eggs: the last day on which each may have laid; none where there is none within `RECORD_DAYS`.
    """

    hens: tuple[Seen, ...]
    last_eggs: Mapping[HenId, date]
    since: date
    coverage: Coverage


def suspects(session: Session, now: datetime) -> Suspects:
    """Judge each hen that lives here, as far as it was watched."""
    flock = seen_flock(session, now)
    brooding = {hen for hen, kind in resting(session, now).items() if kind is HintKind.BROODY}
    found = [replace(one, standing=Standing.BROODY) if one.hen in brooding else one for one in map(judged, flock.hens)]
    found.sort(
        key=lambda one: (one.standing is not Standing.NOT_LAYING, one.standing is Standing.LAYING, -one.days_since)
    )
    return Suspects(tuple(found), flock.since, flock.coverage)


def seen_flock(session: Session, now: datetime, *, closely: bool = False) -> SeenFlock:
    """What was seen of each hen that lives here, by which she is judged.

    Args:
        closely: also on which days she may have laid, which takes a look at all that settled on nests.
    """
    days = _days(session, now)
    first = days.today - timedelta(days=RECORD_DAYS)
    rows = session.execute(select(HenRow).where(HenRow.retired_at.is_(None)).order_by(HenRow.added_at, HenRow.id))
    seen = [_seen(days, row) for row in rows.scalars() if row.added_at <= now]
    stopped = {one.hen for one in seen if one.ever and one.is_late}  # who never laid has not stopped
    hens = tuple(replace(one, others_stopped=len(stopped - {one.hen})) for one in seen)
    maybe = _maybe_days(days, first) if closely else {}
    hens = tuple(_quiet(days, one, maybe.get(one.hen, ())) for one in hens)
    begun = first_day(session) or first  # what was before the coop's first day is no gap
    lived = {day: one for day, one in days.coverage.items() if day >= begun}
    return SeenFlock(hens, {hen: on[-1] for hen, on in maybe.items()}, first, together(lived or days.coverage))


def _maybe_days(days: _Days, first: date) -> dict[HenId, list[date]]:
    """Days on which each hen may have laid: an egg of hers, or one that may be hers, and she had settled on a nest."""
    found: dict[HenId, set[date]] = {}
    for hen, laid in days.eggs.items():
        if hen != UNKNOWN:
            found.setdefault(hen, set()).update(laid)
    begin = day_bounds(first, days.timezone)[0]
    for hen, on in days.unsure.items():
        query = select(BoutRow.arrived_at).where(
            BoutRow.hen_id == hen,
            BoutRow.gone.is_(False),
            BoutRow.arrived_at >= begin,
            BoutRow.arrived_at < days.now,
            BoutRow.sat_s >= INSPECTION.total_seconds(),
        )
        settled = {at.astimezone(days.timezone).date() for at in days.session.execute(query).scalars()}
        found.setdefault(hen, set()).update(settled.intersection(on))
    return {hen: sorted(on) for hen, on in found.items() if on}


def _quiet(days: _Days, seen: Seen, maybe: Sequence[date]) -> Seen:
    if not maybe:
        return seen
    later = {day: one for day, one in days.coverage.items() if maybe[-1] < day < days.today}
    return replace(
        seen,
        quiet_days=sum(map(days.well, later)),
        quiet_gaps=[(two - one).days for one, two in pairwise(maybe)],
        watched=together(later).share if later else 1.0,
    )


def _days(session: Session, now: datetime) -> _Days:
    coop = coop_of(session)
    timezone = ZoneInfo(coop.timezone)
    today = now.astimezone(timezone).date()
    first = today - timedelta(days=RECORD_DAYS)
    eggs = eggs_between(session, first, today, now)
    own: dict[HenId, dict[date, None]] = {}
    unsure: dict[HenId, list[date]] = {}
    for egg in eggs:
        own.setdefault(egg.hen, {})[egg.day] = None
        for hen in egg.candidates if egg.verdict is Verdict.UNSURE else ():
            unsure.setdefault(hen, []).append(egg.day)
    coverage = coverage_by_day(session, first, today, now)
    return _Days(
        session,
        now,
        today,
        timezone,
        coverage,
        {hen: sorted(laid) for hen, laid in own.items()},
        unsure,
        [(egg.hen, egg.day) for egg in eggs if egg.nest is None],
        _visits_a_day(session, today, timezone, coverage),
        _on_nests(session, today, timezone, now),
        well_watched(coverage),
        _light(coop, today, timezone),
        _light(coop, today - timedelta(days=7), timezone),
    )


def _seen(days: _Days, row: HenRow) -> Seen:
    hen = HenId(row.id)
    own = days.eggs.get(hen, ())
    came = row.added_at.astimezone(days.timezone).date()
    since = own[-1] if own else max(came, days.today - timedelta(days=RECORD_DAYS))
    later = {day: one for day, one in days.coverage.items() if since < day < days.today}
    lately, before = days.visits.get(hen, (0.0, 0.0))
    return Seen(
        hen=hen,
        days_since=sum(map(days.well, later)),
        ever=bool(own),
        gaps=[(two - one).days for one, two in pairwise(own)],
        watched=together(later).share if later else 1.0,
        visits_lately=lately,
        visits_before=before,
        on_nest=days.on_nest.get(hen, timedelta()) if since < days.today - SITTING_DAYS else timedelta(),
        age=days.today - row.hatched_on if row.hatched_on else None,
        daylight=days.light,
        shortening=days.shortening,
        maybe_hers=sum(day > since for day in days.unsure.get(hen, ())),
        found_outside=sum(whose in (UNKNOWN, hen) and day > since for whose, day in days.found),
    )


def _visits_a_day(
    session: Session, today: date, timezone: ZoneInfo, by_day: Mapping[date, Coverage]
) -> dict[HenId, tuple[float, float]]:
    """Visits to nests a watched day, lately and before, of each hen."""
    middle = today - timedelta(days=LATELY)
    spans = (middle, today), (middle - timedelta(days=BEFORE), middle)
    one, two = (_visits(day_bounds(start, timezone)[0], day_bounds(end, timezone)[0]) for start, end in spans)
    watched = [sum(one.share for day, one in by_day.items() if start <= day < end) for start, end in spans]
    return {
        HenId(hen): (lately / watched[0] if watched[0] else 0.0, before / watched[1] if watched[1] else 0.0)
        for hen, lately, before in session.execute(select(HenRow.id, one, two))
    }


def _visits(start: datetime, end: datetime) -> ScalarSelect[int]:
    number = select(func.count()).select_from(VisitRow)
    came = VisitRow.arrived_at >= start, VisitRow.arrived_at < end
    return number.where(VisitRow.hen_id == HenRow.id, *came).scalar_subquery()


def _on_nests(session: Session, today: date, timezone: ZoneInfo, now: datetime) -> dict[HenId, timedelta]:
    """Time on nests a day, over the last three days, of each hen who was on one."""
    query = select(BoutRow.hen_id, BoutRow.arrived_at, BoutRow.last_seen_at).where(
        BoutRow.gone.is_(False),
        BoutRow.arrived_at >= day_bounds(today - SITTING_DAYS, timezone)[0],
        BoutRow.arrived_at < now,
    )
    found: dict[HenId, timedelta] = {}
    for hen, start, end in session.execute(query):
        found[HenId(hen)] = found.get(HenId(hen), timedelta()) + min(end, now) - start
    return {hen: length / SITTING_DAYS.days for hen, length in found.items()}


def _light(coop: CoopRow, day: date, timezone: ZoneInfo) -> timedelta | None:
    """Length of a day from sunrise to sunset; None where the coop's place is not known."""
    if coop.latitude is None or coop.longitude is None:
        return None
    span = daylight(day, (coop.latitude, coop.longitude), timezone)
    return span.length if span else None
