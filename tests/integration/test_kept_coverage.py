"""Coverage of days that are over is kept in memory: it must be what would be read anew, whatever came in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from henbot.domain.coverage import Coverage
from henbot.services.watching import coverage_by_day, forget_kept_days
from henbot.storage.tables import CoopRow, NestRow, SeenSpanRow
from tests.coop_builder import Coop, build_coop, oct4

FIRST, LAST = date(2016, 9, 28), date(2016, 10, 4)
NESTS = ("a", "b")


@pytest.fixture(scope="module")
def coop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coop]:
    built = build_coop(tmp_path_factory.mktemp("kept"), nests=NESTS)
    yield built
    built.database.close()


def told(coop: Coop, now: datetime) -> dict[date, Coverage]:
    with coop.database.reading() as session:
        return coverage_by_day(session, FIRST, LAST, now)


def anew(coop: Coop, now: datetime) -> dict[date, Coverage]:
    forget_kept_days(coop.database.engine)
    return told(coop, now)


def emptied(coop: Coop) -> None:
    with coop.database.writing() as session:
        session.execute(delete(SeenSpanRow))
        for nest in session.execute(select(NestRow)).scalars():
            nest.retired_at = None
        session.get_one(CoopRow, 1).watch = "07:00-18:45"
        session.commit()


def grow_the_last(coop: Coop, nest: str, by: timedelta) -> None:
    query = select(SeenSpanRow).where(SeenSpanRow.nest_id == nest).order_by(SeenSpanRow.end_at.desc()).limit(1)
    with coop.database.writing() as session:
        if row := session.execute(query).scalar():
            row.end_at += by
            session.commit()


def retire(coop: Coop, nest: str, at: datetime | None) -> None:
    with coop.database.writing() as session:
        session.get_one(NestRow, nest).retired_at = at
        session.commit()


def watch(coop: Coop, hours: str) -> None:
    with coop.database.writing() as session:
        session.get_one(CoopRow, 1).watch = hours
        session.commit()


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def add(coop: Coop, nest: str, start: datetime, end: datetime) -> None:
    """A span, which like all touches no other of its nest."""
    with coop.database.reading() as session:
        query = select(SeenSpanRow).where(
            SeenSpanRow.nest_id == nest, SeenSpanRow.end_at >= start, SeenSpanRow.start_at <= end
        )
        if session.execute(query).first():
            return
    coop.seen(start, end, nest)


TIMES = ((6, 30), (7, 0), (12, 0), (18, 30), (19, 0), (20, 30))
"""About the ends of the watch hours, where a silence may be trusted or not."""

moments = st.builds(lambda back, at: oct4(*at) - timedelta(days=back), st.integers(0, 2), st.sampled_from(TIMES))
nests = st.sampled_from(NESTS)
lengths = st.sampled_from((0.5, 1, 6, 12, 30)).map(hours)
steps = st.one_of(
    st.builds(lambda nest, start, long: lambda coop: add(coop, nest, start, start + long), nests, moments, lengths),
    st.builds(lambda nest, long: lambda coop: grow_the_last(coop, nest, long), nests, lengths),
    st.builds(lambda nest, at: lambda coop: retire(coop, nest, at), nests, st.none() | moments),
    st.builds(lambda said: lambda coop: watch(coop, said), st.sampled_from(("07:00-18:45", "06:00-20:00"))),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(played=st.lists(st.tuples(steps, moments), min_size=2, max_size=6), now=moments)
def test_what_is_kept_is_what_would_be_read_anew(
    coop: Coop, played: list[tuple[Callable[[Coop], None], datetime]], now: datetime
) -> None:
    emptied(coop)
    forget_kept_days(coop.database.engine)
    coop.seen(oct4(7) - timedelta(days=3), oct4(7) - timedelta(days=2), "a")
    for step, asked_at in played:
        step(coop)
        told(coop, asked_at)
    kept = told(coop, now)
    assert kept == anew(coop, now)


def test_a_day_that_was_asked_for_is_not_read_again(coop: Coop, monkeypatch: pytest.MonkeyPatch) -> None:
    emptied(coop)
    for nest in NESTS:
        coop.seen(oct4(0) - timedelta(days=6), oct4(12), nest)
    told(coop, oct4(12))
    asked: list[int] = []
    real = "henbot.services.watching._read"
    from henbot.services import watching

    def counted(session, nests, days, now, read=watching._read):
        asked.append(len(days))
        return read(session, nests, days, now)

    monkeypatch.setattr(real, counted)
    grow_the_last(coop, "a", hours(1))
    told(coop, oct4(13))
    assert asked == [1]


def test_a_late_picture_of_a_day_that_was_blind_counts(coop: Coop) -> None:
    emptied(coop)
    day = oct4(7) - timedelta(days=2)
    for nest in NESTS:
        coop.seen(oct4(7), oct4(12), nest)
        coop.seen(oct4(7) - timedelta(days=6), oct4(8) - timedelta(days=6), nest)
    assert told(coop, oct4(12))[day.date()].watched == timedelta()
    coop.seen(day, day + hours(4), "a")
    assert told(coop, oct4(12))[day.date()].watched == hours(4)


def test_silence_before_the_evening_is_trusted_only_for_as_long_as_it_may_be(coop: Coop) -> None:
    emptied(coop)
    for nest in NESTS:
        coop.seen(oct4(7), oct4(18, 30), nest)
    evening = oct4(18, 30).date()
    assert told(coop, oct4(19))[evening].share == 1
    assert told(coop, oct4(20))[evening].share < 1
