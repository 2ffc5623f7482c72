"""What a simulated camera makes of the eggs: counts, events, and the verdicts of the bouts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from henbot.domain.events import EggLaid, EggsCollected, EggsMoved, Event
from henbot.domain.observations import UNKNOWN, NestId, VisitId
from henbot.domain.verdicts import EggCount, Ruling, Verdict
from henbot.domain.visits import Bout
from henbot.simulation.days import Day

COLLECTED, TOLD, MOVED, LOST = 0.93, 0.3, 0.01, 0.004
"""How often the keeper comes in an evening, and tells of it; how often a hen carries an egg; how often one is gone."""

COUNTED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Told:
    """A collection that the keeper told."""

    at: datetime
    eggs: int


@dataclass(slots=True)
class DayOfEggs:
    """What was seen of a day's eggs."""

    rulings: dict[VisitId, tuple[Ruling, datetime | None]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    counts: list[EggCount] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


@dataclass(slots=True)
class EggWatch:
    """The eggs that lie in the nests, and what is seen of them from day to day."""

    random: Random
    there: dict[NestId, int] = field(default_factory=dict)

    def day(self, day: Day, bouts: Sequence[Bout]) -> DayOfEggs:
        """Go through a day: eggs come, are carried, are gone, and are collected in the evening."""
        found = DayOfEggs(rulings={bout.id: (Ruling(Verdict.NOT_LAID), None) for bout in bouts})
        by_visit = {visit.id: bout for bout in bouts for visit in bout.visits}
        for egg in day.eggs:
            if egg.nest is None:
                continue
            bout = by_visit.get(egg.visit) if egg.visit else None
            self._appears(day, egg.nest, egg.at, bout, bouts, found)
        self._collects(day, found)
        return found

    def _appears(
        self, day: Day, nest: NestId, at: datetime, bout: Bout | None, bouts: Sequence[Bout], found: DayOfEggs
    ) -> None:
        counted = _sighted(day, (bout.last_seen_at if bout else at) + COUNTED_AFTER)
        rivals = [
            one
            for one in bouts
            if bout and one.nest == nest and one.id != bout.id and one.hen != bout.hen and _meet(one, bout)
        ]
        self._count(found, nest, counted, +1)
        if bout and rivals:
            hens = tuple(dict.fromkeys(one.hen for one in (bout, *rivals)))
            for one in (bout, *rivals):
                found.rulings[one.id] = Ruling(Verdict.UNSURE, hens), counted
        elif bout:
            found.rulings[bout.id] = Ruling(Verdict.LAID), counted
        sure = bout.hen if bout and not rivals and bout.hen != UNKNOWN else None
        _laid(found, EggLaid(nest, counted, 1, sure))
        if self.random.random() < MOVED:
            self._carried(found, nest, counted + timedelta(minutes=20))
        elif self.random.random() < LOST:
            self._count(found, nest, counted + timedelta(minutes=15), -1)

    def _carried(self, found: DayOfEggs, nest: NestId, at: datetime) -> None:
        others = sorted(set(self.there) - {nest})
        if others:
            other = self.random.choice(others)
            self._count(found, nest, at, -1)
            self._count(found, other, at + COUNTED_AFTER, +1)
            found.events.append(EggsMoved(other, at + COUNTED_AFTER, 1, nest))

    def _collects(self, day: Day, found: DayOfEggs) -> None:
        at = day.midnight + timedelta(hours=self.random.uniform(17, 19.5))
        total = sum(self.there.values())
        if self.random.random() > COLLECTED or not total:
            return
        if self.random.random() < TOLD or not day.sees(at):
            found.told.append(Told(at, total))
        for nest, eggs in sorted(self.there.items()):
            if eggs:
                seen_at = _sighted(day, at + COUNTED_AFTER)
                self._count(found, nest, seen_at, -eggs, person=True)
                found.events.append(EggsCollected(nest, seen_at, eggs))

    def _count(self, found: DayOfEggs, nest: NestId, at: datetime, more: int, *, person: bool = False) -> None:
        self.there[nest] = max(self.there.get(nest, 0) + more, 0)
        found.counts.append(EggCount(nest, at, self.there[nest], person))


def _sighted(day: Day, at: datetime) -> datetime:
    """The first moment from then on at which the camera sees."""
    return next((span.end for span in day.blind if span.start <= at < span.end), at)


def _laid(found: DayOfEggs, egg: EggLaid) -> None:
    """Note an egg; with others that came while nobody saw the nest, as one event."""
    for place, event in enumerate(found.events):
        if isinstance(event, EggLaid) and (event.nest, event.at) == (egg.nest, egg.at):
            found.events[place] = EggLaid(egg.nest, egg.at, event.eggs + egg.eggs)
            return
    found.events.append(egg)


def _meet(one: Bout, two: Bout) -> bool:
    return one.arrived_at < two.last_seen_at and two.arrived_at < one.last_seen_at


def unique(counts: Iterable[EggCount]) -> Iterator[EggCount]:
    """Counts in the order of time, the last where a nest has two of one moment."""
    last: Mapping[tuple[NestId, datetime], EggCount] = {(one.nest, one.at): one for one in counts}
    return iter(sorted(last.values(), key=lambda one: one.at))
