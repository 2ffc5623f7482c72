"""Fit the gallery of hens, and put its scores into units of held-out sittings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.backbone import Floats
from detector.foreground import PLUMAGE
from detector.identity import FUSION_OF_ONE, HIGHEST, LOWEST, SCORES, SLOPE, Gallery
from detector.newcomers import STRANGER, Cohort
from detector.training.heads import fit_head
from henbot.domain.observations import HenId

L2 = 1.0
LEAST_PICTURES = 4
FOLDS = 4
LEAST_VARIATION = np.asarray([0.15, 0.3, 0.1, 0.3], np.float32)

INDEPENDENT_PICTURES = 20.0
"""What a set of held-out pictures is worth in the fusion: they come from few sittings."""

FUSION_FREEDOM, OFFSET_FREEDOM = 0.5, 1.0
"""Standard deviations of the fusion's weights and offset around what one hen alone gets."""

MOST_WELCOMING = 0.2
"""How far other hens may raise a hen's offset. They show where she ends towards them, not towards strangers: without
this limit, a version of Ginger and Blanche named Olive Ginger with 0.99.
"""

NEWTON_STEPS = 30

LEAST_PLUMAGE_SPREAD = 0.1
"""In natural logarithms of light: what shade and the model of the light leave of a uniform plumage."""

COHORT_OF_EACH = 40
"""Pictures of each hen, altered copies included, that a gallery keeps to tell newcomers from."""


@dataclass(frozen=True, slots=True, eq=False)
class Portraits:
    """Birds to learn from; row by row.

    Attributes:
        birds: (n, features), `detector.identity.embedding` of each.
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
    """A gallery of every hen: of those with pictures enough, trained, of the others as newcomers; None if there is
    nobody whom it could name.
    """
    real = ~portraits.relit & (portraits.hens != STRANGER)
    everyone = [HenId(str(hen)) for hen in sorted(set(portraits.hens.tolist()) - {STRANGER})]
    hens = [hen for hen in everyone if (real & (portraits.hens == hen)).sum() >= LEAST_PICTURES]
    if len(everyone) < 2 and not hens:
        return None
    bare = replace(_fit(portraits, hens), cohort=_cohort(portraits, hens))
    if not hens:
        return bare
    shown, scores = _held_out(portraits, hens)
    calibrated = [
        _calibrate(scores[:, column], shown == hen, neutral_score(_sittings(portraits, hen)))
        for column, hen in enumerate(hens)
    ]
    usual, variation, fusion, offset = (np.stack(parts).astype(np.float32) for parts in zip(*calibrated, strict=True))
    return replace(bare, usual=usual, variation=variation, fusion=fusion, offset=offset)


def _cohort(portraits: Portraits, trained: Sequence[HenId]) -> Cohort:
    """Evenly over time, pictures and altered copies of the trained hens, and the real pictures of the others."""
    kept: list[int] = []
    for hen in sorted(set(portraits.hens.tolist()) - {STRANGER}):
        own = np.flatnonzero((portraits.hens == hen) & (np.isin(hen, trained) | ~portraits.relit))
        places = np.linspace(0, len(own) - 1, min(len(own), COHORT_OF_EACH)).round().astype(int)
        kept += own[np.argsort(portraits.times[own], kind="stable")][places].tolist()
    return Cohort(portraits.birds[kept], portraits.hens[kept])


def _calibrate(scores: Floats, own: NDArray[np.bool_], neutral: float) -> tuple[NDArray[np.float64], ...]:
    """Her usual scores, their variation, and how they add up to log-odds, from held-out pictures of all hens.

    Args:
        scores: (n, 4) of one hen's template.
        own: (n,) which pictures show her.
        neutral: the averaged score at which hen and stranger are equally likely, before other hens were seen.
    """
    usual = np.median(scores[own], axis=0).astype(np.float64)
    low, high = np.percentile(scores[own], (16, 84), axis=0)
    variation = np.maximum((high - low) / 2, LEAST_VARIATION)
    prior = np.asarray([*FUSION_OF_ONE, -SLOPE * neutral])
    if own.all():
        return usual, variation, prior[:SCORES], prior[SCORES]
    units = np.clip((scores - usual) / variation, LOWEST, HIGHEST)
    fused = _fuse(np.concatenate([units, np.ones((len(units), 1))], axis=1), own, prior)
    return usual, variation, fused[:SCORES], fused[SCORES]


def _fuse(rows: NDArray[np.float64], own: NDArray[np.bool_], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression drawn to `prior` (maximum a posteriori), by Newton's method; no weight below zero."""
    share = np.where(own, 0.5 / own.sum(), 0.5 / (~own).sum()) * INDEPENDENT_PICTURES
    precision = np.diag(1.0 / np.asarray([*[FUSION_FREEDOM] * SCORES, OFFSET_FREEDOM]) ** 2)
    found = prior.copy()
    for _ in range(NEWTON_STEPS):
        likely = 1.0 / (1.0 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (share * (likely - own)) + precision @ (found - prior)
        curvature = (rows * (share * likely * (1 - likely))[:, None]).T @ rows + precision
        found = found - np.linalg.solve(curvature, slope)
    found[:SCORES] = np.maximum(found[:SCORES], 0.0)
    found[SCORES] = min(found[SCORES], prior[SCORES] + MOST_WELCOMING)
    return np.asarray(found)


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
    known = np.isin(portraits.painted_from, hens) | (not hens)
    mean, scale = _standard(portraits.birds[known, :-PLUMAGE])
    for hen in hens:
        own = portraits.birds[(portraits.hens == hen) & real]
        centres.append(own.mean(axis=0))
        spreads.append(_spread(own))
        weight, bias = _against_rest(portraits, hen, mean, scale)
        weights.append(weight)
        biases.append(bias)
    k, width = len(hens), portraits.birds.shape[1]
    return Gallery(
        trained=tuple(hens),
        centre=np.asarray(centres, np.float32).reshape(k, width),
        spread=np.asarray(spreads, np.float32).reshape(k, width),
        mean=mean,
        scale=scale,
        weights=np.asarray(weights, np.float32).reshape(k, width - PLUMAGE).T,
        bias=np.asarray(biases, np.float32),
        usual=np.zeros((k, SCORES), np.float32),
        variation=np.ones((k, SCORES), np.float32),
        fusion=np.zeros((k, SCORES), np.float32),
        offset=np.zeros(k, np.float32),
        cohort=Cohort(np.zeros((0, width), np.float32), np.zeros(0, np.str_)),
    )


def _spread(own: Floats) -> Floats:
    """(features,): standard deviations, drawn to their mean, for a hen of few pictures."""
    variance = own.var(axis=0)
    form = 0.8 * variance[:-PLUMAGE] + 0.2 * variance[:-PLUMAGE].mean()
    plumage = variance[-PLUMAGE:] + LEAST_PLUMAGE_SPREAD**2
    return np.asarray(np.sqrt(np.concatenate([form, plumage])) + 1e-6, np.float32)


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
    standard = np.clip((portraits.birds[used, :-PLUMAGE] - mean) / scale, -8, 8)
    labels = ["yes" if is_own else "no" for is_own in own[used]]
    balanced = (weight[used] / weight[used].mean()).astype(np.float32)
    head = fit_head(standard.astype(np.float32), labels, ("no", "yes"), L2, balanced)
    slope = (head.weights[:, 1] - head.weights[:, 0]) / head.scale
    return slope, float(head.bias[1] - head.bias[0] - slope @ head.mean)


def _held_out(portraits: Portraits, hens: Sequence[HenId]) -> tuple[NDArray[np.str_], Floats]:
    """Who real pictures show, (n,), and all hens' scores, (n, k, 4), by galleries that saw neither their sitting nor,
    for a hen with fewer than three sittings, their quarter of her pictures.
    """
    fold = _folds(portraits, hens)
    real = ~portraits.relit & (portraits.hens != STRANGER) & np.isin(portraits.hens, hens)
    shown: list[NDArray[np.str_]] = []
    scores: list[Floats] = []
    for number in range(FOLDS):
        inside = fold == number
        if not (real & inside).any():
            continue
        gallery = _fit(portraits.where(~inside), hens)
        shown.append(portraits.hens[real & inside])
        scores.append(gallery.scores(portraits.birds[real & inside]))
    return np.concatenate(shown), np.concatenate(scores)


def _folds(portraits: Portraits, hens: Sequence[HenId]) -> NDArray[np.int64]:
    """(n,): each row's fold, the same for a picture and its altered copies; every hen has pictures in two at least."""
    fold = np.zeros(len(portraits.hens), np.int64)
    for hen in hens:
        own = portraits.painted_from == hen
        sittings, places = np.unique(portraits.sittings[own], return_inverse=True)
        if len(sittings) < 3:
            _, places = np.unique(portraits.times[own], return_inverse=True)
            places = places * FOLDS // (places.max() + 1)
        fold[own] = places % FOLDS
    return fold
