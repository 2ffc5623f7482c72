"""Bouts: which visits are one effort to lay."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from henbot.domain.observations import HenId
from henbot.domain.visits import BOUT_GAP, Bout, bouts_of
from tests.builders import at, bout, visit


def ids(bouts: list[Bout]) -> list[list[str]]:
    return [[one.id for one in each.visits] for each in bouts]


def test_visits_of_a_hen_less_than_forty_five_minutes_apart_are_one_bout() -> None:
    assert timedelta(minutes=45) == BOUT_GAP
    assert ids(bouts_of([visit("ginger", 0, 10), visit("ginger", 54.99, 60)])) == [["ginger-0", "ginger-54.99"]]


def test_a_pause_of_forty_five_minutes_begins_another_bout() -> None:
    assert ids(bouts_of([visit("ginger", 0, 10), visit("ginger", 55, 60)])) == [["ginger-0"], ["ginger-55"]]


def test_a_pause_is_counted_from_the_last_sighting_not_from_the_arrival() -> None:
    visits = [visit("ginger", 0, 60), visit("ginger", 5, 6), visit("ginger", 100, 101)]
    assert ids(bouts_of(visits)) == [["ginger-0", "ginger-5", "ginger-100"]]


def test_other_hens_and_other_nests_are_other_bouts() -> None:
    visits = [visit("ginger", 0, 10), visit("olive", 11, 12), visit("ginger", 13, 14, nest="left")]
    assert ids(bouts_of(visits)) == [["ginger-0"], ["olive-11"], ["ginger-13"]]


def test_another_hen_between_does_not_cut_a_bout_in_two() -> None:
    visits = [visit("ginger", 0, 10), visit("olive", 11, 30), visit("ginger", 31, 60)]
    assert ids(bouts_of(visits)) == [["ginger-0", "ginger-31"], ["olive-11"]]


def test_unknown_hens_who_follow_each_other_share_a_bout() -> None:
    assert ids(bouts_of([visit("unknown", 0, 10), visit("unknown", 20, 30)])) == [["unknown-0", "unknown-20"]]


def test_unknown_hens_who_are_in_the_nest_at_once_are_two_bouts() -> None:
    visits = [visit("unknown", 0, 10), visit("unknown", 5, 20), visit("unknown", 30, 40)]
    assert ids(bouts_of(visits)) == [["unknown-0"], ["unknown-5", "unknown-30"]]
    still_in = [visit("unknown", 0, 10, is_open=True), visit("unknown", 12, 12, is_open=True)]
    assert ids(bouts_of(still_in)) == [["unknown-0"], ["unknown-12"]]


def test_a_bout_goes_from_its_first_arrival_to_its_last_sighting() -> None:
    whole = bout(visit("ginger", 0, 10), visit("ginger", 20, 60, settled=25))
    assert (whole.arrived_at, whole.last_seen_at, whole.left_at) == (at(), at(minutes=60), at(minutes=60))
    assert (whole.settled_at, whole.hen, whole.nest) == (at(minutes=25), "ginger", "nest")


def test_a_bout_is_open_while_any_of_its_visits_is() -> None:
    assert bout(visit("ginger", 0, 10), visit("ginger", 20, 60, is_open=True)).left_at is None


def test_the_id_is_the_first_visits_and_outlives_a_change_of_mind_about_the_hen() -> None:
    before = bouts_of([visit("unknown", 0, 10)])
    renamed = replace(before[0].visits[0], hen=HenId("ginger"))
    after = bouts_of([renamed, visit("ginger", 20, 30)])
    assert [one.id for one in after] == [one.id for one in before]


def test_what_was_known_of_a_bout_at_a_moment_knows_nothing_of_what_came_later() -> None:
    whole = bout(visit("ginger", 0, 10), visit("ginger", 20, 60, settled=25), visit("ginger", 70, 80))
    early, between, late = (whole.known_at(at(minutes=minutes)) for minutes in (15, 22, 65))
    assert (early.left_at, early.settled_at, len(early.visits)) == (at(minutes=10), None, 1)
    assert (between.left_at, between.settled_at, between.last_seen_at) == (None, None, at(minutes=22))
    assert (late.left_at, late.settled_at) == (at(minutes=60), at(minutes=25))


@given(
    st.lists(
        st.tuples(st.sampled_from(["ginger", "olive", "unknown"]), st.integers(0, 600), st.integers(0, 90)),
        unique_by=lambda one: one[:2],
    ),
)
def test_every_visit_is_in_one_bout_whatever_their_order(spans: list[tuple[str, int, int]]) -> None:
    visits = [visit(hen, start, start + length) for hen, start, length in spans]
    bouts = bouts_of(visits)
    assert sorted(one.id for each in bouts for one in each.visits) == sorted(one.id for one in visits)
    assert all({one.hen for one in each.visits} == {each.hen} for each in bouts)
    assert bouts_of(reversed(visits)) == bouts
    assert [each.arrived_at for each in bouts] == sorted(each.arrived_at for each in bouts)
