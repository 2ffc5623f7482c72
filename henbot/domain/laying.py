"""When hens lay: intervals between eggs, the usual hour, and when the next egg is due."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from henbot.domain.coverage import Span

SHORTEST, LONGEST = timedelta(hours=18), timedelta(hours=50)
"""Intervals outside of these say nothing of a hen's rhythm: an egg takes some 24 to 28 hours, and one of a new sequence
comes early in the morning after a skipped day, some 38 to 46 h after the last (Etches 1996, "Reproduction in Poultry",
ch. 6, "The ovulatory cycle"). What lies between 18 and 24 h is two eggs whose times were seen with an error."""

LEAST_INTERVALS = 8
"""Intervals from which on a hen's own record tells something; our choice."""

NEIGHBOURS = 15
"""Eggs at about the same hour that the next interval is read from; our choice: a month of a good layer's."""

SHARE = 0.8
"""Share of the eggs like this one that fell in the times that are told."""


@dataclass(frozen=True, slots=True)
class NextEgg:
    """When an egg is due.

    Attributes:
        expected: the middle of the times; the more likely day, where she may skip one.
        earliest, latest: 80 % of her intervals after eggs at that hour ended between these.
        may_skip: share of those intervals that had a day without an egg, 0..1.
        intervals: how many her record tells of.
    """

    expected: datetime
    earliest: datetime
    latest: datetime
    may_skip: float
    intervals: int


@dataclass(frozen=True, slots=True)
class UsualHour:
    """Hour of the day about which a hen lays.

    Attributes:
        middle: the circular mean.
        spread: about it, the circular standard deviation.
    """

    middle: time
    spread: timedelta
    eggs: int


def intervals(times: Sequence[datetime], watched: Callable[[date], bool], timezone: tzinfo) -> list[timedelta | None]:
    """Time from each egg to the next, one fewer than eggs; None where it says nothing of her rhythm.

    An interval over a day that was not watched may hide an egg, so it says nothing.

    Args:
        times: of a hen's eggs, in order.
    """
    return [_interval(one, two, watched, timezone) for one, two in pairwise(times)]


def _interval(one: datetime, two: datetime, watched: Callable[[date], bool], timezone: tzinfo) -> timedelta | None:
    if not SHORTEST <= two - one <= LONGEST:
        return None
    day, last = one.astimezone(timezone).date() + timedelta(days=1), two.astimezone(timezone).date()
    while day < last:
        if not watched(day):
            return None
        day += timedelta(days=1)
    return two - one


def next_egg(
    times: Sequence[datetime], now: datetime, watched: Callable[[date], bool], timezone: tzinfo
) -> NextEgg | None:
    """When a hen's next egg is due by her own record; None where it tells too little, or more than its longest is past.

    The hour drifts later from egg to egg until a day is skipped, so the intervals after her eggs at about the hour of
    the last one tell what comes next: some 25 h in the morning, some 40 h after a late egg.

    Args:
        times: of her eggs, in order.
        watched: whether a day was watched enough that no egg was missed.
    """
    if not times:
        return None
    last = times[-1]
    hour = _hour(last, timezone)
    known = [
        (_apart(_hour(at, timezone), hour), gap)
        for at, gap in zip(times, intervals(times, watched, timezone), strict=False)
        if gap is not None
    ]
    if len(known) < LEAST_INTERVALS:
        return None
    near = [gap for _, gap in sorted(known, key=lambda one: one[0])[:NEIGHBOURS]]
    left = sorted(gap for gap in near if last + gap > now)
    if len(left) < max(len(near) // 8, 2):
        return None
    return _due(last, left, len(known))


def _due(last: datetime, gaps: Sequence[timedelta], known: int) -> NextEgg:
    skipping = [gap for gap in gaps if gap > timedelta(hours=33)]
    share = len(skipping) / len(gaps)
    likelier = skipping if share > 1 / 2 else [gap for gap in gaps if gap not in skipping]
    tail = (1 - SHARE) / 2
    return NextEgg(
        last + _quantile(likelier, 0.5),
        last + _quantile(gaps, tail),
        last + _quantile(gaps, 1 - tail),
        share,
        known,
    )


def by_day(egg: NextEgg, hours: Sequence[Span]) -> NextEgg:
    """The times without the night, in which hens do not lay: they end in the evening and begin in the morning.

    Args:
        hours: in which hens lay, in order: those of each day from the one before the earliest time to the one after the
            latest.
    """
    earliest = next((max(egg.earliest, span.start) for span in hours if egg.earliest < span.end), egg.earliest)
    latest = next((min(egg.latest, span.end) for span in reversed(hours) if egg.latest > span.start), egg.latest)
    if latest <= earliest:
        latest = earliest + (egg.latest - egg.earliest)
    light = (min(max(egg.expected, span.start), span.end) for span in hours)
    expected = min(light, key=lambda at: abs(at - egg.expected), default=egg.expected)
    return replace(egg, expected=min(max(expected, earliest), latest), earliest=earliest, latest=latest)


def _quantile(ordered: Sequence[timedelta], share: float) -> timedelta:
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _apart(one: float, two: float) -> float:
    """Hours of the day between two hours of it, 0..12."""
    apart = abs(one - two) % 24
    return min(apart, 24 - apart)


def _hour(at: datetime, timezone: tzinfo) -> float:
    local = at.astimezone(timezone)
    return local.hour + local.minute / 60 + local.second / 3600


def usual_hour(times: Sequence[datetime], timezone: tzinfo) -> UsualHour | None:
    """Circular mean and standard deviation of the hour of the day (Fisher 1993); None where there is none."""
    if not times:
        return None
    angles = [_hour(at, timezone) / 24 * math.tau for at in times]
    east, north = sum(map(math.cos, angles)) / len(angles), sum(map(math.sin, angles)) / len(angles)
    length = min(math.hypot(east, north), 1.0)
    if length < 0.1:
        return None
    minutes = round(math.atan2(north, east) / math.tau * 24 * 60) % (24 * 60)
    spread = math.sqrt(-2 * math.log(length)) / math.tau * 24 if length < 1 else 0.0
    return UsualHour(time(*divmod(minutes, 60)), timedelta(hours=spread), len(times))


@dataclass(frozen=True, slots=True)
class Streak:
    """Days in a row with an egg.

    Attributes:
        at_least: the day before it was not watched enough to say that it had none.
    """

    days: int
    at_least: bool = False


def streak(days: set[date], today: date, watched: Callable[[date], bool]) -> Streak:
    """Days in a row with an egg, up to today or, as today is not over, yesterday."""
    day = today if today in days else today - timedelta(days=1)
    length = 0
    while day in days:
        length += 1
        day -= timedelta(days=1)
    return Streak(length, at_least=length > 0 and not watched(day))
