"""Eggs counted: a count is sure in the light of the looks around it, whatever single looks say."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from henbot.domain.eggs import MOST_EGGS, EggState, EggWatch
from henbot.domain.observations import Observation, Quality
from henbot.domain.verdicts import EggCount
from tests.builders import NEST, at, bird, look

GAP = timedelta(minutes=45)
Story = list[tuple[float, int | str]]
"""Minutes after nine, with the eggs seen, or `hen`."""


def eggs(minutes: float, count: int, sure: float = 0.95) -> Observation:
    """A look at the free nest that seems to show so many eggs."""
    rest = (1.0 - sure) / 6
    return replace(
        look(at(minutes=minutes)), eggs_probabilities=tuple(sure if one == count else rest for one in range(7))
    )


def seen(minutes: float, what: int | str) -> Observation:
    return eggs(minutes, what) if isinstance(what, int) else look(at(minutes=minutes), bird("ginger"))


def told(story: Story, watch: EggWatch | None = None) -> list[tuple[float, int]]:
    """The counts of a story, in minutes after nine."""
    watch = watch or EggWatch(NEST, trust_gap=GAP)
    counts = [
        count for minutes, what in story for count in watch.observe(seen(minutes, what), free=isinstance(what, int))
    ]
    return [((count.at - at()) / timedelta(minutes=1), count.eggs) for count in counts]


EMPTY: Story = [(0, 0), (5, 0), (15, 0)]


def test_one_look_is_no_count() -> None:
    assert told([(0, 2)]) == []
    assert told([(0, 2), (5, 2)]) == [(0, 2)]


def test_an_egg_after_a_visit_is_told_once_with_the_time_it_was_first_seen() -> None:
    assert told([*EMPTY, (20, "hen"), (50, "hen"), (51, 1), (55, 1), (65, 1)]) == [(0, 0), (15, 0), (51, 1)]


def test_a_short_miscount_makes_no_count_without_and_after_a_visit() -> None:
    assert told([*EMPTY, (20, 1), (21, 1), (22, 1), (30, 0), (40, 0)]) == [(0, 0)]
    after_visit = told([*EMPTY, (20, "hen"), (50, "hen"), (51, 1), (52, 1), (53, 0), (60, 0), (70, 0)])
    assert {count for _, count in after_visit} == {0}


def test_frames_that_come_fast_make_no_more_of_a_miscount_than_slow_ones() -> None:
    fast = [(20 + second / 60, 1) for second in range(90)]
    assert told([*EMPTY, *fast, (30, 0), (40, 0)]) == [(0, 0)]


def test_a_single_look_between_two_visits_is_understood_by_the_looks_after_the_second() -> None:
    story = [*EMPTY, (20, "hen"), (50, "hen"), (51, 1), (55, "hen"), (65, "hen"), (66, 1), (76, 1)]
    assert (51, 1) in told(story)


def test_an_egg_hidden_at_first_is_not_the_next_hens() -> None:
    story = [*EMPTY, (20, "hen"), (50, "hen"), (51, 0), (54, 1), (58, 1), (68, 1)]
    assert (51, 0) not in told(story)


def test_the_same_eggs_after_a_visit_are_told_for_that_is_an_answer_too() -> None:
    assert told([*EMPTY, (20, "hen"), (30, "hen"), (31, 0), (36, 0)]) == [(0, 0), (15, 0), (31, 0)]


def test_collected_eggs_are_told_after_some_minutes() -> None:
    story: Story = [(0, 3), (5, 3), (15, 3), (25, 0), (30, 0), (35, 0)]
    assert told(story) == [(0, 3), (25, 0)]


def test_dummy_eggs_are_not_counted() -> None:
    watch = EggWatch(NEST, dummies=1, trust_gap=GAP)
    assert [count for _, count in told([(0, 1), (5, 1), (20, "hen"), (50, "hen"), (51, 2), (55, 2)], watch)][-1] == 1


def test_a_count_after_a_silence_says_that_the_camera_was_blind() -> None:
    watch = EggWatch(NEST, trust_gap=GAP)
    counts: list[EggCount] = []
    for minutes, count in ((0, 0), (5, 0), (300, 1), (305, 1), (315, 1)):
        counts += watch.observe(eggs(minutes, count), free=True)
    assert [(one.eggs, one.unseen) for one in counts] == [(0, False), (1, True)]


def test_a_look_while_she_may_only_be_out_of_sight_counts_when_she_has_left_and_else_not() -> None:
    for left, expected in ((True, 1), (False, 0)):
        watch = EggWatch(NEST, trust_gap=GAP)
        told([*EMPTY, (20, "hen"), (50, "hen")], watch)
        watch.observe(eggs(50.5, 1), free=False)
        if left:
            watch.advance(free=True)
        else:
            watch.observe(look(at(minutes=50.7), bird("ginger")), free=False)
        assert sum(one.visited for one in watch.state.looks) == expected


@pytest.mark.parametrize("spoilt", ["dark", "no counts", "a hen"])
def test_what_cannot_show_eggs_is_no_look(spoilt: str) -> None:
    watch = EggWatch(NEST, trust_gap=GAP)
    one = {
        "dark": replace(eggs(0, 1), quality=Quality.DARK),
        "no counts": look(at()),
        "a hen": replace(eggs(0, 1), hens_probabilities=(0.1, 0.8, 0.1)),
    }[spoilt]
    watch.observe(one, free=True)
    assert watch.state.looks == ()


def test_a_clock_that_was_set_back_begins_anew() -> None:
    watch = EggWatch(NEST, trust_gap=GAP)
    told([(600, 2), (605, 2), (615, 2)], watch)
    assert told([(0, 0), (5, 0)], watch) == [(0, 0)]


stories = st.lists(
    st.tuples(st.floats(0.01, 200), st.one_of(st.integers(0, 6), st.just("hen"))), min_size=1, max_size=25
)


@settings(max_examples=25, deadline=None)
@given(stories)
def test_counts_are_in_the_order_of_time_and_a_stored_state_goes_on_alike(steps: list[tuple[float, int | str]]) -> None:
    stored = TypeAdapter(EggState)
    whole, kept = EggWatch(NEST, trust_gap=GAP), EggWatch(NEST, trust_gap=GAP)
    minutes, last = 0.0, None
    for pause, what in steps:
        minutes += pause
        one, free = seen(minutes, what), isinstance(what, int)
        counts = whole.observe(one, free=free)
        assert kept.observe(one, free=free) == counts
        kept.state = stored.validate_python(stored.dump_python(kept.state, mode="json"), strict=False)
        for count in counts:
            assert last is None or count.at > last
            assert 0 <= count.eggs <= MOST_EGGS
            last = count.at
