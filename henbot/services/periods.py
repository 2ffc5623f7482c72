"""Answers about several days, and about this moment, as values; the database does the counting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from henbot.domain.clock import day_bounds
from henbot.domain.coverage import Coverage, Span
from henbot.domain.flock import Nest, NestKind
from henbot.domain.observations import HenId, NestId
from henbot.domain.verdicts import Verdict
from henbot.services.reports import BoutReport, bout_report, coop_of, coverage_of, nests_of
from henbot.services.watch_hours import hours_of_day
from henbot.storage.tables import BoutRow, CameraRow, SeenSpanRow

MOST_DAYS_BY_DAY = 31
"""Days up to which an answer names the days of eggs; beyond, numbers say more."""

ONE_VISIT_AT_MOST = timedelta(days=1)
"""How long ago a visit may have begun that goes on."""


@dataclass(frozen=True, slots=True)
class Eggs:
    """Bouts of one hen that gave an egg, surely or probably, and those of which it is not sure; with their days."""

    sure: int = 0
    probable: int = 0
    unsure: int = 0
    days: tuple[date, ...] = ()
    probable_days: tuple[date, ...] = ()

    @property
    def any(self) -> bool:
        """Whether there is an egg, sure or probable."""
        return bool(self.sure or self.probable)


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """Some days of the coop.

    Attributes:
        first: the day it begins; where all that is known is asked for, the first that was watched.
        last: not after today.
        coverage: of the watch hours until `now`.
        eggs: by hen, those only who were seen.
        bouts: how many, by hen.
    """

    first: date
    last: date
    today: date
    coverage: Coverage
    eggs: Mapping[HenId, Eggs] = field(default_factory=dict)
    bouts: Mapping[HenId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LastEgg:
    """The last egg of a hen, or of all: the last sure one, and a later one that is probable."""

    sure: BoutReport | None
    probable: BoutReport | None


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


def period_report(session: Session, first: date | None, last: date | None, now: datetime) -> PeriodReport:
    """Who laid how often from one day to another, both included; None for all that is known."""
    timezone = ZoneInfo(coop_of(session).timezone)
    today = now.astimezone(timezone).date()
    end = min(last or today, today)
    start = max(first or date.min, first_day(session, timezone) or end)
    if start > end:
        return PeriodReport(first or end, end, today, _nothing(session, first or end, end))
    bounds = day_bounds(start, timezone)[0], min(day_bounds(end, timezone)[1], now)
    by_day = end - start < timedelta(days=MOST_DAYS_BY_DAY)
    return PeriodReport(
        first=max(first or start, date.min),
        last=end,
        today=today,
        coverage=period_coverage(session, first or start, end, now),
        eggs=_eggs(session, bounds, timezone if by_day else None),
        bouts=_bouts(session, bounds),
    )


def period_coverage(session: Session, first: date, last: date, now: datetime) -> Coverage:
    """How much of the watch hours of some days was watched until `now`."""
    coop = coop_of(session)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    spans = [hours_of_day(day, coop) for day in days]
    hours = [Span(span.start, min(span.end, now)) for span in spans if span.start < now]
    nests = nests_of(session, since=hours[0].start) if hours else nests_of(session)
    return coverage_of(session, nests, hours, now)


def first_day(session: Session, timezone: ZoneInfo) -> date | None:
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
    return min(known).astimezone(timezone).date() if known else None


def last_egg(session: Session, hen: HenId | None, now: datetime) -> LastEgg:
    """The last egg known at a moment; of any hen if None."""
    sure = _last_bout(session, hen, Verdict.LAID, now, None)
    probable = _last_bout(session, hen, Verdict.PROBABLY, now, sure.arrived_at if sure else None)
    return LastEgg(sure, probable)


def nests_now(session: Session, now: datetime) -> list[NestNow]:
    """Each laying nest that is configured, with who is in it."""
    return [_nest_now(session, nest, now) for nest in nests_of(session, since=now) if nest.kind is NestKind.NEST]


def _nothing(session: Session, first: date, last: date) -> Coverage:
    coop = coop_of(session)
    hours = hours_of_day(first, coop).length * max((last - first).days + 1, 1)
    return Coverage(hours, timedelta(), ())


def _eggs(session: Session, bounds: tuple[datetime, datetime], by_day: ZoneInfo | None) -> dict[HenId, Eggs]:
    wanted = (Verdict.LAID, Verdict.PROBABLY, Verdict.UNSURE)
    conditions = (
        BoutRow.arrived_at >= bounds[0],
        BoutRow.arrived_at < bounds[1],
        BoutRow.gone.is_(False),
        BoutRow.verdict.in_([verdict.value for verdict in wanted]),
        or_(BoutRow.left_at <= bounds[1], BoutRow.verdict == Verdict.LAID),
    )
    if by_day is None:
        query = select(BoutRow.hen_id, BoutRow.verdict, func.count()).where(*conditions)
        rows = session.execute(query.group_by(BoutRow.hen_id, BoutRow.verdict)).tuples().all()
        counts = {(HenId(hen), Verdict(verdict)): int(number) for hen, verdict, number in rows}
        numbers = {hen: [counts.get((hen, verdict), 0) for verdict in wanted] for hen, _ in counts}
        return {hen: Eggs(sure, probable, unsure) for hen, (sure, probable, unsure) in numbers.items()}
    found = session.execute(
        select(BoutRow.hen_id, BoutRow.verdict, BoutRow.arrived_at).where(*conditions).order_by(BoutRow.arrived_at)
    ).tuples()
    days: dict[HenId, dict[Verdict, list[date]]] = {}
    for hen, verdict, at in found:
        days.setdefault(HenId(hen), {}).setdefault(Verdict(verdict), []).append(at.astimezone(by_day).date())
    return {hen: _with_days(*(by_verdict.get(verdict, []) for verdict in wanted)) for hen, by_verdict in days.items()}


def _with_days(sure: Sequence[date], probable: Sequence[date], unsure: Sequence[date]) -> Eggs:
    return Eggs(len(sure), len(probable), len(unsure), tuple(sure), tuple(probable))


def _bouts(session: Session, bounds: tuple[datetime, datetime]) -> dict[HenId, int]:
    query = (
        select(BoutRow.hen_id, func.count())
        .where(BoutRow.arrived_at >= bounds[0], BoutRow.arrived_at < bounds[1], BoutRow.gone.is_(False))
        .group_by(BoutRow.hen_id)
    )
    return {HenId(hen): int(number) for hen, number in session.execute(query).tuples()}


def _last_bout(
    session: Session, hen: HenId | None, verdict: Verdict, now: datetime, after: datetime | None
) -> BoutReport | None:
    query = (
        select(BoutRow.id)
        .where(BoutRow.verdict == verdict.value, BoutRow.gone.is_(False), BoutRow.arrived_at <= now)
        .where(BoutRow.left_at <= now)
        .order_by(BoutRow.arrived_at.desc())
        .limit(1)
    )
    if hen is not None:
        query = query.where(BoutRow.hen_id == hen)
    if after is not None:
        query = query.where(BoutRow.arrived_at > after)
    found = session.execute(query).scalar()
    return bout_report(session, found) if found else None


def _nest_now(session: Session, nest: Nest, now: datetime) -> NestNow:
    seen_at = session.execute(
        select(SeenSpanRow.end_at)
        .where(SeenSpanRow.nest_id == nest.id, SeenSpanRow.start_at <= now)
        .order_by(SeenSpanRow.end_at.desc())
        .limit(1)
    ).scalar()
    seen_at = min(seen_at, now) if seen_at else None
    trust_gap = timedelta(seconds=session.get_one(CameraRow, nest.camera).trust_gap_s)
    is_seen = seen_at is not None and now - seen_at <= trust_gap
    return NestNow(nest, seen_at, is_seen, _inside(session, nest.id, now) if is_seen else ())


def _inside(session: Session, nest: NestId, now: datetime) -> tuple[BoutReport, ...]:
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
    return tuple(report for report in reports if report is not None)
