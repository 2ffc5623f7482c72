"""Verdicts: whether a bout gave an egg, and whose an egg is."""

from datetime import timedelta

import pytest

from henbot.domain.events import EggLaid, EggsCollected, EggsMoved
from henbot.domain.observations import NestId
from henbot.domain.verdicts import LEAST_HISTORY, EggCount, Ruling, Verdict, rule_by_eggs, ruling_by_time
from henbot.domain.visits import Visit
from tests.builders import NEST, at, bout, visit

LEFT = NestId("left")


def count(minutes: float, eggs: int, *, nest: NestId = NEST, person: bool = False) -> EggCount:
    return EggCount(nest, at(minutes=minutes), eggs, person)


@pytest.mark.parametrize(
    ("visits", "verdict"),
    [
        ([visit("ginger", 0, 60, settled=5)], Verdict.PROBABLY),
        ([visit("ginger", 0, 25, settled=5)], Verdict.PROBABLY),
        ([visit("ginger", 0, 24, settled=5)], Verdict.UNSURE),
        ([visit("ginger", 0, 15, settled=5), visit("ginger", 20, 40, settled=30)], Verdict.PROBABLY),
        ([visit("ginger", 0, 90)], Verdict.UNSURE),
        ([visit("ginger", 0, 9)], Verdict.NOT_LAID),
        ([visit("ginger", 0, 10)], Verdict.UNSURE),
        ([visit("ginger", 0, 300, settled=5, is_open=True)], Verdict.UNSURE),
    ],
)
def test_time_alone_says_probably_at_most(visits: list[Visit], verdict: Verdict) -> None:
    assert ruling_by_time(bout(*visits)) == Ruling(verdict)


def test_her_own_history_counts_from_its_fifth_egg_on() -> None:
    stay = bout(visit("ginger", 0, 35, settled=5))
    slow = [timedelta(minutes=90)] * LEAST_HISTORY
    assert ruling_by_time(stay, slow).verdict is Verdict.UNSURE
    assert ruling_by_time(stay, slow[1:]).verdict is Verdict.PROBABLY


def test_a_hen_who_never_settled_did_not_probably_lay_whatever_her_history() -> None:
    assert ruling_by_time(bout(visit("ginger", 0, 5)), [timedelta()] * LEAST_HISTORY).verdict is Verdict.NOT_LAID


def test_an_egg_was_laid_by_the_only_bout_between_the_pictures() -> None:
    ginger, olive = bout(visit("ginger", 10, 40)), bout(visit("olive", 100, 140))
    rulings, events = rule_by_eggs([count(0, 1), count(60, 2)], [ginger, olive])
    assert rulings == {ginger.id: Ruling(Verdict.LAID)}
    assert events == [EggLaid(NEST, at(minutes=60), 1, ginger.hen)]


def test_with_several_candidates_it_is_unsure_and_lists_them() -> None:
    ginger, olive = bout(visit("ginger", 10, 40)), bout(visit("olive", 42, 50))
    rulings, events = rule_by_eggs([count(0, 0), count(60, 1)], [ginger, olive])
    assert rulings == dict.fromkeys((ginger.id, olive.id), Ruling(Verdict.UNSURE, (ginger.hen, olive.hen)))
    assert events == [EggLaid(NEST, at(minutes=60), 1, None)]


def test_as_many_eggs_as_bouts_were_laid_by_all_of_them() -> None:
    ginger, olive = bout(visit("ginger", 10, 40)), bout(visit("olive", 42, 50))
    rulings, events = rule_by_eggs([count(0, 0), count(60, 2)], [ginger, olive])
    assert rulings == dict.fromkeys((ginger.id, olive.id), Ruling(Verdict.LAID))
    assert events == [EggLaid(NEST, at(minutes=60), 2, None)]


def test_two_bouts_of_one_hen_leave_open_which_but_not_whose() -> None:
    first, second = bout(visit("ginger", 5, 10)), bout(visit("ginger", 70, 100))
    rulings, events = rule_by_eggs([count(0, 0), count(110, 1)], [first, second])
    assert rulings[second.id] == Ruling(Verdict.UNSURE, (first.hen,))
    assert events == [EggLaid(NEST, at(minutes=110), 1, first.hen)]


def test_more_eggs_than_bouts_are_not_all_put_to_one_hen() -> None:
    ginger = bout(visit("ginger", 10, 40))
    rulings, events = rule_by_eggs([count(0, 0), count(60, 2)], [ginger])
    assert rulings == {ginger.id: Ruling(Verdict.LAID)}
    assert events == [EggLaid(NEST, at(minutes=60), 2, None)]


def test_an_egg_by_an_unknown_hen_names_nobody() -> None:
    stranger = bout(visit("unknown", 10, 40))
    _, events = rule_by_eggs([count(0, 0), count(60, 1)], [stranger])
    assert events == [EggLaid(NEST, at(minutes=60), 1, None)]


def test_an_egg_without_a_bout_is_told_and_given_to_nobody() -> None:
    assert rule_by_eggs([count(0, 0), count(60, 1)], []) == ({}, [EggLaid(NEST, at(minutes=60), 1, None)])


def test_no_egg_more_means_not_laid() -> None:
    ginger = bout(visit("ginger", 10, 40))
    assert rule_by_eggs([count(0, 2), count(60, 2)], [ginger]) == ({ginger.id: Ruling(Verdict.NOT_LAID)}, [])


def test_an_egg_seen_in_a_pause_of_her_bout_is_not_taken_back_by_a_later_picture_without_another() -> None:
    ginger = bout(visit("ginger", 10, 40), visit("ginger", 60, 80))
    rulings, _ = rule_by_eggs([count(0, 0), count(50, 1), count(90, 1)], [ginger])
    assert rulings == {ginger.id: Ruling(Verdict.LAID)}


def test_an_egg_that_came_while_she_was_out_is_not_hers() -> None:
    ginger = bout(visit("ginger", 10, 20), visit("ginger", 60, 80))
    olive = bout(visit("olive", 30, 40))
    rulings, events = rule_by_eggs([count(0, 0), count(25, 0), count(50, 1), count(90, 1)], [ginger, olive])
    assert rulings == {olive.id: Ruling(Verdict.LAID), ginger.id: Ruling(Verdict.NOT_LAID)}
    assert events == [EggLaid(NEST, at(minutes=50), 1, olive.hen)]


def test_only_bouts_in_the_same_nest_may_have_laid() -> None:
    elsewhere = bout(visit("olive", 10, 40, nest=LEFT))
    assert rule_by_eggs([count(0, 0), count(60, 1)], [elsewhere])[0] == {}


def test_an_egg_that_another_nest_lost_meanwhile_was_carried_over() -> None:
    ginger = bout(visit("ginger", 10, 40))
    counts = [count(0, 0), count(60, 1), count(5, 1, nest=LEFT), count(55, 0, nest=LEFT)]
    rulings, events = rule_by_eggs(counts, [ginger])
    assert events == [EggsMoved(NEST, at(minutes=60), 1, LEFT)]
    assert rulings == {ginger.id: Ruling(Verdict.UNSURE)}


def test_a_nest_that_lost_its_egg_at_another_time_explains_nothing() -> None:
    counts = [count(0, 0), count(60, 1), count(100, 1, nest=LEFT), count(160, 0, nest=LEFT)]
    assert rule_by_eggs(counts, [])[1] == [EggLaid(NEST, at(minutes=60), 1, None)]


def test_of_two_new_eggs_one_may_be_carried_and_one_laid() -> None:
    ginger = bout(visit("ginger", 10, 40))
    counts = [count(0, 0), count(60, 2), count(5, 1, nest=LEFT), count(55, 0, nest=LEFT)]
    rulings, events = rule_by_eggs(counts, [ginger])
    assert events == [EggLaid(NEST, at(minutes=60), 1, ginger.hen), EggsMoved(NEST, at(minutes=60), 1, LEFT)]
    assert rulings == {ginger.id: Ruling(Verdict.LAID)}


def test_a_moved_egg_is_moved_to_one_nest_only() -> None:
    right = NestId("right")
    counts = [count(minutes, eggs, nest=nest) for nest in (NEST, right) for minutes, eggs in ((0, 0), (60, 1))]
    _, events = rule_by_eggs([*counts, count(0, 1, nest=LEFT), count(60, 0, nest=LEFT)], [])
    assert sorted(event.kind for event in events) == ["egg_laid", "eggs_moved"]


def test_eggs_that_go_while_a_person_is_there_are_collected() -> None:
    assert rule_by_eggs([count(0, 3), count(60, 1, person=True)], [])[1] == [EggsCollected(NEST, at(minutes=60), 2)]


def test_eggs_that_go_while_nobody_is_there_are_not_said_to_be_collected() -> None:
    ginger = bout(visit("ginger", 10, 40))
    assert rule_by_eggs([count(0, 3), count(60, 1)], [ginger]) == ({ginger.id: Ruling(Verdict.UNSURE)}, [])


def test_what_a_person_takes_from_one_nest_was_not_carried_to_another() -> None:
    ginger = bout(visit("ginger", 10, 40))
    counts = [count(0, 0), count(60, 1), count(5, 1, nest=LEFT), count(55, 0, nest=LEFT, person=True)]
    rulings, events = rule_by_eggs(counts, [ginger])
    assert rulings == {ginger.id: Ruling(Verdict.LAID)}
    assert events == [EggsCollected(LEFT, at(minutes=55), 1), EggLaid(NEST, at(minutes=60), 1, ginger.hen)]


def test_a_person_at_the_nest_leaves_it_unsure_and_no_egg_is_told() -> None:
    ginger = bout(visit("ginger", 10, 40))
    for eggs in (0, 1, 2):
        rulings, events = rule_by_eggs([count(0, 1), count(60, eggs, person=True)], [ginger])
        assert rulings == {ginger.id: Ruling(Verdict.UNSURE)}
        assert not any(isinstance(event, EggLaid) for event in events)


def test_one_picture_of_a_nest_says_nothing() -> None:
    assert rule_by_eggs([count(0, 3)], [bout(visit("ginger", 10, 40))]) == ({}, [])


def test_pictures_may_come_in_any_order() -> None:
    ginger = bout(visit("ginger", 10, 40))
    counts = [count(0, 0), count(60, 1), count(90, 1)]
    assert rule_by_eggs(reversed(counts), [ginger]) == rule_by_eggs(counts, [ginger])


def test_a_nest_with_a_dummy_egg_starts_at_none_for_dummies_are_not_counted() -> None:
    # Whoever counts takes the declared dummies off: two eggs in view with one dummy are an `EggCount` of 1.
    ginger = bout(visit("ginger", 10, 40))
    dummies = 1
    rulings, _ = rule_by_eggs([count(0, 1 - dummies), count(60, 2 - dummies)], [ginger])
    assert rulings == {ginger.id: Ruling(Verdict.LAID)}
