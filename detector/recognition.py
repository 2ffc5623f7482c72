"""From a nest's crop to what is said of it: the heads put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Protocol, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.backbone import Backbone, Features, Floats
from detector.classifier import LinearHead
from detector.crops import Pixels, quality_of, shows_nothing
from detector.eggs import EggHead, EggNet
from detector.foreground import (
    Box,
    MapScale,
    NestReference,
    Sight,
    box_of,
    familiarity,
    look,
    posture_features,
    presence_features,
    within,
)
from detector.identity import Gallery, embedding
from detector.infrared import is_colourless
from detector.networks import Networks
from detector.roost import UNTOLD, RoostCounter, roost_features
from detector.versions import HEADS, Manifest, load_version, tail_of
from henbot.domain.errors import ModelLoadFailed
from henbot.domain.observations import UNKNOWN, Bird, HenId, ModelId, NestId, Posture, Quality, most_probable_count
from henbot.domain.observations import Box as BirdBox

STRANGER = Bird(hens={UNKNOWN: 1.0})
PARTIAL_HIDES = 0.7
"""How much of the trust in identity a surely partial view costs."""

POOR_PICTURE_HIDES = 0.5
"""The same for an overexposed, dark or blurred picture."""

LINEAR = ("occupied", "anywhere", "two", "posture", "posture_anywhere")
"""Heads of a version that are linear, by their names in `Heads`."""

Place: TypeAlias = tuple[str, NestId]
"""A coop's name and a nest of it."""

FAMILIAR, FAMILIAR_ELSEWHERE = 0.1, 0.25
"""Share of a picture that must look like a known nest, empty, for a nest of another name to be taken for it, in the
coop of that nest and in one that the version does not know. Learning from the earlier half of each set's days, three of
four pictures of the later half reach 0.25 with their own nest, hens included (chookegg's right box: six of ten), and
none of 302 with a nest of another coop (0.24 at most).
"""

NOTHING_SEEN = (0.55, 0.43, 0.02)
"""What is said of hens where a picture shows nothing: neither that one is there nor that none is (`WatchRules`)."""

TWO_PRIOR = 0.02
"""Probability of a second hen given a first, where a version never saw two."""

ELSEWHERE_SLOPE = 4.0
STRANGENESS_WEIGHT = 0.12
"""How a nest's strangeness (`NestBackground.strangeness`) joins in where a version knows another coop's nests alone:
odds = slope * (odds by the scene + weight * strangeness). Learning from two coops and judging the third (chickencam,
chookegg, henhouse), one pass before, AUROC is 0.99, 1.00, 0.95 and balanced accuracy 93, 99, 95 %; by the scene
alone 0.97, 1.00, 0.95 and 89, 99, 78 %. Weights of 0.1 to 0.15 are alike within 2 points; the slope halves the log
loss.
"""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a recogniser says of one crop; `Observation` has the words' meaning.

    `birds` are the first and the second hen as they look if they are there, however probable that is; none on a roost.
    Their boxes are relative to the crop.
    """

    hens_probabilities: tuple[float, ...]
    birds: tuple[Bird, ...]
    quality: Quality
    eggs_probabilities: tuple[float, ...] = ()

    @property
    def eggs(self) -> int | None:
        """The most probable number of visible eggs, None where they cannot be told."""
        return most_probable_count(self.eggs_probabilities)


SURE_NAME = 0.6
"""Least probability of a hen at which one look names her (`WatchRules.look`)."""


def sure_name(said: Recognition) -> str:
    """Who the first bird surely is if it is there; empty of one that may be anybody."""
    hens = said.birds[0].hens if said.birds else {}
    best = max(hens, key=hens.__getitem__, default=UNKNOWN)
    return str(best) if best != UNKNOWN and hens[best] >= SURE_NAME else ""


def is_sound(said: Recognition) -> bool:
    """Whether all that was said is numbers."""
    numbers = [*said.hens_probabilities, *said.eggs_probabilities]
    for bird in said.birds:
        numbers += [*bird.hens.values(), *bird.postures.values()]
    return bool(np.isfinite(numbers).all())


class Recogniser(Protocol):
    """A model version at work. It keeps no state between calls: the same crops give the same answers."""

    @property
    def version(self) -> ModelId:
        """Whose answers these are."""

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        """One answer a crop; crops: (n, 224, 224, 3) uint8 RGB, nests: their n nests."""


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """All that a trained version carries.

    Attributes:
        coops: names of the coops that it was trained on.
        occupied: classes `no`, `yes`, from `presence_features`.
        anywhere: the same from the scene alone, for nests of which no empty picture is known.
        two: classes `one`, `two`, from `presence_features`; None where the version never saw two hens.
        posture: classes of `Posture`, from `posture_features`; None without labels.
        posture_anywhere: the same from the scene alone.
        galleries: the hens of each coop that has any.
        roost: counts hens on a roost; None without a labelled one.
        roosts: nests that are roosts.
        eggs: how to count eggs; None in a version that was trained before they were counted.
    """

    coops: tuple[str, ...]
    scale: MapScale
    references: Mapping[Place, NestReference]
    occupied: LinearHead
    anywhere: LinearHead
    two: LinearHead | None = None
    posture: LinearHead | None = None
    posture_anywhere: LinearHead | None = None
    galleries: Mapping[str, Gallery] = field(default_factory=dict)
    roost: RoostCounter | None = None
    roosts: frozenset[Place] = frozenset()
    eggs: EggHead | None = None

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Everything as named arrays; names are paths such as `nest/0/left/middle`, with a coop's number."""
        number = {coop: index for index, coop in enumerate(self.coops)}
        found = {f"scale/{f.name}": getattr(self.scale, f.name) for f in fields(MapScale)}
        for (coop, nest), reference in self.references.items():
            found |= {f"nest/{number[coop]}/{nest}/{key}": array for key, array in reference.arrays().items()}
        for coop, gallery in self.galleries.items():
            found |= {f"gallery/{number[coop]}/{key}": array for key, array in gallery.arrays().items()}
        for name in LINEAR:
            part = getattr(self, name)
            found |= {f"{name}/{key}": array for key, array in part.arrays().items()} if part else {}
        found |= {f"roost/{key}": array for key, array in self.roost.arrays().items()} if self.roost else {}
        found |= {f"eggs/{key}": array for key, array in self.eggs.arrays().items()} if self.eggs else {}
        roosts = sorted(f"{number[coop]}/{nest}" for coop, nest in self.roosts)
        return found | {"coops": np.asarray(self.coops, np.str_), "roosts": np.asarray(roosts, np.str_)}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Heads":
        """The inverse of `arrays`; raises KeyError, ValueError or TypeError where they do not make up heads."""
        coops = tuple(str(coop) for coop in arrays["coops"])
        nests = sorted({"/".join(name.split("/")[1:3]) for name in arrays if name.startswith("nest/")})
        galleries = sorted({name.split("/")[1] for name in arrays if name.startswith("gallery/")})
        linear = {name: _part(arrays, name) for name in LINEAR}
        heads: dict[str, LinearHead] = {name: LinearHead.of_arrays(part) for name, part in linear.items() if part}
        return cls(
            coops=coops,
            scale=MapScale(**{key: _floats(array) for key, array in _part(arrays, "scale").items()}),
            references={_place(nest, coops): NestReference.of_arrays(_part(arrays, f"nest/{nest}")) for nest in nests},
            galleries={coops[int(n)]: Gallery.of_arrays(_part(arrays, f"gallery/{n}")) for n in galleries},
            roosts=frozenset(_place(str(nest), coops) for nest in arrays["roosts"]),
            roost=RoostCounter.of_arrays(roost) if (roost := _part(arrays, "roost")) else None,
            eggs=EggHead.of_arrays(eggs) if (eggs := _part(arrays, "eggs")) else None,
            **heads,
        )


def _place(path: str, coops: Sequence[str]) -> Place:
    number, nest = path.split("/", maxsplit=1)
    return coops[int(number)], NestId(nest)


class TrainedRecogniser:
    """Heads on the backbone, stock or with a tuned tail, at work in one coop: it names no hen of another."""

    def __init__(
        self,
        version: ModelId,
        heads: Heads,
        backbone: Backbone,
        coop: str,
        roosts: frozenset[NestId] = frozenset(),
        egg_net: EggNet | None = None,
    ) -> None:
        """Put together.

        Args:
            version: its id.
            heads: all that it learned.
            backbone: stock, or with the version's tuned tail.
            coop: name of the coop that it works in.
            roosts: nests that are roosts there, learned or not.
            egg_net: where it is loaded for several versions; else one is if the version counts eggs.
        """
        self.version = version
        self.heads = heads
        self.backbone = backbone
        self._roosts = roosts | {nest for name, nest in heads.roosts if name == coop}
        self.egg_net = (egg_net or EggNet()) if heads.eggs else None
        self.coop = coop
        self.gallery = heads.galleries.get(coop)  # may come to hold more hens: detector.portraits

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        """One answer a crop; crops: (n, 224, 224, 3) uint8 RGB, nests: their n nests."""
        return [
            self.answer(crop, features, nest)
            for crop, features, nest in zip(crops, self.backbone.each(crops), nests, strict=True)
        ]

    @property
    def is_at_home(self) -> bool:
        """Whether the coop is one that it was trained on."""
        return self.coop in self.heads.coops

    def answer(self, crop: Pixels, features: Features, nest: NestId, strangeness: float | None = None) -> Recognition:
        """What is said of one crop (224, 224, 3) uint8 RGB.

        Args:
            features: of the crop, by `backbone`.
            nest: its nest.
            strangeness: of the nest as it is among its own pictures (`NestBackground`), if it is known; counts only
                where the version has no reference of the nest.
        """
        quality = quality_of(crop)
        if nest in self._roosts:
            return Recognition(self._roost(crop, features, nest), (), quality)
        if shows_nothing(crop):
            return Recognition(NOTHING_SEEN, (STRANGER, STRANGER), quality)
        reference = self._reference(features, nest)
        sight = look(features, crop, self.heads.scale, reference)
        is_strange = None if reference is not None else strangeness
        hens = self._hens(sight, is_strange, familiar=reference is not None)
        postures = self._postures(sight, familiar=reference is not None)
        bird = self._bird(sight, crop, postures, quality)
        if reference is not None:
            bird = replace(bird, box=BirdBox(*box_of(sight.silhouette)))
        return Recognition(hens, (bird, STRANGER), quality, self._eggs(crop, hens))

    def _reference(self, features: Features, nest: NestId) -> NestReference | None:
        """The nest's own reference, or that of a known nest which the picture shows: a nest or coop may be renamed."""
        known = self.heads.references
        if own := known.get((self.coop, nest)):
            return own
        is_known = self.coop in self.heads.coops
        others = [one for (coop, _), one in known.items() if coop == self.coop or not is_known]
        alike = [(familiarity(features, self.heads.scale, other), other) for other in others]
        share, best = max(alike, key=lambda pair: pair[0], default=(0.0, None))
        return best if share >= (FAMILIAR if is_known else FAMILIAR_ELSEWHERE) else None

    @property
    def hens(self) -> tuple[HenId, ...]:
        """Ids of the hens that it can name in this coop."""
        return self.gallery.hens if self.gallery else ()

    def scores(self, crop: Pixels, features: Features, nest: NestId, box: Box | None = None) -> dict[str, float]:
        """Log-odds behind what is said of one crop: of `hen` for any, of each posture, of each hen's id.

        With a `box` (left, top, right, bottom, 0..1 of the crop) that part is taken for the bird.
        """
        heads, reference = self.heads, self._reference(features, nest)
        sight = look(features, crop, heads.scale, reference)
        sight = sight if box is None else within(sight, features, box)
        row, scene = presence_features(sight)[None], sight.scene[None]
        no, yes = (heads.occupied.logits(row) if reference else heads.anywhere.logits(scene))[0]
        found = {"hen": float(yes - no)}
        if posture := heads.posture if reference else heads.posture_anywhere:
            logits = posture.logits(posture_features(sight)[None] if reference else scene)[0]
            for place, name in enumerate(posture.classes):
                found[name] = float(logits[place] - np.logaddexp.reduce(np.delete(logits, place)))
        if gallery := self.gallery:
            odds = gallery.log_odds(embedding(sight)[None])[0]
            found |= {str(hen): float(value) for hen, value in zip(gallery.hens, odds, strict=True)}
        return found

    def _hens(self, sight: Sight, strangeness: float | None, *, familiar: bool) -> tuple[float, ...]:
        heads = self.heads
        row = presence_features(sight)[None]
        yes = float(heads.occupied.probabilities(row)[0, 1]) if familiar else self._occupied(sight, strangeness)
        two = float(heads.two.probabilities(row)[0, 1]) if heads.two and familiar else TWO_PRIOR
        return (1.0 - yes, yes * (1.0 - two), yes * two)

    def _occupied(self, sight: Sight, strangeness: float | None) -> float:
        """Of a nest of which no empty picture is known."""
        if strangeness is None:
            return float(self.heads.anywhere.probabilities(sight.scene[None])[0, 1])
        no, yes = self.heads.anywhere.logits(sight.scene[None])[0]
        odds = float(yes - no) + STRANGENESS_WEIGHT * strangeness
        return float(1.0 / (1.0 + np.exp(-ELSEWHERE_SLOPE * odds)))

    def _eggs(self, crop: Pixels, hens: tuple[float, ...]) -> tuple[float, ...]:
        """Empty under a hen, who hides some, and in coops learned without boxes, where all is untold."""
        head = self.heads.eggs
        if head is None or self.egg_net is None or int(np.argmax(hens)) > 0:
            return ()
        if self.coop in self.heads.coops and self.coop not in head.coops:
            return ()
        return head.count(self.egg_net.maps(crop))

    def _roost(self, crop: Pixels, features: Features, nest: NestId) -> tuple[float, ...]:
        """By what was learned of just this roost: another one's counts say nothing of it."""
        if self.heads.roost is None or (self.coop, nest) not in self.heads.roosts:
            return UNTOLD
        return self.heads.roost.probabilities(roost_features(features), dark=is_colourless(crop))

    def _postures(self, sight: Sight, *, familiar: bool) -> dict[Posture, float]:
        head = self.heads.posture if familiar else self.heads.posture_anywhere
        if head is None:
            return {}
        row = posture_features(sight) if familiar else sight.scene
        shares = head.probabilities(row[None])[0]
        return {Posture(name): float(p) for name, p in zip(head.classes, shares, strict=True)}

    def _bird(self, sight: Sight, crop: Pixels, postures: Mapping[Posture, float], quality: Quality) -> Bird:
        gallery = self.gallery
        if gallery is None:
            return Bird(hens={UNKNOWN: 1.0}, postures=postures)
        if is_colourless(crop):
            return Bird(hens=gallery.abstention(), postures=postures)
        trust = 1.0 - PARTIAL_HIDES * postures.get(Posture.PARTIAL, 0.0)
        trust *= 1.0 if quality is Quality.OK else POOR_PICTURE_HIDES
        (hens,) = gallery.posteriors(embedding(sight)[None], np.asarray([trust], np.float32))
        return Bird(hens=hens, postures=postures)


def load_recogniser(
    folder: Path,
    coop: str | None = None,
    roosts: frozenset[NestId] = frozenset(),
    networks: Networks | None = None,
) -> TrainedRecogniser:
    """A trained version, verified.

    Args:
        folder: of the version.
        coop: name of the coop that it shall work in, which decides whose empty nests and whose hens it knows; None for
            the first that it was trained on.
        roosts: nests of that coop that are roosts, so that they are not taken for nests where it never learned them.
        networks: those that are loaded already, to be shared with other versions.

    Raises:
        ModelLoadFailed: the folder, its manifest or one of its files is not what it should be.
    """
    manifest, arrays = load_version(folder)
    try:
        heads = Heads.of_arrays(arrays)
        backbone = Backbone(tail=tail_of(folder, manifest), stock=networks.stock if networks else None)
        version, place = ModelId(manifest.id), heads.coops[0] if coop is None else coop
        recogniser = TrainedRecogniser(version, heads, backbone, place, roosts, networks.eggs if networks else None)
        for name, nest in (*heads.references, *heads.roosts, (place, NestId(""))):
            _try(TrainedRecogniser(version, heads, backbone, name, egg_net=recogniser.egg_net), nest, manifest)
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise ModelLoadFailed(f"{folder / HEADS}: the heads do not fit ({error}); train a new version") from error
    return recogniser


def _try(recogniser: TrainedRecogniser, nest: NestId, manifest: Manifest) -> None:
    """Look at a picture of blotches, of which every head has to say something; raises ValueError if it is no number."""
    coarse = np.random.default_rng(0).integers(0, 256, (28, 28, 3), np.uint8)
    picture = cv2.resize(coarse, (manifest.input_shape[1], manifest.input_shape[0]), interpolation=cv2.INTER_NEAREST)
    (said,) = recogniser.recognise(np.asarray(picture, np.uint8)[None], [nest])
    if not is_sound(said):
        raise ValueError("a picture gives no probabilities")


def _part(arrays: Mapping[str, NDArray[np.generic]], name: str) -> dict[str, NDArray[np.generic]]:
    return {key[len(name) + 1 :]: array for key, array in arrays.items() if key.startswith(f"{name}/")}


def _floats(array: NDArray[np.generic]) -> Floats:
    return np.asarray(array, np.float32)
