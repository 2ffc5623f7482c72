"""Compare what a version says of labelled frames with the labels."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from detector.recognition import Recogniser, Recognition
from detector.training.dataset import Dataset, LabelledNest, crops_of, load_dataset
from detector.watching import WatchingRecogniser
from henbot.domain.belief import MOTION_RULES, RULES, NestBelief, believe
from henbot.domain.observations import UNKNOWN, CameraId, NestId, Observation, is_told

DRAWS = 1000
"""Bootstrap draws for the 95 % intervals; frames are neighbours in time, so the truth is wider."""


class FrameRow(TypedDict):
    """What the version says of one nest in one frame, with the field names of `labels.csv`."""

    file: str
    captured_at: str
    nest: str
    hens: int | None
    hen: str | None
    posture: str | None
    eggs: int | None
    quality: str
    hens_probabilities: dict[str, float]
    posture_probabilities: dict[str, float]
    hen_probabilities: dict[str, float]
    eggs_probabilities: dict[str, float]


Judged = tuple[LabelledNest, FrameRow]
Look = tuple[LabelledNest, Recognition]
Seen = tuple[LabelledNest, Observation]


def evaluate(
    dataset: Path,
    recogniser: Recogniser,
    days_from: date | None = None,
    days_to: date | None = None,
    tick: Callable[[], None] = lambda: None,
    *,
    stills: bool = False,
) -> dict[str, Any]:
    """`{metrics, frames}` of a dataset folder.

    Where the recogniser does not know the coop, it looks over all pictures once before, as a camera would that has long
    watched; no label is used.
    As when it serves, each picture of a nest is seen in the light of those before it, in the order of their times.

    Args:
        dataset: the folder.
        recogniser: the version to judge.
        days_from: first day in the coop's time zone; all if None.
        days_to: last day, inclusive.
        tick: called once a row.
        stills: judge each picture by itself instead.

    Raises:
        DatasetInvalid: the folder is malformed.
    """
    read = load_dataset(dataset)
    chosen = replace(read, rows=tuple(read.of_days(days_from, days_to)))
    look_over(chosen, recogniser)
    judged, skipped = judge(chosen, recogniser, tick, stills=stills)
    metrics = measure(read, judged) | {"frames": len(judged), "skipped": sorted(set(skipped))}
    return {"metrics": metrics, "frames": [said for _, said in judged]}


def look_over(read: Dataset, recogniser: Recogniser) -> None:
    """Let a recogniser that does not know the coop see a dataset's pictures, not their labels, once."""
    if isinstance(recogniser, WatchingRecogniser):
        recogniser.learn((row.nest, crop) for row, crop in crops_of(read, read.rows) if crop is not None)


def judge(
    read: Dataset, recogniser: Recogniser, tick: Callable[[], None] = lambda: None, *, stills: bool = False
) -> tuple[list[Judged], list[str]]:
    """What is said of each row of a dataset, and the pictures that could not be read."""
    looks: list[Look] = []
    skipped: list[str] = []
    for row, crop in crops_of(read, read.rows):
        tick()
        if crop is None:
            skipped.append(row.file)
        else:
            looks.append((row, recogniser.recognise(crop[None], [row.nest])[0]))
    return [(row, frame_row(row, seen)) for row, seen in believed(read, looks, stills=stills)], skipped


def believed(dataset: Dataset, looks: Sequence[Look], *, stills: bool = False) -> list[Seen]:
    """The looks at a dataset's rows as observations, in the order given, filtered as `henbot.domain.belief` does.

    Pictures that lie at one moment, as those of a set without times do, are each seen by themselves.
    """
    beliefs: dict[NestId, NestBelief] = {}
    found: dict[int, Observation] = {}
    for index in sorted(range(len(looks)), key=lambda i: looks[i][0].captured_at):
        row, said = looks[index]
        seen = _observation(row, said)
        nest = dataset.nests[row.nest]
        if nest.kind == "nest":
            before = NestBelief() if stills else beliefs.get(row.nest, NestBelief())
            beliefs[row.nest], seen = believe(before, seen, MOTION_RULES if nest.motion else RULES)
        found[index] = seen
    return [(row, found[index]) for index, (row, _) in enumerate(looks)]


def _observation(row: LabelledNest, said: Recognition) -> Observation:
    return Observation(
        camera=CameraId(""),
        nest=row.nest,
        at=row.captured_at,
        hens_probabilities=said.hens_probabilities,
        birds=said.birds,
        quality=said.quality,
        frame=row.file,
        eggs_probabilities=said.eggs_probabilities,
    )


def frame_row(row: LabelledNest, said: Observation) -> FrameRow:
    """What is seen of a row's nest, in the words of `labels.csv`."""
    bird = said.birds[0] if said.birds else None
    hens = {str(hen): round(p, 4) for hen, p in bird.hens.items()} if bird else {}
    postures = {str(posture): round(p, 4) for posture, p in bird.postures.items()} if bird else {}
    return FrameRow(
        file=row.file,
        captured_at=row.captured_at.isoformat().replace("+00:00", "Z"),
        nest=str(row.nest),
        hens=said.hens if is_told(said.hens_probabilities) else None,
        hen=max(hens, key=hens.__getitem__, default=None),
        posture=max(postures, key=postures.__getitem__, default=None),
        eggs=said.eggs,
        quality=str(said.quality),
        hens_probabilities={str(count): round(p, 4) for count, p in enumerate(said.hens_probabilities)},
        posture_probabilities=postures,
        hen_probabilities=hens,
        eggs_probabilities={str(count): round(p, 4) for count, p in enumerate(said.eggs_probabilities)},
    )


def measure(dataset: Dataset, judged: Sequence[Judged]) -> dict[str, Any]:
    """Metrics over nests (roosts apart), each over the labels that are sure."""
    nests = [(row, said) for row, said in judged if dataset.nests[row.nest].kind == "nest"]
    counted = [(row, said) for row, said in nests if row.sure("hens")]
    posed = [(row, said) for row, said in nests if row.hens and row.sure("posture") and said["posture"]]
    return {
        "hen_or_none": _balanced([(bool(row.hens), bool(said["hens"])) for row, said in counted]),
        "hens": _balanced([(min(row.hens or 0, 2), said["hens"]) for row, said in counted]),
        "posture": _balanced([(str(row.posture), said["posture"]) for row, said in posed]),
        "hen": _identity(nests),
        "roost": _roost([(row, said) for row, said in judged if dataset.nests[row.nest].kind == "roost"]),
        "eggs": _eggs(nests),
    }


def _eggs(nests: Sequence[Judged]) -> dict[str, Any]:
    """Counts of unoccupied nests whose eggs are sure: nest by nest, and over all such nests of each picture together.

    `whole_pictures` are those of which every nest is unoccupied and sure; `abstained` are nests where nothing was said.
    """
    known = [(row, said["eggs"]) for row, said in nests if row.hens == 0 and row.sure("hens") and row.sure("eggs")]
    told = [(row, eggs) for row, eggs in known if eggs is not None]
    rows_of = Counter(row.file for row, _ in nests)
    pictures: dict[str, list[tuple[int, int]]] = {}
    for row, eggs in told:
        pictures.setdefault(row.file, []).append((row.eggs or 0, eggs))
    whole = [pairs for file, pairs in pictures.items() if len(pairs) == rows_of[file]]
    return {
        "nests": _counts([[(row.eggs or 0, eggs)] for row, eggs in told]),
        **_counts(list(pictures.values())),
        "whole_pictures": _counts(whole),
        "abstained": len(known) - len(told),
    }


def _counts(pictures: Sequence[Sequence[tuple[int, int]]]) -> dict[str, Any]:
    """How often every count of a picture is right, and by how much its sum is wrong."""
    if not pictures:
        return {"pictures": 0, "exact": None, "mean_absolute_error": None}
    errors = [abs(sum(truth - said for truth, said in pairs)) for pairs in pictures]
    exact = [all(truth == said for truth, said in pairs) for pairs in pictures]
    return {
        "pictures": len(pictures),
        "exact": round(float(np.mean(exact)), 4),
        "mean_absolute_error": round(float(np.mean(errors)), 4),
    }


def _identity(nests: Sequence[Judged]) -> dict[str, Any]:
    """Naming, frame by frame; `strangers` are hens that the version does not know."""
    known = {hen for _, said in nests for hen in said["hen_probabilities"]} - {UNKNOWN}
    named = [
        (str(row.hen), said["hen"])
        for row, said in nests
        if row.hens == 1 and row.sure("hen") and row.hen != UNKNOWN and said["hen"]
    ]
    own = [pair for pair in named if pair[0] in known]
    strangers = [pair for pair in named if pair[0] not in known]
    spoken = [pair for pair in own if pair[1] != UNKNOWN]
    return _balanced(spoken) | {
        "abstained": len(own) - len(spoken),
        "strangers": len(strangers),
        "strangers_unknown": sum(said == UNKNOWN for _, said in strangers),
    }


def _roost(judged: Sequence[Judged]) -> dict[str, Any]:
    known = [(row.hens or 0, said["hens"]) for row, said in judged if row.sure("hens")]
    errors = [abs(truth - told) for truth, told in known if told is not None]
    abstained = len(known) - len(errors)
    if not errors:
        return {"frames": 0, "abstained": abstained, "mean_absolute_error": None, "within_one": None}
    return {
        "frames": len(errors),
        "abstained": abstained,
        "mean_absolute_error": round(float(np.mean(errors)), 3),
        "within_one": round(float(np.mean([error <= 1 for error in errors])), 4),
    }


def _balanced(pairs: Sequence[tuple[object, object]]) -> dict[str, Any]:
    """Balanced accuracy (mean recall of the classes that occur) with its 95 % interval, accuracy, recall by class."""
    if not pairs:
        return {"frames": 0, "balanced_accuracy": None, "low": None, "high": None, "accuracy": None, "recall": {}}
    right = {
        str(kind): np.asarray([truth == said for truth, said in pairs if truth == kind], np.float64)
        for kind in sorted({truth for truth, _ in pairs}, key=str)
    }
    random = np.random.default_rng(0)
    draws = [np.mean([random.choice(hits, len(hits)).mean() for hits in right.values()]) for _ in range(DRAWS)]
    return {
        "frames": len(pairs),
        "balanced_accuracy": round(float(np.mean([hits.mean() for hits in right.values()])), 4),
        "low": round(float(np.percentile(draws, 2.5)), 4),
        "high": round(float(np.percentile(draws, 97.5)), 4),
        "accuracy": round(float(np.concatenate(list(right.values())).mean()), 4),
        "recall": {kind: round(float(hits.mean()), 4) for kind, hits in right.items()},
    }
