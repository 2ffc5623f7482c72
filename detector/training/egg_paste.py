"""Lay eggs of a keeper's own pictures into others of them: heaps that hide eggs are rare, and are miscounted most.

After Dwibedi et al. 2017, "Cut, Paste and Learn", arXiv:1708.01642. Which part of each egg is left to be seen is known
exactly, so crescents behind other eggs come with boxes that nobody had to draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.crops import CROP_SIDE, Pixels
from detector.eggs import Floats
from detector.training.egg_scenes import LEAST_VISIBLE

MARGIN = 5
"""Pixels around an egg that are cut out with it."""

SMALLEST, ROUNDEST = 12, 1.7
"""Pixels of the shorter side, and longest over shorter, of boxes that may show a whole egg."""

MOST_HIDDEN = 0.12
"""Share of a whole egg's box that nearer eggs' boxes may cover."""

MOST_LAID = 7
AMONG = 0.6
"""Share of heaps in a picture with eggs that begin beside one of them; the others, where an egg of another one lay."""

LIGHTS = (0.8, 1.15)
SHADOWS = (0.1, 0.35)

Laid = tuple[Pixels, Floats]
"""A crop, (224, 224, 3) uint8 RGB, and (n, 4) boxes of what is seen of each egg."""


@dataclass(frozen=True, slots=True, eq=False)
class WholeEgg:
    """An egg that nothing hides.

    Attributes:
        pixels: (h, w, 3) uint8 RGB, with `MARGIN` around it.
        box: (4,) x1, y1, x2, y2 in them.
        middle: (2,) x, y where it lay.
        light: mean of the picture it comes from.
    """

    pixels: Pixels
    box: Floats
    middle: Floats
    light: float


def whole_eggs(crop: Pixels, boxes: Floats) -> list[WholeEgg]:
    """Those of a crop's eggs, boxes (n, 4), that may be laid elsewhere."""
    found = []
    for box in boxes:
        left, top = (int(value) - MARGIN for value in box[:2])
        right, bottom = (int(np.ceil(value)) + MARGIN for value in box[2:])
        inside = min(left, top) >= 0 and max(right, bottom) <= CROP_SIDE
        if inside and _is_whole(box, boxes):
            part = np.asarray(box - np.asarray([left, top, left, top]), np.float32)
            middle = np.asarray((box[:2] + box[2:]) / 2, np.float32)
            found.append(WholeEgg(crop[top:bottom, left:right].copy(), part, middle, float(crop.mean())))
    return found


def _is_whole(box: Floats, boxes: Floats) -> bool:
    width, height = float(box[2] - box[0]), float(box[3] - box[1])
    if min(width, height) < SMALLEST or max(width, height) > ROUNDEST * min(width, height):
        return False
    nearer = boxes[boxes[:, 3] > box[3]]
    wide = np.minimum(nearer[:, 2], box[2]) - np.maximum(nearer[:, 0], box[0])
    high = np.minimum(nearer[:, 3], box[3]) - np.maximum(nearer[:, 1], box[1])
    return float((np.clip(wide, 0, None) * np.clip(high, 0, None)).sum()) <= MOST_HIDDEN * width * height


def lay_eggs(crop: Pixels, boxes: Floats, eggs: Sequence[WholeEgg], random: np.random.Generator) -> Laid:
    """The crop with 1 to `MOST_LAID` of these eggs more, where eggs lie there or elsewhere; nearer ones hide others."""
    picture = crop.astype(np.float32)
    owner = np.full((CROP_SIDE, CROP_SIDE), -1, np.int32)
    areas: list[int] = []
    for box in boxes[np.argsort(boxes[:, 3])]:
        mine = _radius((CROP_SIDE, CROP_SIDE), box) < 1
        owner[mine] = len(areas)
        areas.append(int(mine.sum()))
    among = len(boxes) > 0 and random.random() < AMONG
    lain = (boxes[:, :2] + boxes[:, 2:]) / 2 if among else np.stack([egg.middle for egg in eggs])
    usual = float(np.mean([egg.box[2] - egg.box[0] for egg in eggs]))
    for x, y in _places(np.asarray(lain, np.float32), usual, random):
        _lay(picture, (owner, areas), _varied(eggs[int(random.integers(len(eggs)))], picture, random), (x, y))
    return np.asarray(np.clip(picture, 0, 255), np.uint8), _seen_boxes(owner, areas)


def _radius(shape: tuple[int, int], box: Floats) -> Floats:
    """Distance from the box's middle, 1 on the rim of the ellipse that fills it."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32) + 0.5
    x1, y1, x2, y2 = (float(value) for value in box)
    return np.asarray(np.hypot((x - (x1 + x2) / 2) / (x2 - x1) * 2, (y - (y1 + y2) / 2) / (y2 - y1) * 2), np.float32)


def _places(lain: Floats, egg: float, random: np.random.Generator) -> list[tuple[float, float]]:
    """Middles for the eggs, the farthest first, around a place where one has lain: in a heap in three of four."""
    heap = lain[random.integers(len(lain))]
    spread = egg * (random.uniform(0.35, 0.9) if random.random() < 0.75 else 2.0)
    wanted, found = int(random.integers(1, MOST_LAID + 1)), list[tuple[float, float]]()
    for x, y in random.normal(heap, (1.2 * spread, 0.8 * spread), (40, 2)).tolist():
        apart = egg * random.uniform(0.33, 0.6)
        inside = egg / 2 < x < CROP_SIDE - egg / 2 and egg / 2 < y < CROP_SIDE - egg / 2
        if inside and all(np.hypot(x - a, 1.15 * (y - b)) > apart for a, b in found):
            found.append((x, y))
        if len(found) == wanted:
            break
    return sorted(found, key=lambda place: place[1])


def _varied(egg: WholeEgg, picture: Floats, random: np.random.Generator) -> tuple[Floats, Floats, float]:
    """Pixels in this picture's light, some mirrored, a little larger or smaller; its box; its shadow's depth."""
    size = float(np.exp(random.normal(0, 0.1)))
    pixels = cv2.resize(egg.pixels, None, fx=size, fy=size, interpolation=cv2.INTER_LINEAR).astype(np.float32)
    x1, y1, x2, y2 = egg.box * size
    if random.random() < 0.5:
        pixels, x1, x2 = pixels[:, ::-1], pixels.shape[1] - x2, pixels.shape[1] - x1
    light = float(picture.mean()) / max(egg.light, 1.0) * random.uniform(*LIGHTS)
    return np.asarray(pixels * light, np.float32), np.asarray([x1, y1, x2, y2], np.float32), random.uniform(*SHADOWS)


def _lay(
    picture: Floats,
    owned: tuple[NDArray[np.int32], list[int]],
    egg: tuple[Floats, Floats, float],
    place: tuple[float, float],
) -> None:
    """Blend one egg and its shadow into the picture, and note which pixels are its own."""
    pixels, box, shadow = egg
    owner, areas = owned
    height, width = pixels.shape[:2]
    left, top = round(place[0] - float(box[0] + box[2]) / 2), round(place[1] - float(box[1] + box[3]) / 2)
    there = np.s_[max(0, top) : min(CROP_SIDE, top + height), max(0, left) : min(CROP_SIDE, left + width)]
    here = np.s_[there[0].start - top : there[0].stop - top, there[1].start - left : there[1].stop - left]
    radius = _radius((height, width), box)[here]
    rim = float(min(box[2] - box[0], box[3] - box[1])) / 3
    picture[there] *= (1 - shadow * np.clip(1.45 - radius, 0, 1))[..., None]
    picture[there] += (pixels[here] - picture[there]) * np.clip((1 - radius) * rim + 0.3, 0, 1)[..., None]
    owner[there][radius < 1] = len(areas)
    areas.append(int((radius < 1).sum()))


def _seen_boxes(owner: NDArray[np.int32], areas: Sequence[int]) -> Floats:
    """(n, 4) around what is left of each egg of which enough is."""
    found = []
    for egg, area in enumerate(areas):
        rows, columns = np.nonzero(owner == egg)
        if len(rows) >= LEAST_VISIBLE * area and len(rows) >= SMALLEST:
            (x1, x2), (y1, y2) = np.percentile(columns, (2, 98)), np.percentile(rows, (2, 98))
            found.append((x1, y1, x2 + 1, y2 + 1))
    return np.asarray(found, np.float32).reshape(-1, 4)
