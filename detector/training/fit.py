"""Train a model version: heads on the frozen backbone."""

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import Progress

from detector.backbone import Backbone, Floats
from detector.classifier import LinearHead
from detector.foreground import Sight, posture_features, presence_features
from detector.identity import Gallery, embedding
from detector.infrared import is_colourless
from detector.newcomers import STRANGER
from detector.recognition import Heads, Place
from detector.roost import RoostCounter, roost_features
from detector.training.augment import USUAL, Relighting
from detector.training.dataset import Dataset, crops_of, load_dataset
from detector.training.eggs import learn_eggs
from detector.training.gallery import Portraits, fit_gallery
from detector.training.heads import fit_head, fit_temperature
from detector.training.roost import RoostPictures, fit_roost, greyed
from detector.training.study import Picture, Sample, Study, number_sittings, steps_of, study
from detector.versions import Manifest, write_version
from henbot.domain.errors import DatasetInvalid
from henbot.domain.observations import UNKNOWN, Posture

OCCUPIED = ("no", "yes")
OCCUPIED_L2 = 0.5
NEW_DAY_BIAS = 0.15
"""Added to the logit of `yes`: on a new day hens differ from the ones seen, more than empty nests differ from empty
nests (chickencam both ways: the lowest 5 % of hens lie around 0, the highest 2 % of empty nests around -0.5).
"""

POSTURE_L2 = 0.3
SCENE_L2 = 10.0
"""For the heads that know no empty nest: learning from two coops and judging the third (chickencam, chookegg,
henhouse), AUROC 0.91, 1.00, 0.94 with 0.1 and 0.96, 1.00, 0.94 with 10; ImageNet's classes alone 0.81, 0.94, 0.69.
"""

LEAST_OF_TWO = 5
"""Pictures of two hens from which a head for the second one is fitted."""

FOLDS = 5
NAMED_FROM = 0.8
"""Pooled posterior over a visit from which a hen is named."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a version is made, beside its pictures.

    Attributes:
        seed: the same seed, pictures and machine give the same version.
        relighting: how copies of the pictures differ.
        tail: the network's fine-tuned end as a flatbuffer, instead of the stock one (`detector.training.tuning`).
        notes: more to write into the manifest's `trained_on`.
    """

    seed: int = 2016
    relighting: Relighting = USUAL
    tail: bytes | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)


def train(
    datasets: Sequence[Path],
    out: Path,
    days_from: date | None = None,
    days_to: date | None = None,
    seed: int = 2016,
    progress: Progress | None = None,
) -> Path:
    """Train on dataset folders and write `out/<id>`.

    Args:
        datasets: folders, of one coop or of several.
        out: the folder of versions, made if missing.
        days_from: first day, in the coop's time zone; all if None.
        days_to: last day, inclusive.
        seed: the same seed, pictures and machine give the same version.
        progress: where to show a bar; none is shown without it.

    Returns:
        The version's folder.

    Raises:
        DatasetInvalid: a folder is malformed, or has no empty or no occupied nest in those days.
    """
    read = [load_dataset(folder) for folder in datasets]
    chosen = [replace(dataset, rows=tuple(dataset.of_days(days_from, days_to))) for dataset in read]
    return train_on(chosen, out, Recipe(seed), progress)


def train_on(
    read: Sequence[Dataset],
    out: Path,
    recipe: Recipe,
    progress: Progress | None = None,
    backbone: Backbone | None = None,
) -> Path:
    """The same from datasets that were read already, with the rows that shall be learned from.

    A `backbone` of the caller's must have the recipe's tail.
    """
    started = time.monotonic()
    if not read:
        raise DatasetInvalid("no dataset folder was given; name at least one")
    pictures, skipped = pictures_of(read)
    roosts = frozenset((each.coop, nest.id) for each in read for nest in each.nests.values() if nest.kind == "roost")
    in_nests = [p for p in pictures if p.place not in roosts]
    on_roosts = [p for p in pictures if p.place in roosts]
    check_enough(in_nests, [dataset.folder for dataset in read])
    backbone = backbone or Backbone(tail=recipe.tail)
    learned = _study(in_nests, backbone, recipe, progress)
    coops = tuple(dict.fromkeys(dataset.coop for dataset in read))
    heads, held_out = fit_heads(learned, coops, _fit_roost(on_roosts, read, backbone), roosts)
    egg_head, egg_notes = learn_eggs(read, recipe.seed)
    heads = replace(heads, eggs=egg_head)
    manifest = _manifest(heads, read, pictures, skipped)
    metrics = {"seconds": round(time.monotonic() - started, 1), "held_out_occupied": held_out}
    manifest = replace(manifest, metrics=metrics, trained_on=dict(manifest.trained_on) | egg_notes | dict(recipe.notes))
    return write_version(out, manifest, heads.arrays(), recipe.tail)


def pictures_of(read: Sequence[Dataset]) -> tuple[list[Picture], int]:
    """Readable labelled crops, and how many could not be read."""
    found: list[Picture] = []
    skipped = sittings = 0
    for dataset in read:
        numbers = [sittings + number for number in number_sittings(dataset.rows)]
        for (row, crop), sitting in zip(crops_of(dataset, dataset.rows), numbers, strict=True):
            if crop is None:
                skipped += 1
            else:
                found.append(Picture(row, crop, sitting, dataset.coop))
        sittings = max(numbers, default=sittings)
    return found, skipped


def check_enough(pictures: Sequence[Picture], datasets: Sequence[Path]) -> None:
    """Refuse what cannot be learned from, with DatasetInvalid."""
    sure = [p.row.hens for p in pictures if p.row.sure("hens")]
    occupied = sum(bool(hens) for hens in sure)
    where = ", ".join(str(folder / "labels.csv") for folder in datasets)
    if occupied < 3 or len(sure) - occupied < 3:
        raise DatasetInvalid(
            f"{where}: hens: {occupied} pictures with hens and {len(sure) - occupied} without can be read in these "
            "days; label at least three of each, or choose more days"
        )


def _study(pictures: Sequence[Picture], backbone: Backbone, recipe: Recipe, progress: Progress | None) -> Study:
    if progress is None:
        return study(pictures, backbone, recipe.seed, lambda: None, recipe.relighting)
    task = progress.add_task("Looking at pictures", total=steps_of(pictures))
    return study(pictures, backbone, recipe.seed, lambda: progress.advance(task), recipe.relighting)


def fit_heads(
    learned: Study, coops: tuple[str, ...], roost: RoostCounter | None, roosts: frozenset[Place]
) -> tuple[Heads, float | None]:
    """The heads, and the share of pictures told rightly by heads that had not seen their stretch of time."""
    occupied, held_out = _fit_occupied(learned.samples)
    galleries = {coop: _fit_identity([s for s in learned.samples if s.picture.coop == coop]) for coop in coops}
    heads = Heads(
        coops=coops,
        scale=learned.scale,
        references={place: empties.reference for place, empties in learned.empties.items()},
        occupied=occupied,
        anywhere=_fit_anywhere(learned.samples),
        two=_fit_two(learned.samples),
        posture=_fit_posture(learned.samples, posture_features, POSTURE_L2),
        posture_anywhere=_fit_posture(learned.samples, _scene, SCENE_L2),
        galleries={coop: gallery for coop, gallery in galleries.items() if gallery},
        roost=roost,
        roosts=roosts,
    )
    return heads, held_out


def _presence(samples: Sequence[Sample]) -> tuple[Floats, list[str], Floats]:
    """Rows, labels `no` and `yes`, and weights that give both the same say."""
    labels = ["yes" if s.picture.row.hens else "no" for s in samples]
    return np.stack([presence_features(s.sight) for s in samples]), labels, _weights(labels)


def _weights(labels: Sequence[str]) -> Floats:
    counts = Counter(labels)
    return np.asarray([len(labels) / (len(counts) * counts[label]) for label in labels], np.float32)


def _counted(samples: Sequence[Sample]) -> list[Sample]:
    return [s for s in samples if s.picture.row.sure("hens")]


def _fit_occupied(samples: Sequence[Sample]) -> tuple[LinearHead, float | None]:
    """The head, and the share of real pictures got right by heads that had not seen their stretch of time."""
    rows, labels, weights = _presence(_counted(samples))
    head = fit_head(rows, labels, OCCUPIED, OCCUPIED_L2, weights)
    head = replace(head, bias=head.bias + np.asarray([0.0, NEW_DAY_BIAS], np.float32))
    logits, truth = _held_out(samples)
    if not truth:
        return head, None
    right = [label == OCCUPIED[int(row.argmax())] for row, label in zip(logits, truth, strict=True)]
    temperature = fit_temperature(logits, truth, OCCUPIED)
    return replace(head, temperature=temperature), round(sum(right) / len(right), 4)


def _fit_anywhere(samples: Sequence[Sample]) -> LinearHead:
    """For nests without a reference: every coop and kind has the same say, so that one coop's light is not the rule."""
    counted = _counted(samples)
    labels = ["yes" if s.picture.row.hens else "no" for s in counted]
    weights = _weights([f"{s.picture.coop}/{label}" for s, label in zip(counted, labels, strict=True)])
    return fit_head(np.stack([_scene(s.sight) for s in counted]), labels, OCCUPIED, SCENE_L2, weights)


def _scene(sight: Sight) -> Floats:
    return sight.scene


def _held_out(samples: Sequence[Sample]) -> tuple[Floats, list[str]]:
    """Logits of real pictures by heads that saw neither their stretch of time nor altered copies of it."""
    counted = _counted(samples)
    times = np.asarray([s.picture.time for s in counted])
    logits: list[Floats] = []
    truth: list[str] = []
    for stretch in np.array_split(np.unique(times), FOLDS):
        inside = np.isin(times, stretch)
        seen = [s for s, is_in in zip(counted, inside, strict=True) if not is_in]
        left = [s for s, is_in in zip(counted, inside, strict=True) if is_in and not s.relit and not s.repainted]
        if not left or len({bool(s.picture.row.hens) for s in seen}) < 2:
            continue
        rows, labels, weights = _presence(seen)
        held_rows, held_labels, _ = _presence(left)
        logits.append(fit_head(rows, labels, OCCUPIED, OCCUPIED_L2, weights).logits(held_rows))
        truth += held_labels
    return (np.concatenate(logits) if logits else np.zeros((0, 2), np.float32)), truth


def _fit_two(samples: Sequence[Sample]) -> LinearHead | None:
    occupied = [s for s in _counted(samples) if s.picture.row.hens]
    labels = ["two" if (s.picture.row.hens or 0) > 1 else "one" for s in occupied]
    real = Counter(label for s, label in zip(occupied, labels, strict=True) if not s.relit and not s.repainted)
    if min(real["one"], real["two"]) < LEAST_OF_TWO:
        return None
    rows = np.stack([presence_features(s.sight) for s in occupied])
    return fit_head(rows, labels, ("one", "two"), OCCUPIED_L2)


def _fit_posture(samples: Sequence[Sample], seen: Callable[[Sight], Floats], l2: float) -> LinearHead | None:
    posed = [s for s in samples if s.picture.row.hens and s.picture.row.sure("posture")]
    labels = [str(s.picture.row.posture) for s in posed]
    classes = [str(p) for p in (Posture.SITTING, Posture.STANDING, Posture.PARTIAL) if str(p) in labels]
    usable = [(s, label) for s, label in zip(posed, labels, strict=True) if label in classes]
    if len(classes) < 2:
        return None
    rows = np.stack([seen(s.sight) for s, _ in usable])
    return fit_head(rows, [label for _, label in usable], classes, l2)


def _fit_identity(samples: Sequence[Sample]) -> Gallery | None:
    known = [
        s
        for s in samples
        if s.picture.row.hens == 1 and s.picture.row.sure("hen") and s.picture.row.hen not in {None, UNKNOWN}
    ]
    if not known:
        return None
    return fit_gallery(
        Portraits(
            birds=np.stack([embedding(s.sight) for s in known]),
            hens=np.asarray([STRANGER if s.repainted else str(s.picture.row.hen) for s in known]),
            painted_from=np.asarray([str(s.picture.row.hen) for s in known]),
            sittings=np.asarray([s.picture.sitting for s in known], np.int64),
            times=np.asarray([s.picture.time for s in known]),
            relit=np.asarray([s.relit for s in known], np.bool_),
        )
    )


def _fit_roost(pictures: Sequence[Picture], read: Sequence[Dataset], backbone: Backbone) -> RoostCounter | None:
    counted = [p for p in pictures if p.row.sure("hens")]
    if not counted:
        return None
    day_of = {dataset.coop: dataset.day_of for dataset in read}
    return fit_roost(
        RoostPictures(
            features=np.stack([roost_features(backbone.features(p.crop)) for p in counted]),
            grey=np.stack([roost_features(backbone.features(greyed(p.crop))) for p in counted]),
            counts=np.asarray([p.row.hens or 0 for p in counted], np.float32),
            days=[day_of[p.coop](p.row) for p in counted],
            dark=np.asarray([is_colourless(p.crop) for p in counted], np.bool_),
        )
    )


def _manifest(heads: Heads, read: Sequence[Dataset], pictures: Sequence[Picture], skipped: int) -> Manifest:
    now = datetime.now(UTC)
    rows = [p.row for p in pictures]
    days = sorted({dataset.day_of(row).isoformat() for dataset in read for row in dataset.rows})
    optional = {
        "two": heads.two,
        "posture": heads.posture,
        "hen": heads.galleries or None,
        "roost": heads.roost,
        "eggs": heads.eggs,
    }
    hens = {str(hen): None for gallery in heads.galleries.values() for hen in gallery.hens}
    return Manifest(
        id=f"{now:%Y%m%d-%H%M%S}-{os.urandom(3).hex()}",
        created=now.isoformat(timespec="seconds"),
        coop=heads.coops[0],
        coops=heads.coops,
        hens=tuple(hens),
        outputs=("occupied", *(name for name, head in optional.items() if head is not None)),
        thresholds={"identity": NAMED_FROM},
        temperatures={"occupied": heads.occupied.temperature},
        trained_on={
            "datasets": [{"name": dataset.folder.resolve().name, "sha256": dataset.sha256} for dataset in read],
            "days": days,
            "pictures": len(pictures),
            "skipped": skipped,
            "hens": dict(Counter(str(row.hens) for row in rows)),
            "hen": dict(Counter(str(row.hen) for row in rows if row.hen)),
            "posture": dict(Counter(str(row.posture) for row in rows if row.posture)),
        },
    )
