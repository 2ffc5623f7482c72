"""When a day's digest is due, and for how long it still comes."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from henbot.domain.policies import Policy
from henbot.services.watch_hours import daylight, hours_of_day
from henbot.storage.tables import CoopRow

AFTER_SUNSET = timedelta(minutes=20)
"""How long after sunset the digest comes: by then the hens have gone to roost (our choice; civil dusk lasts longer)."""

LATE = timedelta(hours=12)
"""How late a digest may come if the bot was off when it was due; a later one would be of no use."""


def digest_moment(day: date, coop: CoopRow, policy: Policy) -> datetime:
    """When a day's digest is due: at the set time, else after sunset, or where no place is given after the watch."""
    timezone = ZoneInfo(coop.timezone)
    if policy.digest_at is not None:
        return datetime.combine(day, policy.digest_at, timezone)
    place = (coop.latitude, coop.longitude) if coop.latitude is not None and coop.longitude is not None else None
    light = daylight(day, place, timezone) if place else None
    return light.end + AFTER_SUNSET if light else hours_of_day(day, coop).end


def still_comes(day: date, coop: CoopRow, policy: Policy, now: datetime) -> bool:
    """Whether a day's digest is still to come, or may come late."""
    return policy.wants_digest and now < digest_moment(day, coop, policy) + LATE
