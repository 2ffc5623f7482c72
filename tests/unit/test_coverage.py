"""Coverage: how much of the hours that count was truly seen."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from henbot.domain.coverage import Span, coverage, seen_until, watch_hours
from henbot.services.watch_hours import hours_of_day, is_watched_for
from henbot.storage.tables import CoopRow
from tests.builders import at

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = [Span(at(), at(minutes=100))]


def span(start: float, end: float) -> Span:
    return Span(at(minutes=start), at(minutes=end))


def coop(zone: str, *, watch: str | None = None, place: tuple[float, float] | None = None) -> CoopRow:
    latitude, longitude = place or (None, None)
    return CoopRow(name="coop", timezone=zone, language="en", watch=watch, latitude=latitude, longitude=longitude)


def local(hours: Span, zone: str) -> tuple[str, str]:
    start, end = (moment.astimezone(ZoneInfo(zone)) for moment in (hours.start, hours.end))
    return f"{start:%d %H:%M}", f"{end:%d %H:%M}"


def test_what_was_not_seen_is_listed_and_taken_off() -> None:
    found = coverage([span(10, 40), span(60, 90)], HOURS)
    assert found.hours == timedelta(minutes=100)
    assert found.watched == timedelta(minutes=60)
    assert found.blind == (span(0, 10), span(40, 60), span(90, 100))
    assert found.share == pytest.approx(0.6)


def test_spans_may_overlap_touch_and_come_in_any_order() -> None:
    found = coverage([span(50, 100), span(0, 30), span(10, 20), span(30, 50)], HOURS)
    assert (found.share, found.blind) == (1.0, ())


def test_only_what_lies_in_the_hours_counts() -> None:
    found = coverage([span(-100, 10), span(95, 300)], HOURS)
    assert found.blind == (span(10, 95),)


def test_a_look_without_length_sees_nothing() -> None:
    assert coverage([span(50, 50)], HOURS).watched == timedelta()


def test_nothing_is_claimed_of_no_hours_at_all() -> None:
    found = coverage([span(0, 100)], [])
    assert (found.share, found.enough) == (0.0, False)


@pytest.mark.parametrize(("minutes", "enough"), [(95, True), (94.99, False), (100, True), (0, False)])
def test_ninety_five_of_a_hundred_is_enough(minutes: float, enough: bool) -> None:
    assert coverage([span(0, minutes)], HOURS).enough is enough


def test_several_days_are_watched_together() -> None:
    days = [span(0, 100), span(1440, 1540)]
    found = coverage([span(0, 1460)], days)
    assert found.hours == timedelta(minutes=200)
    assert found.blind == (span(1460, 1540),)


spans = st.lists(st.tuples(st.integers(-50, 150), st.integers(0, 80)).map(lambda one: span(one[0], sum(one))))


@given(spans)
def test_watched_and_blind_make_up_the_hours(seen: list[Span]) -> None:
    found = coverage(seen, HOURS)
    assert found.watched + sum((gap.length for gap in found.blind), timedelta()) == found.hours
    assert all(not gap.within(one) for gap in found.blind for one in seen)
    assert 0 <= found.share <= 1


def test_a_look_within_the_trusted_gap_carries_the_span_on() -> None:
    gap = timedelta(minutes=45)
    assert seen_until(span(0, 10), at(minutes=55), gap) == span(0, 55)
    assert seen_until(span(0, 10), at(minutes=55.1), gap) is None
    assert seen_until(span(0, 10), at(minutes=5), gap) == span(0, 10)


def test_watch_hours_keep_to_the_wall_clock_when_clocks_change() -> None:
    for day, length in ((date(2024, 3, 31), 14), (date(2024, 10, 27), 14), (date(2024, 7, 1), 14)):
        hours = watch_hours(day, time(6), time(20), BERLIN)
        assert hours.length == timedelta(hours=length)
        assert local(hours, "Europe/Berlin") == (f"{day:%d} 06:00", f"{day:%d} 20:00")


@pytest.mark.parametrize(("day", "length"), [(date(2024, 3, 30), 7), (date(2024, 7, 1), 8), (date(2024, 10, 26), 9)])
def test_watch_hours_may_go_over_midnight_and_over_a_change_of_clocks(day: date, length: int) -> None:
    assert watch_hours(day, time(22), time(6), BERLIN).length == timedelta(hours=length)


def test_the_same_opening_and_closing_is_a_whole_day() -> None:
    assert watch_hours(date(2024, 7, 1), time(0), time(0), BERLIN).length == timedelta(hours=24)


def test_watch_hours_are_six_to_twenty_where_no_place_is_given() -> None:
    hours = hours_of_day(date(2024, 7, 1), coop("Europe/Berlin"))
    assert local(hours, "Europe/Berlin") == ("01 06:00", "01 20:00")


@pytest.mark.parametrize(
    ("zone", "place", "hours"),
    [
        ("Europe/Berlin", (52.5, 13.4), ("19 04:43", "19 21:32")),
        ("Australia/Melbourne", (-37.8, 145.0), ("19 07:35", "19 17:07")),
        ("America/Los_Angeles", (45.5, -122.6), ("19 05:21", "19 21:02")),
        ("Pacific/Auckland", (-36.8, 174.8), ("19 07:33", "19 17:11")),
    ],
)
def test_the_sun_rises_and_sets_on_the_coops_own_day(
    zone: str, place: tuple[float, float], hours: tuple[str, str]
) -> None:
    assert local(hours_of_day(date(2016, 6, 19), coop(zone, place=place)), zone) == hours


def test_where_the_sun_sets_after_midnight_the_hours_end_with_the_day() -> None:
    hours = hours_of_day(date(2016, 6, 19), coop("Atlantic/Reykjavik", place=(64.1, -21.9)))
    assert local(hours, "Atlantic/Reykjavik") == ("19 02:57", "20 00:00")


def test_where_the_sun_does_not_set_the_hours_are_six_to_twenty() -> None:
    hours = hours_of_day(date(2016, 6, 19), coop("Europe/Helsinki", place=(70.0, 25.0)))
    assert local(hours, "Europe/Helsinki") == ("19 06:00", "19 20:00")


@pytest.mark.parametrize(
    ("moment", "watched"), [("05:59", False), ("06:00", True), ("19:59", True), ("20:00", False), ("00:30", False)]
)
def test_nothing_is_claimed_outside_the_watch_hours(moment: str, watched: bool) -> None:
    when = datetime.combine(date(2024, 7, 1), time.fromisoformat(moment), BERLIN).astimezone(UTC)
    assert is_watched_for(when, coop("Europe/Berlin", watch="06:00-20:00")) is watched
