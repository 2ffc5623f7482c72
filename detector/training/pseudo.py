"""Pseudo-labels: what a version surely says of unlabelled pictures, learned from only if that helps on other days."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import Progress

from detector.recognition import Recogniser, Recognition
from detector.sources.stills import PICTURE_ENDINGS, dating
from detector.training.crossvalidate import recogniser_of
from detector.training.dataset import Dataset, LabelledNest, crops_of
from detector.training.evaluate import Judged, judge, measure
from detector.training.fit import Recipe
from detector.training.parts import split_by_days
from henbot.config import CameraConfig, FolderSourceConfig, load_coop
from henbot.domain.errors import ConfigInvalid, DatasetInvalid, FrameUnreadable
from henbot.domain.observations import UNKNOWN, HenId

MOST = 0.3
"""Largest share of a training set that may be pseudo-labels."""

SURE = 0.97
"""Probability of a count from which it is believed, and `SURE_OF_BIRD` that of a hen or a posture."""

SURE_OF_BIRD = 0.9
MOST_CHECKS = 4
LEAST_PROBABILITY = 1e-3


@dataclass(frozen=True, slots=True)
class Found:
    """Pictures with pseudo-labels, or none where they did not help; and what to write down of it."""

    dataset: Dataset | None
    notes: dict[str, Any]


def with_pseudo_labels(
    read: Sequence[Dataset], folder: Path, recipe: Recipe, progress: Progress, say: Callable[[str], None]
) -> Found:
    """Label a folder's pictures by what was learned from `read`, and see on held-out parts whether that helps.

    Raises:
        DatasetInvalid: the folder is of another coop or tells no times, or there is one part only.
    """
    bare, gaps = unlabelled(read, folder)
    helped = _check(read, bare, gaps, recipe, progress)
    if not helped["helped"]:
        say(f"The pseudo-labels did not help on held-out days and were dropped: {helped['sentence']}.")
        return Found(None, {"used": 0, **helped})
    teacher = recogniser_of(read, bare.coop, recipe, progress)
    labelled = pseudo_labelled(bare, gaps, teacher, sum(len(dataset.rows) for dataset in read))
    say(f"{len(labelled.rows)} pseudo-labels are learned from; on held-out days they helped: {helped['sentence']}.")
    return Found(labelled, {"used": len(labelled.rows), **helped})


def unlabelled(read: Sequence[Dataset], folder: Path) -> tuple[Dataset, dict[str, timedelta]]:
    """A folder's pictures that `read` has no labels for, as rows without labels; and each nest's `trust_gap`."""
    try:
        config = load_coop(folder / "coop.yaml")
    except ConfigInvalid as error:
        raise DatasetInvalid(str(error)) from error
    like = next((dataset for dataset in read if dataset.coop == config.coop.name), None)
    if like is None:
        raise DatasetInvalid(f"{folder / 'coop.yaml'}: coop.name: {config.coop.name!r} is not the labels' coop")
    known = {(dataset.folder.resolve() / "frames" / row.file) for dataset in read for row in dataset.rows}
    rows: list[LabelledNest] = []
    gaps: dict[str, timedelta] = {}
    for camera in config.cameras:
        for path, at in _dated(camera, like):
            nests = [nest for nest in camera.nests if nest.kind == "nest" and nest.id in like.nests]
            gaps |= {nest.id: camera.trust_gap for nest in nests}
            if path.resolve() not in known:
                rows += [LabelledNest(path.name, at, n.id, None, None, None, None, frozenset()) for n in nests]
    if not rows:
        raise DatasetInvalid(f"{folder}: holds no picture that is not labelled already; name a folder with new ones")
    return replace(like, folder=folder, rows=tuple(rows), sha256="pseudo"), gaps


def _dated(camera: CameraConfig, like: Dataset) -> Iterator[tuple[Path, Any]]:
    source = camera.source
    if not isinstance(source, FolderSourceConfig) or source.timestamp == "none":
        raise DatasetInvalid(
            f"camera {camera.id}: pseudo-labels want pictures in a folder whose times are known, "
            "to see that neighbours agree; give `source.timestamp` a pattern"
        )
    tell = dating(source.timestamp, like.timezone)
    for path in sorted(source.path.iterdir()):
        if path.suffix.lower() not in PICTURE_ENDINGS:
            continue
        try:
            yield path, tell(path)
        except FrameUnreadable:
            continue


def pseudo_labelled(bare: Dataset, gaps: dict[str, timedelta], teacher: Recogniser, labelled: int) -> Dataset:
    """Rows that the teacher is sure of and whose neighbours in time agree, at most 30 % of what is learned from."""
    crops = [(row, crop) for row, crop in crops_of(bare, bare.rows) if crop is not None]
    said = [(row, teacher.recognise(crop[None], [row.nest])[0]) for row, crop in crops]
    sure = [_labelled(row, what) for row, what in _consistent(said, gaps) if max(what.hens_probabilities) >= SURE]
    most = int(labelled * MOST / (1.0 - MOST))
    return replace(bare, rows=tuple(spread(sure, most)))


def _consistent(
    said: Sequence[tuple[LabelledNest, Recognition]], gaps: dict[str, timedelta]
) -> Iterator[tuple[LabelledNest, Recognition]]:
    """Those between two pictures of the same nest, each at most `trust_gap` away, of which the same is said."""
    ordered = sorted(said, key=lambda pair: (pair[0].nest, pair[0].captured_at))
    for (before, this), (_, after) in pairwise(pairwise(ordered)):
        gap = gaps[this[0].nest]
        close = this[0].captured_at - before[0].captured_at <= gap and after[0].captured_at - this[0].captured_at <= gap
        same_nest = before[0].nest == this[0].nest == after[0].nest
        if close and same_nest and _count(before[1]) == _count(this[1]) == _count(after[1]):
            yield this


def _count(said: Recognition) -> int:
    return int(np.argmax(said.hens_probabilities))


def _labelled(row: LabelledNest, said: Recognition) -> LabelledNest:
    """The row with what is said of it; what is not sure enough is marked so."""
    hens = _count(said)
    if not hens or not said.birds:
        return replace(row, hens=hens)
    bird = said.birds[0]
    hen = max(bird.hens, key=lambda h: bird.hens[h])
    posture = max(bird.postures, key=lambda p: bird.postures[p], default=None)
    named = hen != UNKNOWN and bird.hens[hen] >= SURE_OF_BIRD and hens == 1
    if posture is not None and bird.postures[posture] < SURE_OF_BIRD:
        posture = None
    return replace(row, hens=hens, hen=HenId(hen) if named else HenId(UNKNOWN), posture=posture)


def spread(rows: Sequence[LabelledNest], most: int) -> list[LabelledNest]:
    """At most so many: as many without hens as with them where there are enough, evenly over time within each."""
    ordered = sorted(rows, key=lambda row: row.captured_at)
    none, some = ([row for row in ordered if bool(row.hens) is occupied] for occupied in (False, True))
    of_some = min(len(some), max(most // 2, most - len(none)))
    return [*_evenly(none, most - of_some), *_evenly(some, of_some)]


def _evenly(rows: Sequence[LabelledNest], most: int) -> list[LabelledNest]:
    places = np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(int)
    return [rows[place] for place in places]


def _check(
    read: Sequence[Dataset], bare: Dataset, gaps: dict[str, timedelta], recipe: Recipe, progress: Progress
) -> dict[str, Any]:
    """Held-out parts judged without and with pseudo-labels, which a teacher gave that had not seen the part either."""
    own = [fold for fold in split_by_days(read) if fold.part.coop == bare.coop]
    folds = sorted(own, key=lambda fold: -len(fold.part.rows))[:MOST_CHECKS]
    without: list[Judged] = []
    with_them: list[Judged] = []
    task = progress.add_task("Whether pseudo-labels help", total=len(folds))
    for fold in folds:
        try:
            teacher = recogniser_of(fold.rest, bare.coop, recipe, progress)
            more = pseudo_labelled(bare, gaps, teacher, sum(len(dataset.rows) for dataset in fold.rest))
            pupil = recogniser_of([*fold.rest, more], bare.coop, recipe, progress)
        except DatasetInvalid:
            continue
        without += judge(fold.part, teacher)[0]
        with_them += judge(fold.part, pupil)[0]
        progress.advance(task)
    return _verdict(bare, without, with_them)


def _verdict(dataset: Dataset, without: Sequence[Judged], with_them: Sequence[Judged]) -> dict[str, Any]:
    if not without:
        return {"helped": False, "sentence": "no part could be held out"}
    before, after = surprise(without), surprise(with_them)
    right = [measure(dataset, judged)["hen_or_none"]["balanced_accuracy"] for judged in (without, with_them)]
    sentence = f"surprise {before:.3f} → {after:.3f}, hen or none {right[0]:.1%} → {right[1]:.1%}"
    return {
        "helped": after < before and right[1] >= right[0],
        "sentence": sentence,
        "surprise": [round(before, 4), round(after, 4)],
        "hen_or_none": right,
    }


def surprise(judged: Sequence[Judged]) -> float:
    """Mean of -log p of what was labelled (hens or none, posture), each class having the same say; lower is better."""
    found: dict[tuple[str, object], list[float]] = {}
    for row, said in judged:
        if row.sure("hens"):
            empty = said["hens_probabilities"]["0"]
            p = 1.0 - empty if row.hens else empty
            found.setdefault(("hens", bool(row.hens)), []).append(p)
        if row.hens and row.sure("posture") and said["posture_probabilities"]:
            p = said["posture_probabilities"].get(str(row.posture), 0.0)
            found.setdefault(("posture", row.posture), []).append(p)
    losses = [-np.log(np.maximum(values, LEAST_PROBABILITY)).mean() for values in found.values()]
    return float(np.mean(losses)) if losses else 0.0
