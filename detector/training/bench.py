"""What `detector train` does: pseudo-labels where asked for, a frozen or a fine-tuned version, and the run's record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.progress import Progress

from detector.training.alarms import Alarm, skewed
from detector.training.dataset import Dataset
from detector.training.fine_tune import Places, fine_tune, recipe_told
from detector.training.fit import Recipe, train_on
from detector.training.pseudo import with_pseudo_labels
from detector.training.runs import open_run
from detector.training.tuning import Tuning
from detector.versions import read_manifest


@dataclass(frozen=True, slots=True)
class Order:
    """What the keeper asked for.

    Attributes:
        read: datasets with the rows to learn from.
        places: where versions and runs are written.
        recipe: seed and light.
        tuning: how to fine-tune; None for heads on the stock backbone.
        pseudo: a folder with more pictures of the coop, without labels.
    """

    read: Sequence[Dataset]
    places: Places
    recipe: Recipe
    tuning: Tuning | None = None
    pseudo: Path | None = None


def train_version(order: Order, progress: Progress, say: Callable[[str], None]) -> Path:
    """The folder of the version that was ordered; warnings and what was decided are said in sentences.

    Raises:
        DatasetInvalid: there is too little to learn from.
        TrainingFailed: TensorFlow is needed and not installed, or memory does not suffice.
    """
    read, recipe = list(order.read), order.recipe
    if order.pseudo is not None:
        found = with_pseudo_labels(read, order.pseudo, recipe, progress, say)
        read = [*read, *([found.dataset] if found.dataset else [])]
        recipe = replace(recipe, notes={**recipe.notes, "pseudo": found.notes})
    if order.tuning is not None:
        return fine_tune(read, order.places, recipe, order.tuning, progress, say)
    return _frozen(read, order.places, recipe, progress, say)


def _frozen(
    read: Sequence[Dataset], places: Places, recipe: Recipe, progress: Progress, say: Callable[[str], None]
) -> Path:
    run = open_run(places.runs, "heads", {"recipe": recipe_told(recipe)}, read)
    try:
        alarms = [alarm for alarm in (_skewed(read, question) for question in ("hens", "posture", "hen")) if alarm]
        for alarm in alarms:
            say(alarm.sentence)
        noted = replace(recipe, notes={**recipe.notes, "run": run.id})
        version = train_on(read, places.versions, noted, progress)
        run.note(alarms=[{"kind": alarm.kind, "sentence": alarm.sentence} for alarm in alarms])
        run.finish({"version": version.name, "metrics": dict(read_manifest(version).metrics)})
    finally:
        run.leave()
    return version


def _skewed(read: Sequence[Dataset], question: str) -> Alarm | None:
    labels = [str(getattr(row, question)) for dataset in read for row in dataset.rows if row.sure(question)]
    return skewed(question, labels)
