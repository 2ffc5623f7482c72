"""Builders of domain values with only what a test cares about spelled out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from henbot.domain.observations import UNKNOWN, Bird, CameraId, HenId, ModelId, NestId, Observation, Posture, VisitId
from henbot.domain.visits import Bout, Visit

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


def visit(
    hen: str, start: float, end: float, *, nest: str = NEST, settled: float | None = None, is_open: bool = False
) -> Visit:
    """A visit from one minute after nine to another; its id tells hen and start."""
    return Visit(
        id=VisitId(f"{hen}-{start:g}"),
        nest=NestId(nest),
        arrived_at=at(minutes=start),
        last_seen_at=at(minutes=end),
        left_at=None if is_open else at(minutes=end),
        settled_at=None if settled is None else at(minutes=settled),
        sat=timedelta(),
        hen=HenId(hen),
        candidates={HenId(hen): 1.0},
        sightings=2,
        model=ModelId("test"),
    )


def bout(*visits: Visit) -> Bout:
    """A bout of these visits."""
    return Bout(visits)


def _other(posture: str) -> Posture:
    return Posture.STANDING if posture == "sitting" else Posture.SITTING
