"""How much of a time was truly seen. No claim is made about the rest."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

ENOUGH = 0.95
"""Share of the watch hours from which on an answer needs no word about coverage (ARCHITECTURE)."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, aware UTC; `end` is not before `start`."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Its duration."""
        return self.end - self.start

    def within(self, other: "Span") -> "Span | None":
        """The part that lies in another span."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was seen of the hours that count.

    Attributes:
        hours: length of the hours that count.
        watched: how much of them was seen.
        blind: the stretches of them that were not.
    """

    hours: timedelta
    watched: timedelta
    blind: tuple[Span, ...] = ()

    @property
    def share(self) -> float:
        """Watched share, 0..1; of no hours at all, nothing was seen."""
        return self.watched / self.hours if self.hours else 0.0

    @property
    def enough(self) -> bool:
        """Whether an answer may go without a word about coverage."""
        return self.share >= ENOUGH


def seen_until(span: Span, at: datetime, trust_gap: timedelta) -> Span | None:
    """The span continued by a look at `at`; None if the silence between was too long to trust."""
    if at - span.end > trust_gap:
        return None
    return Span(span.start, max(span.end, at))


def watch_hours(day: date, opening: time, closing: time, timezone: tzinfo) -> Span:
    """The hours of a day in which something is claimed; over midnight if `closing` is not after `opening`."""
    last = day if closing > opening else day + timedelta(days=1)
    return Span(
        datetime.combine(day, opening, timezone).astimezone(UTC),
        datetime.combine(last, closing, timezone).astimezone(UTC),
    )


def coverage(seen: Iterable[Span], hours: Sequence[Span]) -> Coverage:
    """How much of `hours` lies in the seen spans; both may come in any order, and seen spans may overlap."""
    spans = merged(seen)
    starts, ends = [span.start for span in spans], [span.end for span in spans]
    blind = [
        gap
        for hour in hours
        for gap in _gaps(spans[bisect_right(ends, hour.start) : bisect_left(starts, hour.end)], hour)
    ]
    total = sum((hour.length for hour in hours), timedelta())
    missed = sum((gap.length for gap in blind), timedelta())
    return Coverage(total, total - missed, tuple(blind))


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in spans that do not overlap, in order."""
    whole: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if whole and span.start <= whole[-1].end:
            whole[-1] = Span(whole[-1].start, max(whole[-1].end, span.end))
        else:
            whole.append(span)
    return whole


def _gaps(spans: Iterable[Span], hours: Span) -> list[Span]:
    """The parts of `hours` outside of spans that all meet it, in order."""
    gaps: list[Span] = []
    reached = hours.start
    for span in spans:
        if span.start > reached:
            gaps.append(Span(reached, span.start))
        reached = max(reached, span.end)
    return [*gaps, Span(reached, hours.end)] if reached < hours.end else gaps
