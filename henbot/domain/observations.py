"""What a model says of one nest at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeAlias

CameraId = NewType("CameraId", str)
NestId = NewType("NestId", str)
HenId = NewType("HenId", str)
ModelId = NewType("ModelId", str)
VisitId = NewType("VisitId", str)

UNKNOWN = HenId("unknown")
"""Not one of the flock's hens as far as the picture tells: an answer, never a failure."""

NOBODY = HenId("nobody")
"""No hen at all, as people say of what was taken for one."""

Posterior: TypeAlias = Mapping[HenId, float]
"""Probability by hen, `UNKNOWN` among them, adding up to 1."""


class Posture(StrEnum):
    """How a bird is seen in the nest; `perched` only on a roost or a rim."""

    SITTING = "sitting"
    STANDING = "standing"
    PARTIAL = "partial"
    PERCHED = "perched"


class Quality(StrEnum):
    """What a picture is good for; of a covered lens, for nothing."""

    OK = "ok"
    OVEREXPOSED = "overexposed"
    DARK = "dark"
    BLURRED = "blurred"
    COVERED = "covered"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in relative coordinates 0..1 of the frame, x to the right and y down."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Bird:
    """One bird of an observation.

    Attributes:
        hens: probability by hen, `UNKNOWN` included, adding up to 1; empty if identity was not asked.
        postures: probability by posture, adding up to 1; empty where posture was not asked (a roost).
        box: where she is, if known.
    """

    hens: Posterior = field(default_factory=dict)
    postures: Mapping[Posture, float] = field(default_factory=dict)
    box: Box | None = None

    @property
    def posture(self) -> Posture | None:
        """The most probable posture."""
        return max(self.postures, key=self.postures.__getitem__, default=None)


@dataclass(frozen=True, slots=True)
class Observation:
    """What a model says of one nest at one moment.

    Attributes:
        at: capture time, aware UTC.
        hens_probabilities: probability of 0, 1, 2 (meaning two or more) hens; on a roost, of each count.
        birds: at most two, the one most in the nest first; empty on a roost. What a picture alone tells has a bird for
            each hen that there might be; once it is believed (`henbot.domain.belief`), one for each hen that is seen.
        eggs_probabilities: probability of 0, 1, 2, … visible eggs, the last one of that many or more; empty where they
            cannot be told.
        model: the version that made it.
        frame: what the source calls the frame (a file name, say).
    """

    camera: CameraId
    nest: NestId
    at: datetime
    hens_probabilities: tuple[float, ...]
    birds: tuple[Bird, ...] = ()
    quality: Quality = Quality.OK
    model: ModelId = ModelId("")
    frame: str = ""
    eggs_probabilities: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise ValueError(f"observation of nest {self.nest}: `at` must be an aware time, got {self.at!r}")

    @property
    def hens(self) -> int:
        """The most probable number of hens."""
        return max(range(len(self.hens_probabilities)), key=self.hens_probabilities.__getitem__)

    @property
    def eggs(self) -> int | None:
        """The most probable number of visible eggs, None where they cannot be told."""
        return most_probable_count(self.eggs_probabilities)

    @property
    def occupied(self) -> float:
        """Probability that any hen is in the nest."""
        return 1.0 - self.hens_probabilities[0]


def most_probable_count(probabilities: Sequence[float]) -> int | None:
    """The count with the highest probability, given those of 0, 1, 2, …; None of none."""
    return max(range(len(probabilities)), key=probabilities.__getitem__, default=None)


def is_told(probabilities: Sequence[float]) -> bool:
    """Whether any count is likelier than another, given those of 0, 1, 2, …: else it cannot be told."""
    return bool(probabilities) and max(probabilities) - min(probabilities) > 1e-6
