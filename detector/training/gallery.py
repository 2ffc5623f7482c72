"""Fit the gallery of hens, and put its scores into units of held-out sittings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.backbone import Floats
from detector.identity import SCORES, Gallery
from detector.training.heads import fit_head
from henbot.domain.observations import HenId

L2 = 1.0
LEAST_PICTURES = 4
FOLDS = 4
LEAST_VARIATION = np.asarray([0.15, 0.3, 0.1], np.float32)

STRANGER = HenId("")
"""Marks a bird with painted plumage."""


@dataclass(frozen=True, slots=True, eq=False)
class Portraits:
    """Birds to learn from; row by row.

    Attributes:
        birds: (n, features).
        hens: n ids; of a stranger, `STRANGER`.
        painted_from: n ids of the hens that were photographed, strangers' too.
        sittings: (n,) number of the stay during which each was taken.
        times: (n,) seconds.
        relit: (n,) whether the picture is an altered copy.
    """

    birds: Floats
    hens: NDArray[np.str_]
    painted_from: NDArray[np.str_]
    sittings: NDArray[np.int64]
    times: NDArray[np.float64]
    relit: NDArray[np.bool_]

    def where(self, mask: NDArray[np.bool_]) -> "Portraits":
        """Those rows alone."""
        return Portraits(*(getattr(self, name)[mask] for name in self.__slots__))


def fit_gallery(portraits: Portraits) -> Gallery | None:
    """A gallery of every hen with at least four pictures, or None if there is none."""
    real = ~portraits.relit & (portraits.hens != STRANGER)
    hens = [
        HenId(str(hen))
        for hen in sorted(set(portraits.hens.tolist()) - {STRANGER})
        if (real & (portraits.hens == hen)).sum() >= LEAST_PICTURES
    ]
    if not hens:
        return None
    bare = _fit(portraits, hens)
    held_out = [_held_out_scores(portraits, hens, hen) for hen in hens]
    usual = np.stack([np.median(scores, axis=0) for scores in held_out])
    spread = np.stack([(np.percentile(s, 84, axis=0) - np.percentile(s, 16, axis=0)) / 2 for s in held_out])
    neutral = [neutral_score(_sittings(portraits, hen)) for hen in hens]
    parts = {name: getattr(bare, name) for name in ("centre", "spread", "mean", "scale", "weights", "bias")}
    return Gallery(
        hens=bare.hens,
        **parts,
        usual=usual.astype(np.float32),
        variation=np.maximum(spread, LEAST_VARIATION).astype(np.float32),
        neutral=np.asarray(neutral, np.float32),
    )


def neutral_score(sittings: int) -> float:
    """Where hen and stranger are equally likely: the fewer sittings were seen, the more a new one of hers may differ.

    From seven train-on-some-sittings experiments on chickencam (1 to 5 sittings), by `python benchmarks/accuracy.py`.
    """
    return -(0.15 + 0.8 / max(sittings, 1))


def _sittings(portraits: Portraits, hen: HenId) -> int:
    return len(set(portraits.sittings[portraits.hens == hen].tolist()))


def _fit(portraits: Portraits, hens: Sequence[HenId]) -> Gallery:
    real = ~portraits.relit
    centres, spreads, weights, biases = [], [], [], []
    known = np.isin(portraits.painted_from, hens)
    mean, scale = _standard(portraits.birds[known])
    for hen in hens:
        own = portraits.birds[(portraits.hens == hen) & real]
        variance = own.var(axis=0)
        centres.append(own.mean(axis=0))
        spreads.append(np.sqrt(0.8 * variance + 0.2 * variance.mean()) + 1e-6)
        weight, bias = _against_rest(portraits, hen, mean, scale)
        weights.append(weight)
        biases.append(bias)
    k = len(hens)
    return Gallery(
        hens=tuple(hens),
        centre=np.stack(centres).astype(np.float32),
        spread=np.stack(spreads).astype(np.float32),
        mean=mean,
        scale=scale,
        weights=np.stack(weights, axis=1),
        bias=np.asarray(biases, np.float32),
        usual=np.zeros((k, SCORES), np.float32),
        variation=np.ones((k, SCORES), np.float32),
        neutral=np.zeros(k, np.float32),
    )


def _standard(birds: Floats) -> tuple[Floats, Floats]:
    scale = birds.std(axis=0) + 1e-3 * np.abs(birds).mean() + 1e-6
    return birds.mean(axis=0).astype(np.float32), scale.astype(np.float32)


def _against_rest(portraits: Portraits, hen: HenId, mean: Floats, scale: Floats) -> tuple[Floats, float]:
    """The hen against the other hens and strangers painted on herself, both having the same say."""
    own = portraits.hens == hen
    painted = (portraits.hens == STRANGER) & (portraits.painted_from == hen)
    others = ~own & (portraits.hens != STRANGER)
    rest = [mask for mask in (painted, others) if mask.any()]
    weight = np.zeros(len(own), np.float64)
    weight[own] = 1.0 / own.sum()
    for mask in rest:
        weight[mask] = 1.0 / mask.sum() / len(rest)
    used = weight > 0
    standard = np.clip((portraits.birds[used] - mean) / scale, -8, 8)
    labels = ["yes" if is_own else "no" for is_own in own[used]]
    balanced = (weight[used] / weight[used].mean()).astype(np.float32)
    head = fit_head(standard.astype(np.float32), labels, ("no", "yes"), L2, balanced)
    slope = (head.weights[:, 1] - head.weights[:, 0]) / head.scale
    return slope, float(head.bias[1] - head.bias[0] - slope @ head.mean)


def _held_out_scores(portraits: Portraits, hens: Sequence[HenId], hen: HenId) -> Floats:
    """(pictures, 3): the hen's scores in sittings, or parts of sittings, that the gallery has not seen."""
    found = []
    column = list(hens).index(hen)
    real = (portraits.hens == hen) & ~portraits.relit
    for fold in _folds(portraits, hen):
        inside = np.isin(portraits.times, fold) & (portraits.painted_from == hen)
        if not (real & ~inside).any():
            continue
        gallery = _fit(portraits.where(~inside), hens)
        found.append(gallery.scores(portraits.birds[real & inside])[:, column])
    return np.concatenate(found) if found else _fit(portraits, hens).scores(portraits.birds[real])[:, column]


def _folds(portraits: Portraits, hen: HenId) -> list[NDArray[np.float64]]:
    """Capture times, grouped by sitting; with fewer than three sittings by stretches of time."""
    own = portraits.hens == hen
    sittings = sorted(set(portraits.sittings[own].tolist()))
    if len(sittings) < 3:
        times = np.unique(portraits.times[own])
        return [part for part in np.array_split(times, FOLDS) if len(part)]
    groups = [sittings[i::FOLDS] for i in range(min(FOLDS, len(sittings)))]
    return [np.unique(portraits.times[own & np.isin(portraits.sittings, group)]) for group in groups]
