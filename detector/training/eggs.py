"""Teach the count of eggs with a keeper's own boxes: the egg net stays, a linear head moves its judgement."""

import csv
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.backbone import allowed_threads
from detector.crops import CROP_SIDE, Pixels, bounds, cut
from detector.eggs import CELL, FEATURES, MAP_SIDE, MOST_EGGS, EggHead, EggMaps, EggNet, Floats, counts_of, peaks
from detector.training.augment import Relighting, relight
from detector.training.dataset import Dataset, read_picture
from detector.training.egg_paste import lay_eggs, whole_eggs
from henbot.domain.errors import DatasetInvalid

Doubles = NDArray[np.float64]

BOX_FILES = ("eggs.csv", "boxes.csv")
CORNERS = ("x1", "y1", "x2", "y2")
COPIES = 1
"""Relit copies of each picture, half of them mirrored."""

HEAPS = 2
"""Copies of each picture with eggs laid into it that were cut from the pictures of the same days."""

MOST_HEAPS = 150
"""Of these in all, so that training stays short where many pictures have boxes."""

LEAST_BOXES = 5
"""Eggs from which the net's judgement is moved at all."""

RIDGE = 3e-2
"""How strongly the head holds to the net's own judgement, per unit of the examples' weight."""

NET_EVEN = -0.5
"""Logit of the net from which a cell is more likely an egg's middle than not."""

DOUBT = 0.05
"""Share of pictures of which the count is taken to say nothing: no odd picture shall decide the line."""

MOST_CELLS = 100_000
"""That a head learns from, eggs' own beside; 54 pictures have fewer, of more pictures an even share is taken."""

FOLDS = 3
MILD = Relighting(exposure=0.3, sun=0.3)


@dataclass(frozen=True, slots=True, eq=False)
class EggPicture:
    """An empty nest with its eggs, or a nest with a hen whose eggs are surely known.

    Attributes:
        crop: (224, 224, 3) uint8 RGB.
        boxes: (n, 4) x1, y1, x2, y2 in pixels of the crop.
        day: and
        time: seconds since 1970, when it was taken.
    """

    crop: Pixels
    boxes: Floats
    day: str
    time: float


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A picture through the net: as it was, and copies of it."""

    picture: EggPicture
    maps: EggMaps
    copies: list[tuple[EggMaps, Floats]]


def has_boxes(dataset: Dataset) -> bool:
    """Whether a dataset folder says where eggs lie."""
    return any((dataset.folder / name).is_file() for name in BOX_FILES)


def egg_pictures(dataset: Dataset) -> Iterator[EggPicture]:
    """Nests of which every visible egg has a box, or that surely show none.

    Raises:
        DatasetInvalid: a file of boxes lacks a column, or a field is no number.
    """
    boxes = _boxes(dataset.folder)
    last: tuple[str, Pixels | None] = ("", None)
    for row in dataset.rows:
        known = row.eggs is not None and (row.hens == 0 or row.sure("eggs"))
        if dataset.nests[row.nest].kind != "nest" or not known:
            continue
        if last[0] != row.file:
            last = (row.file, read_picture(dataset.folder / "frames" / row.file))
        if last[1] is None:
            continue
        polygon = dataset.nests[row.nest].polygon
        inside = _in_crop(boxes.get(row.file, []), bounds(last[1].shape, polygon))
        if len(inside) == row.eggs:
            day = dataset.day_of(row).isoformat()
            yield EggPicture(cut(last[1], polygon), inside, day, row.captured_at.timestamp())


def _boxes(folder: Path) -> dict[str, list[list[float]]]:
    found: dict[str, list[list[float]]] = defaultdict(list)
    for path in (folder / name for name in BOX_FILES):
        if not path.is_file():
            continue
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), start=2):
                if row.get("kind", "egg") == "egg":
                    found[row.get("file") or ""].append(_corners(f"{path}: line {number}", row))
    return found


def _corners(where: str, row: dict[str, str]) -> list[float]:
    try:
        return [float(row[name]) for name in CORNERS]
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetInvalid(
            f"{where}: {', '.join(CORNERS)}: must be the box's corners in pixels of the frame ({error})"
        ) from error


def _in_crop(boxes: Sequence[Sequence[float]], part: tuple[int, int, int, int]) -> Floats:
    """Those whose middle lies in the nest, (n, 4) in pixels of its crop."""
    left, top, right, bottom = part
    scale = np.asarray([CROP_SIDE / (right - left), CROP_SIDE / (bottom - top)] * 2)
    all_of = (np.asarray(boxes, np.float64).reshape(-1, 4) - (left, top, left, top)) * scale
    middle = (all_of[:, :2] + all_of[:, 2:]) / 2
    return np.asarray(all_of[((middle >= 0) & (middle < CROP_SIDE)).all(axis=1)], np.float32)


def learn_eggs(read: Sequence[Dataset], seed: int) -> tuple[EggHead | None, dict[str, object]]:
    """A head from all datasets that have boxes, and what to note of it in the manifest; None where none has.

    Raises:
        DatasetInvalid: a file of boxes is malformed.
    """
    boxed = [dataset for dataset in read if has_boxes(dataset)]
    if not boxed:
        return None, {"eggs": f"not counted: no dataset says where eggs lie ({' or '.join(BOX_FILES)})"}
    pictures = [picture for dataset in boxed for picture in egg_pictures(dataset)]
    boxes = sum(len(picture.boxes) for picture in pictures)
    head = replace(
        fit_eggs(pictures, EggNet(threads=allowed_threads(2)), seed),
        coops=tuple(sorted({dataset.coop for dataset in boxed})),
    )
    return head, {"eggs": {"pictures": len(pictures), "boxes": boxes}}


def fit_eggs(pictures: Sequence[EggPicture], net: EggNet, seed: int) -> EggHead:
    """A head for these pictures; the net's own where there are too few eggs to learn from."""
    if sum(len(p.boxes) for p in pictures) < LEAST_BOXES:
        return EggHead()
    seen = [_see(p, net, np.random.default_rng([seed, 3, index])) for index, p in enumerate(pictures)]
    return _fit_seen(_heaped(seen, net, np.random.default_rng([seed, 4])))


def _fit_seen(seen: Sequence[_Seen]) -> EggHead:
    """The head, with the line from logits to odds drawn through pictures that were held out."""
    held_out: list[tuple[Floats, int]] = []
    for fold in _folds([one.picture for one in seen]):
        head = _fit([one for one, out in zip(seen, fold, strict=True) if not out])
        for one in (one for one, out in zip(seen, fold, strict=True) if out):
            found = peaks(head.logits(one.maps), one.maps.sizes)[1]
            held_out.append((found, len(one.picture.boxes)))
    head = _fit(seen)
    return EggHead(head.weights, head.offset, *_line(held_out))


def _see(picture: EggPicture, net: EggNet, random: np.random.Generator) -> _Seen:
    copies = []
    for _ in range(COPIES):
        crop, boxes = _mirrored(picture.crop, picture.boxes, random)
        copies.append((net.maps(relight(crop, random, MILD)), boxes))
    return _Seen(picture, net.maps(picture.crop), copies)


def _heaped(seen: Sequence[_Seen], net: EggNet, random: np.random.Generator) -> list[_Seen]:
    """The same with pictures of more eggs among their copies; what is held out together lends no egg to the rest."""
    found, every = list(seen), math.ceil(HEAPS * len(seen) / MOST_HEAPS)
    for fold in _folds([one.picture for one in seen]):
        members = [index for index, out in enumerate(fold) if out]
        eggs = [egg for index in members for egg in whole_eggs(seen[index].picture.crop, seen[index].picture.boxes)]
        for index in (member for member in members if eggs and member % every == 0):
            picture = seen[index].picture
            laid = [lay_eggs(picture.crop, picture.boxes, eggs, random) for _ in range(HEAPS)]
            heaps = [(net.maps(relight(crop, random, MILD)), boxes) for crop, boxes in laid]
            found[index] = replace(seen[index], copies=[*seen[index].copies, *heaps])
    return found


def _mirrored(crop: Pixels, boxes: Floats, random: np.random.Generator) -> tuple[Pixels, Floats]:
    """The crop and its boxes, left and right exchanged in every other copy; up and down say which egg is nearer."""
    if random.random() < 0.5:
        return crop, boxes
    x1, y1, x2, y2 = boxes.T
    return np.ascontiguousarray(crop[:, ::-1]), np.stack([CROP_SIDE - x2, y1, CROP_SIDE - x1, y2], axis=1)


def _folds(pictures: Sequence[EggPicture]) -> list[np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Masks of what is held out: whole days, or stretches of time where there are fewer than three days."""
    days = sorted({p.day for p in pictures})
    if len(days) >= 3:
        return [np.asarray([p.day in part for p in pictures]) for part in np.array_split(days, min(FOLDS, len(days)))]
    times = np.unique([p.time for p in pictures])
    parts = np.array_split(times, min(FOLDS, len(times))) if len(times) > 1 else [times[:0]]
    return [np.asarray([p.time in part for p in pictures]) for part in parts]


def _fit(seen: Sequence[_Seen]) -> EggHead:
    """Weighted logistic regression on the maps' cells, eggs and the rest having the same say, held to the net."""
    parts = [_cells(maps, boxes) for one in seen for maps, boxes in [(one.maps, one.picture.boxes), *one.copies]]
    features, before, eggs = (np.concatenate([part[k] for part in parts]) for k in range(3))
    kept = (eggs > 0) | (np.arange(len(eggs)) % math.ceil(len(eggs) / MOST_CELLS) == 0)
    features, before, eggs = features[kept], before[kept], eggs[kept]
    design = np.concatenate([features, np.ones((len(features), 1), np.float32)], axis=1).astype(np.float64)
    weights = np.where(eggs > 0, 0.5 / max(eggs.sum(), 1), 0.5 / max((1 - eggs).sum(), 1))
    ridge = RIDGE * np.append(np.ones(FEATURES), 0.01)
    moved = _logistic(design, eggs, weights, before - NET_EVEN, (np.zeros(FEATURES + 1), ridge))
    return EggHead(moved[:FEATURES].astype(np.float32), float(moved[FEATURES]) - NET_EVEN)


def _cells(maps: EggMaps, boxes: Floats) -> tuple[Floats, Floats, Floats]:
    """Features, logits and truth of the cells at eggs' middles and of those that might be taken for eggs."""
    rows, columns = np.mgrid[:MAP_SIDE, :MAP_SIDE].astype(np.float32)
    nearest = np.full((MAP_SIDE, MAP_SIDE), 9.0, np.float32)
    for (x1, y1, x2, y2), (x, y) in zip(boxes / CELL, visible_middles(boxes) / CELL, strict=True):
        away = np.hypot((columns + 0.5 - x) / (x2 - x1), (rows + 0.5 - y) / (y2 - y1))
        middle = (rows == int(y)) & (columns == int(x))
        nearest = np.minimum(nearest, np.where(middle, 0, away))
    egg = nearest < 0.13
    chosen = egg | ((nearest > 0.33) & (maps.logits > -6) & (((rows + columns) % 2 == 0) | (maps.logits > -3)))
    return maps.features[chosen], maps.logits[chosen], egg[chosen].astype(np.float32)


def visible_middles(boxes: Floats) -> Floats:
    """(n, 2) x, y: the middle of what nearer eggs, those that reach further down, leave free of each box (n, 4)."""
    found = []
    for x1, y1, x2, y2 in boxes:
        columns, rows = np.meshgrid(np.linspace(x1, x2, 24), np.linspace(y1, y2, 24))
        free = np.ones(rows.shape, np.bool_)
        for left, top, right, bottom in boxes[boxes[:, 3] > y2 + 1]:
            free &= ~((columns > left) & (columns < right) & (rows > top) & (rows < bottom))
        free = free if free.any() else np.ones_like(free)
        found.append((columns[free].mean(), rows[free].mean()))
    return np.clip(np.asarray(found, np.float32).reshape(-1, 2), 0, CROP_SIDE - 1)


def _line(held_out: Sequence[tuple[Floats, int]]) -> tuple[float, float]:
    """Slope and bias of peaks' log-odds that make the true counts of held-out pictures likeliest.

    Counts and not peaks are judged: so an egg without a peak, or with two, is made good by the others' odds.
    """
    slopes, evens = (grid.ravel() for grid in np.meshgrid(np.geomspace(0.3, 4, 12), np.linspace(-3, 12, 76)))
    likelihood = np.zeros(len(slopes))
    for logits, count in held_out:
        odds = 1 / (1 + np.exp(-np.clip(slopes[:, None] * (logits - evens[:, None]), -30, 30)))
        share = counts_of(odds.astype(np.float32))[:, min(count, MOST_EGGS)]
        likelihood += np.log((1 - DOUBT) * share + DOUBT / (MOST_EGGS + 1))
    best = int(np.argmax(likelihood))
    return float(slopes[best]), float(-slopes[best] * evens[best])


def _logistic(
    design: Doubles, targets: Doubles, weights: Doubles, before: Doubles, prior: tuple[Doubles, Doubles]
) -> Doubles:
    """Weighted logistic regression by Newton's method, each step halved until it helps.

    Args:
        design: (n, d).
        targets: (n,) 0..1.
        weights: (n,).
        before: (n,) log-odds that are added.
        prior: (d,) where the solution is drawn to, and (d,) how strongly.
    """
    centre, ridge = prior

    def loss(at: Doubles) -> float:
        logits = design @ at + before
        return float(
            (weights * (np.logaddexp(0, logits) - targets * logits)).sum() + (ridge * (at - centre) ** 2).sum() / 2
        )

    single = design.astype(np.float32)  # Twice as fast, and exact enough for where to step; the loss decides how far.
    found, best = centre.copy(), loss(centre)
    for _ in range(30):
        odds = 1 / (1 + np.exp(-np.clip(design @ found + before, -30, 30)))
        slope = design.T @ ((odds - targets) * weights) + ridge * (found - centre)
        say = (odds * (1 - odds) * weights / weights.max()).astype(np.float32)
        curve = (single.T @ (single * say[:, None])).astype(np.float64) * weights.max() + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        tries = ((found - step / 2**halving) for halving in range(8))
        better = next(((value, one) for one in tries if (value := loss(one)) < best - 1e-9), None)
        if better is None:
            break
        best, found = better
    return found
