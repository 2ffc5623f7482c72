"""One simulated day: who goes to which nest and for how long, and when nobody looks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from henbot.domain.coverage import Span
from henbot.domain.observations import UNKNOWN, HenId, ModelId, NestId, VisitId
from henbot.domain.visits import Visit
from henbot.simulation.flock import Setting, SimulatedHen, is_in

UNNAMED = 0.04
"""Share of the visits whose hen is not recognised."""

LOOKS_FIRST, JOINS = 0.5, 0.02
"""How often she looks into the nest before she lays there, and how often one joins another who sits."""

GAPS, LOST_DAYS = 0.12, 0.008
"""Share of the days on which the camera is blind for some hours, and for all of it."""

_MODEL = ModelId("simulated")
_LOOKING, _MOULTING = 1.0, 0.15


@dataclass(frozen=True, slots=True)
class SimulatedEgg:
    """An egg as it truly came.

    Attributes:
        at: aware UTC.
        nest: None outside the nests.
        visit: during which it came, if the camera saw that visit.
    """

    hen: HenId
    at: datetime
    nest: NestId | None
    visit: VisitId | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A simulated day.

    Attributes:
        midnight: its first moment, aware UTC.
        blind: when the camera saw nothing.
        visits: that the camera saw, in the order of arrival.
    """

    day: date
    midnight: datetime
    blind: tuple[Span, ...]
    visits: tuple[Visit, ...]
    eggs: tuple[SimulatedEgg, ...]

    def sees(self, at: datetime) -> bool:
        """Whether the camera saw what was at that moment."""
        return not any(span.start <= at < span.end for span in self.blind)


@dataclass(slots=True)
class Days:
    """Makes one day after another."""

    setting: Setting
    hens: Sequence[SimulatedHen]
    random: Random
    number: int = 0

    def day(self, day: date, eggs: Mapping[HenId, datetime]) -> Day:
        """A day, on which these hens lay at these local times."""
        midnight = datetime.combine(day, time(), ZoneInfo(self.setting.timezone)).astimezone(UTC)
        blind = tuple(self._blind(midnight))
        here = [hen for hen in self.hens if day >= hen.came]
        laid: list[SimulatedEgg] = []
        stays: dict[HenId, list[Visit]] = {}
        for hen in here:
            egg, stays[hen.id] = self._sits(hen, day, midnight, eggs.get(hen.id), _all(stays))
            laid += [egg] if egg else []
        sitting = _all(stays)
        for hen in here:
            stays[hen.id] += self._looks(hen, day, midnight, sitting, lays=hen.id in eggs)
        seen = {hen: [self._seen(stay, blind) for stay in _apart(hers)] for hen, hers in stays.items()}
        visits = sorted((visit for hers in seen.values() for visit in hers if visit), key=lambda one: one.arrived_at)
        found = sorted((self._with_visit(egg, seen[egg.hen]) for egg in laid), key=lambda egg: egg.at)
        return Day(day, midnight, blind, tuple(visits), tuple(found))

    def _with_visit(self, egg: SimulatedEgg, seen: Sequence[Visit | None]) -> SimulatedEgg:
        for visit in seen:
            if visit and visit.nest == egg.nest and visit.arrived_at <= egg.at <= visit.last_seen_at:
                return replace(egg, visit=visit.id)
        return egg

    def _blind(self, midnight: datetime) -> Iterator[Span]:
        chance = self.random.random()
        if chance < LOST_DAYS:
            yield Span(midnight, midnight + timedelta(days=1))
        elif chance < LOST_DAYS + GAPS:
            start = midnight + timedelta(hours=self.random.uniform(5, 17))
            yield Span(start, start + timedelta(hours=self.random.uniform(0.7, 5)))

    def _sits(
        self, hen: SimulatedHen, day: date, midnight: datetime, laying: datetime | None, sitting: Sequence[Visit]
    ) -> tuple[SimulatedEgg | None, list[Visit]]:
        """Her egg of the day, and the stays in which she sits."""
        if is_in(day, hen.broods):
            spans = [(midnight + timedelta(hours=hour), self._minutes(120, 300)) for hour in (7, 12.5)]
            return None, [self._stay(hen, at, length, self._nest(hen), sits=True) for at, length in spans]
        if laying is None:
            return None, []
        at = midnight + (laying - datetime.combine(day, time()))
        if is_in(day, hen.strays):
            return SimulatedEgg(hen.id, at, None), []
        arrived, left = at - self._minutes(15, 60), at + self._minutes(4, 25)
        nest = self._free(hen, Span(arrived, left), sitting) or self._nest(hen)
        stays = [self._stay(hen, arrived, left - arrived, nest, sits=True)]
        if self.random.random() < LOOKS_FIRST:
            early = arrived - self._minutes(4, 20)
            stays.append(self._stay(hen, early, self._minutes(0.2, 3), nest))
        return SimulatedEgg(hen.id, at, nest), stays

    def _looks(
        self, hen: SimulatedHen, day: date, midnight: datetime, sitting: Sequence[Visit], *, lays: bool
    ) -> Iterator[Visit]:
        calm = _MOULTING if is_in(day, hen.rests) else _LOOKING
        for _ in range(max(int(self.random.gauss(calm * (self.setting.visits - 0.8 * lays), 1.5) + 0.5), 0)):
            start = midnight + timedelta(hours=self.random.triangular(6.2, 18.5, 10))
            length = timedelta(seconds=self.random.expovariate(1 / 90) + 4)
            nest = self._free(hen, Span(start, start + length), sitting)
            if nest:
                yield self._stay(hen, start, length, nest)

    def _free(self, hen: SimulatedHen, span: Span, sitting: Sequence[Visit]) -> NestId | None:
        """A nest where nobody sits meanwhile; now and then she joins another. None where all are taken."""
        nest = self._nest(hen)
        taken = {one.nest for one in sitting if one.arrived_at < span.end and span.start < one.last_seen_at}
        if nest not in taken or self.random.random() < JOINS:
            return nest
        free = [one for one in self.setting.nest_ids if one not in taken]
        return self.random.choice(free) if free else None

    def _stay(
        self, hen: SimulatedHen, start: datetime, length: timedelta, nest: NestId, *, sits: bool = False
    ) -> Visit:
        self.number += 1
        named = self.random.random() >= UNNAMED
        candidates = {hen.id: 0.97, UNKNOWN: 0.03} if named else self._doubtful(hen)
        end = start + length
        return Visit(
            id=VisitId(f"s{self.number:08d}"),
            nest=nest,
            arrived_at=start,
            last_seen_at=end,
            left_at=end,
            settled_at=start + timedelta(minutes=1.5) if sits else None,
            sat=(length - timedelta(minutes=1.5)) if sits else length * 0.2,
            hen=hen.id if named else UNKNOWN,
            candidates=candidates,
            sightings=max(int(length.total_seconds() / 20), 1),
            model=_MODEL,
        )

    def _doubtful(self, hen: SimulatedHen) -> dict[HenId, float]:
        other = self.random.choice(self.hens)
        return {hen.id: 0.45, UNKNOWN: 0.2} | ({other.id: 0.35} if other is not hen else {})

    def _seen(self, stay: Visit, blind: Sequence[Span]) -> Visit | None:
        """What the camera saw of it."""
        for span in blind:
            if span.start <= stay.arrived_at < span.end:
                return None
            if stay.arrived_at < span.start < stay.last_seen_at:
                sat = min(stay.sat, span.start - stay.arrived_at)
                settled = stay.settled_at if stay.settled_at and stay.settled_at < span.start else None
                return replace(stay, last_seen_at=span.start, left_at=span.start, sat=sat, settled_at=settled)
        return stay

    def _nest(self, hen: SimulatedHen) -> NestId:
        return (
            self.setting.nest_ids[hen.nest]
            if self.random.random() < 0.65
            else self.random.choice(self.setting.nest_ids)
        )

    def _minutes(self, least: float, most: float) -> timedelta:
        return timedelta(minutes=self.random.uniform(least, most))


def _all(stays: Mapping[HenId, Sequence[Visit]]) -> list[Visit]:
    return [stay for hers in stays.values() for stay in hers]


def _apart(stays: Sequence[Visit]) -> Iterator[Visit]:
    """Her visits without those that would have her in two nests at once; where she sits long, she sits."""
    kept: list[Visit] = []
    for stay in sorted(stays, key=lambda one: one.sat, reverse=True):
        margin = timedelta(minutes=1)
        if all(
            stay.arrived_at > one.last_seen_at + margin or stay.last_seen_at < one.arrived_at - margin for one in kept
        ):
            kept.append(stay)
    return iter(sorted(kept, key=lambda one: one.arrived_at))
