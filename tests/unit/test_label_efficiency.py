"""How labels are counted that choosing saves."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from benchmarks.label_efficiency import needed, reached
from detector.backbone import Features
from detector.choosing import NOBODY
from detector.training.dataset import LabelledNest
from detector.training.label_efficiency import (
    Opinion,
    Point,
    Progress,
    Shot,
    Split,
    Subject,
    at_random,
    by_sittings,
    scores,
)
from detector.training.study import Picture
from henbot.domain.observations import UNKNOWN, HenId, NestId, Quality

HENS = (HenId("ryaba"), HenId("zlata"))
START = datetime(2026, 5, 1, 8, tzinfo=UTC)
NOTHING = np.zeros((1, 1, 1), np.float32)
SHOT = Shot(np.zeros((224, 224, 3), np.uint8), Features(NOTHING, NOTHING, NOTHING, NOTHING))


def subject(number: int, shows: str, sitting: int) -> Subject:
    is_hen = shows != NOBODY
    row = LabelledNest(
        file=f"{number}.jpg",
        captured_at=START + timedelta(minutes=number),
        nest=NestId("left"),
        hens=int(is_hen),
        hen=HenId(shows) if is_hen else None,
        posture=None,
        eggs=None,
        uncertain=frozenset(),
    )
    return Subject(Picture(row, SHOT.crop, sitting), (SHOT,), shows, True, False, Quality.OK)


def subjects() -> list[Subject]:
    stays = ["ryaba", NOBODY, "zlata", NOBODY] * 4
    return [subject(3 * stay + place, shows, stay) for stay, shows in enumerate(stays) for place in range(3)]


def opinion_of(told: list[str]) -> Opinion:
    """Sure of each picture."""
    hens = [(1.0, 0.0, 0.0) if word == NOBODY else (0.0, 1.0, 0.0) for word in told]
    who = [[float(word == name) for name in (*HENS, UNKNOWN)] for word in told]
    return Opinion(np.asarray(hens, np.float32), np.asarray(who, np.float32))


@pytest.mark.parametrize("seed", range(5))
def test_no_stay_is_both_asked_about_and_judged_by(seed: int) -> None:
    split = by_sittings(subjects(), HENS, seed)
    asked, judged = ({one.picture.sitting for one in part} for part in (split.pool, split.judged))
    assert not asked & judged
    assert len(asked) == len(judged) == 8


def test_chance_asks_about_each_picture_once() -> None:
    split = by_sittings(subjects(), HENS, 0)
    everything = opinion_of([NOBODY] * len(split.pool))
    new = at_random(np.random.default_rng(0))(Progress(split, (0, 1, 2), lambda: everything, 50))
    assert sorted(new) == list(range(3, len(split.pool)))


def test_each_hen_and_nobody_has_the_same_say() -> None:
    judged = [subject(0, NOBODY, 0), subject(1, "zlata", 1), *(subject(n, "ryaba", 2) for n in range(2, 10))]
    split = Split(tuple(subjects()), tuple(judged), HENS)
    told, present = scores(split, opinion_of([NOBODY, "ryaba"] + ["ryaba"] * 8))
    assert told == pytest.approx(2 / 3)
    assert present == pytest.approx(1.0)


def test_a_hen_of_whom_there_was_nothing_to_learn_counts_as_somebody_alone() -> None:
    pool = tuple(one for one in subjects() if one.shows != "zlata")
    split = Split(pool, (subject(0, NOBODY, 0), subject(1, "zlata", 1), subject(2, "ryaba", 2)), HENS)
    assert scores(split, opinion_of([NOBODY, str(UNKNOWN), "ryaba"])) == (1.0, 1.0)


def test_labels_to_an_accuracy_lie_on_the_line_between_two_measurements() -> None:
    assert reached([4, 8, 16], np.asarray([0.2, 0.4, 0.8]), 0.6) == pytest.approx(12)
    assert reached([4, 8], np.asarray([0.2, 0.4]), 0.6) == float("inf")


def test_an_accuracy_that_is_lost_again_does_not_count() -> None:
    assert reached([4, 8, 16, 32], np.asarray([0.7, 0.4, 0.5, 0.7]), 0.6) == pytest.approx(24)


def test_the_ratio_is_of_the_labels_that_both_ways_need() -> None:
    slow = [[Point(8, 0.4, 0.4, {}), Point(16, 0.8, 0.8, {})]] * 3
    fast = [[Point(4, 0.4, 0.4, {}), Point(8, 0.8, 0.8, {})]] * 3
    assert needed({"random": slow, "chosen": fast}, "told", 1.0)["ratio"] == pytest.approx((0.5, 0.5, 0.5))
