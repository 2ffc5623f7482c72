"""How much of each day was watched, over many days at once."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from sqlalchemy import DateTime, select, type_coerce
from sqlalchemy.orm import Session

from henbot.domain.coverage import Coverage, Span, coverage
from henbot.services.reports import coop_of
from henbot.services.watch_hours import hours_of_day
from henbot.storage.tables import CameraRow, NestRow, SeenSpanRow

_Pair: TypeAlias = tuple[datetime, datetime]
"""From when to when, in UTC without a zone: a year has thousands of them, and most lie about a whole day."""

MISSED_NO_EGG = 0.9
"""Share of a day's watch hours from which on no egg was missed. Our choice: an egg takes half an hour on the nest and
more, so that an hour or so without a picture hides none."""


@dataclass(frozen=True, slots=True)
class _Day:
    """The watch hours of a day; `opening` and `closing` are theirs as `_Pair` has them, `whole` is all of them seen."""

    day: date
    hours: Span
    opening: datetime = field(init=False)
    closing: datetime = field(init=False)
    whole: Coverage = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "opening", _naive(self.hours.start))
        object.__setattr__(self, "closing", _naive(self.hours.end))
        object.__setattr__(self, "whole", Coverage(self.hours.length, self.hours.length))


def coverage_by_day(session: Session, first: date, last: date, now: datetime) -> dict[date, Coverage]:
    """Of each day from one to another, both included, how much of its watch hours until `now` was watched.

    Over all nests to lay in; a nest counts from its first picture on, if there was another before, and until it was
    configured no more.
    """
    coop = coop_of(session)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    whole = [(day, hours_of_day(day, coop)) for day in days]
    hours = [_day(day, span if span.end <= now else Span(span.start, now)) for day, span in whole if span.start < now]
    if not hours:
        return {}
    parts: dict[date, list[Coverage]] = {day.day: [] for day in hours}
    for nest, began in _nests(session):
        for day, part in _of_nest(session, nest, began, hours, now):
            parts[day].append(part)
    return {day.day: _of_day(day, parts[day.day]) for day in hours}


@lru_cache(maxsize=4000)
def _day(day: date, hours: Span) -> _Day:
    return _Day(day, hours)


def _of_day(day: _Day, parts: Sequence[Coverage]) -> Coverage:
    """The parts of a day together; mostly each nest was seen all the time."""
    if all(part is day.whole for part in parts):
        length = day.hours.length * len(parts)
        return Coverage(length, length)
    return _together(parts)


def well_watched(by_day: Mapping[date, Coverage]) -> Callable[[date], bool]:
    """Whether a day was watched enough that no egg was missed; not so of a day that is not known."""
    good = {day for day, one in by_day.items() if one.share >= MISSED_NO_EGG}
    return good.__contains__


def together(parts: Mapping[date, Coverage]) -> Coverage:
    """Coverage of all these days."""
    return _together(list(parts.values()))


def watched_days(by_day: Mapping[date, Coverage], first: date, last: date) -> float:
    """Days that were watched, in parts of a day: half a day watched is half a day."""
    return sum(one.share for day, one in by_day.items() if first <= day <= last)


def _nests(session: Session) -> list[tuple[NestRow, datetime | None]]:
    """Nests to lay in, each with the moment it counts from; None for always."""
    first_seen = (
        select(SeenSpanRow.start_at)
        .where(SeenSpanRow.nest_id == NestRow.id)
        .order_by(SeenSpanRow.start_at)
        .limit(1)
        .scalar_subquery()
    )
    query = select(NestRow, first_seen).where(NestRow.kind == "nest").order_by(NestRow.id)
    rows: list[tuple[NestRow, datetime | None]] = [(nest, began) for nest, began in session.execute(query)]
    earliest = min((began for _, began in rows if began), default=None)
    return [(nest, None if began == earliest else began) for nest, began in rows]


def _of_nest(
    session: Session, nest: NestRow, began: datetime | None, days: Sequence[_Day], now: datetime
) -> Iterator[tuple[date, Coverage]]:
    counting = [
        day
        for day in days
        if (began is None or day.hours.end > began) and (nest.retired_at is None or day.hours.start < nest.retired_at)
    ]
    seen = _seen(session, nest, Span(counting[0].hours.start, counting[-1].hours.end), now) if counting else []
    starts, ends = [begin for begin, _ in seen], [end for _, end in seen]
    start = 0
    for day in counting:
        opening, closing = day.opening, day.closing
        start = bisect_right(ends, opening, start)
        stop = bisect_left(starts, closing, start)
        is_whole = stop == start + 1 and starts[start] <= opening and ends[start] >= closing
        yield day.day, day.whole if is_whole else coverage(map(_span, seen[start:stop]), [day.hours])


def _seen(session: Session, nest: NestRow, within: Span, now: datetime) -> list[_Pair]:
    query = (
        select(type_coerce(SeenSpanRow.start_at, DateTime), type_coerce(SeenSpanRow.end_at, DateTime))
        .where(SeenSpanRow.nest_id == nest.id, SeenSpanRow.end_at >= within.start, SeenSpanRow.start_at <= within.end)
        .order_by(SeenSpanRow.end_at)  # the same order, for spans do not overlap, and its index skips the past
    )
    spans = [(start, end) for start, end in session.execute(query)]
    trust_gap = timedelta(seconds=session.get_one(CameraRow, nest.camera_id).trust_gap_s)
    if spans and timedelta() < _naive(now) - spans[-1][1] <= trust_gap:
        spans[-1] = spans[-1][0], _naive(now)  # silence that may still be trusted counts as watched
    return spans


def _span(pair: _Pair) -> Span:
    return Span(pair[0].replace(tzinfo=UTC), pair[1].replace(tzinfo=UTC))


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _together(parts: Sequence[Coverage]) -> Coverage:
    blind = {span for part in parts if part.blind for span in part.blind}
    return Coverage(
        sum((part.hours for part in parts), timedelta()),
        sum((part.watched for part in parts), timedelta()),
        tuple(sorted(blind, key=lambda span: (span.start, span.end))),
    )
