"""Train a fine-tuned version: tune the tail, see whether it pays on a part that it did not see, fit the heads anew."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import structlog
from rich.progress import Progress

from detector.training.crossvalidate import judge_fold
from detector.training.dataset import Dataset
from detector.training.fit import Recipe, check_enough, pictures_of, train_on
from detector.training.memory import Plan, available_bytes, fitting, with_less_memory
from detector.training.parts import Fold, split_by_days
from detector.training.quiet import tensorflow
from detector.training.runs import Run, open_run
from detector.training.study import Picture
from detector.training.tuning import Material, Tuned, Tuning, tune
from henbot.domain.errors import DatasetInvalid

log = structlog.get_logger(__name__)

HELD_OUT_SHARE = 0.25
"""How large a part is held out at best; the nearest one is taken."""

LEAST_LEFT = 0.4
"""Share of the rows that must be left to learn from."""


@dataclass(frozen=True, slots=True)
class Places:
    """Folders that a training writes to."""

    versions: Path
    runs: Path


def fine_tune(
    read: Sequence[Dataset],
    places: Places,
    recipe: Recipe,
    tuning: Tuning,
    progress: Progress,
    say: Callable[[str], None] = lambda sentence: None,
) -> Path:
    """Write a fine-tuned version, going on with a run that was killed if there is one.

    Args:
        read: datasets with the rows to learn from.
        places: where to write.
        recipe: for the heads; its seed and light are the tail's, too.
        tuning: how to tune.
        progress: where to show bars.
        say: told alarms, and whether it paid, in sentences.

    Raises:
        DatasetInvalid: there is too little to learn from.
        TrainingFailed: TensorFlow is not installed, or memory does not suffice.
    """
    fold = held_out_part(read)
    rest = fold.rest if fold else read
    check_enough(_nests(rest), [dataset.folder for dataset in read])
    if fold is None:
        say("All pictures are of one half-day: none can be held out to see whether fine-tuning pays. Label more days.")
    run = open_run(places.runs, "fine-tune", {"recipe": recipe_told(recipe), "tuning": asdict(tuning)}, read)
    try:
        tuned = _tuned(rest, [fold.part] if fold else [], (recipe, tuning), run, progress, say)
        with_tail = replace(recipe, tail=tuned.tail)
        paid = _compare(fold, recipe, with_tail, progress, say) if fold else {}
        notes = {"run": run.id, "tuning": _notes(tuned, paid), **recipe.notes}
        version = train_on(read, places.versions, replace(with_tail, notes=notes), progress)
        run.finish({"version": version.name, "tail_bytes": len(tuned.tail), **paid})
    finally:
        run.leave()
    return version


def tail_without(
    fold: Fold, runs: Path, recipe: Recipe, tuning: Tuning, progress: Progress, say: Callable[[str], None]
) -> bytes:
    """A tail tuned on the fold's rest, as a run of its own; raises DatasetInvalid where that is too small."""
    check_enough(_nests(fold.rest), [dataset.folder for dataset in fold.rest])
    told = {"recipe": recipe_told(recipe), "tuning": asdict(tuning), "held_out": fold.name}
    run = open_run(runs, "fold", told, fold.rest)
    try:
        tuned = _tuned(fold.rest, [fold.part], (recipe, tuning), run, progress, say)
        run.finish({"tail_bytes": len(tuned.tail)})
    finally:
        run.leave()
    return tuned.tail


def _tuned(
    rest: Sequence[Dataset],
    held_out: Sequence[Dataset],
    how: tuple[Recipe, Tuning],
    run: Run,
    progress: Progress,
    say: Callable[[str], None],
) -> Tuned:
    recipe, tuning = how
    exhausted = (MemoryError, tensorflow().errors.ResourceExhaustedError)
    material = Material(_nests(rest), _nests(held_out), recipe.relighting, recipe.seed)
    return with_less_memory(lambda plan: tune(material, tuning, plan, run, progress, say), _plan(run), exhausted)


def held_out_part(read: Sequence[Dataset]) -> Fold | None:
    """The part nearest to a quarter in size, with and without hens in it and in the rest; None if there is none."""
    total = sum(len(dataset.rows) for dataset in read)
    return min(usable_folds(read), key=lambda fold: abs(len(fold.part.rows) / total - HELD_OUT_SHARE), default=None)


def usable_folds(read: Sequence[Dataset]) -> list[Fold]:
    """Parts that have nests with and without hens, as has the rest, and leave enough to learn from."""
    try:
        folds = split_by_days(read)
    except DatasetInvalid:
        return []
    total = sum(len(dataset.rows) for dataset in read)
    usable = [fold for fold in folds if _mixed([fold.part]) and _mixed(fold.rest)]
    return [fold for fold in usable if len(fold.part.rows) <= (1 - LEAST_LEFT) * total]


def _mixed(datasets: Sequence[Dataset]) -> bool:
    sure = [bool(row.hens) for dataset in datasets for row in dataset.rows if row.sure("hens")]
    return min(sure.count(True), sure.count(False)) >= 3


def _nests(datasets: Sequence[Dataset]) -> list[Picture]:
    return pictures_of([dataset.only("nest") for dataset in datasets])[0]


def _plan(run: Run) -> Plan:
    stored = run.record().get("plan")
    return Plan(**stored) if stored else fitting(available_bytes())


def _compare(
    fold: Fold, frozen: Recipe, tuned: Recipe, progress: Progress, say: Callable[[str], None]
) -> dict[str, Any]:
    """What versions with either tail, made without the part, say of it."""
    found = {}
    for name, recipe in (("frozen", frozen), ("tuned", tuned)):
        part = judge_fold(fold, recipe, progress=progress)
        metrics = part.metrics()
        found[name] = {question: metrics[question]["balanced_accuracy"] for question in ("hen_or_none", "posture")}
    told = ", ".join(
        f"{question} {_percent(before)} → {_percent(found['tuned'][question])}"
        for question, before in found["frozen"].items()
    )
    say(f"On {fold.name}, which the tuning did not see, frozen → tuned: {told}.")
    if not _pays(found):
        say("Fine-tuning did not pay here: a version without --fine-tune is as good or better, and faster.")
    return {"held_out": fold.name, **found}


def _pays(found: dict[str, dict[str, float | None]]) -> bool:
    gains = [
        tuned - frozen
        for frozen, tuned in zip(found["frozen"].values(), found["tuned"].values(), strict=True)
        if frozen is not None and tuned is not None
    ]
    return sum(gains) > 0 and min(gains, default=0) > -0.01


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _notes(tuned: Tuned, paid: dict[str, Any]) -> dict[str, Any]:
    return {"epochs": tuned.epochs, "alarms": [asdict(alarm) for alarm in tuned.alarms], **paid}


def recipe_told(recipe: Recipe) -> dict[str, Any]:
    """What a run's record says of a recipe."""
    return {"seed": recipe.seed, "relighting": asdict(recipe.relighting), "notes": dict(recipe.notes)}
