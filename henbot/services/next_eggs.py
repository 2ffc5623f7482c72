"""Who is due to lay, and about when: from each hen's own record."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from henbot.domain.coverage import Span
from henbot.domain.laying import NextEgg, by_day, next_egg
from henbot.domain.observations import HenId
from henbot.services.care_hints import resting
from henbot.services.eggs import eggs_between, times_of
from henbot.services.reports import coop_of, flock_of
from henbot.services.watch_hours import hours_of_day
from henbot.services.watching import coverage_by_day, well_watched
from henbot.storage.tables import CoopRow

RECORD_DAYS = 180
"""Days of her record that count: with the light the hours change, too."""


@dataclass(frozen=True, slots=True)
class Due:
    """A hen and her next egg.

    Attributes:
        last: when she laid last, surely or probably; None for never within her record.
        next: None where her record tells too little, or her last egg is longer ago than any interval of hers, or she
            broods or moults.
        laid_today: she laid on the coop's present day.
    """

    hen: HenId
    last: datetime | None
    next: NextEgg | None
    laid_today: bool


def next_eggs(session: Session, now: datetime, hen: HenId | None = None) -> list[Due]:
    """Each hen that lives here (or one) with her next egg: those that are due first, then those nothing is known of."""
    coop = coop_of(session)
    timezone = ZoneInfo(coop.timezone)
    today = now.astimezone(timezone).date()
    first = today - timedelta(days=RECORD_DAYS)
    watched = well_watched(coverage_by_day(session, first, today, now))
    eggs = eggs_between(session, first, today, now, hen)
    resting_hens = resting(session, now)
    dues = []
    for one in flock_of(session):
        if hen in (None, one.id):
            times = times_of(eggs, one.id)
            laid_today = any(egg.hen == one.id and egg.day == today for egg in eggs)
            due = None if one.id in resting_hens else next_egg(times, now, watched, timezone)
            due = by_day(due, _hours_about(due, coop)) if due else None
            dues.append(Due(one.id, times[-1] if times else None, due, laid_today))
    return sorted(dues, key=lambda due: (due.next is None, due.next.expected if due.next else now))


def _hours_about(egg: NextEgg, coop: CoopRow) -> list[Span]:
    """The watch hours of the days about its times."""
    first = egg.earliest.astimezone(ZoneInfo(coop.timezone)).date() - timedelta(days=1)
    days = (egg.latest - egg.earliest).days + 4
    return [hours_of_day(first + timedelta(days=number), coop) for number in range(days)]
