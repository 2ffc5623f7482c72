"""How many hens are on a roost: a linear count from the zone's features, with the doubt that held-out counts had."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from detector.backbone import Features, Floats

FIELDS = ("mean", "scale", "weights")
UNSEEN = 3
"""Counts beyond the largest labelled one that are thought possible: one evening a hen more may come."""

UNSEEN_NIGHT = 3.7
"""Spread, in hens, in infrared of which nothing was learned but grey copies of pictures by day (henhouse, 9 July)."""

UNTOLD = (1 / 13,) * 13
"""Probabilities of 0 to 12 hens on a roost that was never learned: it cannot be told."""


@dataclass(frozen=True, slots=True, eq=False)
class RoostCounter:
    """A count that grows with what the picture shows, which a head of classes could not do beyond those it saw.

    Attributes:
        mean, scale: (features,) by which the features are standardised.
        weights: (features,) hens for each of their units.
        bias: hens at the mean.
        spread: standard deviation of held-out counts, in hens, in pictures that show colour.
        dark_spread: the same in infrared.
        most: the largest count that is said, meaning that many or more.
    """

    mean: Floats
    scale: Floats
    weights: Floats
    bias: float
    spread: float
    dark_spread: float
    most: int

    def counted(self, features: Floats) -> Floats:
        """(n, features) -> (n,) hens, as real numbers."""
        standard = np.clip((features - self.mean) / self.scale, -8.0, 8.0)
        return np.asarray(standard @ self.weights + self.bias, np.float32)

    def probabilities(self, features: Floats, *, dark: bool = False) -> tuple[float, ...]:
        """(features,) of one picture -> probability of 0, 1, … `most` hens: a normal distribution cut at the halves.

        Args:
            features: `roost_features`.
            dark: whether the picture is in infrared.
        """
        middle = min(max(float(self.counted(features[None])[0]), 0.0), float(self.most))
        told = NormalDist(middle, self.dark_spread if dark else self.spread)
        below = [told.cdf(count - 0.5) for count in range(self.most + 2)]
        whole = below[-1] - below[0]
        return tuple((above - under) / whole for under, above in pairwise(below))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What is stored of it, by name."""
        line = np.asarray([self.bias, self.spread, self.dark_spread, self.most], np.float32)
        return {name: getattr(self, name) for name in FIELDS} | {"line": line}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "RoostCounter":
        """The inverse of `arrays`; raises KeyError or ValueError where they do not make up a counter."""
        mean, scale, weights = (np.asarray(arrays[name], np.float32) for name in FIELDS)
        line = np.asarray(arrays["line"], np.float32)
        if line.shape == (3,):  # Before infrared had a spread of its own.
            line = np.asarray([*line[:2], max(float(line[1]), UNSEEN_NIGHT), line[2]], np.float32)
        if weights.shape != mean.shape or scale.shape != mean.shape or line.shape != (4,):
            raise ValueError(f"roost: weights of shape {weights.shape} for {mean.shape} features")
        bias, spread, dark_spread, most = (float(value) for value in line)
        if not (scale > 0).all() or min(spread, dark_spread) <= 0 or most < 1:
            raise ValueError("roost: scales, spreads and the largest count must be above 0")
        return cls(mean, scale, weights, bias, spread, dark_spread, int(most))


def roost_features(features: Features) -> Floats:
    """(432,): both maps' means over the zone."""
    return np.concatenate([features.project.mean(axis=(0, 1)), features.middle.mean(axis=(0, 1))])
