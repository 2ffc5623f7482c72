"""Cutting a nest out of a frame, and what a crop is good for."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.crops import CROP_SIDE, OUTSIDE, cut, quality_of, shows_nothing
from henbot.domain.observations import Quality

LEFT_HALF = [(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]


def two_halves() -> np.ndarray:
    frame = np.full((60, 80, 3), 200, np.uint8)
    frame[:, 40:] = 10
    return frame


def test_a_crop_shows_its_nest_and_nothing_beside_it() -> None:
    crop = cut(two_halves(), LEFT_HALF)
    assert crop.shape == (CROP_SIDE, CROP_SIDE, 3)
    assert crop.dtype == np.uint8
    assert (crop == 200).all()


def test_pixels_outside_a_slanted_polygon_are_grey() -> None:
    crop = cut(two_halves(), [(0.0, 0.0), (0.5, 0.0), (0.0, 1.0)])
    assert (crop[5, 5] == 200).all()
    assert (crop[-5, -5] == OUTSIDE).all()


def test_the_frame_itself_is_left_as_it_was() -> None:
    frame = two_halves()
    cut(frame, [(0.0, 0.0), (0.5, 0.0), (0.0, 1.0)])
    assert (frame == two_halves()).all()


def test_a_polygon_may_reach_over_the_frame() -> None:
    assert (cut(two_halves(), [(-0.2, -0.2), (0.5, -0.2), (0.5, 1.2), (-0.2, 1.2)]) == 200).all()


def test_a_polygon_outside_the_frame_is_refused_by_its_corners() -> None:
    with pytest.raises(ValueError, match="covers nothing"):
        cut(two_halves(), [(1.1, 0.0), (1.5, 0.0), (1.5, 1.0)])


def test_the_red_channel_stays_the_first_one() -> None:
    frame = np.zeros((60, 80, 3), np.uint8)
    frame[..., 0] = 255
    assert cut(frame, LEFT_HALF)[..., 0].min() == 255


def straw() -> np.ndarray:
    return np.random.default_rng(1).integers(60, 200, (CROP_SIDE, CROP_SIDE, 3)).astype(np.uint8)


def coloured() -> np.ndarray:
    """Patches of colour as large as a hen's head."""
    patches = np.random.default_rng(2).integers(40, 220, (14, 14, 3)).astype(np.uint8)
    return cv2.resize(patches, (CROP_SIDE, CROP_SIDE), interpolation=cv2.INTER_CUBIC)


def noisy(light: np.ndarray) -> np.ndarray:
    """A picture of which each column has one light, under sensor noise."""
    noise = np.random.default_rng(3).normal(0, 4, (CROP_SIDE, CROP_SIDE, 3))
    return np.clip(light[None, :, None] + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("crop", "quality"),
    [
        (straw(), Quality.OK),
        (np.where(np.arange(CROP_SIDE)[:, None, None] < 112, straw(), 255).astype(np.uint8), Quality.OVEREXPOSED),
        (coloured() // 5, Quality.DARK),
        (cv2.GaussianBlur(coloured(), (0, 0), 6), Quality.BLURRED),
        (np.full((CROP_SIDE, CROP_SIDE, 3), 120, np.uint8), Quality.COVERED),
        (np.full((CROP_SIDE, CROP_SIDE, 3), (90, 25, 20), np.uint8), Quality.COVERED),
        (noisy(np.linspace(40, 90, CROP_SIDE)), Quality.COVERED),
        (noisy(np.zeros(CROP_SIDE)), Quality.COVERED),
    ],
)
def test_quality_tells_what_a_crop_is_good_for(crop: np.ndarray, quality: Quality) -> None:
    assert quality_of(crop) is quality


def test_a_covered_lens_is_known_in_a_slanted_nest_too() -> None:
    assert quality_of(cut(np.full((60, 80, 3), 40, np.uint8), [(0.0, 0.0), (0.9, 0.0), (0.2, 1.0)])) is Quality.COVERED


def test_pure_glare_shows_nothing() -> None:
    assert shows_nothing(np.full((CROP_SIDE, CROP_SIDE, 3), 255, np.uint8))


def test_real_pictures_of_nests_show_something(shared_data: Path) -> None:
    """All but a few at night, in which a hen covers the lens."""
    from detector.training.dataset import crops_of, load_dataset

    for name, most in (("chookegg", 0), ("henhouse", 0), ("chickencam", 5)):
        dataset = load_dataset(shared_data / name)
        nothing = [row for row, crop in crops_of(dataset, dataset.rows) if crop is not None and shows_nothing(crop)]
        assert len(nothing) <= most
        assert all(row.captured_at.hour >= 18 for row in nothing)
