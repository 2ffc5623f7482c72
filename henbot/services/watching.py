"""How much of each day was watched, over many days at once.

Days that are over are kept in memory: an answer about a year asks for each of them, and there are thousands of spans.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import DateTime, Engine, func, select, type_coerce
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


@dataclass(frozen=True, slots=True)
class _Nest:
    """A nest to lay in.

    Attributes:
        began: the moment that it counts from; None for always.
        seen_until: the end of its last span; None before the first.
        trust_gap: its camera's.
    """

    id: str
    began: datetime | None
    retired_at: datetime | None
    seen_until: datetime | None
    trust_gap: timedelta

    def counts_on(self, hours: Span) -> bool:
        """Whether it was there in some of these hours."""
        return (self.began is None or hours.end > self.began) and (
            self.retired_at is None or hours.start < self.retired_at
        )

    def is_settled(self, hours: Span) -> bool:
        """Whether time alone changes nothing of these hours: in between, a silence may still be trusted or not."""
        until = self.seen_until
        return until is None or hours.end <= until or hours.end > until + self.trust_gap


@dataclass(frozen=True, slots=True)
class _Kept:
    """Coverage of days that are over, by their watch hours, as it was read when the spans were so far.

    Attributes:
        nests: those that were counted.
        newest: the id of the newest span.
    """

    nests: tuple[_Nest, ...]
    newest: int
    days: dict[Span, Coverage]


_KEPT: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()
_MOST_KEPT = 20_000
"""Days; watch hours that are set anew leave the old ones behind."""


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
    kept = _kept(session)
    unknown = [day for day in hours if day.hours not in kept.days]
    read = _read(session, kept.nests, unknown, now)
    over = [day for day, (_, span) in zip(hours, whole, strict=False) if day.hours is span]
    settled = [day for day in over if day.day in read and all(nest.is_settled(day.hours) for nest in kept.nests)]
    found = {day.day: read[day.day] if day.day in read else kept.days[day.hours] for day in hours}
    if len(kept.days) < _MOST_KEPT:
        kept.days.update({day.hours: read[day.day] for day in settled})
    return found


def forget_kept_days(engine: Engine) -> None:
    """Forget the days that are kept, as a process that starts has none; for measurements and tests."""
    _KEPT.pop(engine, None)


def _read(session: Session, nests: Sequence[_Nest], days: Sequence[_Day], now: datetime) -> dict[date, Coverage]:
    parts: dict[date, list[Coverage]] = {day.day: [] for day in days}
    for nest in nests:
        for day, part in _of_nest(session, nest, days, now):
            parts[day].append(part)
    return {day.day: _of_day(day, parts[day.day]) for day in days}


def _kept(session: Session) -> _Kept:
    """What is kept of this database, without the days of which another thing may be said since then."""
    engine = session.get_bind().engine
    known = _KEPT.get(engine)
    nests, newest = _nests(session)
    if known is None or (known.nests, known.newest) != (nests, newest):
        days = _still_true(session, known, nests, newest) if known else {}
        _KEPT[engine] = known = _Kept(nests, newest, days)
    return known


def _still_true(session: Session, known: _Kept, nests: tuple[_Nest, ...], newest: int) -> dict[Span, Coverage]:
    """Spans only grow at their end, and new ones are added, mostly today's: earlier days stay as they were."""
    lasting = [tuple((n.id, n.began, n.retired_at, n.trust_gap) for n in some) for some in (known.nests, nests)]
    if lasting[0] != lasting[1] or newest < known.newest or len(known.days) >= _MOST_KEPT:
        return {}
    ends = [(one.seen_until, other.seen_until) for one, other in zip(known.nests, nests, strict=True)]
    since = [end for pair in ends if pair[0] != pair[1] for end in pair if end is not None]
    if newest > known.newest:
        added = select(func.min(SeenSpanRow.start_at)).where(SeenSpanRow.id > known.newest)
        start = session.execute(added).scalar()
        if start is None:  # it was taken away meanwhile
            return {}
        since.append(start)
    if not since:
        return dict(known.days)
    return {hours: part for hours, part in known.days.items() if hours.end <= min(since)}


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


def _nests(session: Session) -> tuple[tuple[_Nest, ...], int]:
    """Nests to lay in, and the id of the newest span of all; 0 without any."""
    spans = select(SeenSpanRow.start_at).where(SeenSpanRow.nest_id == NestRow.id)
    first_seen = spans.order_by(SeenSpanRow.start_at).limit(1).scalar_subquery()
    last_seen = (
        select(SeenSpanRow.end_at)
        .where(SeenSpanRow.nest_id == NestRow.id)
        .order_by(SeenSpanRow.end_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    newest = select(func.max(SeenSpanRow.id)).scalar_subquery()
    query = (
        select(NestRow.id, NestRow.retired_at, CameraRow.trust_gap_s, first_seen, last_seen, newest)
        .join(CameraRow, CameraRow.id == NestRow.camera_id)
        .where(NestRow.kind == "nest")
        .order_by(NestRow.id)
    )
    rows = list(session.execute(query))
    earliest = min((began for _, _, _, began, _, _ in rows if began), default=None)
    nests = tuple(
        _Nest(nest, None if began == earliest else began, retired_at, until, timedelta(seconds=gap_s))
        for nest, retired_at, gap_s, began, until, _ in rows
    )
    return nests, max((number or 0 for *_, number in rows), default=0)


def _of_nest(session: Session, nest: _Nest, days: Sequence[_Day], now: datetime) -> Iterator[tuple[date, Coverage]]:
    counting = [day for day in days if nest.counts_on(day.hours)]
    seen = _seen(session, nest, Span(counting[0].hours.start, counting[-1].hours.end), now) if counting else []
    starts, ends = [begin for begin, _ in seen], [end for _, end in seen]
    start = 0
    for day in counting:
        opening, closing = day.opening, day.closing
        start = bisect_right(ends, opening, start)
        stop = bisect_left(starts, closing, start)
        is_whole = stop == start + 1 and starts[start] <= opening and ends[start] >= closing
        yield day.day, day.whole if is_whole else coverage(map(_span, seen[start:stop]), [day.hours])


def _seen(session: Session, nest: _Nest, within: Span, now: datetime) -> list[_Pair]:
    query = (
        select(type_coerce(SeenSpanRow.start_at, DateTime), type_coerce(SeenSpanRow.end_at, DateTime))
        .where(SeenSpanRow.nest_id == nest.id, SeenSpanRow.end_at >= within.start, SeenSpanRow.start_at <= within.end)
        .order_by(SeenSpanRow.end_at)  # the same order, for spans do not overlap, and its index skips the past
    )
    spans = [(start, end) for start, end in session.execute(query)]
    if spans and timedelta() < _naive(now) - spans[-1][1] <= nest.trust_gap:
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
