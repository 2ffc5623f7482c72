"""Judge a recipe on days, or half-days, that its versions did not see."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.progress import Progress

from detector.backbone import Backbone
from detector.recognition import Recogniser, load_recogniser
from detector.training.dataset import Dataset
from detector.training.evaluate import Judged, judge, measure
from detector.training.fit import Recipe, train_on
from detector.training.parts import Fold, split_by_days
from henbot.domain.errors import DatasetInvalid


@dataclass(frozen=True, slots=True)
class Part:
    """What was said of one part by a version that had not seen it.

    Attributes:
        name: the fold's.
        dataset: the part's rows.
        judged: label and answer of each.
        refused: why no version could be made without it; then nothing is judged.
    """

    name: str
    dataset: Dataset
    judged: tuple[Judged, ...] = ()
    refused: str = ""

    def metrics(self) -> dict[str, Any]:
        """As `evaluate` gives them."""
        return measure(self.dataset, self.judged)


def crossvalidate(
    read: Sequence[Dataset],
    recipe: Recipe,
    progress: Progress | None = None,
    tail_of: Callable[[Fold], bytes] | None = None,
) -> list[Part]:
    """Train without each part in turn, and judge that part.

    Args:
        read: labelled datasets.
        recipe: of the versions.
        progress: where to show bars.
        tail_of: fine-tunes a tail without the fold's part; by default the stock one serves.

    Raises:
        DatasetInvalid: there is one part only.
    """
    folds = split_by_days(read)
    task = progress.add_task("Parts held out", total=len(folds)) if progress else None
    found = []
    for fold in folds:
        try:
            own = replace(recipe, tail=tail_of(fold)) if tail_of else recipe
            found.append(judge_fold(fold, own, progress))
        except DatasetInvalid as error:
            found.append(Part(fold.name, fold.part, refused=str(error)))
        if progress and task is not None:
            progress.advance(task)
    return found


def judge_fold(fold: Fold, recipe: Recipe, progress: Progress | None = None) -> Part:
    """Train on all but the part, and judge the part; raises DatasetInvalid where the rest is too small."""
    judged, _ = judge(fold.part, recogniser_of(fold.rest, fold.part.coop, recipe, progress))
    return Part(fold.name, fold.part, tuple(judged))


def recogniser_of(
    read: Sequence[Dataset],
    coop: str,
    recipe: Recipe,
    progress: Progress | None = None,
    backbone: Backbone | None = None,
) -> Recogniser:
    """A version trained on datasets, in memory only, at work in one coop; DatasetInvalid if they are too small."""
    with tempfile.TemporaryDirectory(prefix="henbot-fold-") as scratch:
        return load_recogniser(train_on(read, Path(scratch), recipe, progress, backbone), coop)


def summary(parts: Sequence[Part]) -> dict[str, Any]:
    """Metrics of each part, and of all parts of each dataset together."""
    folders = list(dict.fromkeys(part.dataset.folder for part in parts))
    together = {}
    for folder in folders:
        own = [part for part in parts if part.dataset.folder == folder]
        judged = [pair for part in own for pair in part.judged]
        together[folder.resolve().name] = measure(own[0].dataset, judged) | {"frames": len(judged)}
    return {
        "datasets": together,
        "parts": [
            {"dataset": part.dataset.folder.resolve().name, "part": part.name, "frames": len(part.judged)}
            | ({"refused": part.refused} if part.refused else {"metrics": part.metrics()})
            for part in parts
        ],
    }
