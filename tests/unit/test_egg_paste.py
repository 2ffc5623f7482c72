"""Eggs cut from a keeper's pictures and laid into others: whole ones only, and what nearer ones hide is told."""

import numpy as np
import pytest

from detector.crops import CROP_SIDE, Pixels
from detector.eggs import Floats
from detector.training.egg_paste import MOST_LAID, WholeEgg, lay_eggs, whole_eggs

NONE = np.zeros((0, 4), np.float32)


def _nest(*boxes: tuple[float, float, float, float]) -> tuple[Pixels, Floats]:
    """A grey nest with a white square in each box."""
    crop = np.full((CROP_SIDE, CROP_SIDE, 3), 60, np.uint8)
    for x1, y1, x2, y2 in boxes:
        crop[int(y1) : int(y2), int(x1) : int(x2)] = 220
    return crop, np.asarray(boxes, np.float32).reshape(-1, 4)


@pytest.fixture
def eggs() -> list[WholeEgg]:
    return whole_eggs(*_nest((100, 100, 122, 120)))


def test_an_egg_behind_another_is_not_cut_out_but_the_one_in_front_is() -> None:
    (whole,) = whole_eggs(*_nest((100, 100, 122, 120), (104, 108, 126, 128)))

    assert whole.middle.tolist() == [115, 118]


@pytest.mark.parametrize("box", [(0, 100, 20, 118), (100, 100, 108, 108), (100, 100, 140, 112)])
def test_eggs_cut_by_the_frame_and_boxes_too_small_or_too_long_are_left(box: tuple[float, ...]) -> None:
    x1, y1, x2, y2 = box

    assert whole_eggs(*_nest((x1, y1, x2, y2))) == []


def test_every_laid_egg_is_seen_where_its_box_says(eggs: list[WholeEgg]) -> None:
    crop, _ = _nest()
    counts = []
    for seed in range(20):
        laid, boxes = lay_eggs(crop, NONE, eggs, np.random.default_rng(seed))
        middles = ((boxes[:, :2] + boxes[:, 2:]) / 2).astype(int)
        counts.append(len(boxes))
        assert all(laid[y, x].mean() > 90 for x, y in middles)

    assert 1 <= min(counts) < max(counts) <= MOST_LAID


def test_what_lies_there_stays_unless_it_is_covered(eggs: list[WholeEgg]) -> None:
    crop, boxes = _nest((20, 20, 42, 40))

    kept = [lay_eggs(crop, boxes, eggs, np.random.default_rng(seed))[1][:1] for seed in range(20)]

    assert sum(bool(np.abs(first - boxes[0]).max() < 3) for first in kept) >= 8


def test_the_same_seed_lays_the_same_eggs_and_leaves_the_picture_as_it_was(eggs: list[WholeEgg]) -> None:
    crop, _ = _nest()
    before = crop.copy()

    first, second = (lay_eggs(crop, NONE, eggs, np.random.default_rng(4)) for _ in range(2))

    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])
    assert np.array_equal(crop, before)
