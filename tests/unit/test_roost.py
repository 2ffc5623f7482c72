"""How many hens are on the roost."""

import numpy as np
import pytest

from detector.backbone import Floats
from detector.roost import UNSEEN, UNSEEN_NIGHT, RoostCounter
from detector.training.roost import LEAST_PICTURES, RoostPictures, fit_roost, greyed

DAYS = ["monday", "tuesday", "wednesday"]


def pictures(counts: list[int], seed: int = 0) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Features of which some grow with the hens; the others, and a night's light over all of them, say nothing."""
    random = np.random.default_rng(seed)
    told = np.outer(counts, np.linspace(0.5, 1.0, 8)) + random.normal(0, 0.2, (len(counts), 8))
    return np.concatenate([told, random.normal(0, 1, (len(counts), 24))], axis=1).astype(np.float32)


def labelled(rows: Floats, counts: list[int], grey: Floats | None = None, dark: int = 0) -> RoostPictures:
    """On three days, the last `dark` of them on a further one in infrared."""
    days = [DAYS[n % 3] for n in range(len(counts) - dark)] + ["thursday"] * dark
    at_night = np.arange(len(counts)) >= len(counts) - dark
    return RoostPictures(rows, rows if grey is None else grey, np.asarray(counts, np.float32), days, at_night)


def fitted(counts: list[int]) -> RoostCounter:
    counter = fit_roost(labelled(pictures(counts), counts))
    assert counter is not None
    return counter


def test_hens_on_a_roost_are_counted_within_one_in_pictures_that_were_not_learned_from() -> None:
    counter = fitted([0, 1, 2, 3, 4, 5] * 6)
    truth = [5, 0, 3, 1, 4, 2] * 3
    said = [int(np.argmax(counter.probabilities(row))) for row in pictures(truth, seed=1)]
    assert all(abs(a - b) <= 1 for a, b in zip(truth, said, strict=True))


def test_more_hens_than_ever_were_labelled_can_be_counted() -> None:
    counter = fitted([0, 1, 2, 3] * 8)
    assert counter.most == 3 + UNSEEN
    assert np.argmax(counter.probabilities(pictures([5], seed=2)[0])) >= 4


def test_probabilities_of_the_counts_add_up_to_one() -> None:
    counter = fitted([0, 1, 2, 3] * 8)
    for row in pictures([0, 3, 9], seed=3):
        assert sum(counter.probabilities(row)) == pytest.approx(1.0)


def test_a_counter_comes_back_from_its_arrays_as_it_was() -> None:
    counter = fitted([0, 1, 2, 3] * 8)
    again = RoostCounter.of_arrays(counter.arrays())
    rows = pictures([0, 2, 3])
    assert np.array_equal(again.counted(rows), counter.counted(rows))
    assert again.most == counter.most


def test_arrays_that_do_not_fit_one_another_are_refused() -> None:
    arrays = fitted([0, 1, 2, 3] * 8).arrays()
    with pytest.raises(ValueError, match="roost"):
        RoostCounter.of_arrays(arrays | {"weights": np.zeros(3, np.float32)})


def test_few_pictures_make_no_counter() -> None:
    counts = [0, 1] * (LEAST_PICTURES // 2 - 1)
    assert fit_roost(labelled(pictures(counts), counts)) is None


def test_what_shows_only_in_colour_counts_less_where_the_same_pictures_are_learned_in_grey() -> None:
    counts = [0, 1, 2, 3, 4, 5] * 6
    colour, grey = pictures(counts), pictures(counts)
    grey[:, :4] = 0.0
    only_colour, both = fit_roost(labelled(colour, counts)), fit_roost(labelled(colour, counts, grey))
    assert only_colour is not None and both is not None
    night = pictures([5, 4, 0] * 4, seed=4)
    night[:, :4] = 0.0
    truth = np.asarray([5, 4, 0] * 4)
    assert np.abs(both.counted(night) - truth).mean() < 0.5 * np.abs(only_colour.counted(night) - truth).mean()


def test_of_infrared_that_it_never_saw_the_count_is_less_sure() -> None:
    counter = fitted([0, 1, 2, 3, 4, 5] * 6)
    row = pictures([3])[0]
    by_day, by_night = counter.probabilities(row), counter.probabilities(row, dark=True)
    assert counter.dark_spread == pytest.approx(UNSEEN_NIGHT)
    assert np.argmax(by_day) == np.argmax(by_night) == 3
    assert by_night[3] < 0.5 * by_day[3]


def test_a_night_unlike_the_days_makes_nights_more_doubtful_than_days() -> None:
    counts = [0, 1, 2, 3, 4, 5] * 6
    rows = pictures(counts)
    rows[-6:, :8] *= 0.2
    counter = fit_roost(labelled(rows, counts, dark=6))
    assert counter is not None
    assert counter.dark_spread > 2 * counter.spread


def test_a_counter_stored_before_nights_were_told_apart_still_counts() -> None:
    arrays = fitted([0, 1, 2, 3] * 8).arrays()
    old = RoostCounter.of_arrays(arrays | {"line": arrays["line"][[0, 1, 3]]})
    assert old.dark_spread >= UNSEEN_NIGHT
    assert old.most == 3 + UNSEEN


def test_a_greyed_crop_has_no_colour_and_keeps_its_size() -> None:
    crop = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    grey = greyed(crop)
    assert grey.shape == crop.shape and grey.dtype == np.uint8
    assert np.array_equal(grey[..., 0], grey[..., 1]) and np.array_equal(grey[..., 1], grey[..., 2])
