"""Visits, the bouts they make up, and who a visit was by."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from henbot.domain.observations import UNKNOWN, HenId, ModelId, NestId, Posterior, VisitId

BOUT_GAP = timedelta(minutes=45)
"""Visits of one hen to one nest closer than this are one effort to lay (ARCHITECTURE, "bout")."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One hen in one nest, from her first sighting to her last.

    Attributes:
        arrived_at, last_seen_at: first and last sighting, aware UTC.
        left_at: the last sighting of a visit that is over; None while it is open.
        settled_at: when she sat down to stay, if she did.
        sat: time on the nest in the sitting pose.
        hen: who it was, `UNKNOWN` below the threshold.
        candidates: the posterior over all sightings, `UNKNOWN` included.
        model: the version that made its last sighting.
    """

    id: VisitId
    nest: NestId
    arrived_at: datetime
    last_seen_at: datetime
    left_at: datetime | None
    settled_at: datetime | None
    sat: timedelta
    hen: HenId
    candidates: Posterior
    sightings: int
    model: ModelId

    @property
    def duration(self) -> timedelta:
        """Time between her first and her last sighting."""
        return self.last_seen_at - self.arrived_at


@dataclass(frozen=True, slots=True)
class Bout:
    """The visits of one hen to one nest with less than `BOUT_GAP` between them.

    Its id is that of its first visit, which outlives a change of mind about the hen.
    """

    visits: tuple[Visit, ...]

    @property
    def id(self) -> VisitId:
        """The first visit's id."""
        return self.visits[0].id

    @property
    def hen(self) -> HenId:
        """Whose bout it is."""
        return self.visits[0].hen

    @property
    def nest(self) -> NestId:
        """Where."""
        return self.visits[0].nest

    @property
    def arrived_at(self) -> datetime:
        """First sighting."""
        return self.visits[0].arrived_at

    @property
    def last_seen_at(self) -> datetime:
        """Last sighting."""
        return max(visit.last_seen_at for visit in self.visits)

    @property
    def left_at(self) -> datetime | None:
        """Last sighting if she is out."""
        return None if any(visit.left_at is None for visit in self.visits) else self.last_seen_at

    @property
    def settled_at(self) -> datetime | None:
        """When she first sat down to stay."""
        return min((visit.settled_at for visit in self.visits if visit.settled_at), default=None)

    @property
    def sat(self) -> timedelta:
        """Time in the sitting pose, over all its visits."""
        return sum((visit.sat for visit in self.visits), timedelta())


def bouts_of(visits: Iterable[Visit], gap: timedelta = BOUT_GAP) -> list[Bout]:
    """Group visits into bouts, in the order of their first sightings.

    Visits by unknown hens are grouped with each other: two unknown visits may be by two hens, but nobody can
    say so, and one message for both is what a reader wants.
    """
    open_bouts: dict[tuple[NestId, HenId], list[Visit]] = {}
    groups: list[list[Visit]] = []
    for visit in sorted(visits, key=lambda visit: (visit.arrived_at, visit.id)):
        key = (visit.nest, visit.hen)
        group = open_bouts.get(key)
        if group is None or visit.arrived_at - max(one.last_seen_at for one in group) >= gap:
            group = open_bouts[key] = []
            groups.append(group)
        group.append(visit)
    return [Bout(tuple(group)) for group in groups]


def pooled(log_evidence: Mapping[HenId, float]) -> dict[HenId, float]:
    """Posterior from summed log evidence by hen (a softmax), adding up to 1; `UNKNOWN` alone where there is none."""
    if not log_evidence:
        return {UNKNOWN: 1.0}
    top = max(log_evidence.values())
    weights = {hen: math.exp(value - top) for hen, value in log_evidence.items()}
    total = sum(weights.values())
    return {hen: weight / total for hen, weight in weights.items()}


def named(posterior: Posterior, threshold: float) -> HenId:
    """The hen that a posterior names, `UNKNOWN` below the threshold."""
    hen = max(posterior, key=posterior.__getitem__, default=UNKNOWN)
    return hen if posterior.get(hen, 0.0) >= threshold else UNKNOWN


def visits_between(visits: Sequence[Visit], start: datetime, end: datetime) -> list[Visit]:
    """Visits any part of which lies in [start, end)."""
    return [visit for visit in visits if visit.arrived_at < end and visit.last_seen_at >= start]
