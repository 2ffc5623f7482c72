"""Whether a bout gave an egg, and whose an egg is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median
from types import MappingProxyType
from typing import TypeAlias

from henbot.domain.events import EggLaid, EggsCollected, EggsMoved, Event
from henbot.domain.observations import UNKNOWN, HenId, NestId, VisitId
from henbot.domain.visits import Bout, Visit

USUAL_SITTING = timedelta(minutes=20)
"""Least settled time of a bout that may have given an egg, until her own history says better. Our choice: the settled
visits in our labelled pictures that end with an egg in view last 29 minutes and more, inspections under 10."""

INSPECTION = timedelta(minutes=10)
"""A bout without settling and shorter than this is a look around."""

LEAST_HISTORY = 5
"""Bouts with an egg from which on a hen's own history is used."""


class Verdict(StrEnum):
    """Whether a bout gave an egg."""

    LAID = "laid"
    PROBABLY = "probably"
    NOT_LAID = "not_laid"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict with the hens it may be about: more than one only where it is unsure whose egg it is."""

    verdict: Verdict
    candidates: tuple[HenId, ...] = ()


@dataclass(frozen=True, slots=True)
class EggCount:
    """Eggs in one nest while nobody sat on them; declared dummy eggs are not counted.

    Attributes:
        person: somebody was at the nest since the count before.
        unseen: the camera was blind for a while since the count before: hens that were not seen may have been there.
    """

    nest: NestId
    at: datetime
    eggs: int
    person: bool = False
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a person says of a bout's egg: that she laid, or that she did not, until `at`."""

    verdict: Verdict
    at: datetime

    def denies(self, visits: Iterable[Visit]) -> bool:
        """Whether it says that these visits brought no egg; those that came after it was said, it does not know."""
        return self.verdict is Verdict.NOT_LAID and all(visit.arrived_at < self.at for visit in visits)


Sayings: TypeAlias = Mapping[VisitId, Told]
"""What people say of bouts' eggs, by bout."""


def ruling_by_time(bout: Bout, laid_before: Sequence[timedelta] = ()) -> Ruling:
    """What the time on the nest alone allows: `probably` at most, for the eggs were not seen.

    Args:
        laid_before: settled time of this hen's earlier bouts that gave an egg.
    """
    if bout.left_at is None:
        return Ruling(Verdict.UNSURE)
    stayed = sum((_settled_time(bout, visit.id) for visit in bout.visits), timedelta())
    usual = _half_of_usual(laid_before) if len(laid_before) >= LEAST_HISTORY else USUAL_SITTING
    if stayed and stayed >= usual:
        return Ruling(Verdict.PROBABLY)
    if bout.settled_at is None and bout.last_seen_at - bout.arrived_at < INSPECTION:
        return Ruling(Verdict.NOT_LAID)
    return Ruling(Verdict.UNSURE)


def _half_of_usual(stays: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(stay.total_seconds() for stay in stays) / 2)


def _settled_time(bout: Bout, visit_id: VisitId) -> timedelta:
    visit = next(one for one in bout.visits if one.id == visit_id)
    return visit.last_seen_at - visit.settled_at if visit.settled_at else timedelta()


def ruling_of(
    bout: Bout, by_eggs: Ruling | None, counts: Iterable[EggCount], laid_before: Sequence[timedelta] = ()
) -> Ruling:
    """The verdict of a bout: seen eggs outrank time, as far as they were counted.

    An egg that was seen stands. That there was none is said only of a bout that is over and lies between two counts of
    its nest. What the counts leave open was still a look around if it was short, and nothing more than unsure if not.

    Args:
        by_eggs: what `rule_by_eggs` says of it, if anything.
        counts: of its nest at least.
        laid_before: as `ruling_by_time` has it.
    """
    by_time = ruling_by_time(bout, laid_before)
    if by_eggs is None:
        return by_time
    if by_eggs.verdict in (Verdict.LAID, Verdict.PROBABLY) or by_eggs.candidates:
        return by_eggs
    times = [count.at for count in counts if count.nest == bout.nest]
    is_counted = any(at <= bout.arrived_at for at in times) and any(at > bout.last_seen_at for at in times)
    if bout.left_at is None or not is_counted or by_time.verdict is Verdict.NOT_LAID:
        return by_time
    return by_eggs


def ruling_as_told(
    bout: Bout, told: Told, by_eggs: Ruling | None, counts: Iterable[EggCount], laid_before: Sequence[timedelta] = ()
) -> Ruling:
    """The verdict of a bout of whose egg a person told: their word, and what is known of visits that came after it."""
    later = tuple(visit for visit in bout.visits if visit.arrived_at >= told.at)
    if told.verdict is Verdict.LAID or not later:
        return Ruling(told.verdict)
    return ruling_of(Bout(later), by_eggs, counts, laid_before)


def is_collection(lost: int, *, visited: bool, carried: int = 0) -> bool:
    """Whether eggs that are gone were most probably taken by a person, whom no camera of ours recognises.

    Eggs that vanish while no hen was in the nest were taken. So were several at once: a hen takes one at a time. One
    that vanishes while hens were in the nest may have been eaten or buried; it is not accounted for.

    Args:
        lost: fewer than at the count before.
        visited: hens were in the nest meanwhile.
        carried: eggs more in other nests meanwhile, which hens may have carried from here.
    """
    return lost - carried > 1 if visited else lost > 0


def rule_by_eggs(
    counts: Iterable[EggCount],
    bouts: Sequence[Bout],
    told: Collection[tuple[NestId, datetime]] = (),
    sayings: Sayings = MappingProxyType({}),
) -> tuple[dict[VisitId, Ruling], list[Event]]:
    """Attribute eggs to bouts between the last picture of a nest without them and the first with them.

    More eggs than before are laid, unless another nest lost as many meanwhile (hens carry eggs) or a person was there.
    Eggs that are gone where a person was are collected; where nobody was, they are not accounted for, and nothing is
    said of them. Of a bout that several pictures fall into, the surest word stands. Where the camera was blind for a
    while between the pictures, another hen may have been there: then it is `probably`, and the egg is nobody's by name.

    Args:
        told: nest and time of eggs that were told as laid already: no nest that turns out later to have lost one
            explains them any more.
        sayings: bouts of whose eggs people told: an egg is hers of whom they say so, and of none of whom they deny it;
            where they deny it of all, there was none.

    Returns:
        Rulings by bout id, for the bouts that the eggs say something of, and what happened to the eggs.
    """
    rulings: dict[VisitId, Ruling] = {}
    events: list[Event] = []
    changes = changes_of(counts)
    lost = {change: change.before.eggs - change.after.eggs for change in changes if change.more < 0}
    for change in changes:
        may_move = change.more > 0 and (change.nest, change.after.at) not in told
        moved = _moved_into(change, lost) if may_move else {}
        events += [EggsMoved(change.nest, change.after.at, eggs, nest) for nest, eggs in moved.items()]
        laid = max(change.more, 0) - sum(moved.values())
        covered = [bout for bout in bouts if bout.nest == change.nest and change.covers(bout)]
        between = [bout for bout in covered if not change.is_denied(bout, sayings)]
        for bout in covered:
            if bout not in between:
                rulings.setdefault(bout.id, Ruling(Verdict.NOT_LAID))
        given = [bout for bout in between if _is_given(bout, sayings)]
        for bout_id, ruling in _rulings(between, laid, change, given).items():
            rulings[bout_id] = _surer(rulings.get(bout_id), ruling)
        if laid > 0 and not change.after.person and (between or not covered):
            givers = given if laid <= len(given) else between
            events.append(EggLaid(change.nest, change.after.at, laid, _layer(givers, laid, change)))
    events += [
        EggsCollected(change.nest, change.after.at, eggs)
        for change, eggs in lost.items()
        if eggs > 0 and change.after.person
    ]
    return rulings, sorted(events, key=lambda event: (event.at, event.nest, event.kind))


@dataclass(frozen=True, slots=True)
class EggChange:
    """Two counts of one nest that follow each other, and what lies between."""

    before: EggCount
    after: EggCount

    @property
    def nest(self) -> NestId:
        """Where."""
        return self.after.nest

    @property
    def more(self) -> int:
        """Eggs more than before; negative if there are fewer."""
        return self.after.eggs - self.before.eggs

    def covers(self, bout: Bout) -> bool:
        """Whether she was in the nest at any time between; a bout's pauses do not count."""
        return any(visit.arrived_at < self.after.at and visit.last_seen_at > self.before.at for visit in bout.visits)

    def is_denied(self, bout: Bout, sayings: Sayings) -> bool:
        """Whether a person says that she laid none of the eggs between."""
        told = sayings.get(bout.id)
        return told is not None and told.denies(visit for visit in bout.visits if self.covers(Bout((visit,))))

    def meets(self, other: "EggChange") -> bool:
        """Whether both may have happened at the same time."""
        return self.before.at < other.after.at and other.before.at < self.after.at


def changes_of(counts: Iterable[EggCount]) -> list[EggChange]:
    """What lies between each two neighbouring counts of a nest, equal ones too, given in any order."""
    by_nest: dict[NestId, list[EggCount]] = {}
    for count in sorted(counts, key=lambda count: count.at):
        by_nest.setdefault(count.nest, []).append(count)
    return [EggChange(*pair) for series in by_nest.values() for pair in pairwise(series)]


def _moved_into(change: EggChange, lost: dict[EggChange, int]) -> dict[NestId, int]:
    """Eggs that other nests lost meanwhile, with nobody there, and that lie here now; takes them from `lost`."""
    moved: dict[NestId, int] = {}
    wanted = change.more
    for other, eggs in lost.items():
        by_hens = other.nest != change.nest and other.meets(change) and not other.after.person
        taken = min(eggs, wanted) if by_hens else 0
        if taken:
            moved[other.nest] = moved.get(other.nest, 0) + taken
            lost[other] -= taken
            wanted -= taken
    return moved


def is_denied_by_all(change: EggChange, bouts: Iterable[Bout], sayings: Sayings) -> bool:
    """Whether people say of each bout that may have brought an egg that it brought none."""
    covered = [bout for bout in bouts if bout.nest == change.nest and change.covers(bout)]
    return bool(covered) and all(change.is_denied(bout, sayings) for bout in covered)


def _is_given(bout: Bout, sayings: Sayings) -> bool:
    told = sayings.get(bout.id)
    return told is not None and told.verdict is Verdict.LAID


def _rulings(
    between: Sequence[Bout], laid: int, change: EggChange, given: Sequence[Bout] = ()
) -> Mapping[VisitId, Ruling]:
    """Rulings of the bouts between; `given` are those of which a person says that they brought an egg."""
    if given and laid and not change.after.person:
        rest, left = [bout for bout in between if bout not in given], laid - len(given)
        others = _rulings(rest, left, change) if left > 0 else {bout.id: Ruling(Verdict.NOT_LAID) for bout in rest}
        return {bout.id: Ruling(Verdict.LAID) for bout in given} | dict(others)
    hens = tuple(dict.fromkeys(bout.hen for bout in between))
    if laid == 0 or change.after.person:
        verdict = Verdict.NOT_LAID if change.more == 0 and not change.after.person else Verdict.UNSURE
        return {bout.id: Ruling(verdict) for bout in between}
    if laid >= len(between):
        verdict = Verdict.PROBABLY if change.after.unseen else Verdict.LAID
        return {bout.id: Ruling(verdict) for bout in between}
    return {bout.id: Ruling(Verdict.UNSURE, hens) for bout in between}


SURENESS = (Verdict.NOT_LAID, Verdict.UNSURE, Verdict.PROBABLY, Verdict.LAID)
"""Which verdict stands where several pictures fall into one bout: an egg seen once was laid, whatever came after."""


def _surer(one: Ruling | None, other: Ruling) -> Ruling:
    if one is None or SURENESS.index(other.verdict) > SURENESS.index(one.verdict):
        return other
    if one.verdict is not other.verdict:
        return one
    return Ruling(one.verdict, tuple(dict.fromkeys((*one.candidates, *other.candidates))))


def _layer(between: Sequence[Bout], laid: int, change: EggChange) -> HenId | None:
    """Whose eggs they are, if all bouts are by one known hen, there are not more eggs than bouts, and all was seen."""
    hens = {bout.hen for bout in between}
    is_clear = len(hens) == 1 and UNKNOWN not in hens and laid <= len(between) and not change.after.unseen
    return next(iter(hens)) if is_clear else None
