"""When an egg is due is told for the hours in which hens lay."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from henbot.domain.coverage import Span
from henbot.domain.laying import NextEgg, by_day

HOURS = [Span(datetime(2026, 5, day, 6, tzinfo=UTC), datetime(2026, 5, day, 20, tzinfo=UTC)) for day in range(1, 6)]


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


def told(earliest: datetime, expected: datetime, latest: datetime) -> tuple[datetime, datetime, datetime]:
    egg = by_day(NextEgg(expected, earliest, latest, 0.2, 20), HOURS)
    return egg.earliest, egg.expected, egg.latest


@pytest.mark.parametrize(
    ("times", "clipped"),
    [
        ((at(2, 8), at(2, 10), at(2, 12)), (at(2, 8), at(2, 10), at(2, 12))),
        ((at(2, 17), at(2, 19), at(2, 23)), (at(2, 17), at(2, 19), at(2, 20))),
        ((at(2, 4), at(2, 7), at(2, 9)), (at(2, 6), at(2, 7), at(2, 9))),
        ((at(2, 18), at(2, 22), at(3, 8)), (at(2, 18), at(2, 20), at(3, 8))),
        ((at(2, 17), at(3, 7), at(3, 22)), (at(2, 17), at(3, 7), at(3, 20))),
        ((at(2, 21), at(2, 22), at(2, 23)), (at(3, 6), at(3, 6), at(3, 8))),
    ],
)
def test_times_that_run_into_the_night_end_in_the_evening_or_begin_in_the_morning(
    times: tuple[datetime, datetime, datetime], clipped: tuple[datetime, datetime, datetime]
) -> None:
    assert told(*times) == clipped
