"""Cut a nest out of a frame: the only preprocessing code, for training and for serving."""

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from henbot.domain.observations import Quality

Pixels: TypeAlias = NDArray[np.uint8]
Polygon: TypeAlias = Sequence[tuple[float, float]]
"""Corners (x, y) in relative coordinates 0..1 of the frame."""

PREPROCESSING = 1
"""Number of this way to cut; a model version trained on another one must not serve."""

CROP_SIDE = 224
OUTSIDE = 127
"""Grey level outside the polygon: the backbone's zero."""

OVEREXPOSED_SHARE = 0.33
DARK_LEVEL = 50.0
BLURRED_VARIANCE = 15.0
"""Limits of `quality_of`: of chickencam's `ok` frames nineteen of twenty have 0.28 at most, all 93 and 24 at least."""

COLOURLESS, COLOURLESS_DARK_LEVEL = 1.0, 65.0
"""Spread of colour below which a picture is infrared, and the median of its grey below which that is a dark one: its
lamp lights the middle alone. Henhouse's infrared crates have 40 to 68, chookegg's, which show all, 69 to 100.
"""

DIM = 2.0
"""Spread of colour below which a picture without sharpness is dark rather than blurred: dusk on chickencam."""

COVERED_CONTRAST, COVERED_SHARE = 2.0, 0.025
"""Contrast of things between 2 and 16 pixels, in grey levels and in shares of the brightness, below which nothing is
seen. Uniform grey, a gradient or a vignette under sensor noise has at most 1.5 and 0.025; chookegg's and henhouse's
crops have 9.5 and 0.09 at least; of chickencam's few are below, and there a hen covers the lens at night.
"""


def cut(pixels: Pixels, polygon: Polygon) -> Pixels:
    """The nest's part of a frame as (224, 224, 3) uint8 RGB, stretched to a square, grey outside the polygon.

    Args:
        pixels: (height, width, 3) uint8 RGB.
        polygon: at least three corners; parts outside the frame are ignored.

    Raises:
        ValueError: the polygon covers no pixel of the frame.
    """
    left, top, right, bottom = bounds(pixels.shape[:2], polygon)
    corners = np.asarray(polygon, np.float64) * (pixels.shape[1], pixels.shape[0])
    part = np.ascontiguousarray(pixels[top:bottom, left:right])
    inside = np.zeros(part.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round(corners - (left, top)).astype(np.int32)], 1)
    if not inside.all():
        part[inside == 0] = OUTSIDE
    return np.asarray(cv2.resize(part, (CROP_SIDE, CROP_SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def bounds(shape: tuple[int, ...], polygon: Polygon) -> tuple[int, int, int, int]:
    """Left, top, right and bottom, in pixels, of what `cut` takes from a frame of (height, width).

    Raises:
        ValueError: the polygon covers no pixel of the frame.
    """
    height, width = shape[:2]
    corners = np.asarray(polygon, np.float64) * (width, height)
    left, top = np.maximum(np.floor(corners.min(axis=0)), 0).astype(int)
    right, bottom = np.minimum(np.ceil(corners.max(axis=0)), (width, height)).astype(int)
    if len(corners) < 3 or right - left < 2 or bottom - top < 2:
        raise ValueError(f"nest polygon {list(polygon)} covers nothing of a frame of {width}x{height} pixels")
    return int(left), int(top), int(right), int(bottom)


def mapped(polygon: Polygon) -> Polygon:
    """A nest's polygon in the rectangle around it, which is what a nest's picture shows."""
    corners = np.clip(np.asarray(polygon, np.float64), 0.0, 1.0)
    low, size = corners.min(axis=0), np.ptp(corners, axis=0)
    return [(round(float(x), 5), round(float(y), 5)) for x, y in (corners - low) / size]


def quality_of(crop: Pixels) -> Quality:
    """What a crop, (224, 224, 3) uint8 RGB, is good for."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    if float((grey >= 235).mean()) > OVEREXPOSED_SHARE:
        return Quality.OVEREXPOSED
    if shows_nothing(crop):
        return Quality.COVERED
    colour = _colour_spread(crop)
    is_blurred = float(cv2.Laplacian(grey, cv2.CV_32F).var()) < BLURRED_VARIANCE
    is_dim = colour < COLOURLESS and float(np.median(grey)) < COLOURLESS_DARK_LEVEL
    if float(grey.mean()) < DARK_LEVEL or is_dim or (is_blurred and colour < DIM):
        return Quality.DARK
    return Quality.BLURRED if is_blurred else Quality.OK


def shows_nothing(crop: Pixels) -> bool:
    """Whether a crop, (224, 224, 3) uint8 RGB, has no texture: a covered lens, night without a lamp, pure glare."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.float32)
    things = cv2.GaussianBlur(half, (0, 0), 1) - cv2.GaussianBlur(half, (0, 0), 8)
    outside = (crop[::2, ::2] == OUTSIDE).all(axis=2).astype(np.uint8)
    inside = cv2.dilate(outside, np.ones((33, 33), np.uint8)) == 0  # the polygon's edge is no texture
    if not inside.any():
        return True
    contrast = float(things[inside].std())
    return contrast < COVERED_CONTRAST and contrast < COVERED_SHARE * (float(half[inside].mean()) + 10.0)


def _colour_spread(crop: Pixels) -> float:
    """How much the colour, not the light, differs from place to place, in levels; sensor noise smoothed away."""
    smooth = cv2.GaussianBlur(crop, (0, 0), 3).astype(np.float32)[::4, ::4]
    steps = np.diff(smooth, axis=2)
    return float(np.abs(steps - np.median(steps, axis=(0, 1))).mean())
