"""Look for better light in the relit copies: successive halving over `Relighting`, scored on held-out days.

Random search with more copies for the ones that do well so far (Jamieson and Talwalkar 2016, arXiv:1502.07943).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import Progress

from detector.backbone import Backbone, Floats
from detector.foreground import posture_features, presence_features
from detector.training.augment import USUAL, Relighting
from detector.training.dataset import Dataset
from detector.training.fit import OCCUPIED, OCCUPIED_L2, POSTURE_L2, pictures_of
from detector.training.heads import fit_head
from detector.training.parts import parts_of
from detector.training.study import Picture, Sample, steps_of, study
from henbot.domain.errors import DatasetInvalid

FEWEST, MOST = 300, 500
"""Pictures of the subset; all, where there are fewer."""

KEPT = 3
"""One candidate in so many goes on to the next round, with so many times the copies."""

WIDEST = Relighting(
    exposure=1.0, cast=0.3, sun=0.9, gradient=0.8, gradient_slope=1.2, haze=0.3, contrast=0.4, grey=0.3, noise=16.0
)
"""Candidates are drawn between none of each and this much."""

WORTH_A_CHANGE = 0.02
"""Share by which a candidate must beat the usual light; less than that, chance would choose."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate's score with so many copies of each picture; lower is better."""

    relighting: Relighting
    copies: int
    score: float


def search(
    read: Sequence[Dataset], candidates: int, pictures: int, seed: int, progress: Progress
) -> tuple[Relighting, list[Tried]]:
    """The best light found, which is the usual one unless another is clearly better; and all that was tried.

    Args:
        read: labelled datasets.
        candidates: how many to draw, the usual light among them.
        pictures: how large a subset to try them on.
        seed: the same seed gives the same candidates and scores.
        progress: where to show a bar.

    Raises:
        DatasetInvalid: there is one part only, so nothing can be held out.
    """
    subset, parts = _subset(read, pictures)
    backbone = Backbone()
    rivals = candidates_of(candidates, seed)
    copies, tried = 1, []
    while True:
        described = f"{len(rivals)} candidates, {copies} copies each"
        tick = _ticker(progress, described, len(rivals) * steps_of(subset))
        scored = [Tried(how, copies, _score(subset, parts, backbone, seed, (how, copies), tick)) for how in rivals]
        tried += scored
        rivals = halved(scored)
        if len(rivals) < 2:
            break
        copies *= KEPT
    return chosen(scored), tried


def _ticker(progress: Progress, described: str, total: int) -> Callable[[], None]:
    task = progress.add_task(described, total=total)
    return lambda: progress.advance(task)


def candidates_of(count: int, seed: int) -> list[Relighting]:
    """The usual light, and others drawn at random."""
    random = np.random.default_rng(seed)
    drawn = [
        Relighting(**{f.name: round(float(random.uniform(0, getattr(WIDEST, f.name))), 3) for f in fields(Relighting)})
        for _ in range(max(count - 1, 0))
    ]
    return [USUAL, *drawn]


def halved(scored: Sequence[Tried]) -> list[Relighting]:
    """The best third, with the usual light as their measure; one of a single candidate or none ends the search."""
    if len(scored) <= KEPT:
        return []
    best = sorted(scored, key=lambda tried: tried.score)[: -(-len(scored) // KEPT)]
    kept = [tried.relighting for tried in best]
    return kept if USUAL in kept else [USUAL, *kept[:-1]] if len(kept) > 2 else [USUAL, *kept]


def chosen(scored: Sequence[Tried]) -> Relighting:
    """The best of the last round, if it beats the usual light by enough."""
    best = min(scored, key=lambda tried: tried.score)
    usual = next(tried for tried in scored if tried.relighting == USUAL)
    return best.relighting if best.score < (1 - WORTH_A_CHANGE) * usual.score else USUAL


def write_relighting(path: Path, best: Relighting, tried: Sequence[Tried]) -> None:
    """A JSON file that `train --augmentation` takes."""
    content = {"relighting": asdict(best), "tried": [asdict(each) for each in tried]}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read_relighting(path: Path) -> Relighting:
    """The inverse.

    Raises:
        DatasetInvalid: the file cannot be read, or holds other fields than `Relighting`'s.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Relighting(**{name: float(value) for name, value in content["relighting"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetInvalid(
            f"{path}: holds no augmentation ({error}); name a file that `search-augmentation` wrote"
        ) from error


def _subset(read: Sequence[Dataset], count: int) -> tuple[list[Picture], list[str]]:
    """Pictures of nests, evenly over time, and the part that each belongs to."""
    found: list[Picture] = []
    parts: list[str] = []
    for dataset in read:
        names = {(row.file, row.nest): part for row, part in zip(dataset.rows, parts_of(dataset), strict=True)}
        for picture in pictures_of([dataset.only("nest")])[0]:
            found.append(picture)
            parts.append(f"{dataset.folder.name} {names[picture.row.file, picture.row.nest]}")
    if len(set(parts)) < 2:
        raise DatasetInvalid(f"{read[0].folder / 'labels.csv'}: rows of one half-day only; label another day")
    places = np.linspace(0, len(found) - 1, min(count, len(found))).round().astype(int)
    return [found[place] for place in places], [parts[place] for place in places]


def _score(
    pictures: Sequence[Picture],
    parts: Sequence[str],
    backbone: Backbone,
    seed: int,
    trial: tuple[Relighting, int],
    tick: Callable[[], None],
) -> float:
    """Mean -log p of the labels of each part by heads that saw the others, relit; every class has the same say."""
    samples = study(pictures, backbone, seed, tick, *trial).samples
    part_of = {id(picture): part for picture, part in zip(pictures, parts, strict=True)}
    inside = [part_of[id(sample.picture)] for sample in samples]
    losses: list[float | None] = []
    for part in sorted(set(parts)):
        seen = [sample for sample, other in zip(samples, inside, strict=True) if other != part]
        left = [sample for sample, own in zip(samples, inside, strict=True) if own == part and not sample.relit]
        losses += [_presence_loss(seen, left), _posture_loss(seen, left)]
    return float(np.mean([loss for loss in losses if loss is not None] or [np.inf]))


def _presence_loss(seen: Sequence[Sample], left: Sequence[Sample]) -> float | None:
    def rows(samples: Sequence[Sample]) -> tuple[list[Floats], list[str]]:
        sure = [s for s in samples if s.picture.row.sure("hens") and not s.repainted]
        return [presence_features(s.sight) for s in sure], [OCCUPIED[bool(s.picture.row.hens)] for s in sure]

    return _loss(*rows(seen), *rows(left), OCCUPIED_L2)


def _posture_loss(seen: Sequence[Sample], left: Sequence[Sample]) -> float | None:
    def rows(samples: Sequence[Sample]) -> tuple[list[Floats], list[str]]:
        sure = [s for s in samples if s.picture.row.hens and s.picture.row.sure("posture") and not s.repainted]
        return [posture_features(s.sight) for s in sure], [str(s.picture.row.posture) for s in sure]

    return _loss(*rows(seen), *rows(left), POSTURE_L2)


def _loss(
    seen: Sequence[Floats], labels: Sequence[str], left: Sequence[Floats], truth: Sequence[str], l2: float
) -> float | None:
    classes = sorted(set(labels))
    judged = [(row, label) for row, label in zip(left, truth, strict=True) if label in classes]
    if len(classes) < 2 or not judged:
        return None
    said = fit_head(np.stack(seen), labels, classes, l2).probabilities(np.stack([row for row, _ in judged]))
    found: dict[str, list[float]] = {}
    for row, (_, label) in zip(said, judged, strict=True):
        found.setdefault(label, []).append(-float(np.log(max(row[classes.index(label)], 1e-3))))
    return float(np.mean([np.mean(losses) for losses in found.values()]))
