"""Painting soft shapes with OpenCV: outlines that are rounded, shaded from top to bottom, and feathered."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
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
        across, down = self.facing * self.unit * point[0], self.unit * point[1]
        return round(self.x) + round(across), round(self.y) + round(down)

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
    shape = _shape(tuple(corners), placing.unit, placing.facing, shades, feathers)
    height, width = shape.mask.shape
    left, top = round(placing.x) + shape.left, round(placing.y) + shape.top
    rows = slice(max(0, -top), min(height, pixels.shape[0] - top))
    columns = slice(max(0, -left), min(width, pixels.shape[1] - left))
    if rows.start < rows.stop and columns.start < columns.stop:
        below = pixels[top + rows.start : top + rows.stop, left + columns.start : left + columns.stop]
        _blend(below, shape.colours[rows, columns], shape.mask[rows, columns])


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """A painted shape, ready to be laid anywhere.

    Attributes:
        colours: (height, width, 3) uint8 RGB.
        mask: (height, width) uint8, how much of it covers.
        left, top: its corner's pixels from the placing's origin.
    """

    colours: Pixels
    mask: Pixels
    left: int
    top: int


@lru_cache(maxsize=96)
def _shape(
    corners: tuple[Point, ...], unit: float, facing: int, shades: tuple[Colour, Colour], feathers: Feathers | None
) -> _Shape:
    """Feathers are hundreds of arcs, so a shape is painted once for each size and side."""
    here = Placing(0, 0, unit, facing)
    outline = np.array([here.pixel((x, y)) for x, y in rounded(corners)], dtype=np.int32)
    left, top, width, height = cv2.boundingRect(outline)
    left, top, width, height = left - 1, top - 1, width + 2, height + 2
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.subtract(outline, (left, top))], 255, cv2.LINE_AA)
    down = np.linspace(0, 1, height)[:, None]
    column = (1 - down) * np.array(shades[0]) + down * np.array(shades[1])
    colours = np.repeat(column[:, None], width, axis=1).astype(np.uint8)
    if feathers:
        _scallop(colours, here, feathers)
    return _Shape(colours, mask, left, top)


def stroke(pixels: Pixels, placing: Placing, points: Sequence[Point], colour: Colour, width: float) -> None:
    """Draw an open line of a width in the placing's units."""
    line = np.array([placing.pixel(point) for point in points], dtype=np.int32)
    cv2.polylines(pixels, [line], False, colour, placing.length(width), cv2.LINE_AA)


def dot(pixels: Pixels, placing: Placing, centre: Point, radii: tuple[float, float], colour: Colour) -> None:
    """Fill an ellipse with half axes in the placing's units."""
    axes = placing.length(radii[0]), placing.length(radii[1])
    cv2.ellipse(pixels, placing.pixel(centre), axes, 0, 0, 360, colour, cv2.FILLED, cv2.LINE_AA)


def _scallop(layer: Pixels, placing: Placing, feathers: Feathers) -> None:
    """Cover a layer with rows of arcs that hang like tiles."""
    step = max(3, placing.length(feathers.size))
    height, width = layer.shape[:2]
    wobble = np.random.default_rng(len(feathers.edge) + step)
    turn = placing.facing * feathers.slant
    for row, y in enumerate(range(-step, height + step, max(2, round(step * 0.62)))):
        for x in range(-step + (row % 2) * step // 2, width + step, step):
            shift = wobble.normal(0, step * 0.08, 2)
            centre = round(x + shift[0]), round(y + shift[1])
            axes = round(step * 0.52), round(step * 0.6)
            cv2.ellipse(
                layer, centre, axes, turn, 15, 165, feathers.edge, placing.length(feathers.thickness), cv2.LINE_AA
            )


def _blend(below: Pixels, above: Pixels, mask: Pixels) -> None:
    weight = mask[..., None].astype(np.uint16)
    below[:] = ((above * weight + below * (255 - weight) + 127) // 255).astype(np.uint8)
