"""A new version's first hour: whatever it does wrong, every look is answered, and the one before takes over."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from detector.crops import Pixels
from detector.probation import Probation, ProbationRules
from detector.recognition import Recognition
from henbot.domain.observations import UNKNOWN, Bird, HenId, ModelId, NestId, Quality

CROPS = np.zeros((1, 224, 224, 3), np.uint8)
NESTS = [NestId("left")]


class Watch:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Saying:
    """A version that says what it is told, taking its time."""

    def __init__(self, name: str, watch: Watch, empty: Sequence[float], takes_s: float = 0.01) -> None:
        self.version = ModelId(name)
        self.watch = watch
        self.empty = list(empty)
        self.takes_s = takes_s
        self.looks = 0

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        self.watch.seconds += self.takes_s
        share = self.empty[self.looks % len(self.empty)]
        self.looks += 1
        return [Recognition((share, 1 - share, 0.0), (), Quality.OK) for _ in nests]


class Failing(Saying):
    """One that breaks at every look."""

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        raise ValueError("shapes do not fit")


@pytest.fixture
def watch() -> Watch:
    return Watch()


def looked(probation: Probation, watch: Watch, looks: int, every_s: float) -> list[float]:
    """What was said of an empty nest's probability, look by look."""
    found = []
    for _ in range(looks):
        found.append(probation.recognise(CROPS, NESTS)[0].hens_probabilities[0])
        watch.seconds += every_s
    return found


def test_a_sound_version_serves_and_the_one_before_looks_on_for_an_hour_only(watch: Watch) -> None:
    new, before = Saying("new", watch, [0.1, 0.9]), Saying("before", watch, [0.2, 0.8])
    probation = Probation(new, before, clock=watch)
    assert looked(probation, watch, 500, 10.0) == [0.1, 0.9] * 250
    assert probation.failure is None
    assert probation.version == "new"
    assert before.looks <= 3600 / 10 + 1


def test_the_one_before_looks_on_at_most_so_often(watch: Watch) -> None:
    before = Saying("before", watch, [0.2])
    probation = Probation(Saying("new", watch, [0.1]), before, clock=watch)
    looked(probation, watch, 100, 0.1)
    assert before.looks <= 100 * 0.12 / 2.0 + 1


def test_a_version_that_breaks_is_given_up_and_the_look_is_answered(watch: Watch) -> None:
    probation = Probation(Failing("new", watch, [0.1]), Saying("before", watch, [0.2]), clock=watch)
    assert looked(probation, watch, 3, 1.0) == [0.2] * 3
    assert "shapes do not fit" in str(probation.failure)
    assert probation.version == "before"


def test_a_version_that_gives_no_numbers_is_given_up_and_the_look_is_answered(watch: Watch) -> None:
    probation = Probation(Saying("new", watch, [float("nan")]), Saying("before", watch, [0.2]), clock=watch)
    assert looked(probation, watch, 2, 1.0) == [0.2, 0.2]
    assert "no numbers" in str(probation.failure)


@pytest.mark.parametrize(("takes_s", "is_given_up"), [(0.019, False), (0.03, True)])
def test_a_version_that_takes_more_than_twice_as_long_is_given_up(
    takes_s: float, is_given_up: bool, watch: Watch
) -> None:
    new, before = Saying("new", watch, [0.1, 0.9], takes_s), Saying("before", watch, [0.1, 0.9])
    probation = Probation(new, before, clock=watch)
    looked(probation, watch, 30, 5.0)
    assert (probation.failure is not None) is is_given_up
    assert probation.failure is None or "30 ms a look" in probation.failure


def test_a_version_that_sees_one_thing_for_an_hour_is_given_up_where_the_one_before_saw_otherwise(
    watch: Watch,
) -> None:
    probation = Probation(Saying("new", watch, [0.1]), Saying("before", watch, [0.1, 0.9]), clock=watch)
    looked(probation, watch, 350, 10.0)
    assert probation.failure is None
    looked(probation, watch, 20, 10.0)
    assert "for an hour it saw a hen in every picture" in str(probation.failure)


class Naming(Saying):
    """One that names a hen in every picture, one name after the other."""

    def __init__(self, name: str, watch: Watch, names: Sequence[str]) -> None:
        super().__init__(name, watch, [0.1])
        self.names = list(names)

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        hen = HenId(self.names[self.looks % len(self.names)])
        return [replace(one, birds=(Bird({hen: 0.9, UNKNOWN: 0.1}),)) for one in super().recognise(crops, nests)]


@pytest.mark.parametrize(("before", "is_given_up"), [(["ginger", "olive"], True), (["ginger"], False)])
def test_a_version_that_takes_every_hen_for_one_is_given_up_where_the_one_before_named_others(
    before: list[str], is_given_up: bool, watch: Watch
) -> None:
    probation = Probation(Naming("new", watch, ["ginger"]), Naming("before", watch, before), clock=watch)
    looked(probation, watch, 370, 10.0)
    assert (probation.failure is not None) is is_given_up
    assert probation.failure is None or "took every hen for ginger" in probation.failure


def test_a_reserve_that_breaks_costs_the_new_one_nothing(watch: Watch) -> None:
    probation = Probation(Saying("new", watch, [0.1]), Failing("before", watch, [0.2]), clock=watch)
    assert looked(probation, watch, 3, 5.0) == [0.1] * 3
    assert probation.failure is None
    assert not probation.compares


def test_versions_that_share_networks_look_anew_while_their_times_are_compared(watch: Watch) -> None:
    forgotten: list[float] = []
    probation = Probation(
        Saying("new", watch, [0.1]),
        Saying("before", watch, [0.1]),
        clock=watch,
        forget=lambda: forgotten.append(watch.seconds),
    )
    looked(probation, watch, 40, 5.0)
    assert len(forgotten) == ProbationRules().times


def test_an_hour_of_empty_nests_speaks_against_nobody(watch: Watch) -> None:
    probation = Probation(Saying("new", watch, [0.95]), Saying("before", watch, [0.9]), clock=watch)
    looked(probation, watch, 400, 10.0)
    assert probation.failure is None


def test_a_few_pictures_in_an_hour_speak_against_nobody(watch: Watch) -> None:
    rules = ProbationRules(lasts_s=600)
    probation = Probation(Saying("new", watch, [0.95]), Saying("before", watch, [0.1]), rules, clock=watch)
    looked(probation, watch, 12, 60.0)
    assert probation.failure is None
