"""Turn labelled crops into what the heads learn from: sights of real, relit and repainted pictures."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from detector.backbone import Backbone, Features
from detector.crops import Pixels
from detector.foreground import MapScale, Sight, look
from detector.recognition import Place
from detector.training.augment import USUAL, Relighting, relight, stranger
from detector.training.dataset import LabelledNest
from detector.training.references import Empties, map_scale
from henbot.domain.observations import UNKNOWN, NestId

RELIT_IN_ALL, MOST_RELIT = 1400, 20
"""Relit copies over a whole training set and of each picture: some 15 s on two cores. With 600 and 8, chickencam's
3 October missed 3 to 19 of the next day's 151 hens, by the seed; with these, 4 to 9.
"""

REPAINTED_IN_ALL, MOST_REPAINTED = 600, 6
"""Birds with another plumage, over all and of each picture. With 300, one of 13 visits of a hen left out was named for
one of two seeds (chickencam); with twice as many none.
"""

RELIT_EMPTY = 3
"""Relit copies of each empty picture among a nest's references."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A labelled crop of a coop's nest. `sitting` numbers the stays of one hen in one nest."""

    row: LabelledNest
    crop: Pixels
    sitting: int
    coop: str = ""

    @property
    def place(self) -> Place:
        """Which nest of which coop."""
        return self.coop, self.row.nest

    @property
    def stream(self) -> int:
        """Names the picture's own stream of chance: its copies are the same whatever it is trained together with."""
        return zlib.crc32(f"{self.coop}/{self.row.nest}/{self.row.file}".encode())

    @property
    def time(self) -> float:
        """Seconds since 1970."""
        return self.row.captured_at.timestamp()


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One sight of a picture: as it was, relit, or with its bird repainted (and relit)."""

    picture: Picture
    sight: Sight
    relit: bool = False
    repainted: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """What the heads learn from."""

    scale: MapScale
    empties: dict[Place, Empties]
    samples: list[Sample]


def number_sittings(rows: Sequence[LabelledNest]) -> list[int]:
    """For each row the number of the stay that it belongs to: a stay ends with an empty frame or another hen."""
    numbers = [0] * len(rows)
    last: dict[NestId, tuple[str | None, int]] = {}
    latest = 0
    for index in sorted(range(len(rows)), key=lambda i: rows[i].captured_at):
        row = rows[index]
        hen = str(row.hen) if row.hens else None
        before, number = last.get(row.nest, (None, 0))
        if hen != before or number == 0:
            latest += 1
            number = latest
        numbers[index] = number
        last[row.nest] = (hen, number)
    return numbers


def steps_of(pictures: Sequence[Picture]) -> int:
    """How often `study` will tick for these pictures."""
    return 2 * len(pictures)


def study(
    pictures: Sequence[Picture],
    backbone: Backbone,
    seed: int,
    tick: Callable[[], None],
    relighting: Relighting = USUAL,
    relit: int | None = None,
) -> Study:
    """Look at every picture, relit and repainted.

    Args:
        pictures: of nests, not roosts.
        backbone: the frozen network.
        seed: of chance; each picture draws from its own stream, so that neither order nor company matters.
        tick: called `steps_of(pictures)` times.
        relighting: how the relit copies differ.
        relit: how many there are of each picture, and none repainted; by default as many as time allows.
    """
    features = []
    for picture in pictures:
        features.append(backbone.features(picture.crop))
        tick()
    scale = map_scale(features)
    empties = {
        place: _empties(scale, backbone, pictures, features, place, seed)
        for place in sorted({p.place for p in pictures if _is_empty(p)})
    }
    birds = sum(bool(p.row.hens) for p in pictures)
    relit, repainted = copies_of(len(pictures), birds) if relit is None else (relit, 0)
    samples: list[Sample] = []
    for picture, feature in zip(pictures, features, strict=True):
        random = np.random.default_rng([seed, 1, picture.stream])
        eye = _Eye(backbone, scale, empties.get(picture.place), picture, relighting)
        samples += _samples(eye, feature, relit, repainted, random)
        tick()
    return Study(scale, empties, samples)


def copies_of(pictures: int, birds: int) -> tuple[int, int]:
    """Relit copies of each picture and repainted ones of each with a hen."""
    return (
        int(np.clip(RELIT_IN_ALL // max(pictures, 1), 1, MOST_RELIT)),
        int(np.clip(REPAINTED_IN_ALL // max(birds, 1), 1, MOST_REPAINTED)),
    )


def _is_empty(picture: Picture) -> bool:
    return picture.row.hens == 0 and picture.row.sure("hens")


def _empties(
    scale: MapScale,
    backbone: Backbone,
    pictures: Sequence[Picture],
    features: Sequence[Features],
    place: Place,
    seed: int,
) -> Empties:
    found: list[Features] = []
    times: list[float] = []
    shown: list[Pixels] = []
    for picture, feature in zip(pictures, features, strict=True):
        if picture.place != place or not _is_empty(picture):
            continue
        random = np.random.default_rng([seed, 0, picture.stream])
        shown.append(picture.crop)
        found.append(feature)
        found += [backbone.features(relight(picture.crop, random)) for _ in range(RELIT_EMPTY)]
        times += [picture.time] * (1 + RELIT_EMPTY)
    return Empties(scale, found, times, shown)


@dataclass(frozen=True, slots=True, eq=False)
class _Eye:
    """Looks at versions of one picture against its nest's references, its own moment left out."""

    backbone: Backbone
    scale: MapScale
    empties: Empties | None
    picture: Picture
    relighting: Relighting

    def see(self, crop: Pixels, features: Features | None = None) -> Sight:
        features = self.backbone.features(crop) if features is None else features
        if self.empties is None:
            return look(features, crop, self.scale, None)
        use = self.empties.elsewhen(self.picture.time) if _is_empty(self.picture) else None
        return look(features, crop, self.scale, self.empties.reference, use)


def _samples(
    eye: _Eye, features: Features, relit: int, repainted: int, random: np.random.Generator
) -> Iterator[Sample]:
    picture = eye.picture
    real = eye.see(picture.crop, features)
    yield Sample(picture, real)
    for _ in range(relit):
        yield Sample(picture, eye.see(relight(picture.crop, random, eye.relighting)), relit=True)
    if picture.row.hens != 1 or picture.row.hen in {None, UNKNOWN}:
        return
    for index in range(repainted):
        painted = stranger(picture.crop, real.silhouette, random)
        shown = relight(painted, random, eye.relighting) if index else painted
        yield Sample(picture, eye.see(shown), relit=index > 0, repainted=True)
