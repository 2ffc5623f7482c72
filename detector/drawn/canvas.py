"""Painting soft shapes with OpenCV: outlines that are rounded, shaded from top to bottom, and feathered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
Colour: TypeAlias = tuple[int, int, int]
"""Red, green, blue, 0..255."""
Point: TypeAlias = tuple[float, float]

_CUTS = 3


@dataclass(frozen=True, slots=True)
class Feathers:
    """Rows of scallops over a shape.

    Attributes:
        edge: colour of the scallops' rims.
        size: width of one in shape units.
        thickness: of the rim, in shape units.
        slant: degrees by which they are turned.
    """

    edge: Colour
    size: float
    thickness: float = 0.02
    slant: float = 20.0


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a shape's own coordinates (x ahead, y down) lie on the picture.

    Attributes:
        x, y: pixel of the origin.
        unit: pixels per unit.
        facing: 1 to the right, -1 to the left.
    """

    x: float
    y: float
    unit: float
    facing: int = 1

    def pixel(self, point: Point) -> tuple[int, int]:
        """Nearest pixel (x, y) of a point."""
        return round(self.x + self.facing * self.unit * point[0]), round(self.y + self.unit * point[1])

    def length(self, units: float) -> int:
        """Length in pixels, at least 1."""
        return max(1, round(units * self.unit))


def rounded(corners: Sequence[Point]) -> NDArray[np.float64]:
    """Round a closed outline by cutting its corners (Chaikin 1974): (n, 2)."""
    outline = np.asarray(corners, dtype=np.float64)
    for _ in range(_CUTS):
        ahead = np.roll(outline, -1, axis=0)
        outline = np.stack([0.75 * outline + 0.25 * ahead, 0.25 * outline + 0.75 * ahead], axis=1).reshape(-1, 2)
    return outline


def paint(
    pixels: Pixels,
    placing: Placing,
    corners: Sequence[Point],
    shades: tuple[Colour, Colour],
    feathers: Feathers | None = None,
) -> None:
    """Fill a rounded outline in place, from the first shade at its top to the second at its bottom.

    Args:
        pixels: (height, width, 3) uint8 RGB.
        placing: where the outline lies.
        corners: of the outline, in its own units.
        shades: upper and lower colour.
        feathers: scallops over it, if any.
    """
    outline = np.array([placing.pixel((x, y)) for x, y in rounded(corners)], dtype=np.int32)
    left, top, width, height = cv2.boundingRect(outline)
    box = _inside(pixels, left - 1, top - 1, left + width + 1, top + height + 1)
    if box is None:
        return
    x1, y1, x2, y2 = box
    mask = np.zeros((y2 - y1, x2 - x1), np.uint8)
    cv2.fillPoly(mask, [outline - (x1, y1)], 255, cv2.LINE_AA)
    down = np.clip((np.arange(y1, y2) - top) / max(1, height), 0, 1)[:, None]
    column = (1 - down) * np.array(shades[0]) + down * np.array(shades[1])
    layer = np.repeat(column[:, None], x2 - x1, axis=1).astype(np.uint8)
    if feathers:
        _scallop(layer, placing, feathers, (left - x1, top - y1))
    _blend(pixels[y1:y2, x1:x2], layer, mask)


def stroke(pixels: Pixels, placing: Placing, points: Sequence[Point], colour: Colour, width: float) -> None:
    """Draw an open line of a width in the placing's units."""
    line = np.array([placing.pixel(point) for point in points], dtype=np.int32)
    cv2.polylines(pixels, [line], False, colour, placing.length(width), cv2.LINE_AA)


def dot(pixels: Pixels, placing: Placing, centre: Point, radii: tuple[float, float], colour: Colour) -> None:
    """Fill an ellipse with half axes in the placing's units."""
    axes = placing.length(radii[0]), placing.length(radii[1])
    cv2.ellipse(pixels, placing.pixel(centre), axes, 0, 0, 360, colour, cv2.FILLED, cv2.LINE_AA)


def _inside(pixels: Pixels, x1: int, y1: int, x2: int, y2: int) -> tuple[int, int, int, int] | None:
    height, width = pixels.shape[:2]
    x1, y1, x2, y2 = max(0, x1), max(0, y1), min(width, x2), min(height, y2)
    return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None


def _scallop(layer: Pixels, placing: Placing, feathers: Feathers, origin: tuple[int, int]) -> None:
    """Cover a layer with rows of arcs that hang like tiles, from the shape's own corner so that they move with it."""
    step = max(3, placing.length(feathers.size))
    height, width = layer.shape[:2]
    wobble = np.random.default_rng(len(feathers.edge) + step)
    turn = placing.facing * feathers.slant
    for row, y in enumerate(range(origin[1] - step, height + step, max(2, round(step * 0.62)))):
        for x in range(origin[0] - step + (row % 2) * step // 2, width + step, step):
            shift = wobble.normal(0, step * 0.08, 2)
            centre = round(x + shift[0]), round(y + shift[1])
            axes = round(step * 0.52), round(step * 0.6)
            cv2.ellipse(
                layer, centre, axes, turn, 15, 165, feathers.edge, placing.length(feathers.thickness), cv2.LINE_AA
            )


def _blend(below: Pixels, above: Pixels, mask: Pixels) -> None:
    weight = mask[..., None].astype(np.uint16)
    below[:] = ((above * weight + below * (255 - weight) + 127) // 255).astype(np.uint8)
