"""Pictures of a hen that somebody took somewhere: is there a bird, where, and is it good enough to know her by?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from detector.backbone import Backbone, Features, Floats
from detector.birds import bird_places
from detector.crops import CROP_SIDE, Pixels, quality_of
from detector.foreground import Box
from detector.infrared import is_colourless
from detector.sources.stills import read_still
from henbot.domain.errors import FrameUnreadable
from henbot.domain.observations import Quality
from henbot.services.hen_photos import Flaw

SMALLEST_PX = 96
"""Shorter side of a picture of which anything is looked for: a bird of it is enlarged more than twice else."""

ELONGATED = 1.15
"""Ratio of sides from which on a picture is looked at in several squares."""

GALLINACEOUS = (7, 8, 80, 81, 82, 83, 84, 85, 86)
"""ImageNet's cock, hen, black grouse, ptarmigan, ruffed grouse, prairie chicken, peacock, quail and partridge: a brown
hen is taken for the latter as often as for a hen.
"""

LEAST_BIRD = 0.03
"""Least probability of these classes together, in the best square of a picture, from which there is a bird in it: drawn
hens have 0.08 at least, without one 0.02; of 28 empty pictures of chookegg and henhouse two have more, of 25 with a hen
14, and in the others she is far off or half hidden (chickencam has a bird of clay in view).
"""

FLAWS = {
    Quality.OVEREXPOSED: Flaw.BRIGHT,
    Quality.DARK: Flaw.DARK,
    Quality.BLURRED: Flaw.BLURRED,
    Quality.COVERED: Flaw.DARK,
}
SURE = 0.5
"""Probability from which on nothing smaller is looked at."""

NEARLY = 0.5
"""Share of the best square's probability from which on a larger square is as good."""


@dataclass(frozen=True, slots=True)
class FoundBird:
    """A bird in a picture: the square around it, 0..1 of the picture, and how probable it is that it is one."""

    box: Box
    sureness: float


def flaw_of_crop(crop: Pixels) -> Flaw | None:
    """What keeps a crop, (224, 224, 3) uint8 RGB, from telling who is in it."""
    quality = quality_of(crop)
    if quality is not Quality.OK:
        return FLAWS[quality]
    return Flaw.COLOURLESS if is_colourless(crop) else None


def read_photo(path: Path) -> Pixels | None:
    """(height, width, 3) uint8 RGB; None of a file that is no picture."""
    try:
        return read_still(path)
    except FrameUnreadable:
        return None


def find_bird(pixels: Pixels, backbone: Backbone) -> FoundBird | None:
    """Where a bird is in a picture, (height, width, 3) uint8 RGB of any shape; None where none is seen.

    The picture is looked at whole and in squares, for the network was trained on things that fill the picture; of
    squares in which she is about as sure the largest is taken, for the smaller ones may cut her in two.
    """
    looks: list[FoundBird] = []
    for box in _squares(pixels):
        looks.append(FoundBird(box, _sureness(backbone.features(part_of(pixels, box)))))
        if looks[-1].sureness >= SURE:
            break  # a smaller square could not be better by much
    best = max(look.sureness for look in looks)
    return next(look for look in looks if look.sureness >= NEARLY * best) if best >= LEAST_BIRD else None


def _sureness(features: Features) -> float:
    return float(features.classes[list(GALLINACEOUS)].sum())


def part_of(pixels: Pixels, box: Box) -> Pixels:
    """A part of a picture as (224, 224, 3) uint8 RGB, stretched to a square as a nest's crop is."""
    height, width = pixels.shape[:2]
    left, top, right, bottom = box
    x1, y1 = int(left * width), int(top * height)
    x2, y2 = max(int(np.ceil(right * width)), x1 + 2), max(int(np.ceil(bottom * height)), y1 + 2)
    part = np.ascontiguousarray(pixels[y1:y2, x1:x2])
    return np.asarray(cv2.resize(part, (CROP_SIDE, CROP_SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def bird_mask(features: Features) -> Floats:
    """(7, 7) 0..1: where in a crop the network sees a hen, and a little of everywhere."""
    places = bird_places(features).reshape(7, 7)
    return np.asarray(1.0 / (1.0 + np.exp(-1.5 * (places - np.log(0.05)))) + 0.02, np.float32)


def _squares(pixels: Pixels) -> Iterator[Box]:
    """All of it, the squares along its longer side, and those of half the size."""
    yield (0.0, 0.0, 1.0, 1.0)
    height, width = pixels.shape[:2]
    side = min(height, width)
    sizes = [side] if max(height, width) > ELONGATED * side else []
    for size in (*sizes, side // 2):
        for y in _starts(height, size):
            for x in _starts(width, size):
                yield (x / width, y / height, (x + size) / width, (y + size) / height)


def _starts(length: int, size: int) -> list[int]:
    if size >= length:
        return [0]
    return [0, (length - size) // 2, length - size]
