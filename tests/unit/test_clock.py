"""The coop's clock and its days."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from henbot.domain.clock import WALL, ClockSetting, day_bounds
from tests.builders import NINE

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_replay_runs_from_its_origin_at_its_speed() -> None:
    clock = ClockSetting(NINE, TODAY, 720.0)
    assert clock.coop_time(TODAY) == NINE
    assert clock.coop_time(TODAY + timedelta(seconds=10)) == NINE + timedelta(hours=2)


def test_the_wall_time_of_a_coop_moment_is_known_ahead() -> None:
    clock = ClockSetting(NINE, TODAY, 720.0)
    assert clock.wall_time(NINE + timedelta(hours=2)) == TODAY + timedelta(seconds=10)


def test_a_clock_that_stands_still_never_reaches_another_moment() -> None:
    clock = ClockSetting(NINE, TODAY, 0.0)
    assert clock.coop_time(TODAY + timedelta(days=3)) == NINE
    assert clock.wall_time(NINE) is None


def test_a_clock_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="negative"):
        ClockSetting(NINE, TODAY, -1.0)


@given(st.datetimes(timezones=st.just(UTC)))
def test_on_an_ordinary_day_coop_time_is_wall_time_to_the_microsecond(wall: datetime) -> None:
    assert WALL.coop_time(wall) == wall
    assert WALL.wall_time(wall) == wall


@pytest.mark.parametrize(("day", "hours"), [(date(2024, 3, 31), 23), (date(2024, 7, 1), 24), (date(2024, 10, 27), 25)])
def test_a_day_has_as_many_hours_as_the_clocks_give_it(day: date, hours: int) -> None:
    start, end = day_bounds(day, BERLIN)
    assert end - start == timedelta(hours=hours)
    assert start.tzinfo is UTC


def test_a_day_follows_the_one_before_without_a_gap() -> None:
    days = [date(2024, 3, 29) + timedelta(days=n) for n in range(5)]
    bounds = [day_bounds(day, BERLIN) for day in days]
    assert all(one[1] == other[0] for one, other in pairwise(bounds))


def test_a_day_that_has_no_midnight_begins_when_the_clocks_have_leapt_over_it() -> None:
    start, end = day_bounds(date(2024, 4, 26), ZoneInfo("Africa/Cairo"))
    assert start == datetime(2024, 4, 25, 22, tzinfo=UTC)
    assert end - start == timedelta(hours=23)
