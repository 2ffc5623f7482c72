"""Visits, the bouts they make up, and who a visit was by."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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

    def known_at(self, at: datetime) -> "Visit":
        """The visit as it stood at a moment after her arrival."""
        return replace(
            self,
            last_seen_at=min(self.last_seen_at, at),
            left_at=if_by(at, self.left_at),
            settled_at=if_by(at, self.settled_at),
            sat=min(self.sat, max(at - self.arrived_at, timedelta())),
        )


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
        return _last_seen(self.visits)

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

    def known_at(self, at: datetime) -> "Bout":
        """The bout as it stood at a moment after her first arrival: without what came later."""
        return Bout(tuple(visit.known_at(at) for visit in self.visits if visit.arrived_at <= at))


def bouts_of(visits: Iterable[Visit], gap: timedelta = BOUT_GAP) -> list[Bout]:
    """Group visits into bouts, in the order of their first sightings.

    Visits by unknown hens that follow each other are grouped: they may be by two hens, but nobody can say so, and one
    message for both is what a reader wants. Two who are in the nest at once are two hens.
    """
    groups: list[list[Visit]] = []
    by_hen: dict[tuple[NestId, HenId], list[list[Visit]]] = {}
    for visit in sorted(visits, key=lambda visit: (visit.arrived_at, visit.id)):
        hers = by_hen.setdefault((visit.nest, visit.hen), [])
        near = [group for group in hers if visit.arrived_at - _last_seen(group) < gap and not _is_another(visit, group)]
        group = max(near, key=_last_seen, default=[])
        if not group:
            groups.append(group)
            hers.append(group)
        group.append(visit)
    return [Bout(tuple(group)) for group in groups]


def _last_seen(visits: Iterable[Visit]) -> datetime:
    return max(visit.last_seen_at for visit in visits)


def _is_another(visit: Visit, group: Sequence[Visit]) -> bool:
    """Whether a nameless hen came while a nameless one of the group was there."""
    is_nameless = visit.hen == UNKNOWN
    return is_nameless and any(one.left_at is None or visit.arrived_at <= one.last_seen_at for one in group)


def if_by(end: datetime, at: datetime | None) -> datetime | None:
    """A moment, if there is one and it is not after `end`."""
    return at if at and at <= end else None


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
