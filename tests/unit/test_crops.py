"""Cutting a nest out of a frame, and what a crop is good for."""

import numpy as np
import pytest

from detector.crops import CROP_SIDE, OUTSIDE, cut, quality_of
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


@pytest.mark.parametrize(
    ("crop", "quality"),
    [
        (straw(), Quality.OK),
        (np.where(np.arange(CROP_SIDE)[:, None, None] < 112, straw(), 255).astype(np.uint8), Quality.OVEREXPOSED),
        (straw() // 8, Quality.DARK),
        (np.full((CROP_SIDE, CROP_SIDE, 3), 120, np.uint8), Quality.BLURRED),
    ],
)
def test_quality_tells_what_a_crop_is_good_for(crop: np.ndarray, quality: Quality) -> None:
    assert quality_of(crop) is quality
