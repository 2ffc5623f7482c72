"""From a nest's crop to what is said of it: the heads put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from detector.backbone import COCK, HEN, Backbone, Features, Floats
from detector.classifier import LinearHead
from detector.crops import Pixels, quality_of
from detector.foreground import MapScale, NestReference, Sight, look
from detector.identity import Gallery, portrait
from detector.versions import HEADS, load_version, tail_of
from henbot.domain.errors import ModelLoadFailed
from henbot.domain.observations import UNKNOWN, Bird, ModelId, NestId, Posture, Quality, most_probable_count

STOCK_VERSION = ModelId("stock")
STRANGER = Bird(hens={UNKNOWN: 1.0})
PARTIAL_HIDES = 0.7
"""How much of the trust in identity a surely partial view costs."""

POOR_PICTURE_HIDES = 0.5
"""The same for an overexposed, dark or blurred picture."""

TWO_PRIOR = 0.02
"""Probability of a second hen given a first, where a version never saw two."""

STOCK_WEIGHTS = (2.0, 11.6)
"""Slope and offset from log(cock + hen) of ImageNet to the log-odds of a hen: even odds at 0.003, above which lie, of
chickencam, chookegg and henhouse, 39, 80 and 50 % of the occupied nests and 0, 0 and 5 % of the empty ones.
"""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a recogniser says of one crop; `Observation` has the words' meaning."""

    hens_probabilities: tuple[float, ...]
    birds: tuple[Bird, ...]
    quality: Quality
    eggs_probabilities: tuple[float, ...] = ()

    @property
    def eggs(self) -> int | None:
        """The most probable number of visible eggs, None where they cannot be told."""
        return most_probable_count(self.eggs_probabilities)


class Recogniser(Protocol):
    """A model version at work. It keeps no state between calls: the same crops give the same answers."""

    version: ModelId

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        """One answer a crop; crops: (n, 224, 224, 3) uint8 RGB, nests: their n nests."""


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """All that a trained version carries.

    Attributes:
        occupied: classes `no`, `yes`, from `presence_features`.
        two: classes `one`, `two`, from the same; None where the version never saw two hens.
        posture: classes of `Posture`, from `posture_features`; None without labels.
        gallery: the hens; None without any.
        roost: classes `0`, `1`, …, from the scene; None without a labelled roost.
        roosts: nests that are roosts.
    """

    scale: MapScale
    references: Mapping[NestId, NestReference]
    occupied: LinearHead
    two: LinearHead | None = None
    posture: LinearHead | None = None
    gallery: Gallery | None = None
    roost: LinearHead | None = None
    roosts: frozenset[NestId] = frozenset()

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Everything as named arrays; names are paths such as `nest/left/middle`."""
        found = {f"scale/{f.name}": getattr(self.scale, f.name) for f in fields(MapScale)}
        for nest, reference in self.references.items():
            for f in fields(NestReference):
                found[f"nest/{nest}/{f.name}"] = getattr(reference, f.name).astype(np.float16)
        for name in ("occupied", "two", "posture", "gallery", "roost"):
            part = getattr(self, name)
            found |= {f"{name}/{key}": array for key, array in part.arrays().items()} if part else {}
        return found | {"roosts": np.asarray(sorted(self.roosts), np.str_)}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Heads":
        """The inverse of `arrays`; raises KeyError or ValueError where they do not make up heads."""
        nests = sorted({name.split("/")[1] for name in arrays if name.startswith("nest/")})
        head = {name: _part(arrays, name) for name in ("occupied", "two", "posture", "gallery", "roost")}
        return cls(
            scale=MapScale(**{key: _floats(array) for key, array in _part(arrays, "scale").items()}),
            references={
                NestId(nest): NestReference(**{k: _floats(a) for k, a in _part(arrays, f"nest/{nest}").items()})
                for nest in nests
            },
            occupied=LinearHead.of_arrays(head["occupied"]),
            two=LinearHead.of_arrays(head["two"]) if head["two"] else None,
            posture=LinearHead.of_arrays(head["posture"]) if head["posture"] else None,
            gallery=Gallery.of_arrays(head["gallery"]) if head["gallery"] else None,
            roost=LinearHead.of_arrays(head["roost"]) if head["roost"] else None,
            roosts=frozenset(NestId(str(nest)) for nest in arrays["roosts"]),
        )


def presence_features(sight: Sight) -> Floats:
    """(341,): what differs from the empty nest, and the scene."""
    return np.concatenate([sight.statistics, sight.scene])


def posture_features(sight: Sight) -> Floats:
    """(340,): the silhouette, the bird's features and what differs."""
    return np.concatenate([sight.shape, sight.bird, sight.statistics[10:]])


class TrainedRecogniser:
    """Heads on the backbone, stock or with a tuned tail."""

    def __init__(self, version: ModelId, heads: Heads, backbone: Backbone) -> None:
        self.version = version
        self._heads = heads
        self._backbone = backbone

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        """One answer a crop; crops: (n, 224, 224, 3) uint8 RGB, nests: their n nests."""
        return [
            self._recognise(crop, features, nest)
            for crop, features, nest in zip(crops, self._backbone.each(crops), nests, strict=True)
        ]

    def _recognise(self, crop: Pixels, features: Features, nest: NestId) -> Recognition:
        quality = quality_of(crop)
        if nest in self._heads.roosts:
            return Recognition(self._roost(features), (), quality)
        reference = self._reference(nest)
        sight = look(features, crop, self._heads.scale, reference)
        # Without any empty nest to compare with, the heads would call every nest empty: the stock classes decide.
        hens = self._hens(sight) if reference or not self._heads.references else stock_hens(features)
        count = int(np.argmax(hens))
        birds = (self._bird(sight, quality), STRANGER)[:count]
        return Recognition(hens, birds, quality)

    def _reference(self, nest: NestId) -> NestReference | None:
        """The nest's own reference; a version that knows one nest only takes a new or renamed one for it."""
        known = self._heads.references
        return known.get(nest) or (next(iter(known.values())) if len(known) == 1 else None)

    def _hens(self, sight: Sight) -> tuple[float, ...]:
        row = presence_features(sight)[None]
        occupied = float(self._heads.occupied.probabilities(row)[0, 1])
        two = float(self._heads.two.probabilities(row)[0, 1]) if self._heads.two else TWO_PRIOR
        return (1.0 - occupied, occupied * (1.0 - two), occupied * two)

    def _roost(self, features: Features) -> tuple[float, ...]:
        if self._heads.roost is None:
            return stock_hens(features)
        scene = features.project.mean(axis=(0, 1))[None]
        return tuple(float(p) for p in self._heads.roost.probabilities(scene)[0])

    def _bird(self, sight: Sight, quality: Quality) -> Bird:
        postures: dict[Posture, float] = {}
        if head := self._heads.posture:
            row = head.probabilities(posture_features(sight)[None])[0]
            postures = {Posture(name): float(p) for name, p in zip(head.classes, row, strict=True)}
        trust = 1.0 - PARTIAL_HIDES * postures.get(Posture.PARTIAL, 0.0)
        trust *= 1.0 if quality is Quality.OK else POOR_PICTURE_HIDES
        if self._heads.gallery is None:
            return Bird(hens={UNKNOWN: 1.0}, postures=postures)
        (hens,) = self._heads.gallery.posteriors(portrait(sight)[None], np.asarray([trust], np.float32))
        return Bird(hens=hens, postures=postures)


class StockRecogniser:
    """Day 0: the backbone's own classes say that it is a bird; who she is, and how she sits, it cannot tell."""

    version = STOCK_VERSION

    def __init__(self, backbone: Backbone) -> None:
        self._backbone = backbone

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        """One answer a crop; crops: (n, 224, 224, 3) uint8 RGB, nests: their n nests."""
        found = []
        for crop, features, _ in zip(crops, self._backbone.each(crops), nests, strict=True):
            hens = stock_hens(features)
            birds = (STRANGER,) if int(np.argmax(hens)) else ()
            found.append(Recognition(hens, birds, quality_of(crop)))
        return found


def stock_hens(features: Features) -> tuple[float, ...]:
    """Probabilities of 0, 1, 2 hens from the classes cock and hen alone."""
    bird = float(features.classes[COCK] + features.classes[HEN])
    slope, offset = STOCK_WEIGHTS
    occupied = float(1.0 / (1.0 + np.exp(-slope * np.log(bird + 1e-6) - offset)))
    return (1.0 - occupied, occupied * (1.0 - TWO_PRIOR), occupied * TWO_PRIOR)


def stock_recogniser() -> Recogniser:
    """What serves before anything was trained.

    Raises:
        ModelLoadFailed: the shipped backbone cannot be loaded.
    """
    return StockRecogniser(Backbone())


def load_recogniser(folder: Path) -> Recogniser:
    """A trained version, verified.

    Raises:
        ModelLoadFailed: the folder, its manifest or one of its files is not what it should be.
    """
    manifest, arrays = load_version(folder)
    try:
        heads = Heads.of_arrays(arrays)
        recogniser = TrainedRecogniser(ModelId(manifest.id), heads, Backbone(tail=tail_of(folder, manifest)))
        blank = np.zeros((1, *manifest.input_shape), np.uint8)
        for nest in (*heads.references, *heads.roosts):
            recogniser.recognise(blank, [nest])
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise ModelLoadFailed(f"{folder / HEADS}: the heads do not fit ({error}); train a new version") from error
    return recogniser


def _part(arrays: Mapping[str, NDArray[np.generic]], name: str) -> dict[str, NDArray[np.generic]]:
    return {key[len(name) + 1 :]: array for key, array in arrays.items() if key.startswith(f"{name}/")}


def _floats(array: NDArray[np.generic]) -> Floats:
    return np.asarray(array, np.float32)
