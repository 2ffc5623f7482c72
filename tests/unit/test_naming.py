"""A version's hens and the flock's: never somebody else, whatever became of the hens that it learned."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from detector.crops import Pixels
from detector.naming import Naming
from detector.recognition import Recognition
from henbot.domain.observations import UNKNOWN, Bird, HenId, ModelId, NestId, Quality
from henbot.services.hen_ids import Flock, Place

AT = datetime(2024, 5, 4, 9, tzinfo=UTC)
GINGER, RUST, OLIVE = HenId("ginger"), HenId("rust"), HenId("olive")
CROPS = np.zeros((1, 224, 224, 3), np.uint8)


class Saying:
    """A version that always says the same of a hen."""

    version = ModelId("old")

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        hens = {GINGER: 0.7, OLIVE: 0.2, UNKNOWN: 0.1}
        return [Recognition((0.1, 0.9, 0.0), (Bird(hens), Bird({UNKNOWN: 1.0})), Quality.OK)]


def named(flock: Flock, at: datetime = AT) -> dict[HenId, float]:
    first, second = Naming(Saying(), lambda: flock).watch(CROPS, [NestId("left")], at)[0].birds
    assert second.hens == {UNKNOWN: 1.0}
    assert sum(first.hens.values()) == pytest.approx(1.0)
    return {hen: round(share, 3) for hen, share in first.hens.items()}


def test_the_hens_of_the_flock_keep_their_names() -> None:
    assert named({GINGER: Place(GINGER), OLIVE: Place(OLIVE), RUST: Place(RUST)}) == {
        GINGER: 0.7,
        OLIVE: 0.2,
        UNKNOWN: 0.1,
    }


def test_a_hen_that_the_flock_does_not_have_is_unknown() -> None:
    assert named({OLIVE: Place(OLIVE)}) == {UNKNOWN: 0.8, OLIVE: 0.2}
    assert named({}) == {UNKNOWN: 1.0}


def test_a_hen_who_turned_out_to_be_another_is_that_other() -> None:
    assert named({GINGER: Place(RUST), RUST: Place(RUST), OLIVE: Place(OLIVE)}) == {RUST: 0.7, OLIVE: 0.2, UNKNOWN: 0.1}
    assert named({GINGER: Place(OLIVE), OLIVE: Place(OLIVE)}) == {OLIVE: 0.9, UNKNOWN: 0.1}


def test_a_hen_who_has_gone_is_unknown_from_then_on_and_known_in_pictures_from_before() -> None:
    flock = {GINGER: Place(GINGER, AT), OLIVE: Place(OLIVE)}
    assert named(flock, AT) == {UNKNOWN: 0.8, OLIVE: 0.2}
    assert named(flock, AT - timedelta(minutes=1)) == {GINGER: 0.7, OLIVE: 0.2, UNKNOWN: 0.1}
