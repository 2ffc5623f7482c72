"""Who does not lay: what was seen of each hen, gathered for the domain to judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from henbot.domain.clock import day_bounds
from henbot.domain.coverage import Coverage
from henbot.domain.observations import HenId
from henbot.domain.suspicion import Seen, Standing, Suspicion, judged
from henbot.domain.verdicts import Verdict
from henbot.services.eggs import Egg, eggs_between
from henbot.services.reports import coop_of
from henbot.services.watch_hours import daylight
from henbot.services.watching import coverage_by_day, together, well_watched
from henbot.storage.tables import BoutRow, CoopRow, HenRow, VisitRow

RECORD_DAYS = 180
"""Days of her record that make up a hen's baseline."""

LATELY, BEFORE = 7, 60
"""Days over which visits are compared."""


@dataclass(frozen=True, slots=True)
class Suspects:
    """What is to be said of each hen, those who just do not lay first, and the coverage that it rests on."""

    hens: tuple[Suspicion, ...]
    since: date
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class _Days:
    """What all hens are judged by."""

    session: Session
    now: datetime
    today: date
    timezone: ZoneInfo
    eggs: Sequence[Egg]
    unsure: Mapping[HenId, Sequence[date]]
    coverage: Mapping[date, Coverage]


def suspects(session: Session, now: datetime) -> Suspects:
    """Judge each hen that lives here, as far as it was watched."""
    coop = coop_of(session)
    timezone = ZoneInfo(coop.timezone)
    today = now.astimezone(timezone).date()
    first = today - timedelta(days=RECORD_DAYS)
    eggs = eggs_between(session, first, today, now)
    unsure: dict[HenId, list[date]] = {}
    for egg in eggs:
        for hen in egg.candidates if egg.verdict is Verdict.UNSURE else ():
            unsure.setdefault(hen, []).append(egg.day)
    coverage = coverage_by_day(session, first, today, now)
    days = _Days(session, now, today, timezone, eggs, unsure, coverage)
    rows = session.execute(select(HenRow).where(HenRow.retired_at.is_(None)).order_by(HenRow.added_at, HenRow.id))
    seen = [_seen(days, row, coop) for row in rows.scalars()]
    stopped = {one.hen for one in seen if one.ever and one.is_late}  # who never laid has not stopped
    found = [judged(replace(one, others_stopped=len(stopped - {one.hen}))) for one in seen]
    found.sort(
        key=lambda one: (one.standing is not Standing.NOT_LAYING, one.standing is Standing.LAYING, -one.days_since)
    )
    return Suspects(tuple(found), first, together(days.coverage))


def _seen(days: _Days, row: HenRow, coop: CoopRow) -> Seen:
    hen = HenId(row.id)
    own = sorted({egg.day for egg in days.eggs if egg.hen == hen})
    came = row.added_at.astimezone(days.timezone).date()
    since = own[-1] if own else max(came, days.today - timedelta(days=RECORD_DAYS))
    later = {day: one for day, one in days.coverage.items() if since < day < days.today}
    light, was = _light(coop, days.today, days.timezone), _light(coop, days.today - timedelta(days=7), days.timezone)
    lately, before = _visits_a_day(days, hen)
    return Seen(
        hen=hen,
        days_since=sum(map(well_watched(later), later)),
        ever=bool(own),
        gaps=[(two - one).days for one, two in pairwise(own)],
        watched=together(later).share if later else 1.0,
        visits_lately=lately,
        visits_before=before,
        on_nest=_on_nest(days, hen, since),
        age=days.today - row.hatched_on if row.hatched_on else None,
        daylight=light,
        shortening=None if light is None or was is None else light < was,
        maybe_hers=sum(day > since for day in days.unsure.get(hen, ())),
        found_outside=sum(egg.nest is None and egg.hen in ("unknown", hen) and egg.day > since for egg in days.eggs),
    )


def _visits_a_day(days: _Days, hen: HenId) -> tuple[float, float]:
    middle = days.today - timedelta(days=LATELY)
    first = middle - timedelta(days=BEFORE)
    counts = []
    for start, end in ((middle, days.today), (first, middle)):
        begin, stop = day_bounds(start, days.timezone)[0], day_bounds(end, days.timezone)[0]
        query = select(func.count()).where(
            VisitRow.hen_id == hen, VisitRow.arrived_at >= begin, VisitRow.arrived_at < stop
        )
        watched = sum(one.share for day, one in days.coverage.items() if start <= day < end)
        counts.append(days.session.execute(query).scalar_one() / watched if watched else 0.0)
    return counts[0], counts[1]


def _on_nest(days: _Days, hen: HenId, last_egg: date) -> timedelta:
    """Time on nests a day, over the last three days, if she laid no egg in them."""
    first = days.today - timedelta(days=3)
    if last_egg >= first:
        return timedelta()
    query = select(BoutRow.arrived_at, BoutRow.last_seen_at).where(
        BoutRow.hen_id == hen,
        BoutRow.gone.is_(False),
        BoutRow.arrived_at >= day_bounds(first, days.timezone)[0],
        BoutRow.arrived_at < days.now,
    )
    spans = days.session.execute(query)
    return sum((min(end, days.now) - start for start, end in spans), timedelta()) / 3


def _light(coop: CoopRow, day: date, timezone: ZoneInfo) -> timedelta | None:
    """Length of a day from sunrise to sunset; None where the coop's place is not known."""
    if coop.latitude is None or coop.longitude is None:
        return None
    span = daylight(day, (coop.latitude, coop.longitude), timezone)
    return span.length if span else None
