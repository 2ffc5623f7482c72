"""Recognisers that learn how a coop's nests usually look while they watch, from pictures without labels."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, runtime_checkable

import structlog

from detector.backbone import Backbone, Features, backbone_sha256
from detector.background import NestBackground
from detector.crops import Pixels, quality_of, shows_nothing
from detector.recognition import Recogniser, Recognition
from detector.roost import UNTOLD
from henbot.domain.errors import ModelLoadFailed
from henbot.domain.observations import ModelId, NestId

log = structlog.get_logger(__name__)

SAVED_EVERY = timedelta(hours=1)
"""At most this much is lost by a kill; spares memory cards, for a nest's background takes up to 5 MB."""


@runtime_checkable
class Watcher(Protocol):
    """What learns from the order of frames; a recogniser that does not is asked to `recognise`."""

    def watch(self, crops: Pixels, nests: Sequence[NestId], at: datetime) -> list[Recognition]:
        """One answer a crop, of a frame taken at a time."""


def say(recogniser: Recogniser, crops: Pixels, nests: Sequence[NestId], at: datetime) -> list[Recognition]:
    """What a recogniser says of the crops of one frame, which a watcher remembers."""
    return recogniser.watch(crops, nests, at) if isinstance(recogniser, Watcher) else recogniser.recognise(crops, nests)


class WatchingRecogniser(ABC):
    """A recogniser with a background of each nest.

    `recognise` changes nothing. `watch`, for frames in the order of their times, learns how each nest usually looks.

    Attributes:
        saves: whether what was learned is written to the folder.
    """

    def __init__(
        self, version: ModelId, backbone: Backbone, folder: Path | None = None, roosts: frozenset[NestId] = frozenset()
    ) -> None:
        """Begin, or go on where the backgrounds in a folder stand.

        Args:
            version: what it calls itself.
            backbone: the stock network, with a version's tuned tail beside it or none.
            folder: None keeps the backgrounds in memory only.
            roosts: nests of kind `roost`, whose hens it cannot count.
        """
        self.version = version
        self.saves = True
        self._backbone = backbone
        self._folder = folder
        self._roosts = roosts
        self._backgrounds: dict[NestId, NestBackground] = {}
        self._saved: dict[NestId, datetime] = {}

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        """One answer a crop; crops: (n, 224, 224, 3) uint8 RGB, nests: their n nests."""
        looks = zip(crops, self._backbone.each(crops), nests, strict=True)
        return [self._look(crop, features, nest, self._background(nest)) for crop, features, nest in looks]

    def watch(self, crops: Pixels, nests: Sequence[NestId], at: datetime) -> list[Recognition]:
        """As `recognise`, from what was seen before `at` alone; then the pictures are remembered."""
        found = []
        for crop, features, nest in zip(crops, self._backbone.each(crops), nests, strict=True):
            known = self._background(nest).until(at)
            found.append(self._look(crop, features, nest, known))
            teaches = nest not in self._roosts and not shows_nothing(crop)
            grown = known.seen(features, at) if teaches else known
            self._backgrounds[nest] = grown
            if grown is not known:
                self._save(nest, grown, at)
        return found

    def learn(self, pictures: Iterable[tuple[NestId, Pixels]]) -> None:
        """Look once over pictures, (224, 224, 3) uint8 RGB, as a camera would that has long watched; not saved."""
        seen: dict[NestId, list[Features]] = {}
        for nest, crop in pictures:
            if nest not in self._roosts and not shows_nothing(crop):
                seen.setdefault(nest, []).append(self._backbone.features(crop))
        begin = datetime(1970, 1, 1, tzinfo=UTC)
        for nest, features in seen.items():
            self._backgrounds[nest] = NestBackground.of((one, begin) for one in features)

    @abstractmethod
    def _answer(self, crop: Pixels, features: Features, nest: NestId, known: NestBackground) -> Recognition:
        """What is said of a nest's crop."""

    def _look(self, crop: Pixels, features: Features, nest: NestId, known: NestBackground) -> Recognition:
        if nest in self._roosts:
            return Recognition(UNTOLD, (), quality_of(crop))
        return self._answer(crop, features, nest, known)

    def _background(self, nest: NestId) -> NestBackground:
        if nest not in self._backgrounds:
            self._backgrounds[nest] = self._stored(nest)
        return self._backgrounds[nest]

    def _stored(self, nest: NestId) -> NestBackground:
        path = self._path(nest)
        if path is None or not path.is_file():
            return NestBackground.nothing()
        try:
            return NestBackground.load(path)
        except ModelLoadFailed as exc:
            log.warning("background.ignored", nest=nest, reason=str(exc))
            return NestBackground.nothing()

    def _save(self, nest: NestId, background: NestBackground, at: datetime) -> None:
        path, before = self._path(nest), self._saved.get(nest)
        if path is None or not self.saves or (before is not None and abs(at - before) < SAVED_EVERY):
            return
        try:
            background.save(path)
        except OSError as exc:
            log.warning("background.not_saved", nest=nest, reason=str(exc))
        self._saved[nest] = at

    def _path(self, nest: NestId) -> Path | None:
        """Another network's features are in another file."""
        return self._folder / f"{nest}-{backbone_sha256()[:8]}.npz" if self._folder else None
