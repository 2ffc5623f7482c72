"""Fit the count of hens on a roost: ridge regression on labelled counts; boxes are not needed."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.backbone import Floats
from detector.crops import Pixels
from detector.roost import UNSEEN, UNSEEN_NIGHT, RoostCounter
from detector.training.folds import clips_of, folds_of

RIDGE = 0.01
"""Per picture and feature. On the henhouse roost, by days and clips, within one hen: 99 % from 0.01 to 0.03, 97 % at
0.1, 88 % at 0.3. Four crops instead of one, the pooled 1280 features or maxima were no better (97 to 100 %).
"""

LEAST_PICTURES = 10
LEAST_SPREAD = 0.4
"""In hens: two people who count a roost in the dark differ by as much."""

FOLDS = 5
LEAST_LEFT = 3
"""Pictures from which a held-out count is tried."""


@dataclass(frozen=True, slots=True, eq=False)
class RoostPictures:
    """Labelled pictures of roosts.

    Attributes:
        features: (n, d), `detector.roost.roost_features` of each.
        grey: (n, d), of the same pictures without colour, to learn from too: hens are as many in infrared.
        counts: (n,) labelled hens.
        days: their n days, in the coop's time zone.
        dark: (n,) which are in infrared.
    """

    features: Floats
    grey: Floats
    counts: Floats
    days: Sequence[Hashable]
    dark: NDArray[np.bool_]

    @property
    def most(self) -> int:
        """The largest count that is thought possible."""
        return int(self.counts.max()) + UNSEEN


def fit_roost(pictures: RoostPictures) -> RoostCounter | None:
    """A counter, or None for too few pictures.

    Its doubt is that of held-out clips and, since each night that it will serve is another one, of held-out days.
    """
    if len(pictures.counts) < LEAST_PICTURES:
        return None
    kinds = [str(count) for count in pictures.counts]
    clips = folds_of(clips_of(pictures.features, pictures.days).tolist(), kinds, FOLDS)
    by_day = _errors(pictures, np.unique([str(day) for day in pictures.days], return_inverse=True)[1])
    by_clip = _errors(pictures, clips)
    light, dark = ~pictures.dark, pictures.dark
    spread = max(_size(by_clip[light]), _size(by_day[light])) or 1.0
    return replace(
        _learned(pictures, np.ones(len(kinds), np.bool_)),
        spread=max(spread, LEAST_SPREAD),
        dark_spread=max(_size(by_clip[dark]), _size(by_day[dark]) or UNSEEN_NIGHT, LEAST_SPREAD),
    )


def _errors(pictures: RoostPictures, folds: NDArray[np.intp]) -> Floats:
    """(n,) counts by what was learned from the other folds, less the labels; not a number where there are none."""
    found = np.full(len(folds), np.nan, np.float32)
    for fold in np.unique(folds):
        out = folds == fold
        if (~out).sum() >= LEAST_LEFT:
            found[out] = _learned(pictures, ~out).counted(pictures.features[out]) - pictures.counts[out]
    return found


def _size(errors: Floats) -> float:
    """Root mean square; 0 of nothing known."""
    known = errors[~np.isnan(errors)]
    return float(np.sqrt(np.mean(known**2))) if len(known) else 0.0


def _learned(pictures: RoostPictures, use: NDArray[np.bool_]) -> RoostCounter:
    """From the pictures in `use`, and from their grey copies, which thus never meet what is held out."""
    both = np.concatenate([pictures.features[use], pictures.grey[use]])
    return _fit(both, np.tile(pictures.counts[use], 2), pictures.most)


def _fit(features: Floats, counts: Floats, most: int) -> RoostCounter:
    mean = features.mean(axis=0)
    scale = features.std(axis=0) + 1e-3 * float(np.abs(features).mean()) + 1e-6
    standard = np.clip((features - mean) / scale, -8.0, 8.0).astype(np.float64)
    centre = standard.mean(axis=0)
    rows, usual = standard - centre, float(counts.mean())
    # Fewer pictures than features: solved in the space of the pictures.
    kernel = rows @ rows.T + RIDGE * rows.size * np.eye(len(rows))
    weights = rows.T @ np.linalg.solve(kernel, counts - usual)
    bias = usual - float(centre @ weights)
    return RoostCounter(
        mean.astype(np.float32), scale.astype(np.float32), weights.astype(np.float32), bias, 1.0, 1.0, most
    )


def greyed(crop: Pixels) -> Pixels:
    """(224, 224, 3) uint8 RGB without its colour, as infrared shows a roost."""
    return np.asarray(np.repeat(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2), np.uint8)
