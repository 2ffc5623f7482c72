"""Eggs and days over any time, for files that people take with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from henbot.domain.clock import day_bounds
from henbot.domain.coverage import Coverage
from henbot.domain.observations import HenId
from henbot.services.egg_balance import collections_between
from henbot.services.eggs import MOST_DAYS, Egg, Tally, eggs_between
from henbot.services.periods import first_day
from henbot.services.reports import coop_of
from henbot.services.told_facts import is_withheld, treatments_between
from henbot.services.watching import coverage_by_day


@dataclass(frozen=True, slots=True)
class ExportedEgg:
    """An egg, and whether it is not eaten after a treatment: None where it may be a treated hen's."""

    egg: Egg
    withheld: bool | None


@dataclass(frozen=True, slots=True)
class ExportedDay:
    """A day with its eggs, how much of it was watched, and how many eggs were taken.

    Attributes:
        coverage: None for a day that had no watch hours yet.
    """

    day: date
    eggs: tuple[ExportedEgg, ...]
    coverage: Coverage | None
    collected: int

    @property
    def is_known(self) -> bool:
        """Whether anything can be said of it: of a day that nobody watched, no egg is no news."""
        return bool(self.eggs) or bool(self.coverage and self.coverage.watched)

    @property
    def tally(self) -> Tally:
        """Its eggs by how sure they are, those found outside the nests left out."""
        return Tally.of(one.egg for one in self.eggs if one.egg.nest)

    @property
    def found(self) -> int:
        """Eggs found outside the nests."""
        return sum(one.egg.eggs for one in self.eggs if not one.egg.nest)


def exported_days(
    session: Session, first: date | None, last: date | None, now: datetime, hen: HenId | None = None
) -> Iterator[ExportedDay]:
    """Day after day, both ends included, in order.

    Args:
        first, last: None for all that is known.
        hen: her eggs alone, and those that may be hers.
    """
    today = now.astimezone(ZoneInfo(coop_of(session).timezone)).date()
    begun, end = first_day(session), min(last or today, today)
    start = max(first or begun or end, begun or end)
    while start <= end:
        until = min(start + timedelta(days=MOST_DAYS - 1), end)
        yield from _days(session, start, until, now, hen)
        start = until + timedelta(days=1)


def _days(session: Session, first: date, last: date, now: datetime, hen: HenId | None) -> Iterator[ExportedDay]:
    timezone = ZoneInfo(coop_of(session).timezone)
    coverage = coverage_by_day(session, first, last, now)
    eggs = _by_day(eggs_between(session, first, last, now, hen))
    given = treatments_between(session, first, last)
    bounds = day_bounds(first, timezone)[0], day_bounds(last, timezone)[1]
    collected: dict[date, int] = {}
    for one in collections_between(session, *bounds):
        day = one.at.astimezone(timezone).date()
        collected[day] = collected.get(day, 0) + one.eggs
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        laid = tuple(ExportedEgg(egg, is_withheld(egg, given)) for egg in eggs.get(day, ()))
        yield ExportedDay(day, laid, coverage.get(day), collected.get(day, 0))


def _by_day(eggs: Sequence[Egg]) -> dict[date, list[Egg]]:
    found: dict[date, list[Egg]] = {}
    for egg in eggs:
        found.setdefault(egg.day, []).append(egg)
    return found
