"""A candidate from a keeper's labels: trained, and compared with the serving version on days that it did not see."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.progress import Progress, TaskID

from detector.recognition import Recogniser
from detector.starter import Site, chosen
from detector.training.comparison import Comparison, compare
from detector.training.crossvalidate import recogniser_of
from detector.training.dataset import Dataset, load_dataset
from detector.training.evaluate import judge, look_over
from detector.training.fine_tune import HELD_OUT_SHARE, usable_folds
from detector.training.fit import Recipe, train_on
from detector.training.parts import Fold
from detector.versions import read_manifest
from henbot.domain.errors import DatasetInvalid

Report = Callable[[str, float], None]
"""Told a phase, a word, and how far the whole is, 0..1; may raise to end the training."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A new version and how it compares.

    Attributes:
        held_out: name of the days that were kept from it for the comparison; empty if none could be spared.
        learned_by_serving: whether the serving version has learned those days, which speaks for it.
        comparison: None where nothing could be held out.
    """

    folder: Path
    pictures: int
    held_out: str
    learned_by_serving: bool
    comparison: Comparison | None
    metrics: dict[str, Any] = field(default_factory=dict)


def make_candidate(dataset: Path, models: Path, serving: Path | None, report: Report, recipe: Recipe) -> Candidate:
    """Train on a dataset folder, write the version to `models`, and compare it with the one that serves.

    The version that is compared has not seen the part held out; the one that is written has learned from everything.

    Args:
        serving: folder of the serving version; None for the shipped one.

    Raises:
        DatasetInvalid: there is too little to learn from.
    """
    report("reading", 0.0)
    read = load_dataset(dataset)
    fold, learned = _held_out(read, serving)
    comparison = None
    if fold is not None:
        rival, _ = chosen(serving, Site(read.coop, read.roosts))
        look_over(read, rival)
        trial = _trial(fold, recipe, report)
        if trial is not None:
            comparison = _compared(fold, trial, rival, report)
    folder = train_on([read], models, recipe, _Watched("learning", report, 0.55, 0.98))
    report("done", 1.0)
    metrics = dict(read_manifest(folder).metrics)
    name = fold.name if fold is not None and comparison is not None else ""
    return Candidate(folder, len(read.rows), name, learned and bool(name), comparison, metrics)


def _trial(fold: Fold, recipe: Recipe, report: Report) -> Recogniser | None:
    try:
        return recogniser_of(fold.rest, fold.part.coop, recipe, _Watched("comparing", report, 0.02, 0.45))
    except DatasetInvalid:
        return None  # Without the part there is too little to learn from; with it there may be enough.


def _compared(fold: Fold, trial: Recogniser, rival: Recogniser, report: Report) -> Comparison:
    report("comparing", 0.45)
    candidate, _ = judge(fold.part, trial)
    report("comparing", 0.5)
    return compare(candidate, judge(fold.part, rival)[0])


def _held_out(read: Dataset, serving: Path | None) -> tuple[Fold | None, bool]:
    """The part nearest to a quarter, of those that the serving version has not learned if there are any."""
    days = set(read_manifest(serving).trained_on.get("days", ())) if serving else set()
    usable = usable_folds([read])
    fresh = [fold for fold in usable if not days & {fold.part.day_of(row).isoformat() for row in fold.part.rows}]
    total = len(read.rows)
    best = min(fresh or usable, key=lambda fold: abs(len(fold.part.rows) / total - HELD_OUT_SHARE), default=None)
    return best, not fresh


class _Watched(Progress):
    """A progress bar that nobody sees: what it would show goes to a report."""

    def __init__(self, phase: str, report: Report, start: float, end: float) -> None:
        super().__init__(disable=True)
        self._phase, self._report, self._start, self._end = phase, report, start, end

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        super().advance(task_id, advance)
        task = self.tasks[task_id]
        share = task.completed / task.total if task.total else 0.0
        self._report(self._phase, self._start + (self._end - self._start) * min(1.0, share))
