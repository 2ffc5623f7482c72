"""How strange a nest looks, told from its other pictures, which nobody labelled.

Hens may sit in three of four pictures, so the usual is not the empty nest. Four facts part them. ImageNet's cock and
hen are, over many pictures, likelier where there is a hen, however unsure of each. Pictures whose pooled features are
alike show alike things: what each says is summed over the others by their likeness, again and again. The pictures that
then speak least of a hen show the nest empty, in its lights: what differs from all of these, near the middle, is
strange. And where a hen is, some places speak of one that in those pictures do not.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from detector.backbone import OUTPUT_SHAPES, Features, Floats
from detector.birds import bird_evidence, bird_places
from henbot.domain.errors import ModelLoadFailed

CAPACITY = 128
"""Exemplars of a nest at most: 5 MB."""

FEWEST = 16
"""Exemplars below which the usual is not known."""

SPACING = timedelta(minutes=5)
"""Between two exemplars at first; it doubles whenever the bank is full."""

LONGEST_SPACING = timedelta(hours=2)
"""At which the bank spans five days and more; from then on the oldest are forgotten."""

FEWEST_EMPTY = 3
"""Of these taken for empty, at the least."""

SURELY_EMPTY = (0.1, 0.15, 0.2, 0.25)
"""Shares of the exemplars taken for empty. How often a nest is empty is not known, so what they say is averaged."""

STEPS = 3
"""How often the evidence is summed over what looks alike."""

CENTRE = 1.5
"""Standard deviation, in places of the 7 x 7 map, of the weight around the middle: a hen in the nest fills it, one
beside it or passing does not."""

PLACES_WEIGHT = 0.1
"""Of the likeliest places' evidence, beside the logarithms of both maps' distances (1)."""

PLACES = 4
"""Of 49, that speak most of a hen: a small one far away fills no more."""

BETWEEN = -2.25
"""Between empty nests (chickencam, chookegg, henhouse: -5.8, -2.1 and -2.6, -1.6) and hens (-1.5, 1.4, 0.1)."""

DOUBTED = 30
"""Exemplars from which strangeness counts half: of few, all may show one sitting. Of windows of 20 pictures in a row,
learning what hens are like from the other sets, 95 % of the empty nests and 89, 100 and 91 % of the hens are then seen;
counted whole, 78 to 96 % and 81, 100 and 100 %.
"""

SAME = 1e-3
"""Mean distance below which an exemplar is the picture itself."""

MAPS = ("project", "middle")
ARRAYS = ("at", "deep", "middle", "project", "evidence", "places")


@dataclass(frozen=True, eq=False)
class NestBackground:
    """Exemplars of one nest, in the order of their times; a value.

    Attributes:
        at: (n,) int64, microseconds since 1970, UTC.
        deep: (n, 1280) float16, the pooled features.
        middle, project: (n, side, side, channels) int8, both maps, each place's vector up to its length.
        evidence: (n,) float32, `bird_evidence`.
        places: (n, 49) float32, `bird_places`.
        spacing_s: least time between two exemplars.
    """

    at: NDArray[np.int64]
    deep: NDArray[np.float16]
    middle: NDArray[np.int8]
    project: NDArray[np.int8]
    evidence: Floats
    places: Floats
    spacing_s: float = SPACING.total_seconds()

    @classmethod
    def nothing(cls) -> "NestBackground":
        """Before the first picture."""
        deep = np.zeros((0, *OUTPUT_SHAPES["deep"]), np.float16)
        middle, project = (np.zeros((0, *OUTPUT_SHAPES[name]), np.int8) for name in ("middle", "project"))
        places = np.zeros((0, int(np.prod(project.shape[1:3]))), np.float32)
        return cls(np.zeros(0, np.int64), deep, middle, project, np.zeros(0, np.float32), places)

    @classmethod
    def of(cls, pictures: Iterable[tuple[Features, datetime]], most: int = 4 * CAPACITY) -> "NestBackground":
        """Of pictures in one pass, evenly thinned to fewer than `most`; their times need not be true."""
        found = cls.nothing()
        kept: list[NestBackground] = []
        every = 1
        for number, (features, at) in enumerate(pictures):
            if number % every:
                continue
            kept.append(found._with(features, at))
            if len(kept) >= most:
                kept, every = kept[::2], 2 * every
        return found._joined(kept)

    def seen(self, features: Features, at: datetime) -> "NestBackground":
        """With one more picture, unless one is kept from less than the spacing ago, so at any frame rate alike."""
        if len(self.at) and at - self._last < timedelta(seconds=self.spacing_s):
            return self
        if len(self.at) < CAPACITY:
            return self._with(features, at)
        if self.spacing_s >= LONGEST_SPACING.total_seconds():
            return self._only(np.arange(1, len(self.at)))._with(features, at)
        longer = min(2 * self.spacing_s, LONGEST_SPACING.total_seconds())
        return replace(self._only(np.arange(0, len(self.at), 2)), spacing_s=longer).seen(features, at)

    def until(self, at: datetime) -> "NestBackground":
        """Without what lies after a moment: a replay from the start must not know what comes."""
        before = self.at <= _microseconds(at)
        return self if before.all() else self._only(np.flatnonzero(before))

    def strangeness(self, features: Features) -> float | None:
        """How little a picture looks like the empty nest; None where too little is known.

        Without a unit; around 0 it speaks neither for an empty nest nor for a hen.
        """
        if len(self.at) < FEWEST:
            return None
        apart = {name: _apart(_unit(getattr(features, name)), self._empty[name]) for name in MAPS}
        distance = apart["project"].mean(axis=1)
        others = np.ones(len(distance), np.bool_)
        if distance.min() < SAME:  # At most one, or a nest in which nothing ever stirs would have none left.
            others[int(distance.argmin())] = False
        places = bird_places(features)
        found = float(np.mean([self._strange(apart, places, others, share) for share in SURELY_EMPTY]))
        return (found - BETWEEN) * len(self.at) / (len(self.at) + DOUBTED)

    def _strange(self, apart: dict[str, Floats], places: Floats, others: NDArray[np.bool_], share: float) -> float:
        """Of the (e, places) distances to the empties, by the first of them, which are a share of all."""
        count = self._count(share)
        found = PLACES_WEIGHT * float(np.sort(places - self._empty_places(count))[-PLACES:].mean())
        for name in MAPS:
            nearest = apart[name][:count][others[:count]].min(axis=0)
            found += float(np.log(nearest @ _central(OUTPUT_SHAPES[name][0]) + SAME))
        return found

    def _count(self, share: float) -> int:
        return max(FEWEST_EMPTY, int(share * len(self.at)))

    def _empty_places(self, count: int) -> Floats:
        return np.asarray(np.median(self.places[self._order[:count]], axis=0), np.float32)

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        """Exemplars by how little they, and those that look like them, speak of a hen."""
        deep = self.deep.astype(np.float32)
        standard = (deep - deep.mean(axis=0)) / (deep.std(axis=0) + 0.01)
        likeness = standard @ standard.T / standard.shape[1]
        np.fill_diagonal(likeness, 0.0)
        hen = self.evidence
        for _ in range(STEPS):
            hen = likeness @ _logit_ranks(hen)
        return np.argsort(hen, kind="stable")

    @cached_property
    def _empty(self) -> dict[str, Floats]:
        """By map (e, side, side, channels), unit vectors: the largest share of exemplars taken for empty, in order."""
        chosen = self._order[: self._count(SURELY_EMPTY[-1])]
        return {name: _unit(getattr(self, name)[chosen].astype(np.float32)) for name in MAPS}

    def save(self, path: Path) -> None:
        """Write it, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f".{path.name}.{os.getpid()}")
        with half.open("wb") as file:
            arrays: dict[str, Any] = {f.name: np.asarray(getattr(self, f.name)) for f in fields(self)}
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)

    @classmethod
    def load(cls, path: Path) -> "NestBackground":
        """Read what `save` wrote; raises ModelLoadFailed where it is not that."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = {f.name: stored[f.name] for f in fields(cls)}
            found = cls(**arrays | {"spacing_s": float(arrays["spacing_s"])})
            found._check()
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
            raise ModelLoadFailed(f"{path}: no nest's background ({error}); remove it") from error
        return found

    def _check(self) -> None:
        blank = self.nothing()
        for f in fields(self):
            mine, wanted = getattr(self, f.name), getattr(blank, f.name)
            if f.name != "spacing_s" and (
                mine.shape != (len(self.at), *wanted.shape[1:]) or mine.dtype != wanted.dtype
            ):
                raise ValueError(f"{f.name} has shape {mine.shape} and type {mine.dtype}")

    @property
    def _last(self) -> datetime:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(self.at[-1]))

    def _with(self, features: Features, at: datetime) -> "NestBackground":
        one = NestBackground(
            at=np.asarray([_microseconds(at)], np.int64),
            deep=features.deep[None].astype(np.float16),
            middle=_stored(features.middle)[None],
            project=_stored(features.project)[None],
            evidence=np.asarray([bird_evidence(features)], np.float32),
            places=bird_places(features)[None],
        )
        return self._joined([one])

    def _joined(self, others: "list[NestBackground]") -> "NestBackground":
        parts: dict[str, Any] = {
            n: np.concatenate([getattr(self, n), *(getattr(o, n) for o in others)]) for n in ARRAYS
        }
        return replace(self, **parts)

    def _only(self, kept: NDArray[np.int64]) -> "NestBackground":
        parts: dict[str, Any] = {name: getattr(self, name)[kept] for name in ARRAYS}
        return replace(self, **parts)


@cache
def _central(side: int) -> Floats:
    """(side * side,) weights around the middle that sum to 1."""
    along = np.exp(-0.5 * ((np.arange(side) - (side - 1) / 2) / (CENTRE * side / OUTPUT_SHAPES["project"][0])) ** 2)
    weights = np.outer(along, along).ravel()
    return np.asarray(weights / weights.sum(), np.float32)


def _microseconds(at: datetime) -> np.int64:
    return np.int64((at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))


def _unit(maps: Floats) -> Floats:
    return np.asarray(maps / (np.linalg.norm(maps, axis=-1, keepdims=True) + 1e-6), np.float32)


def _stored(maps: Floats) -> NDArray[np.int8]:
    """A byte a number, each place by its own largest; cosines are off by a few 0.0001."""
    largest = np.abs(maps).max(axis=-1, keepdims=True) + 1e-6
    return np.asarray(np.round(maps / largest * 127), np.int8)


def _apart(unit: Floats, empties: Floats) -> Floats:
    """(e, places): cosine distances of unit maps, place by place."""
    return np.asarray(1.0 - np.einsum("hwc,nhwc->nhw", unit, empties).reshape(len(empties), -1), np.float32)


def _logit_ranks(values: Floats) -> Floats:
    """Each value's rank as log-odds, for no scale of the evidence is known to hold in this coop."""
    ranks = (np.argsort(np.argsort(values, kind="stable"), kind="stable") + 0.5) / len(values)
    return np.asarray(np.log(ranks / (1.0 - ranks)), np.float32)
