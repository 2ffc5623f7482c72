"""Hens that were added from pictures: put into the serving version's gallery between two frames, without training."""

from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakSet

import numpy as np
import structlog

from detector.backbone import Floats
from detector.bird_photos import bird_mask, part_of, read_photo
from detector.crops import Pixels, Polygon, cut, mapped
from detector.elsewhere import ElsewhereRecogniser
from detector.foreground import PLUMAGE, familiarity, look
from detector.identity import Gallery, embedding
from detector.recognition import FAMILIAR_ELSEWHERE, Recogniser, TrainedRecogniser
from henbot.config import CoopConfig
from henbot.domain.observations import HenId, NestId
from henbot.services.hen_photos import HenPhoto, photos_of_flock
from henbot.services.media import MediaFolder
from henbot.storage.database import Database

log = structlog.get_logger(__name__)

WHOLE: Polygon = ((0, 0), (1, 0), (1, 1), (0, 1))


@dataclass(slots=True)
class Portraits:
    """Keeps the galleries of recognisers at what pictures of added hens the database has.

    Hens on whom a version was trained are not added again: it knows more of them. Nor is anybody where it was shown no
    hen at all, for it has nobody to tell them from.

    Attributes:
        zones: the nests' polygons in their own pictures.
    """

    database: Database
    media: MediaFolder
    zones: dict[NestId, Polygon] = field(default_factory=dict)
    _photos: tuple[HenPhoto, ...] = ()
    _known: dict[tuple[str, int], Floats] = field(default_factory=dict)
    _shown: WeakSet[TrainedRecogniser] = field(default_factory=WeakSet)

    def heed(self) -> bool:
        """Look whether hens were added or taken away, and let all recognisers know them; whether there was news."""
        photos = self.database.read(photos_of_flock)
        if photos == self._photos:
            return False
        self._photos = photos
        for trained in list(self._shown):
            self._introduce(trained)
        return True

    def show(self, recogniser: Recogniser) -> None:
        """Let a recogniser know the hens that were added, now and later on; it must be used in this thread alone."""
        trained = recogniser.trained if isinstance(recogniser, ElsewhereRecogniser) else recogniser
        if isinstance(trained, TrainedRecogniser):
            self._shown.add(trained)
            self._introduce(trained)

    def _introduce(self, trained: TrainedRecogniser) -> None:
        gallery = trained.heads.galleries.get(trained.coop)
        trained.gallery = with_photos(gallery, self._of(trained, gallery)) if gallery else None

    def _of(self, trained: TrainedRecogniser, gallery: Gallery) -> dict[HenId, list[tuple[bool, Floats]]]:
        found: dict[HenId, list[tuple[bool, Floats]]] = {}
        for photo in self._photos:
            if photo.hen is None or photo.hen in gallery.hens:
                continue
            key = (str(trained.version), photo.id)
            if key not in self._known:
                seen = portrait(trained, photo, self.media, self.zones)
                if seen is None:
                    continue
                self._known[key] = seen
            found.setdefault(photo.hen, []).append((photo.nest is not None, self._known[key]))
        return found


def zones_of(config: CoopConfig) -> dict[NestId, Polygon]:
    """Each nest's polygon in the rectangle around it, which is what its own pictures show."""
    return {nest.id: mapped(nest.polygon) for camera in config.cameras for nest in camera.nests}


def with_photos(gallery: Gallery, seen: dict[HenId, list[tuple[bool, Floats]]]) -> Gallery:
    """A gallery with newcomers; `seen` has of each the embeddings, and whether they are of the nest's own pictures.

    All pictures from elsewhere count as one of the nest's, their mean: their light, place and distance are others, and
    what is left in the mean is more of the bird. That names four of five visits of hens who were left out (chickencam),
    the nest's own pictures one more in fifteen, and five means half of them; nobody wrongly (docs/MEASURED.md).
    """
    for hen, portraits in sorted(seen.items()):
        own = [birds for is_own, birds in portraits if is_own]
        foreign = [birds for is_own, birds in portraits if not is_own]
        together = [np.mean(foreign, axis=0, dtype=np.float32)] if foreign else []
        gallery = gallery.with_hen(hen, np.stack([*own, *together]))
        log.info("hen.known_by_pictures", hen=hen, own=len(own), foreign=len(foreign))
    return gallery


def portrait(
    trained: TrainedRecogniser, photo: HenPhoto, media: MediaFolder, zones: dict[NestId, Polygon]
) -> Floats | None:
    """(325,): what a gallery compares of the bird of a picture; None where the file is gone."""
    pixels = read_photo(Path(media.path_of(photo.path)))
    if pixels is None:
        log.warning("photo.gone", photo=photo.id)
        return None
    if photo.nest is not None:
        return portrait_of(trained, cut(pixels, zones.get(photo.nest, WHOLE)), photo.nest)
    return portrait_of(trained, part_of(pixels, photo.box or (0.0, 0.0, 1.0, 1.0)), None)


def portrait_of(trained: TrainedRecogniser, crop: Pixels, nest: NestId | None) -> Floats:
    """(325,): the same of a crop, (224, 224, 3) uint8 RGB, of a nest, or of a bird somewhere else."""
    features = trained.backbone.features(crop)
    if nest is not None:
        reference = trained.heads.references.get((trained.coop, nest))
        return embedding(look(features, crop, trained.heads.scale, reference))
    mask = bird_mask(features)
    bird = (features.project * (mask / mask.sum())[..., None]).sum(axis=(0, 1))
    assert trained.gallery is not None, "there is nobody to compare with"
    return np.asarray(np.concatenate([bird, usual_plumage(trained.gallery)]), np.float32)


def nest_shown(trained: TrainedRecogniser, crop: Pixels) -> NestId | None:
    """The coop's nest that a picture, (224, 224, 3) uint8 RGB, surely shows, whoever sent it; None if it shows none."""
    features = trained.backbone.features(crop)
    alike = [
        (familiarity(features, trained.heads.scale, reference), nest)
        for (coop, nest), reference in trained.heads.references.items()
        if coop == trained.coop
    ]
    share, nest = max(alike, default=(0.0, None))
    return nest if share >= FAMILIAR_ELSEWHERE else None


def usual_plumage(gallery: Gallery) -> Floats:
    """(5,): the light of plumage, against the empty nest's, of all birds that are known: a picture without that nest
    says nothing of it, for or against any hen.
    """
    return np.asarray(gallery.cohort.birds[:, -PLUMAGE:].mean(axis=0), np.float32)
