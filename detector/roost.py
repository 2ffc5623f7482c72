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


@dataclass(frozen=True, slots=True, eq=False)
class RoostCounter:
    """A count that grows with what the picture shows, which a head of classes could not do beyond those it saw.

    Attributes:
        mean, scale: (features,) by which the features are standardised.
        weights: (features,) hens for each of their units.
        bias: hens at the mean.
        spread: standard deviation of held-out counts, in hens.
        most: the largest count that is said, meaning that many or more.
    """

    mean: Floats
    scale: Floats
    weights: Floats
    bias: float
    spread: float
    most: int

    def counted(self, features: Floats) -> Floats:
        """(n, features) -> (n,) hens, as real numbers."""
        standard = np.clip((features - self.mean) / self.scale, -8.0, 8.0)
        return np.asarray(standard @ self.weights + self.bias, np.float32)

    def probabilities(self, features: Floats) -> tuple[float, ...]:
        """(features,) of one picture -> probability of 0, 1, … `most` hens: a normal distribution cut at the halves."""
        told = NormalDist(float(self.counted(features[None])[0]), self.spread)
        below = [0.0, *(told.cdf(count + 0.5) for count in range(self.most)), 1.0]
        return tuple(above - under for under, above in pairwise(below))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What is stored of it, by name."""
        line = np.asarray([self.bias, self.spread, self.most], np.float32)
        return {name: getattr(self, name) for name in FIELDS} | {"line": line}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "RoostCounter":
        """The inverse of `arrays`; raises KeyError or ValueError where they do not make up a counter."""
        mean, scale, weights = (np.asarray(arrays[name], np.float32) for name in FIELDS)
        line = np.asarray(arrays["line"], np.float32)
        if weights.shape != mean.shape or scale.shape != mean.shape or line.shape != (3,):
            raise ValueError(f"roost: weights of shape {weights.shape} for {mean.shape} features")
        bias, spread, most = (float(value) for value in line)
        if not (scale > 0).all() or spread <= 0 or most < 1:
            raise ValueError("roost: scales, spread and the largest count must be above 0")
        return cls(mean, scale, weights, bias, spread, int(most))


def roost_features(features: Features) -> Floats:
    """(432,): both maps' means over the zone."""
    return np.concatenate([features.project.mean(axis=(0, 1)), features.middle.mean(axis=(0, 1))])
