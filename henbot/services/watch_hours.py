"""The hours in which something is claimed."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import sunrise, sunset

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
    if coop.latitude is not None and coop.longitude is not None:
        place = Observer(coop.latitude, coop.longitude)
        try:
            return Span(sunrise(place, day), sunset(place, day))
        except ValueError:
            pass  # The sun does not rise or set on that day so far north or south.
    return watch_hours(day, *DEFAULT_WATCH, timezone)


def is_watched_for(at: datetime, coop: CoopRow) -> bool:
    """Whether a moment lies in the watch hours: outside them nothing is claimed."""
    hours = hours_of_day(at.astimezone(ZoneInfo(coop.timezone)).date(), coop)
    return hours.start <= at < hours.end
