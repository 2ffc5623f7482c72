"""Why a version says what it says of the newest pictures of hens: where in each lies what speaks for its answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.crops import Pixels, Polygon, cut, mapped
from detector.export import WHOLE
from detector.naming import in_flock
from detector.recognition import TrainedRecogniser, load_recogniser
from detector.sources.stills import read_still
from detector.starter import Site
from detector.training.explain import grad_cam, overlay
from detector.training.mistakes import numbered_sheet
from henbot.domain.errors import DatasetInvalid, FrameUnreadable
from henbot.domain.observations import UNKNOWN, HenId, NestId
from henbot.services.hen_ids import Flock
from henbot.services.media import MediaFolder
from henbot.services.sightings import Sighting

ANY_HEN = "hen"
"""The answer that is explained where no hen is named: that there is one."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What a version says of a picture: who is there, with what probability, or that a hen is (`ANY_HEN`)."""

    sighting: Sighting
    said: str
    probability: float

    def told(self) -> dict[str, Any]:
        """As JSON."""
        seen = {"nest": self.sighting.nest, "at": self.sighting.at.isoformat(), "hen": self.sighting.hen}
        return seen | {"said": self.said, "probability": round(self.probability, 3)}


@dataclass(frozen=True, slots=True)
class Explained:
    """The pictures on a sheet, a JPEG, in the order of its numbers."""

    reasons: tuple[Reason, ...]
    sheet: bytes


@dataclass(frozen=True, slots=True)
class Pictures:
    """Where pictures of nests are, and what part of each is the nest."""

    media: MediaFolder
    polygons: Mapping[NestId, Polygon]

    def crop(self, sighting: Sighting) -> Pixels:
        """(224, 224, 3) uint8 RGB; raises FrameUnreadable or OSError."""
        own = self.polygons.get(sighting.nest)
        return cut(read_still(self.media.path_of(sighting.path)), mapped(own) if own else WHOLE)


def explain_sightings(
    version: Path,
    site: Site,
    sightings: Sequence[Sighting],
    pictures: Pictures,
    flock: Flock,
    report: Callable[[float], None],
) -> Explained:
    """Look at pictures with a version, and lay over each what speaks for its answer (Grad-CAM, without TensorFlow).

    Args:
        report: told how far it is, 0..1.

    Raises:
        ModelLoadFailed: the version must not serve.
        DatasetInvalid: none of the pictures can be read any more.
    """
    recogniser = load_recogniser(version, site.coop, site.roosts)
    reasons, laid_over = [], []
    for place, sighting in enumerate(sightings):
        report(place / len(sightings))
        try:
            crop = pictures.crop(sighting)
        except (FrameUnreadable, OSError):
            continue
        reason, picture = _explained(recogniser, crop, sighting, flock)
        reasons.append(reason)
        laid_over.append(picture)
    if not reasons:
        raise DatasetInvalid("the newest pictures of hens are gone from the media folder; wait for the next visit")
    return Explained(tuple(reasons), numbered_sheet(laid_over))


def _explained(recogniser: TrainedRecogniser, crop: Pixels, sighting: Sighting, flock: Flock) -> tuple[Reason, Pixels]:
    features = recogniser.backbone.features(crop)
    said = recogniser.answer(crop, features, sighting.nest)
    answer, shown, probability = ANY_HEN, ANY_HEN, 1.0 - said.hens_probabilities[0]
    if said.birds and (hen := _best(said.birds[0].hens)) is not None:
        named = in_flock(said.birds[0], flock, sighting.at).hens
        if (who := _best(named)) is not None:
            answer, shown, probability = str(hen), str(who), named[who]
    found = grad_cam(features, lambda risen: recogniser.scores(crop, risen, sighting.nest)[answer])
    return Reason(sighting, shown, probability), overlay(crop, found)


def _best(hens: Mapping[HenId, float]) -> HenId | None:
    """The most probable hen; None where she is most probably none that is known."""
    best = max(hens, key=hens.__getitem__, default=UNKNOWN)
    return None if best == UNKNOWN else best
