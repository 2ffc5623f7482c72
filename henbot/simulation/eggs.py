"""What a simulated camera makes of the eggs: it counts them, and the real rules say whose they are."""

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from henbot.domain.events import Event
from henbot.domain.observations import NestId, VisitId
from henbot.domain.verdicts import EggCount, Ruling, Verdict, changes_of, rule_by_eggs, ruling_of
from henbot.domain.visits import Bout, Visit
from henbot.simulation.days import Day

COLLECTED, TOLD, MOVED, LOST = 0.93, 0.3, 0.01, 0.004
"""How often the keeper comes in an evening, and tells of it; how often a hen carries an egg; how often one is gone."""

COUNTED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Told:
    """A collection that the keeper told."""

    at: datetime
    eggs: int


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """Eggs that truly came to a nest or went; `person` where the keeper took all that lay there."""

    at: datetime
    nest: NestId
    more: int
    person: bool = False


@dataclass(slots=True)
class DayOfEggs:
    """What was seen of a day's eggs.

    Attributes:
        rulings: by bout, with when the eggs were counted that it rests on.
        taken: eggs that the keeper took, seen or not.
    """

    rulings: dict[VisitId, tuple[Ruling, datetime | None]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    counts: list[EggCount] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    taken: int = 0


@dataclass(slots=True)
class EggWatch:
    """The eggs that lie in the nests, and what is seen of them from day to day.

    Attributes:
        there: eggs that truly lie in each nest.
        mishaps: whether eggs are carried and lost.
        counted: the last count of each.
        before: the last counts of the day before.
    """

    random: Random
    nests: Sequence[NestId]
    mishaps: bool = True
    there: dict[NestId, int] = field(default_factory=dict)
    counted: dict[NestId, EggCount] = field(default_factory=dict)
    before: tuple[EggCount, ...] = ()

    def day(self, day: Day, bouts: Sequence[Bout]) -> DayOfEggs:
        """Go through a day: eggs come, are carried, are gone, and are collected in the evening."""
        found = DayOfEggs()
        changes = list(self._changes(day))
        collected_at = day.midnight + timedelta(hours=self.random.uniform(17, 19.5))
        if self.random.random() < COLLECTED:
            changes += [Change(collected_at, nest, 0, person=True) for nest in self.nests]
        changes.sort()
        looks = set(_looks(day, changes))
        for nest in self.nests:
            own = [one for one in changes if one.nest == nest]
            times = sorted(at for where, at in looks if where == nest)
            found.counts += self._counts(day, nest, own, times, found)
        if found.taken and (self.random.random() < TOLD or not day.sees(collected_at)):
            found.told.append(Told(collected_at, found.taken))
        self._judge(bouts, found)
        return found

    def _changes(self, day: Day) -> Iterator[Change]:
        for egg in day.eggs:
            if egg.nest is None:
                continue
            yield Change(egg.at, egg.nest, 1)
            if not self.mishaps:
                continue
            others = [nest for nest in self.nests if nest != egg.nest]
            later = egg.at + timedelta(minutes=45)
            if others and self.random.random() < MOVED:
                yield Change(later, egg.nest, -1)
                yield Change(later, self.random.choice(others), 1)
            elif self.random.random() < LOST:
                yield Change(later, egg.nest, -1)

    def _counts(
        self, day: Day, nest: NestId, changes: Sequence[Change], times: Sequence[datetime], found: DayOfEggs
    ) -> Iterator[EggCount]:
        """Counts of one nest at these times, while its eggs change."""
        left = list(changes)
        for at in times:
            person = False
            while left and left[0].at <= at:
                person = self._happens(left.pop(0), found) or person
            before = self.counted.get(nest)
            unseen = before is not None and any(span.start < at and span.end > before.at for span in day.blind)
            self.counted[nest] = EggCount(nest, at, self.there.get(nest, 0), person, unseen)
            yield self.counted[nest]
        for change in left:
            self._happens(change, found)

    def _happens(self, change: Change, found: DayOfEggs) -> bool:
        """Let a change come true; whether a person took eggs."""
        there = self.there.get(change.nest, 0)
        self.there[change.nest] = 0 if change.person else max(there + change.more, 0)
        found.taken += there if change.person else 0
        return change.person and there > 0

    def _judge(self, bouts: Sequence[Bout], found: DayOfEggs) -> None:
        counts = [*self.before, *found.counts]
        self.before = tuple(self.counted.values())
        rulings, found.events = rule_by_eggs(counts, bouts)
        by_nest = {nest: [one for one in counts if one.nest == nest] for nest in self.nests}
        changes = {nest: changes_of(own) for nest, own in by_nest.items()}
        for bout in bouts:
            ruling = ruling_of(bout, rulings.get(bout.id), by_nest[bout.nest])
            is_of_eggs = bout.id in rulings and ruling.verdict is not Verdict.NOT_LAID
            after = [one.after.at for one in changes[bout.nest] if one.covers(bout)] if is_of_eggs else []
            found.rulings[bout.id] = ruling, max(after, default=None)


def _looks(day: Day, changes: Sequence[Change]) -> Iterator[tuple[NestId, datetime]]:
    """When the nests are counted: before and after each egg and collection, as soon as nobody is inside or hides it."""
    by_nest: dict[NestId, list[Visit]] = {}
    for visit in day.visits:
        insort(by_nest.setdefault(visit.nest, []), visit, key=lambda one: one.arrived_at)
    for change in changes:
        visits = by_nest.get(change.nest, [])
        yield change.nest, _sighted(day, visits, change.at + COUNTED_AFTER)
        inside = [visit for visit in visits if visit.arrived_at <= change.at <= visit.last_seen_at]
        before = min((visit.arrived_at for visit in inside), default=change.at) - timedelta(seconds=1)
        if day.sees(before) and not any(visit.arrived_at <= before <= visit.last_seen_at for visit in visits):
            yield change.nest, before


def _sighted(day: Day, visits: Iterable[Visit], at: datetime) -> datetime:
    """The first moment from then on at which the camera sees and nobody is in the nest."""
    for visit in visits:
        if visit.arrived_at <= at <= visit.last_seen_at:
            at = visit.last_seen_at + COUNTED_AFTER
    return next((span.end for span in day.blind if span.start <= at < span.end), at)


def unique(counts: Iterable[EggCount]) -> list[EggCount]:
    """Counts in the order of time, one where a nest has two of one moment."""
    return sorted({(one.nest, one.at): one for one in counts}.values(), key=lambda one: one.at)
