"""Builders of domain values with only what a test cares about spelled out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from henbot.domain.observations import UNKNOWN, Bird, CameraId, HenId, ModelId, NestId, Observation, Posture

NEST = NestId("nest")
NINE = datetime(2016, 10, 3, 9, 0, tzinfo=UTC)


def at(seconds: float = 0, *, minutes: float = 0, start: datetime = NINE) -> datetime:
    """A moment after nine o'clock."""
    return start + timedelta(seconds=seconds, minutes=minutes)


def bird(hen: str = "", posture: str = "standing", sure: float = 0.9) -> Bird:
    """A bird that looks like `hen` with probability `sure`, the rest unknown; by default nobody in particular."""
    hens: Mapping[HenId, float] = {HenId(hen): sure, UNKNOWN: 1 - sure} if hen and hen != UNKNOWN else {UNKNOWN: 1.0}
    return Bird(hens, {Posture(posture): 0.9, _other(posture): 0.1})


def look(moment: datetime, *birds: Bird, sure: float = 0.95, nest: str = NEST) -> Observation:
    """An observation of a nest with these birds in it."""
    rest = (1 - sure) / 2
    counts = [rest, rest, rest]
    counts[len(birds)] = sure
    return Observation(
        CameraId("cam"), NestId(nest), moment, tuple(counts), birds, model=ModelId("test"), frame=f"{moment:%H%M%S}.jpg"
    )


def _other(posture: str) -> Posture:
    return Posture.STANDING if posture == "sitting" else Posture.SITTING
