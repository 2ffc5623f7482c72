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
"""The three limits of `quality_of`: chickencam's `ok` frames have at most 0.28, at least 104 and at least 100."""


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


def quality_of(crop: Pixels) -> Quality:
    """What a crop, (224, 224, 3) uint8 RGB, is good for."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    if float((grey >= 235).mean()) > OVEREXPOSED_SHARE:
        return Quality.OVEREXPOSED
    if float(grey.mean()) < DARK_LEVEL:
        return Quality.DARK
    if float(cv2.Laplacian(grey, cv2.CV_32F).var()) < BLURRED_VARIANCE:
        return Quality.BLURRED
    return Quality.OK
