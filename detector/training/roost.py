"""Fit the count of hens on a roost: ridge regression on labelled counts; boxes are not needed."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.backbone import Floats
from detector.crops import Pixels
from detector.roost import UNSEEN, RoostCounter
from detector.training.folds import clips_of, folds_of

RIDGE = 0.01
"""Per picture and feature. On the henhouse roost, by days and clips, within one hen: 99 % from 0.01 to 0.03, 97 % at
0.1, 88 % at 0.3. Four crops instead of one, the pooled 1280 features or maxima were no better (97 to 100 %).
"""

LEAST_PICTURES = 10
LEAST_SPREAD = 0.4
"""In hens: two people who count a roost in the dark differ by as much."""

FOLDS = 5


def fit_roost(
    features: Floats, counts: Sequence[int], days: Sequence[Hashable], grey: Floats | None = None
) -> RoostCounter | None:
    """A counter, or None for too few pictures.

    Args:
        features: (n, d), `detector.roost.roost_features` of each.
        counts: n labelled counts.
        days: n days, to tell near-copies apart when the doubt is measured.
        grey: (n, d), of the same pictures without colour, to learn from too: hens are as many in infrared.
    """
    if len(counts) < LEAST_PICTURES:
        return None
    truth = np.asarray(counts, np.float32)
    most = int(truth.max()) + UNSEEN
    folds = folds_of(clips_of(features, days).tolist(), [str(count) for count in counts], FOLDS)
    errors = [
        _learned(features, truth, grey, folds != fold, most).counted(features[folds == fold]) - truth[folds == fold]
        for fold in range(FOLDS)
        if 0 < (folds == fold).sum() < len(folds)
    ]
    spread = float(np.sqrt(np.mean(np.concatenate(errors) ** 2))) if errors else 1.0
    return replace(
        _learned(features, truth, grey, np.ones(len(truth), np.bool_), most), spread=max(spread, LEAST_SPREAD)
    )


def _learned(features: Floats, counts: Floats, grey: Floats | None, use: NDArray[np.bool_], most: int) -> RoostCounter:
    """From the pictures in `use`, and from their grey copies, which thus never meet what is held out."""
    if grey is None:
        return _fit(features[use], counts[use], most)
    return _fit(np.concatenate([features[use], grey[use]]), np.tile(counts[use], 2), most)


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
    return RoostCounter(mean.astype(np.float32), scale.astype(np.float32), weights.astype(np.float32), bias, 1.0, most)


def greyed(crop: Pixels) -> Pixels:
    """(224, 224, 3) uint8 RGB without its colour, as infrared shows a roost."""
    return np.asarray(np.repeat(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2), np.uint8)
