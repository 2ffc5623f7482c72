"""Fit linear heads: convex, in NumPy, exact and repeatable.

Keras was the other candidate: importing TensorFlow alone costs 3 to 7 s, more than a whole fit here, and its
stochastic steps end near the optimum that this reaches; a machine without TensorFlow can train, too.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.classifier import Floats, LinearHead, softmax

STEPS = 400
TOLERANCE = 1e-4


def balanced(labels: Sequence[str], classes: Sequence[str]) -> Floats:
    """Weights (n,) of mean 1 that give every class that occurs the same say."""
    counts = {name: sum(label == name for label in labels) for name in classes}
    present = sum(count > 0 for count in counts.values())
    return np.asarray([len(labels) / (present * counts[label]) for label in labels], np.float32)


def fit_head(
    features: Floats, labels: Sequence[str], classes: Sequence[str], l2: float, weights: Floats | None = None
) -> LinearHead:
    """Multinomial logistic regression by Böhning's bound (1992, Ann. Inst. Stat. Math. 44): no step size to choose.

    Args:
        features: (n, d).
        labels: n names out of `classes`.
        classes: in the order of the head's columns.
        l2: half the weight of the squared norm against the mean loss, for standardised features.
        weights: (n,) of mean 1; the classes balanced by default.
    """
    per_row = (balanced(labels, classes) if weights is None else weights).astype(np.float64)
    mean = features.mean(axis=0)
    scale = features.std(axis=0) + 1e-3 * float(np.abs(features).mean()) + 1e-6
    standard = np.clip((features - mean) / scale, -8, 8).astype(np.float64)
    design = np.concatenate([standard, np.ones((len(standard), 1))], axis=1)
    targets = np.asarray([[label == name for name in classes] for label in labels], np.float64)
    solution = _minimise(design, targets, per_row, l2)
    return LinearHead(
        tuple(classes),
        mean.astype(np.float32),
        scale.astype(np.float32),
        solution[:-1].astype(np.float32),
        solution[-1].astype(np.float32),
    )


def _minimise(
    design: NDArray[np.float64], targets: NDArray[np.float64], per_row: NDArray[np.float64], l2: float
) -> NDArray[np.float64]:
    rows, width = design.shape
    ridge = np.full(width, l2)
    ridge[-1] = 1e-6
    curvature = 0.5 * (design * per_row[:, None]).T @ design / rows + np.diag(ridge)
    inverse = np.linalg.inv(curvature)
    solution = np.zeros((width, targets.shape[1]))
    ahead = solution.copy()
    for step in range(STEPS):
        errors = (softmax((design @ ahead).astype(np.float32)) - targets) * per_row[:, None]
        gradient = design.T @ errors / rows + ridge[:, None] * ahead
        following = ahead - inverse @ gradient
        ahead = following + step / (step + 3) * (following - solution)
        moved = float(np.abs(following - solution).max())
        solution = following
        if moved < TOLERANCE:
            break
    return solution


def fit_temperature(logits: Floats, labels: Sequence[str], classes: Sequence[str]) -> float:
    """The temperature between 0.1 and 5 that makes held-out logits likeliest, every class having the same say."""
    if not len(labels):
        return 1.0
    targets = np.asarray([list(classes).index(label) for label in labels])
    per_row = balanced(labels, classes)
    grid = np.geomspace(0.1, 5.0, 60)
    losses = [
        -float((np.log(softmax(logits / np.float32(t))[np.arange(len(targets)), targets] + 1e-6) * per_row).mean())
        for t in grid
    ]
    return float(grid[int(np.argmin(losses))])
