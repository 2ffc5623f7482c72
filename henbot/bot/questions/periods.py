"""Which days are meant: `yesterday`, `last Friday`, `за неделю`, `с 1 по 5 октября`, `in March 2015`. Pure.

Words become symbols (`calendar_words`), and each rule is a pattern over symbols with what it means. The conventions are
ours and written down in docs/questions.md: weeks begin on Monday; what goes on ends today; a day without a year, a
weekday without a week is the last that has come; `last week` is the calendar's, `за неделю` the last seven days.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from henbot.bot.questions.calendar_words import symbols_of
from henbot.bot.questions.period_rules import Asked, NoSuchDate, Period, rules, shifted


@dataclass(frozen=True, slots=True)
class Timing:
    """What a question says of time.

    Attributes:
        period: None where none is named.
        impossible: a date is named that there is not (31 September).
        rate: it asks for so many a week or a day.
        words: those that do not speak of the calendar.
    """

    period: Period | None
    impossible: bool
    rate: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Mention:
    """Where days are named; `is_aside` where that only goes with other days (at night, on the week from 2 to 8)."""

    start: int
    end: int
    period: Period
    since: bool = False
    is_aside: bool = False


_RATE = re.compile(r"(?:PER |A |IN )(?:UNIT:(?:day|week|month|year)|SUTKI) (?!AGO)")


def timing_of(words: Sequence[str], today: date, forward: bool = False) -> Timing:
    """What a question says of time.

    Args:
        words: folded.
        forward: the question is about what is to come: a weekday is the next that comes.
    """
    symbols = _with_years(symbols_of(list(words)), today)
    line = "".join(f"{symbol} " for symbol, _ in symbols)
    starts = [0]
    for symbol, _ in symbols:
        starts.append(starts[-1] + len(symbol) + 1)
    try:
        mentions, rate, used = _mentions(line, starts, Asked(today, forward))
    except NoSuchDate:
        return Timing(None, True, False, tuple(words))
    days = [mention for mention in mentions if not mention.is_aside] or mentions
    period = _joined(days, line, starts, today) if days else None
    return Timing(period, False, rate, _others(words, symbols, used))


def _with_years(symbols: list[tuple[str, int]], today: date) -> list[tuple[str, int]]:
    """`In November of last year`: behind a month or a season, the year as its number."""
    found: list[tuple[str, int]] = []
    for symbol, taken in symbols:
        told = [one for one, _ in found[-3:]]
        if symbol == "UNIT:year" and told[-1:] and told[-1] in _YEARS_BACK and _is_dated(told[:-1]):
            _, more = found.pop()
            found.append((f"N:{today.year - _YEARS_BACK[told[-1]]}", taken + more))
        else:
            found.append((symbol, taken))
    return found


_YEARS_BACK = {"THIS": 0, "LAST": 1, "PREV": 1, "BEFORELAST": 2}


def _is_dated(told: Sequence[str]) -> bool:
    """Whether what was told before ends with a month or a season."""
    before = told[-2:-1] if told[-1:] == ["OF"] else told[-1:]
    return bool(before) and before[0].startswith(("MON:", "SEASON:", "QUARTER:"))


def _others(words: Sequence[str], symbols: Sequence[tuple[str, int]], used: set[int]) -> tuple[str, ...]:
    kept: list[str] = []
    at = 0
    for number, (_, taken) in enumerate(symbols):
        if number not in used:
            kept += words[at : at + taken]
        at += taken
    return tuple(kept)


def _mentions(line: str, starts: list[int], asked: Asked) -> tuple[list[_Mention], bool, set[int]]:
    mentions: list[_Mention] = []
    used: set[int] = set()
    rate = False
    at = 0
    while at < len(starts) - 1:
        found = _mention_at(line, starts, at, asked)
        taken = _RATE.match(line, starts[at]) if found is None else None
        if found is not None:
            mentions.append(found)
        rate = rate or taken is not None
        end = found.end if found else starts.index(taken.end()) if taken else at
        used.update(range(at, end))
        at = max(end, at + 1)
    return mentions, rate, used


def _mention_at(line: str, starts: list[int], at: int, asked: Asked) -> _Mention | None:
    for pattern, meaning in rules():
        match = pattern.match(line, starts[at])
        if match:
            found = match.groupdict()
            since, aside = bool(found.get("since")), bool(found.get("time")) or "bare" in found
            return _Mention(at, starts.index(match.end()), meaning(match, asked), since, aside)
    return None


def _joined(mentions: Sequence[_Mention], line: str, starts: list[int], today: date) -> Period:
    """One period of all that are named: from the first to the last; from the first on, with `since`."""
    periods = [mention.period for mention in mentions]
    if len(mentions) == 2 and _is_range(mentions[0], mentions[1], line, starts):
        periods = _in_order(*periods, by_weekday="DOW:" in line[starts[mentions[1].start] :])
    first = min(period.first for period in periods)
    last = max(period.last for period in periods)
    if len(mentions) == 1 and _opens(mentions[0], line, starts):
        return Period(first, max(first, today))
    return Period(first, last)


def _is_range(one: _Mention, other: _Mention, line: str, starts: list[int]) -> bool:
    between = f" {line[starts[one.end] : starts[other.start]]}"
    return " TO " in between or (" AND " in between and "BETWEEN " in line[: starts[one.start]])


def _in_order(start: Period, end: Period, *, by_weekday: bool) -> list[Period]:
    """From Wednesday to Monday, from 1 to 5 October: the end is not before the start."""
    if end.last >= start.first or not (start.is_day and end.is_day):
        return [start, end]
    if by_weekday:
        return [Period.of(start.first - timedelta(days=7)), end]
    return [start, Period.of(shifted(end.last, 1, "year"))]


def _opens(mention: _Mention, line: str, starts: list[int]) -> bool:
    before = line[: starts[mention.start]]
    return mention.since or before.endswith(("SINCE ", "SINCE THE "))
