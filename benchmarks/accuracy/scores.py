"""Figures with their 95 % intervals, drawn over stretches of time: neighbouring frames repeat each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with the interval that a bootstrap over groups gives it.

    Attributes:
        count: how many items it rests on.
        groups: how many independent stretches those are.
    """

    value: float
    low: float
    high: float
    count: int
    groups: int

    def percent(self) -> str:
        """As a share: `97.4 (95 to 99; n 208 in 14)`."""
        if not self.count:
            return "–"
        low, high = 100 * self.low, 100 * self.high
        return f"{100 * self.value:.1f} ({low:.0f} to {high:.0f}; n {self.count} in {self.groups})"

    def plain(self) -> str:
        """As a number: `0.21 (0.05 to 0.38; n 26 in 5)`."""
        if not self.count:
            return "–"
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f}; n {self.count} in {self.groups})"


def figure(items: Sequence[Item], groups: Sequence[str], measure: Callable[[Sequence[Item]], float]) -> Figure:
    """A measure of items, and its interval over whole groups drawn with replacement (percentile bootstrap)."""
    if not items:
        return Figure(float("nan"), float("nan"), float("nan"), 0, 0)
    random = np.random.default_rng(0)
    names = sorted(set(groups))
    members = {name: [item for item, group in zip(items, groups, strict=True) if group == name] for name in names}
    draws = []
    for _ in range(DRAWS):
        drawn = [item for name in random.choice(names, len(names)) for item in members[name]]
        value = measure(drawn)
        if not np.isnan(value):
            draws.append(value)
    low, high = np.percentile(draws, (2.5, 97.5)) if draws else (float("nan"), float("nan"))
    return Figure(measure(items), float(low), float(high), len(items), len(names))


def balanced(pairs: Sequence[tuple[object, object]]) -> float:
    """Mean recall over the classes that the truth holds; NaN where it holds fewer than two."""
    kinds = sorted({truth for truth, _ in pairs}, key=str)
    if len(kinds) < 2:
        return float("nan")
    return float(np.mean([np.mean([said == kind for truth, said in pairs if truth == kind]) for kind in kinds]))


def accuracy(pairs: Sequence[tuple[object, object]]) -> float:
    """Share of pairs that agree."""
    return float(np.mean([truth == said for truth, said in pairs])) if pairs else float("nan")


def mean_error(pairs: Sequence[tuple[int, int]]) -> float:
    """Mean absolute difference."""
    return float(np.mean([abs(truth - said) for truth, said in pairs])) if pairs else float("nan")


def within_one(pairs: Sequence[tuple[int, int]]) -> float:
    """Share of pairs that differ by one at most."""
    return float(np.mean([abs(truth - said) <= 1 for truth, said in pairs])) if pairs else float("nan")


def auroc(pairs: Sequence[tuple[bool, float]]) -> float:
    """Probability that a positive scores higher than a negative, ties counting half; NaN without either."""
    positive = np.asarray([score for truth, score in pairs if truth])
    negative = np.asarray([score for truth, score in pairs if not truth])
    if not len(positive) or not len(negative):
        return float("nan")
    apart = positive[:, None] - negative[None]
    return float(((apart > 0) + 0.5 * (apart == 0)).mean())
