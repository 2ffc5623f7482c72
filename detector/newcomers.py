"""Hens of few pictures: told from every other hen without training anything again.

Between a newcomer and each hen that is known runs a line of Fisher's (the difference of their means, seen through how
pictures of one and the same hen differ). A bird is placed on each of these lines, 0 where the other hen is and 1 where
the newcomer is; the line on which it lies farthest from the newcomer decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.backbone import Floats
from henbot.domain.observations import HenId

STRANGER = HenId("")
"""Marks a bird that is none of the hens: one with painted plumage."""

RIDGE = 3.0
"""Added to the variance of every standardised feature: what a flock of few pictures does not show of a hen's looks."""

FARTHEST = 8.0
"""Where standardised features are cut off."""

LEAST_SCALE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Birds that were seen, to tell others from.

    Attributes:
        birds: (m, features), embeddings.
        shown: m ids; of birds with painted plumage, `STRANGER`.
    """

    birds: Floats
    shown: NDArray[np.str_]

    def of(self, hen: HenId) -> Floats:
        """(n, features): her pictures."""
        return np.asarray(self.birds[self.shown == hen], np.float32)

    def hens(self) -> list[HenId]:
        """All of whom there are pictures."""
        return [HenId(name) for name in sorted(set(self.shown.tolist()) - {STRANGER})]


@dataclass(frozen=True, slots=True, eq=False)
class Newcomer:
    """How a hen of n pictures is told from each of r others.

    Attributes:
        weights, bias: (features, r) and (r,) that place a bird on the lines.
        pictures: n.
    """

    hen: HenId
    weights: Floats
    bias: Floats
    pictures: int

    def places(self, birds: Floats) -> Floats:
        """(n, features) -> (n,): the least place on her lines; 1 is where her own pictures lie, 0 another hen."""
        return np.asarray((birds @ self.weights + self.bias).min(axis=1), np.float32)


def newcomers_of(cohort: Cohort, hens: Sequence[HenId]) -> list[Newcomer]:
    """Those of `hens` who can be told from others; none if the cohort shows nobody else."""
    everyone = cohort.hens()
    if len(everyone) < 2 or not hens:
        return []
    scale = cohort.birds.std(axis=0) + LEAST_SCALE * np.abs(cohort.birds).mean() + 1e-6
    means = {hen: cohort.of(hen).mean(axis=0) / scale for hen in everyone}
    within = _within(cohort, everyone, scale)
    return [_newcomer(hen, means, within, scale, len(cohort.of(hen))) for hen in hens]


def _within(cohort: Cohort, hens: Sequence[HenId], scale: Floats) -> NDArray[np.float64]:
    """(features, features): covariance of standardised pictures of one hen, over all hens, and the ridge."""
    apart = [(own - own.mean(axis=0)) / scale for own in (cohort.of(hen) for hen in hens)]
    rows = np.clip(np.concatenate(apart), -FARTHEST, FARTHEST).astype(np.float64)
    freedom = max(len(rows) - len(hens), 1)
    return np.asarray(rows.T @ rows / freedom + RIDGE * np.eye(rows.shape[1]), np.float64)


def _newcomer(
    hen: HenId, means: dict[HenId, Floats], within: NDArray[np.float64], scale: Floats, pictures: int
) -> Newcomer:
    others = np.stack([mean for other, mean in means.items() if other != hen])
    between = (means[hen] - others).astype(np.float64)
    lines = np.linalg.solve(within, between.T)
    lengths = np.maximum((between.T * lines).sum(axis=0), 1e-6)
    weights = lines / lengths
    return Newcomer(
        hen=hen,
        weights=np.asarray(weights / scale[:, None], np.float32),
        bias=np.asarray(-(others.T * weights).sum(axis=0), np.float32),
        pictures=pictures,
    )
