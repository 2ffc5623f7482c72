"""What charts show, as values: eggs by day and hen, by the hour, and time on the nest; each with what was watched."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from henbot.domain.clock import day_bounds
from henbot.domain.coverage import Coverage, Span
from henbot.domain.observations import HenId
from henbot.domain.verdicts import Verdict
from henbot.services.eggs import MOST_DAYS, Egg, eggs_between
from henbot.services.reports import coop_of
from henbot.services.watch_hours import hours_of_day
from henbot.services.watching import coverage_by_day, together, watched_days
from henbot.storage.tables import BoutRow, HenRow

DAY, WEEK, MONTH = "day", "week", "month"

MOST_SINGLE_DAYS = 62
MOST_WEEKS_OF_DAYS = 400
"""Up to how many days a chart has a column a day, and one a week: as many as can be told apart on a phone."""

_DAY = timedelta(days=1)
_HOURS = 24


@dataclass(frozen=True, slots=True)
class KnownDays:
    """Some days, both included: how much of each was watched, and the eggs in the order of time."""

    first: date
    last: date
    coverage: Mapping[date, Coverage]
    eggs: tuple[Egg, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A day, a week or a month of a chart.

    Attributes:
        watched: share of its watch hours until now, 0..1.
        eggs: by hen, `UNKNOWN` for those of nobody sure.
    """

    first: date
    last: date
    watched: float
    eggs: Mapping[HenId, int]


@dataclass(frozen=True, slots=True)
class EggColumns:
    """Eggs over some days; `unit` is a day, a week or a month."""

    unit: str
    columns: tuple[Column, ...]
    coverage: Coverage

    @property
    def total(self) -> int:
        """All eggs."""
        return sum(sum(column.eggs.values()) for column in self.columns)


@dataclass(frozen=True, slots=True)
class DayEggs:
    """A day: how many eggs, whether all of them are told by time alone, and the watched share of its hours."""

    day: date
    eggs: int
    probably: bool
    watched: float


@dataclass(frozen=True, slots=True)
class Hours:
    """Eggs of each hour of the day at the coop, and the share of each that was watched; 24 each."""

    eggs: tuple[int, ...]
    watched: tuple[float, ...]


def all_eggs(session: Session, first: date, last: date, now: datetime, hen: HenId | None = None) -> list[Egg]:
    """Eggs of a time of any length, as `eggs_between` lists those of a year; of a hen, those that are hers."""
    eggs: list[Egg] = []
    while first <= last:
        end = min(last, first + timedelta(days=MOST_DAYS - 1))
        eggs += eggs_between(session, first, end, now, hen)
        first = end + _DAY
    return [egg for egg in eggs if hen in (None, egg.hen)]


def known_days(session: Session, first: date, last: date, now: datetime, hen: HenId | None = None) -> KnownDays:
    """What is known of some days, both included; of all hens, or of the eggs that are one's."""
    eggs = all_eggs(session, first, last, now, hen)
    return KnownDays(first, last, coverage_by_day(session, first, last, now), tuple(eggs))


def egg_columns(known: KnownDays) -> EggColumns:
    """Eggs by day, or where that would be too many by week or month."""
    first, last = known.first, known.last
    eggs = _by_day(known.eggs)
    days = (last - first).days + 1
    unit = DAY if days <= MOST_SINGLE_DAYS else WEEK if days <= MOST_WEEKS_OF_DAYS else MONTH
    columns = [_column(start, end, known.coverage, eggs) for start, end in _spans(first, last, unit)]
    return EggColumns(unit, tuple(columns), together(known.coverage))


def day_eggs(known: KnownDays) -> list[DayEggs]:
    """Each of the days."""
    eggs = _by_day(known.eggs)
    return [_day_eggs(day, eggs.get(day, []), known.coverage.get(day)) for day in _days(known.first, known.last)]


def egg_hours(session: Session, known: KnownDays) -> Hours:
    """At which hours eggs in nests were laid (a bout's end stands for its egg), and which hours were watched."""
    coop = coop_of(session)
    timezone = ZoneInfo(coop.timezone)
    eggs = Counter[int]()
    for egg in known.eggs:
        if egg.nest is not None and egg.verdict is not Verdict.UNSURE:
            eggs[egg.at.astimezone(timezone).hour] += egg.eggs
    seconds, days = [0.0] * _HOURS, 0
    for day, coverage in known.coverage.items():
        days += 1
        hours = hours_of_day(day, coop)
        _add(seconds, hours, timezone, 1)
        for blind in coverage.blind:
            _add(seconds, blind, timezone, -1)
    return Hours(
        tuple(eggs[hour] for hour in range(_HOURS)), tuple(max(0.0, one / 3600 / max(days, 1)) for one in seconds)
    )


def nest_minutes(session: Session, known: KnownDays, now: datetime) -> dict[HenId, float]:
    """Minutes that each hen who lives here sat on a nest, a watched day; none where nothing was watched."""
    timezone = ZoneInfo(coop_of(session).timezone)
    watched = watched_days(known.coverage, known.first, known.last)
    if not watched:
        return {}
    living = select(HenRow.id).where(HenRow.retired_at.is_(None))
    query = (
        select(BoutRow.hen_id, func.sum(BoutRow.sat_s))
        .where(
            BoutRow.hen_id.in_(living),
            BoutRow.gone.is_(False),
            BoutRow.arrived_at >= day_bounds(known.first, timezone)[0],
            BoutRow.arrived_at < min(day_bounds(known.last, timezone)[1], now),
        )
        .group_by(BoutRow.hen_id)
    )
    sat = {HenId(hen): float(seconds) for hen, seconds in session.execute(query)}
    return {HenId(hen): sat.get(HenId(hen), 0.0) / 60 / watched for hen in session.execute(living).scalars()}


def added_on(session: Session, hen: HenId) -> date | None:
    """The day from which on a hen could be named."""
    row = session.get(HenRow, hen)
    return row.added_at.astimezone(ZoneInfo(coop_of(session).timezone)).date() if row else None


def _by_day(eggs: Iterable[Egg]) -> dict[date, list[Egg]]:
    found: dict[date, list[Egg]] = {}
    for egg in eggs:
        found.setdefault(egg.day, []).append(egg)
    return found


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _spans(first: date, last: date, unit: str) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(_end(first, unit), last)
        yield first, end
        first = end + _DAY


def _end(day: date, unit: str) -> date:
    if unit == DAY:
        return day
    if unit == WEEK:
        return day + timedelta(days=6 - day.weekday())
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - _DAY


def _column(first: date, last: date, by_day: Mapping[date, Coverage], eggs: Mapping[date, Sequence[Egg]]) -> Column:
    known = [by_day[day] for day in _days(first, last) if day in by_day]
    counted = Counter[HenId]()
    for day in _days(first, last):
        for egg in eggs.get(day, ()):
            counted[egg.hen] += egg.eggs
    hours = sum((one.hours for one in known), timedelta())
    watched = sum((one.watched for one in known), timedelta())
    return Column(first, last, watched / hours if hours else 0.0, counted)


def _day_eggs(day: date, eggs: Sequence[Egg], coverage: Coverage | None) -> DayEggs:
    probably = all(egg.verdict is Verdict.PROBABLY for egg in eggs)
    return DayEggs(day, sum(egg.eggs for egg in eggs), bool(eggs) and probably, coverage.share if coverage else 0.0)


def _add(seconds: list[float], span: Span, timezone: ZoneInfo, sign: int) -> None:
    """Count a span into the hours of the day that it touches; it lies within one day."""
    start, end = span.start.astimezone(timezone), span.end.astimezone(timezone)
    first = start.hour + start.minute / 60
    last = end.hour + end.minute / 60 if end.date() == start.date() else float(_HOURS)
    for hour in range(int(first), min(int(last) + 1, _HOURS)):
        seconds[hour] += sign * 3600 * max(0.0, min(last, hour + 1) - max(first, hour))
