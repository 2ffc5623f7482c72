"""How many eggs lie in a nest: a posterior over the count, smoothed over the looks at it while nobody was there.

A hidden Markov model whose steps are looks at the free nest. Between two looks the count may change: by so much a
second of a hen's stay, and hardly at all while nothing happened. A count is told once it is sure in the light of the
looks before and after it (forward and backward), so that a short miscount makes no count, and a single look between
two visits is understood by what is seen later.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import TypeAlias

from henbot.domain.observations import NestId, Observation, Quality
from henbot.domain.verdicts import EggCount

Counts: TypeAlias = tuple[float, ...]
"""A number for each count from 0 to `MOST_EGGS`, dummy eggs included."""

MOST_EGGS = 14
"""More eggs than a nest holds before somebody takes them or a hen broods."""

SURE = 0.9
"""Least posterior of a count that is told."""

ENOUGH = 1.3
"""Least weight of the looks since somebody was there (looks after the next visit count too) before a count is told: one
look alone never is."""

INDEPENDENT = timedelta(minutes=10)
"""Looks so far apart count as two; nearer ones share one's weight, for what hides or feigns an egg (a shadow, a sun
patch, a straw) lasts some minutes."""

ONE_LOOK = timedelta(minutes=1)
"""Looks within so much time of the first are kept as one."""

KEPT = 12
"""Looks that are kept to be understood by later ones."""

MISCOUNTS = {0: 0.9, -1: 0.05, 1: 0.03, -2: 0.01, 2: 0.005}
"""How often so many too many are seen of what the camera could show, beyond the doubt that the model itself admits.
Our choice: eggs hide behind eggs and straw more often than something else looks like one."""

LEAST_LIKELIHOOD = 1e-3
POOR_PICTURE = 0.5
"""Weight of a look at an overexposed or blurred picture."""

BLIND = frozenset({Quality.DARK, Quality.COVERED})
"""Pictures in which no egg can be told."""

EMPTY, OCCUPIED = 0.6, 0.5
"""Least probability that nobody, that somebody is there: `WatchRules` has the same."""

MORE_BY_VISIT, MORE_BY_STAY, STAY = 0.02, 0.23, timedelta(minutes=20)
"""Probability of an egg more after a visit, and how much more after a long one, growing with its time as
1 - exp(-stay / STAY). Hens look for a nest some twenty times an egg, and sit half an hour and more to lay. Together
they are low enough that one look (at most 18 to 1 for a neighbouring count) does not make an egg."""

TWO_AT_ONCE = 0.07
"""Share of two eggs more rather than one."""

LESS_BY_VISIT = 0.02
"""Probability that a hen eats, buries or carries one off during a visit."""

COLLECTED_A_DAY = 4.0
"""How often a day eggs may be taken by people: our choice, on the quick side, for the looks decide."""

UNNOTICED_A_DAY, UNSEEN_A_DAY = 0.1, 4.0
"""How often a day an egg may appear while nobody was seen, and while the camera was blind."""

MOST_BY_TIME = 0.3
"""Most that time alone may change a count: it is still the looks that say so."""

ANYTHING = 1e-3
"""Probability of any count whatever: no belief is beyond mending."""

_UNKNOWN: Counts = tuple(0.5 ** (count / 3) for count in range(MOST_EGGS + 1))


@dataclass(frozen=True, slots=True)
class EggLook:
    """What looks at the free nest within a minute say together, and what happened since the look before.

    Attributes:
        weight: how many independent looks they are worth.
        log_likelihoods: weighted log probability of what was seen, by count.
        stay: how long hens were in the nest since the look before.
        visited: whether any was.
        unseen: the camera was blind for a while since then.
    """

    first_at: datetime
    last_at: datetime
    weight: float
    log_likelihoods: Counts
    stay: timedelta = timedelta()
    visited: bool = False
    unseen: bool = False

    def with_look(self, at: datetime, weight: float, log_likelihoods: Counts) -> "EggLook":
        """With another look at the same state of things."""
        pairs = zip(self.log_likelihoods, log_likelihoods, strict=True)
        both = tuple(mine + weight * other for mine, other in pairs)
        return replace(self, last_at=at, weight=self.weight + weight, log_likelihoods=both)


@dataclass(frozen=True, slots=True)
class EggState:
    """All that an `EggWatch` remembers: a value, stored and restored.

    Attributes:
        seen_at: time of the newest observation.
        occupied: a hen was there, and is not believed to have left.
        stay, visited, unseen: what happened since the newest look, as `EggLook` has it.
        prior: posterior over the count after the newest look that is kept no more, at `prior_at`; empty before.
        looks: in the order of time.
        pending: a look at a nest that seems free while it is not believed yet that she has left.
        told: the newest count that was told.
    """

    seen_at: datetime | None = None
    occupied: bool = False
    stay: timedelta = timedelta()
    visited: bool = False
    unseen: bool = False
    prior: Counts = ()
    prior_at: datetime | None = None
    looks: tuple[EggLook, ...] = ()
    pending: EggLook | None = None
    told: EggCount | None = None


@dataclass(slots=True)
class EggWatch:
    """Turns observations of one nest into sure counts of its eggs, in the order of time.

    Attributes:
        dummies: eggs of wood or clay that lie there for good.
        trust_gap: longest silence over which nothing is thought to have changed unseen.
    """

    nest: NestId
    dummies: int = 0
    trust_gap: timedelta = timedelta(minutes=2)
    state: EggState = field(default_factory=EggState)

    def observe(self, seen: Observation, *, free: bool) -> list[EggCount]:
        """Take the next observation.

        Args:
            free: no visit is open or in the making: the nest's watch says so, which forgives a short miss.

        Returns:
            Counts that are sure now, with the time of the look that showed them, which may have been earlier.
        """
        self._pass_time(seen.at)
        if seen.occupied >= OCCUPIED:
            return self._on_hen()
        grew = self._leave() if free else False
        if 1.0 - seen.occupied >= EMPTY and seen.eggs_probabilities and seen.quality not in BLIND:
            grew |= self._look(seen, free=free)
        return self._news() if grew else []

    def advance(self, *, free: bool) -> list[EggCount]:
        """Learn, without an observation, that she has left by now."""
        return self._news() if free and self._leave() else []

    def _pass_time(self, at: datetime) -> None:
        state = self.state
        if state.seen_at and at < state.seen_at:
            state = EggState()  # The clock was set back, and the nest's watch believes it.
        gap = at - state.seen_at if state.seen_at else timedelta()
        blind = gap > self.trust_gap
        stay = state.stay + gap if state.occupied and not blind else state.stay
        self.state = replace(state, seen_at=at, unseen=state.unseen or blind, stay=stay)

    def _on_hen(self) -> list[EggCount]:
        news = [] if self.state.visited else self._latest()
        self.state = replace(self.state, occupied=True, visited=True, pending=None)
        return news

    def _latest(self) -> list[EggCount]:
        """The told count once more, as it was seen just before somebody came."""
        told, looks = self.state.told, self.state.looks
        if told is None or not looks or looks[-1].first_at <= told.at:
            return []
        count = _sure_count(smoothed(self.state)[-1])
        if count is None or self._own(count) != told.eggs:
            return []
        return self._tell(EggCount(self.nest, looks[-1].first_at, told.eggs))

    def _leave(self) -> bool:
        """Believe that nobody is there; whether a look was waiting for that."""
        pending = self.state.pending
        self.state = replace(self.state, occupied=False, pending=None)
        if pending:
            self._keep(pending)
        return pending is not None

    def _look(self, seen: Observation, *, free: bool) -> bool:
        """Add a look; whether it stands for itself among those kept."""
        state = self.state
        says = log_likelihoods(seen.eggs_probabilities)
        worth = 1.0 if seen.quality is Quality.OK else POOR_PICTURE
        disturbed = not free or state.visited or state.unseen
        newest = state.pending if not free else None if disturbed else next(reversed(state.looks), None)
        share = min(1.0, (seen.at - newest.last_at) / INDEPENDENT) if newest else 1.0
        if newest and seen.at - newest.first_at < ONE_LOOK:
            newest = newest.with_look(seen.at, worth * share, says)
            self.state = replace(state, looks=(*state.looks[:-1], newest)) if free else replace(state, pending=newest)
            return False
        weight = worth * share
        look = EggLook(seen.at, seen.at, weight, tuple(weight * one for one in says))
        if not free:
            self.state = replace(state, pending=state.pending or look)
            return False
        self._keep(look)
        return True

    def _keep(self, look: EggLook) -> None:
        state = self.state
        look = replace(look, stay=state.stay, visited=state.visited, unseen=state.unseen)
        looks = (*state.looks, look)
        prior, prior_at = state.prior, state.prior_at
        if len(looks) > KEPT:
            prior, prior_at = _forward(prior, prior_at, looks[0]), looks[0].last_at
            looks = looks[1:]
        self.state = replace(
            state, looks=looks, prior=prior, prior_at=prior_at, stay=timedelta(), visited=False, unseen=False
        )

    def _news(self) -> list[EggCount]:
        """Counts after the told one that are sure: others than it, or the same where somebody was there meanwhile."""
        news: list[EggCount] = []
        told, disturbed, unseen = self.state.told, False, False
        for look, posterior, weight in zip(
            self.state.looks, smoothed(self.state), _weights_since(self.state.looks), strict=True
        ):
            if told and look.first_at <= told.at:
                continue
            disturbed |= look.visited or look.unseen
            unseen |= look.unseen
            count = _sure_count(posterior)
            if count is None or weight < ENOUGH:
                continue
            if told is None or disturbed or self._own(count) != told.eggs:
                told = EggCount(self.nest, look.first_at, self._own(count), unseen=unseen)
                disturbed = unseen = False
                news += self._tell(told)
        return news

    def _tell(self, count: EggCount) -> list[EggCount]:
        self.state = replace(self.state, told=count)
        return [count]

    def _own(self, count: int) -> int:
        return max(count - self.dummies, 0)


def log_likelihoods(eggs_probabilities: Sequence[float]) -> Counts:
    """Log probability, up to a constant, of what was seen if there are 0, 1, 2, … eggs.

    Args:
        eggs_probabilities: of 0, 1, 2, … visible eggs, the last one of that many or more.
    """
    last = len(eggs_probabilities) - 1
    seen = [eggs_probabilities[min(count, last)] for count in range(MOST_EGGS + 3)]
    found = (
        sum(often * seen[count + more] for more, often in MISCOUNTS.items() if count + more >= 0)
        for count in range(MOST_EGGS + 1)
    )
    return tuple(round(math.log(max(one, LEAST_LIKELIHOOD)), 4) for one in found)


def smoothed(state: EggState) -> list[Counts]:
    """The posterior over the count at each kept look, in the light of all of them."""
    forward: list[Counts] = []
    before, before_at = state.prior, state.prior_at
    for look in state.looks:
        before, before_at = _forward(before, before_at, look), look.last_at
        forward.append(before)
    backward: list[Counts] = [(1.0,) * (MOST_EGGS + 1)]
    for earlier, look in reversed(list(pairwise(state.looks))):
        weighted = [two * one for two, one in zip(_likelihoods(look), backward[0], strict=True)]
        change = _change(earlier.last_at, look)
        backward.insert(0, _scaled(sum(p * w for p, w in zip(row, weighted, strict=True)) for row in change))
    if not forward:
        return []
    return [_scaled(f * b for f, b in zip(*pair, strict=True)) for pair in zip(forward, backward, strict=True)]


def _forward(before: Counts, before_at: datetime | None, look: EggLook) -> Counts:
    expected: Sequence[float] = _UNKNOWN
    if before and before_at:
        change = _change(before_at, look)
        expected = [sum(p * row[count] for p, row in zip(before, change, strict=True)) for count in range(len(before))]
    return _scaled(p * likely for p, likely in zip(expected, _likelihoods(look), strict=True))


def _likelihoods(look: EggLook) -> list[float]:
    top = max(look.log_likelihoods)
    return [math.exp(one - top) for one in look.log_likelihoods]


def _change(since: datetime, look: EggLook) -> list[list[float]]:
    """(counts, counts): probability of each count at a look, by the count at the look before."""
    quiet = max(look.first_at - since - look.stay, timedelta()) / timedelta(days=1)
    more = _by_time(quiet, UNSEEN_A_DAY if look.unseen else UNNOTICED_A_DAY)
    if look.visited:
        more += MORE_BY_VISIT + MORE_BY_STAY * (1.0 - math.exp(-(look.stay / STAY)))
    less_one = LESS_BY_VISIT if look.visited else 0.0
    return [
        _changed(count, min(more, 0.5), less_one, _by_time(quiet, COLLECTED_A_DAY)) for count in range(MOST_EGGS + 1)
    ]


def _by_time(days: float, a_day: float) -> float:
    return min(1.0 - math.exp(-days * a_day), MOST_BY_TIME)


def _changed(count: int, more: float, less_one: float, collected: float) -> list[float]:
    """Probability of each count after this one; people mostly take all eggs, and may leave some."""
    row = [ANYTHING / (MOST_EGGS + 1)] * (MOST_EGGS + 1)
    row[min(count + 1, MOST_EGGS)] += more * (1.0 - TWO_AT_ONCE)
    row[min(count + 2, MOST_EGGS)] += more * TWO_AT_ONCE
    row[max(count - 1, 0)] += less_one
    row[0] += collected / 2
    for fewer in range(count):
        row[fewer] += collected / 2 / count
    row[count] += max(1.0 - sum(row), 0.0)
    return row


def _scaled(weights: Iterable[float]) -> Counts:
    found = tuple(weights)
    total = sum(found)
    return tuple(one / total for one in found)


def _sure_count(posterior: Counts) -> int | None:
    best = max(range(len(posterior)), key=posterior.__getitem__)
    return best if posterior[best] >= SURE else None


def _weights_since(looks: Sequence[EggLook]) -> list[float]:
    """For each look the weight of all looks from the first one after somebody was there."""
    until = [0.0, *accumulate(look.weight for look in looks)]
    start, found = 0, []
    for number, look in enumerate(looks):
        start = number if look.visited or look.unseen else start
        found.append(until[-1] - until[start])
    return found
