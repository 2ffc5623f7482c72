"""Whether a picture has colours at all: in infrared light no hen is told by hers."""

import cv2
import numpy as np

from detector.backbone import Floats
from detector.crops import Pixels

SIDE = 56
DARKEST, BRIGHTEST = 20, 245
LEAST_PLACES = 200
LEAST_COLOUR = 0.095
"""Natural logarithm. By day colours range over 0.11 and more (chickencam, chookegg and henhouse, 337 crops, pink casts
and blown-out straw included); by infrared alone over 0.08 at most (henhouse and chookegg, 44 crops).
"""


def is_colourless(crop: Pixels) -> bool:
    """Whether red and blue keep the same ratio to green all over the picture, whatever that ratio is: a cast is no
    colour. A picture without 200 of 3136 places that are neither dark nor blown out has none to tell.

    Args:
        crop: (224, 224, 3) uint8 RGB.
    """
    return colour_range(crop) < LEAST_COLOUR


def colour_range(crop: Pixels) -> float:
    """How far apart the 5th and the 95th percentile of the logarithm of red or blue against green lie; 0 if dark."""
    small = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    places = small[(small.min(axis=1) > DARKEST) & (small.max(axis=1) < BRIGHTEST)]
    if len(places) < LEAST_PLACES:
        return 0.0
    light: Floats = np.log(places.astype(np.float32))
    against_green = light[:, (0, 2)] - light[:, 1:2]
    low, high = np.percentile(against_green, (5, 95), axis=0)
    return float((high - low).max())
