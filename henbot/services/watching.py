"""How much of each day was watched, over many days at once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.coverage import Coverage, Span, coverage
from henbot.services.reports import coop_of
from henbot.services.watch_hours import hours_of_day
from henbot.storage.tables import CameraRow, NestRow, SeenSpanRow

MISSED_NO_EGG = 0.9
"""Share of a day's watch hours from which on no egg was missed. Our choice: an egg takes half an hour on the nest and
more, so that an hour or so without a picture hides none."""


def coverage_by_day(session: Session, first: date, last: date, now: datetime) -> dict[date, Coverage]:
    """Of each day from one to another, both included, how much of its watch hours until `now` was watched.

    Over all nests to lay in; a nest counts from its first picture on, if there was another before, and until it was
    configured no more.
    """
    coop = coop_of(session)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    whole = {day: hours_of_day(day, coop) for day in days}
    hours = {day: Span(span.start, min(span.end, now)) for day, span in whole.items() if span.start < now}
    if not hours:
        return {}
    parts = [_of_nest(session, nest, began, hours, now) for nest, began in _nests(session)]
    return {day: _together([part[day] for part in parts if day in part]) for day in hours}


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
    rows = session.execute(select(NestRow).where(NestRow.kind == "nest").order_by(NestRow.id)).scalars().all()
    began = {row.id: _first_seen(session, row.id) for row in rows}
    earliest = min((at for at in began.values() if at), default=None)
    return [(row, None if began[row.id] in (None, earliest) else began[row.id]) for row in rows]


def _first_seen(session: Session, nest: str) -> datetime | None:
    query = select(SeenSpanRow.start_at).where(SeenSpanRow.nest_id == nest).order_by(SeenSpanRow.start_at).limit(1)
    return session.execute(query).scalar()


def _of_nest(
    session: Session, nest: NestRow, began: datetime | None, hours: Mapping[date, Span], now: datetime
) -> dict[date, Coverage]:
    counting = {
        day: span
        for day, span in hours.items()
        if (began is None or span.end > began) and (nest.retired_at is None or span.start < nest.retired_at)
    }
    if not counting:
        return {}
    spans = list(counting.values())
    seen = _seen(session, nest, Span(spans[0].start, spans[-1].end), now)
    return _each(seen, counting)


def _each(seen: Sequence[Span], hours: Mapping[date, Span]) -> dict[date, Coverage]:
    found: dict[date, Coverage] = {}
    start = 0
    for day, span in hours.items():
        while start < len(seen) and seen[start].end <= span.start:
            start += 1
        stop = start
        while stop < len(seen) and seen[stop].start < span.end:
            stop += 1
        is_whole = stop == start + 1 and seen[start].start <= span.start and seen[start].end >= span.end
        found[day] = Coverage(span.length, span.length) if is_whole else coverage(seen[start:stop], [span])
    return found


def _seen(session: Session, nest: NestRow, within: Span, now: datetime) -> list[Span]:
    query = (
        select(SeenSpanRow.start_at, SeenSpanRow.end_at)
        .where(SeenSpanRow.nest_id == nest.id, SeenSpanRow.end_at >= within.start, SeenSpanRow.start_at <= within.end)
        .order_by(SeenSpanRow.end_at)  # the same order, for spans do not overlap, and its index skips the past
    )
    spans = [Span(start, end) for start, end in session.execute(query)]
    trust_gap = timedelta(seconds=session.get_one(CameraRow, nest.camera_id).trust_gap_s)
    if spans and timedelta() < now - spans[-1].end <= trust_gap:
        spans[-1] = Span(spans[-1].start, now)  # silence that may still be trusted counts as watched
    return spans


def _together(parts: Sequence[Coverage]) -> Coverage:
    blind = sorted({span for part in parts for span in part.blind}, key=lambda span: (span.start, span.end))
    return Coverage(
        sum((part.hours for part in parts), timedelta()),
        sum((part.watched for part in parts), timedelta()),
        tuple(blind),
    )
