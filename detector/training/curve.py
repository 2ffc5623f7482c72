"""The learning curve: how much is right on held-out labels, the larger the share of the others that is learned from."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from detector.training.comparison import ANSWERS
from detector.training.dataset import Dataset, LabelledNest
from detector.training.evaluate import Judged

SHARES = (0.25, 0.5, 0.75)
"""Of the labels; the whole is the version that is compared."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What a version gets right that learned from a share of the labels.

    Attributes:
        labels: pictures that it learned from.
        right: share of the held-out pictures, 0..1, by question; none where nothing could be learned.
    """

    share: float
    labels: int
    right: Mapping[str, float]

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def curve_point(share: float, rest: Sequence[Dataset], judged: Sequence[Judged]) -> CurvePoint:
    """What a version got right that learned from `rest`."""
    labels = sum(_is_labelled(row) for dataset in rest for row in dataset.rows)
    right: dict[str, float] = {}
    for name, answer in ANSWERS.items():
        pairs = [pair for row, said in judged if (pair := answer(row, said)) is not None]
        if pairs:
            right[name] = round(sum(truth == said for truth, said in pairs) / len(pairs), 4)
    return CurvePoint(share, labels, right)


def share_of(rest: Sequence[Dataset], share: float, seed: int) -> list[Dataset]:
    """A share of the labels, 0..1, of every hen and of empty nests alike; a larger share holds the smaller one."""
    return [replace(dataset, rows=_share(dataset.rows, share, seed)) for dataset in rest]


def _share(rows: Sequence[LabelledNest], share: float, seed: int) -> tuple[LabelledNest, ...]:
    places: dict[Hashable, list[int]] = {}
    for index in np.random.default_rng(seed).permutation(len(rows)):
        row = rows[index]
        places.setdefault((row.nest, row.hens, row.hen, _is_labelled(row)), []).append(int(index))
    kept = {index for members in places.values() for index in members[: _rounded(share * len(members))]}
    return tuple(row for index, row in enumerate(rows) if index in kept)


def _rounded(number: float) -> int:
    return max(1, round(number))


def _is_labelled(row: LabelledNest) -> bool:
    return row.sure("hens")


Learn = Callable[[Sequence[Dataset]], "Sequence[Judged] | None"]
"""Learns from datasets, and says what comes of it on the held-out part; None where they are too small."""


def learning_curve(rest: Sequence[Dataset], whole: Sequence[Judged], learn: Learn, seed: int) -> tuple[CurvePoint, ...]:
    """The curve up to the whole, whose answers are known already."""
    points = []
    for share in SHARES:
        part = share_of(rest, share, seed)
        judged = learn(part)
        points.append(curve_point(share, part, judged or ()))
    return (*points, curve_point(1.0, rest, whole))
