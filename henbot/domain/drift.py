"""Whether a hen is recognised less well than before: after a moult, or since light or camera changed, say. Pure.

Said of how sure a version was of her, never of why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import comb
from statistics import median, quantiles

from henbot.domain.observations import HenId


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure a version was, over one bout, that it saw a hen whom it took for likelier than any other known one."""

    at: datetime
    probability: float


@dataclass(frozen=True, slots=True)
class DriftRules:
    """When a hen has drifted. Where no reason is named, the number is our choice.

    Attributes:
        recent: days that are judged; light and weather of one day are not taken for a change of hers.
        earlier: days before them that tell how sure the version usually is. A moult takes weeks (Hermes 2003, PNW 565),
            so a month before lies mostly before it.
        least_recent, least_days, least_earlier: bouts, and days with any, without which nothing is said. A hen that
            lays comes some five times in five days, so a median of five is had once she has come as usual.
        named_from: least posterior at which a visit has a name (`WatchRules.name`): while the median is above it, half
            of her visits are named and there is nothing to ask.
        fell_by: least difference of the medians: what separates a visit that is sure (0.95) from one that just is not
            named any more.
        chance: how probable it may be, if nothing had changed, that so many of the recent bouts lie below the lowest
            quarter of the earlier ones (a sign test: a quarter of them would, whatever the scores' distribution). Asked
            of twenty hens daily, one bout in a hundred would be wrong too often alone; the differences above come on
            top, and it is told once.
    """

    recent: timedelta = timedelta(days=5)
    earlier: timedelta = timedelta(days=30)
    least_recent: int = 5
    least_days: int = 3
    least_earlier: int = 10
    named_from: float = 0.8
    fell_by: float = 0.15
    chance: float = 0.01


@dataclass(frozen=True, slots=True)
class Drift:
    """A hen that is recognised less well than before.

    Attributes:
        before, lately: medians of how sure the version was of her.
        bouts: that the latter rests on.
    """

    hen: HenId
    before: float
    lately: float
    bouts: int


def drift(hen: HenId, seen: Sequence[Sureness], now: datetime, rules: DriftRules | None = None) -> Drift | None:
    """Whether a hen is recognised less well than before, by what one and the same version said of her; else None.

    Versions differ in how sure they are, so those of two must not be mixed.
    """
    rules = rules or DriftRules()
    turn, start = now - rules.recent, now - rules.recent - rules.earlier
    lately = [one.probability for one in seen if turn < one.at <= now]
    before = [one.probability for one in seen if start < one.at <= turn]
    days = {one.at.date() for one in seen if turn < one.at <= now}
    if len(lately) < rules.least_recent or len(days) < rules.least_days or len(before) < rules.least_earlier:
        return None
    found = Drift(hen, median(before), median(lately), len(lately))
    fell = found.lately < rules.named_from and found.before - found.lately >= rules.fell_by
    return found if fell and _by_chance(lately, before) <= rules.chance else None


def _by_chance(lately: Sequence[float], before: Sequence[float]) -> float:
    """How probable it is that at least so many lie below the others' lowest quarter, had nothing changed."""
    lowest = quantiles(before, n=4)[0]
    below, number = sum(one < lowest for one in lately), len(lately)
    return sum(comb(number, count) * 0.25**count * 0.75 ** (number - count) for count in range(below, number + 1))
