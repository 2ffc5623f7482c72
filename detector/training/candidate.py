"""A candidate from a keeper's labels: trained, and compared with the serving version on days that it did not see."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from detector.recognition import Recogniser
from detector.starter import Site, chosen
from detector.training.comparison import Comparison, compare
from detector.training.crossvalidate import recogniser_of
from detector.training.curve import SHARES, CurvePoint, learning_curve
from detector.training.dataset import Dataset, LabelledNest, load_dataset
from detector.training.evaluate import Judged, judge, look_over
from detector.training.fine_tune import HELD_OUT_SHARE, usable_folds
from detector.training.fit import Recipe, train_on
from detector.training.mistakes import Mistake, contact_sheet, mistakes_of
from detector.training.parts import Fold
from detector.training.remembering import REMEMBERED_COST, RememberingBackbone
from detector.training.stages import Report, Stages, looks_of, repainted_of
from detector.training.study import copies_of
from detector.versions import read_manifest
from henbot.domain.errors import DatasetInvalid
from henbot.domain.observations import UNKNOWN
from henbot.services.label_counts import LabelCounts

TOLD = ("hens", "hen", "posture", "eggs")

MOST_LOOKED_OVER = 400
"""Pictures that a rival which does not know the coop looks over before it is compared."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A new version and how it compares.

    Attributes:
        labels: how many pictures of whom it learned from.
        held_out: name of the days that were kept from it for the comparison; empty if none could be spared.
        learned_by_serving: whether the serving version has learned those days, which speaks for it.
        comparison: None where nothing could be held out.
        curve: what was right the more was learned from, the whole last; empty as `held_out`.
        mistakes: held-out pictures that it reads wrongly, in their order on the sheet, a JPEG.
    """

    folder: Path
    labels: LabelCounts
    held_out: str = ""
    learned_by_serving: bool = False
    comparison: Comparison | None = None
    curve: tuple[CurvePoint, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    sheet: bytes = b""
    metrics: dict[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Its report, as JSON."""
        return {
            "labels": self.labels.told(),
            "held_out": self.held_out,
            "learned_by_serving": self.learned_by_serving,
            "comparison": self.comparison.told() if self.comparison else None,
            "curve": [point.told() for point in self.curve],
            "metrics": self.metrics,
        }


def make_candidate(dataset: Path, scratch: Path, serving: Path | None, report: Report, recipe: Recipe) -> Candidate:
    """Train on a dataset folder, write the version below `scratch`, and compare it with the one that serves.

    The version that is compared has not seen the part held out; the one that is written has learned from everything.

    Args:
        scratch: a folder to work in, for what may be forgotten afterwards, too.
        serving: folder of the serving version; None for the shipped one.

    Raises:
        DatasetInvalid: there is too little to learn from.
    """
    report("reading", 0.0)
    read = load_dataset(dataset)
    work = _Work(read, labelled(read), scratch, recipe, report)
    fold, learned = _held_out(work.labelled, serving)
    found = work.compared(fold, serving) if fold is not None else None
    folder = work.version()
    metrics = dict(read_manifest(folder).metrics)
    made = Candidate(folder, _counts(work.labelled), metrics=metrics)
    if fold is None or found is None:
        return made
    comparison, curve, judged = found
    mistakes, sheet = contact_sheet(fold.part, mistakes_of(judged))
    return replace(
        made,
        held_out=fold.name,
        learned_by_serving=learned,
        comparison=comparison,
        curve=curve,
        mistakes=mistakes,
        sheet=sheet,
    )


def labelled(read: Dataset) -> Dataset:
    """The rows of which a person told anything: the others teach nothing, and there may be a hundred times as many."""
    return replace(read, rows=tuple(row for row in read.rows if any(row.sure(name) for name in TOLD)))


def _counts(read: Dataset) -> LabelCounts:
    rows = [row for row in read.only("nest").rows if row.sure("hens")]
    named = Counter(row.hen for row in rows if row.hens == 1 and row.hen not in {None, UNKNOWN} and row.sure("hen"))
    hens = {hen: named[hen] for hen in read.hens}
    occupied = sum(bool(row.hens) for row in rows)
    return LabelCounts(hens, occupied, len(rows) - occupied)


@dataclass(slots=True)
class _Work:
    """What a training looks at, with one memory of it all."""

    read: Dataset
    labelled: Dataset
    scratch: Path
    recipe: Recipe
    report: Report
    backbone: RememberingBackbone = field(init=False)
    stages: Stages = field(init=False)

    def __post_init__(self) -> None:
        self.backbone = RememberingBackbone()
        self._plan(None)

    def _plan(self, fold: Fold | None) -> None:
        self.stages = Stages(_lengths(self.labelled, fold), self.report)
        self.backbone.tick = self.stages.look

    def compared(
        self, fold: Fold, serving: Path | None
    ) -> tuple[Comparison, tuple[CurvePoint, ...], list[Judged]] | None:
        """Train without the part and judge it, then with less and less; None where the rest is too small."""
        self._plan(fold)
        with self.stages.stage("comparing"):
            rival, _ = chosen(serving, Site(self.read.coop, self.read.roosts))
            look_over(_some(self.read, MOST_LOOKED_OVER), rival)
            judged = self._judged(fold, fold.rest)
            if judged is None:
                self._plan(None)
                return None
            comparison = compare(judged, judge(fold.part, rival, self._tick)[0])
        with self.stages.stage("curve"):
            curve = learning_curve(fold.rest, judged, lambda rest: self._judged(fold, rest), self.recipe.seed)
        return comparison, curve, judged

    def version(self) -> Path:
        """What is learned from everything."""
        with self.stages.stage("learning"):
            return train_on([self.labelled], self.scratch / "versions", self.recipe, None, self.backbone)

    def _judged(self, fold: Fold, rest: Sequence[Dataset]) -> list[Judged] | None:
        try:
            trial: Recogniser = recogniser_of(rest, fold.part.coop, self.recipe, None, self.backbone)
        except DatasetInvalid:
            return None  # Without the part there is too little to learn from; with it there may be enough.
        return judge(fold.part, trial, self._tick)[0]

    def _tick(self) -> None:
        self.stages.look(1.0)


def _lengths(read: Dataset, fold: Fold | None) -> list[float]:
    """Of the stages: comparing and the curve, where a part is held out, and learning."""
    everything = looks_of(read.rows)
    if fold is None:
        return [everything]
    rest = [row for dataset in fold.rest for row in dataset.rows]
    part = len(fold.part.rows)
    shared = looks_of(rest)
    curve = sum(part + _again(_first(rest, share), len(rest)) for share in SHARES)
    return [shared + 2 * part, curve, max(_again(read.rows, len(rest)), everything - shared)]


def _again(rows: Sequence[LabelledNest], before: int) -> float:
    """Looks that a training takes where most was seen in one on `before` rows: birds are repainted anew."""
    relit, painted = copies_of(len(rows), sum(bool(row.hens) for row in rows))
    more = max(0, relit - copies_of(before, 1)[0])
    return repainted_of(rows) * painted + more * len(rows) + REMEMBERED_COST * looks_of(rows)


def _first(rows: Sequence[LabelledNest], share: float) -> Sequence[LabelledNest]:
    return rows[:: max(1, round(1 / share))] if share < 0.7 else rows[: round(share * len(rows))]


def _some(read: Dataset, most: int) -> Dataset:
    """So many rows, evenly over time."""
    step = -(-len(read.rows) // most)
    return replace(read, rows=read.rows[::step]) if step > 1 else read


def _held_out(read: Dataset, serving: Path | None) -> tuple[Fold | None, bool]:
    """The part nearest to a quarter, of those that the serving version has not learned if there are any."""
    days = set(read_manifest(serving).trained_on.get("days", ())) if serving else set()
    usable = usable_folds([read])
    fresh = [fold for fold in usable if not days & {fold.part.day_of(row).isoformat() for row in fold.part.rows}]
    total = len(read.rows)
    best = min(fresh or usable, key=lambda fold: abs(len(fold.part.rows) / total - HELD_OUT_SHARE), default=None)
    return best, not fresh
