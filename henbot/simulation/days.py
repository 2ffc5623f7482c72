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
        visits: list[Visit] = []
        laid: list[SimulatedEgg] = []
        for hen in self.hens:
            if day < hen.came:
                continue
            egg, stays = self._stays(hen, day, midnight, eggs.get(hen.id))
            seen = [self._seen(stay, blind) for stay in _apart(stays)]
            visits += [visit for visit in seen if visit]
            if egg:
                laid.append(self._with_visit(egg, hen, seen))
        visits.sort(key=lambda visit: visit.arrived_at)
        return Day(day, midnight, blind, tuple(visits), tuple(sorted(laid, key=lambda egg: egg.at)))

    def _with_visit(self, egg: SimulatedEgg, hen: SimulatedHen, seen: Sequence[Visit | None]) -> SimulatedEgg:
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

    def _stays(
        self, hen: SimulatedHen, day: date, midnight: datetime, laying: datetime | None
    ) -> tuple[SimulatedEgg | None, list[Visit]]:
        """Her egg of the day, and her visits as they truly were."""
        outside = is_in(day, hen.strays)
        egg = None
        stays: list[Visit] = []
        if laying:
            at = midnight + (laying - datetime.combine(day, time()))
            egg = SimulatedEgg(hen.id, at, None if outside else self._nest(hen))
        if egg and egg.nest:
            stays += self._laying(hen, egg.at, egg.nest)
        if is_in(day, hen.broods):
            stays += [
                self._stay(hen, midnight + timedelta(hours=hour), self._minutes(120, 300), sits=True)
                for hour in (7, 12.5)
            ]
        calm = _MOULTING if is_in(day, hen.rests) else _LOOKING
        looks = int(self.random.gauss(calm * (self.setting.visits - 0.8 * bool(egg)), 1.5) + 0.5)
        for _ in range(max(looks, 0)):
            start = midnight + timedelta(hours=self.random.triangular(6.2, 18.5, 10))
            stays.append(self._stay(hen, start, timedelta(seconds=self.random.expovariate(1 / 90) + 4)))
        return egg, stays

    def _laying(self, hen: SimulatedHen, at: datetime, nest: NestId) -> Iterator[Visit]:
        arrived = at - self._minutes(15, 60)
        if self.random.random() < 0.5:
            early = arrived - self._minutes(4, 20)
            yield self._stay(hen, early, self._minutes(0.2, 3), nest=nest)
        yield self._stay(hen, arrived, at - arrived + self._minutes(4, 25), nest=nest, sits=True)

    def _stay(
        self, hen: SimulatedHen, start: datetime, length: timedelta, *, nest: NestId | None = None, sits: bool = False
    ) -> Visit:
        self.number += 1
        named = self.random.random() >= UNNAMED
        candidates = {hen.id: 0.97, UNKNOWN: 0.03} if named else self._doubtful(hen)
        end = start + length
        return Visit(
            id=VisitId(f"s{self.number:08d}"),
            nest=nest or self._nest(hen),
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
        number = hen.nest if self.random.random() < 0.65 else self.random.randrange(self.setting.nests)
        return NestId(f"nest{number + 1}")

    def _minutes(self, least: float, most: float) -> timedelta:
        return timedelta(minutes=self.random.uniform(least, most))


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
