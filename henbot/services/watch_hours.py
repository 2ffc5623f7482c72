"""The hours in which something is claimed."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import sunrise, sunset

from henbot.domain.clock import day_bounds
from henbot.domain.coverage import Span, watch_hours
from henbot.storage.tables import CoopRow

DEFAULT_WATCH = (time(6), time(20))
"""Watch hours of a coop whose place is not given (ARCHITECTURE, "watched")."""


def hours_of_day(day: date, coop: CoopRow) -> Span:
    """The watch hours of a day: as the keeper said, else sunrise to sunset, else 06 to 20."""
    timezone = ZoneInfo(coop.timezone)
    if coop.watch:
        opening, closing = (time.fromisoformat(part.strip()) for part in coop.watch.split("-"))
        return watch_hours(day, opening, closing, timezone)
    if coop.latitude is None or coop.longitude is None:
        return watch_hours(day, *DEFAULT_WATCH, timezone)
    place = coop.latitude, coop.longitude
    return daylight(day, place, timezone) or watch_hours(day, *DEFAULT_WATCH, timezone)


@lru_cache(maxsize=4000)  # a year's sunrises take longer to compute than all else in an answer about it
def daylight(day: date, place: tuple[float, float], timezone: ZoneInfo) -> Span | None:
    """From sunrise to sunset, at midnight at the latest; None if the sun does not rise or set.

    Args:
        place: latitude and longitude in degrees.
    """
    observer = Observer(*place)
    try:
        # Without a zone these are of the day in Greenwich: in Australia the sun would set before it rises.
        rise, down = sunrise(observer, day, timezone), sunset(observer, day, timezone)
    except ValueError:
        return None
    end = down if down > rise else day_bounds(day, timezone)[1]
    return Span(rise.astimezone(UTC), end.astimezone(UTC))


def is_watched_for(at: datetime, coop: CoopRow) -> bool:
    """Whether a moment lies in the watch hours: outside them nothing is claimed."""
    hours = hours_of_day(at.astimezone(ZoneInfo(coop.timezone)).date(), coop)
    return hours.start <= at < hours.end
