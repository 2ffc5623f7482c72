"""Looks at the pictures of a hen who is to be added: which of them tell who she is, and whether she is known."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import structlog

from detector.backbone import Backbone, Floats
from detector.bird_photos import SMALLEST_PX, find_bird, flaw_of_crop, part_of, read_photo
from detector.crops import Pixels, Polygon, cut
from detector.portraits import WHOLE, Portraits, nest_shown, portrait_of, zones_of
from detector.recognition import TrainedRecogniser, load_recogniser
from henbot.config import CoopConfig
from henbot.domain.errors import ModelLoadFailed
from henbot.domain.observations import UNKNOWN, HenId, NestId
from henbot.services.hen_photos import Flaw, HenPhoto, Judged
from henbot.services.media import MediaFolder
from henbot.services.models import serving_version
from henbot.storage.database import Database

log = structlog.get_logger(__name__)

MUCH_ALIKE = 0.6
"""Least share of the posterior, of one picture, from which on she looks much like a hen that is known."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges pictures by the version that serves, or, before any was trained, by the shipped network alone.

    Attributes:
        trained: None where no version serves that was trained in this coop.
        zones: the nests' polygons in their own pictures.
    """

    media: MediaFolder
    backbone: Backbone
    trained: TrainedRecogniser | None = None
    zones: dict[NestId, Polygon] = field(default_factory=dict)

    @property
    def knows_hens(self) -> bool:
        """Whether hens are told apart at all."""
        return self.trained is not None and self.trained.gallery is not None

    def judge(self, photo: HenPhoto) -> Judged:
        """What there is in a picture."""
        pixels = read_photo(Path(self.media.path_of(photo.path)))
        if pixels is None:
            return Judged(Flaw.UNREADABLE)
        if min(pixels.shape[:2]) < SMALLEST_PX:
            return Judged(Flaw.SMALL)
        if photo.nest is not None:
            return self._own(cut(pixels, self.zones.get(photo.nest, WHOLE)), photo.nest)
        return self._sent_back(pixels) or self._foreign(pixels)

    def _own(self, crop: Pixels, nest: NestId) -> Judged:
        """A nest's own picture: somebody chose it, and saw a hen in it."""
        if flaw := flaw_of_crop(crop):
            return Judged(flaw)
        return Judged(likeness=self._likeness(lambda trained: portrait_of(trained, crop, nest)))

    def _sent_back(self, pixels: Pixels) -> Judged | None:
        """A nest's picture that somebody had of us and sent, or took with the same camera; None of any other."""
        whole = cut(pixels, WHOLE)
        nest = nest_shown(self.trained, whole) if self.trained else None
        if self.trained is None or nest is None:
            return None
        crop = cut(pixels, self.zones.get(nest, WHOLE))
        (said,) = self.trained.recognise(crop[None], [nest])
        is_empty = said.hens_probabilities[0] >= 0.5
        return Judged(Flaw.NO_BIRD) if is_empty else replace(self._own(crop, nest), nest=nest)

    def _foreign(self, pixels: Pixels) -> Judged:
        found = find_bird(pixels, self.backbone)
        if found is None:
            # In the dark there is no bird to be seen either, and that is what helps to know.
            flaw = flaw_of_crop(part_of(pixels, (0.0, 0.0, 1.0, 1.0)))
            return Judged(flaw or Flaw.NO_BIRD)
        crop = part_of(pixels, found.box)
        if min(_sides(pixels, found.box)) < SMALLEST_PX:
            return Judged(Flaw.SMALL)
        if flaw := flaw_of_crop(crop):
            return Judged(flaw)
        likeness = self._likeness(lambda trained: portrait_of(trained, crop, None))
        return Judged(box=found.box, likeness=likeness)

    def _likeness(self, seen: Callable[[TrainedRecogniser], Floats]) -> HenId | None:
        if self.trained is None or self.trained.gallery is None:
            return None
        (hens,) = self.trained.gallery.posteriors(seen(self.trained)[None], np.ones(1, np.float32))
        top = max(hens, key=hens.__getitem__)
        return top if top != UNKNOWN and hens[top] >= MUCH_ALIKE else None


def judge_of(database: Database, media: MediaFolder, config: CoopConfig | None) -> Judge:
    """A judge by the version that serves now.

    Raises:
        ModelLoadFailed: the shipped backbone cannot be loaded.
    """
    serving = database.read(serving_version)
    zones = zones_of(config) if config else {}
    trained = _at_home(Path(serving.folder), config.coop.name) if serving and config else None
    if trained is not None:
        portraits = Portraits(database, media, zones)
        portraits.heed()
        portraits.show(trained)
    return Judge(media, trained.backbone if trained else Backbone(), trained, zones)


def _at_home(folder: Path, coop: str) -> TrainedRecogniser | None:
    """The version of a folder, if it was trained in this coop; None too where it cannot be loaded any more."""
    try:
        trained = load_recogniser(folder, coop)
    except ModelLoadFailed as exc:
        log.warning("photos.judged_without_version", reason=str(exc))
        return None
    return trained if trained.is_at_home else None


def _sides(pixels: Pixels, box: tuple[float, float, float, float]) -> tuple[float, float]:
    height, width = pixels.shape[:2]
    return (box[2] - box[0]) * width, (box[3] - box[1]) * height
