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
    return _hours(day, coop.watch, coop.latitude, coop.longitude, coop.timezone)


@lru_cache(maxsize=4000)  # an answer about a year asks for each of its days
def _hours(day: date, watch: str | None, latitude: float | None, longitude: float | None, zone: str) -> Span:
    timezone = ZoneInfo(zone)
    if watch:
        opening, closing = (time.fromisoformat(part.strip()) for part in watch.split("-"))
        return watch_hours(day, opening, closing, timezone)
    if latitude is None or longitude is None:
        return watch_hours(day, *DEFAULT_WATCH, timezone)
    return daylight(day, (latitude, longitude), timezone) or watch_hours(day, *DEFAULT_WATCH, timezone)


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
