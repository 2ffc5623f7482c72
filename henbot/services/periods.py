"""Answers about several days, and about this moment, as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from henbot.domain.clock import day_bounds
from henbot.domain.coverage import Coverage
from henbot.domain.flock import Nest, NestKind
from henbot.domain.observations import UNKNOWN, HenId, NestId
from henbot.services.eggs import MOST_DAYS, Egg, eggs_between
from henbot.services.reports import BoutReport, bout_report, coop_of, nests_of
from henbot.services.watching import coverage_by_day, together
from henbot.storage.tables import BoutRow, CameraRow, HenRow, SeenSpanRow

ONE_VISIT_AT_MOST = timedelta(days=1)
"""How long ago a visit that goes on may have been seen last."""


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """Some days of the coop, of a long time its last year.

    Attributes:
        last: not after today.
        coverage: of the watch hours until now.
        eggs: in the order of time.
        anyone: a hen came at all.
    """

    first: date
    last: date
    today: date
    coverage: Coverage
    eggs: tuple[Egg, ...]
    anyone: bool


@dataclass(frozen=True, slots=True)
class NestNow:
    """A nest at this moment.

    Attributes:
        seen_at: when it was truly seen last; None for never.
        is_seen: whether it is watched now.
        inside: bouts that go on.
    """

    nest: Nest
    seen_at: datetime | None
    is_seen: bool
    inside: tuple[BoutReport, ...]


def period_report(
    session: Session, first: date | None, last: date | None, now: datetime, hen: HenId | None = None
) -> PeriodReport:
    """Eggs and visits from one day to another, both included.

    Args:
        first, last: None for all that is known.
        hen: of her alone: also the eggs that may be hers or another's.
    """
    timezone = ZoneInfo(coop_of(session).timezone)
    today = now.astimezone(timezone).date()
    end = min(last or today, today)
    start = max(first or first_day(session) or end, end - timedelta(days=MOST_DAYS - 1))
    bounds = day_bounds(start, timezone)[0], min(day_bounds(end, timezone)[1], now)
    return PeriodReport(
        first=start,
        last=end,
        today=today,
        coverage=period_coverage(session, start, end, now),
        eggs=tuple(eggs_between(session, start, end, now, hen)),
        anyone=bool(session.execute(select(exists().where(*_came(bounds)))).scalar()),
    )


def period_coverage(session: Session, first: date, last: date, now: datetime) -> Coverage:
    """How much of the watch hours of some days was watched until `now`."""
    return together(coverage_by_day(session, max(first, last - timedelta(days=MOST_DAYS - 1)), last, now))


def first_day(session: Session) -> date | None:
    """The first day of which anything is known; None where nothing is."""
    nests = [nest.id for nest in nests_of(session)]
    starts = [
        session.execute(
            select(SeenSpanRow.start_at).where(SeenSpanRow.nest_id == nest).order_by(SeenSpanRow.start_at).limit(1)
        ).scalar()
        for nest in nests
    ]
    starts.append(session.execute(select(BoutRow.arrived_at).order_by(BoutRow.arrived_at).limit(1)).scalar())
    known = [start for start in starts if start is not None]
    return min(known).astimezone(ZoneInfo(coop_of(session).timezone)).date() if known else None


def nests_now(session: Session, now: datetime) -> list[NestNow]:
    """Each laying nest that is configured, with who is in it."""
    return [_nest_now(session, nest, now) for nest in nests_of(session, since=now) if nest.kind is NestKind.NEST]


def bouts_by_hen(session: Session, first: date, last: date, now: datetime) -> dict[HenId, int]:
    """How many bouts began from one day to another, both included, by hen; without those who had none."""
    timezone = ZoneInfo(coop_of(session).timezone)
    came = _came((day_bounds(first, timezone)[0], min(day_bounds(last, timezone)[1], now)))
    # Of each hen from her own index: grouped, a year's hundred thousand would be sorted first.
    hers = select(func.count()).select_from(BoutRow).where(BoutRow.hen_id == HenRow.id, *came).scalar_subquery()
    numbers = {HenId(hen): number for hen, number in session.execute(select(HenRow.id, hers))}
    numbers[UNKNOWN] = session.execute(select(func.count()).where(BoutRow.hen_id == UNKNOWN, *came)).scalar_one()
    return {hen: number for hen, number in numbers.items() if number}


def _came(bounds: tuple[datetime, datetime]) -> tuple[ColumnElement[bool], ...]:
    return BoutRow.arrived_at >= bounds[0], BoutRow.arrived_at < bounds[1], BoutRow.gone.is_(False)


def _nest_now(session: Session, nest: Nest, now: datetime) -> NestNow:
    seen_at = session.execute(
        select(SeenSpanRow.end_at)
        .where(SeenSpanRow.nest_id == nest.id, SeenSpanRow.start_at <= now)
        .order_by(SeenSpanRow.start_at.desc())  # spans do not overlap, so this one ends last
        .limit(1)
    ).scalar()
    seen_at = min(seen_at, now) if seen_at else None
    trust_gap = timedelta(seconds=session.get_one(CameraRow, nest.camera).trust_gap_s)
    is_seen = seen_at is not None and now - seen_at <= trust_gap
    return NestNow(nest, seen_at, is_seen, tuple(_inside(session, nest.id, now)) if is_seen else ())


def _inside(session: Session, nest: NestId, now: datetime) -> Sequence[BoutReport]:
    query = (
        select(BoutRow.id)
        .where(
            BoutRow.nest_id == nest,
            BoutRow.last_seen_at > now - ONE_VISIT_AT_MOST,
            BoutRow.arrived_at <= now,
            or_(BoutRow.left_at.is_(None), BoutRow.left_at > now),
            BoutRow.gone.is_(False),
        )
        .order_by(BoutRow.arrived_at)
    )
    reports = (bout_report(session, bout) for bout in session.execute(query).scalars().all())
    return [report for report in reports if report is not None]
