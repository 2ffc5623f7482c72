"""A version's first hour: the one before stands by, and takes over between two breaths when the new one is unsound."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import TypeAlias

import structlog

from detector.crops import Pixels
from detector.recognition import Recogniser, Recognition, is_sound, sure_name
from detector.watching import say
from henbot.domain.observations import ModelId, NestId

log = structlog.get_logger(__name__)

Look: TypeAlias = Callable[[Recogniser], list[Recognition]]
"""One look, by whichever version."""


@dataclass(frozen=True, slots=True)
class ProbationRules:
    """When a new version is given up.

    Attributes:
        lasts_s: how long the one before stands by.
        every_s: least time between two looks that both take.
        times: looks after which their speed is compared.
        slower: how many times as long the new one may take.
        alike: looks without which nothing is said of a version that always gives the same answer.
        other: share of these looks in which the one before said otherwise, from which that counts against it.
    """

    lasts_s: float = 3600.0
    every_s: float = 2.0
    times: int = 20
    slower: float = 2.0
    alike: int = 30
    other: float = 0.25


class Probation:
    """Two versions as one recogniser: the new one answers until it is found unsound, then the one before.

    Attributes:
        failure: why the new one was given up; None while it serves.
    """

    def __init__(
        self,
        new: Recogniser,
        before: Recogniser,
        rules: ProbationRules | None = None,
        clock: Callable[[], float] = time.monotonic,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin the new one's first hour.

        Args:
            forget: makes both look at a picture anew, where they share networks that remember.
        """
        self._new = new
        self._before = before
        self._rules = rules or ProbationRules()
        self._clock = clock
        self._forget = forget
        self._since = clock()
        self._compared_at = float("-inf")
        self._over = self._rules.lasts_s <= 0
        self._seconds: list[tuple[float, float]] = []
        self._said: list[tuple[Answer, Answer]] = []
        self.failure: str | None = None

    @property
    def version(self) -> ModelId:
        """The version whose answers are given."""
        return self._before.version if self.failure else self._new.version

    @property
    def compares(self) -> bool:
        """Whether the first hour goes on, in which the one before looks as well."""
        return not self._over and self.failure is None

    def watch(self, crops: Pixels, nests: Sequence[NestId], at: datetime) -> list[Recognition]:
        """As `Watcher` has it; a look at which the new one fails is answered by the one before."""
        return self._looked(lambda recogniser: say(recogniser, crops, nests, at))

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        """As `Recogniser` has it, and `watch` in the rest."""
        return self._looked(lambda recogniser: recogniser.recognise(crops, nests))

    def _looked(self, look: Look) -> list[Recognition]:
        if self.failure:
            return look(self._before)
        began = self._clock()
        try:
            said = look(self._new)
        except Exception as exc:  # Whatever a version does wrong, no frame is lost by it.
            log.exception("model.failed", version=self._new.version)
            return self._give_up(f"it failed at a picture ({type(exc).__name__}: {exc})", look)
        if not all(is_sound(one) for one in said):
            return self._give_up("it gave no numbers for a picture", look)
        return said if self._over else self._beside(said, look, self._clock() - began)

    def _beside(self, said: list[Recognition], look: Look, seconds: float) -> list[Recognition]:
        """The answer, after the one before has looked as well where it is time for that."""
        now = self._clock()
        if now - self._compared_at < self._rules.every_s:
            return said
        self._compared_at = now
        other = self._other(look)
        if other is None:
            return said
        self._seconds.append((seconds, self._clock() - now))
        self._said += [(_answer(ours), _answer(theirs)) for ours, theirs in zip(said, other, strict=True)]
        if reason := self._judged(now):
            log.error("model.given_up", version=self._new.version, reason=reason)
            self.failure = reason
            return other
        return said

    def _other(self, look: Look) -> list[Recognition] | None:
        """What the one before says; None, and no comparison any more, where it breaks."""
        if len(self._seconds) < self._rules.times:
            self._forget()
        try:
            return look(self._before)
        except Exception:  # The frame belongs to the new one, which has answered it.
            log.exception("model.reserve_failed", version=self._before.version)
            self._over = True
            return None

    def _judged(self, now: float) -> str | None:
        if len(self._seconds) == self._rules.times and (reason := self._too_slow()):
            return reason
        if now - self._since < self._rules.lasts_s:
            return None
        self._over = True
        hens = [(ours.is_hen, theirs.is_hen) for ours, theirs in self._said]
        names = [(ours.name, theirs.name) for ours, theirs in self._said if ours.name and theirs.name]
        if differing := self._always_alike(hens):
            what = "a hen" if hens[0][0] else "no hen"
            return f"for an hour it saw {what} in every picture; the one before saw otherwise in {differing}"
        if differing := self._always_alike(names):
            return f"for an hour it took every hen for {names[0][0]}; the one before named another in {differing}"
        return None

    def _too_slow(self) -> str | None:
        new, before = (median(seconds) for seconds in zip(*self._seconds, strict=True))
        if new <= self._rules.slower * before:
            return None
        return f"it takes {new * 1000:.0f} ms a look, the one before took {before * 1000:.0f} ms"

    def _always_alike(self, said: Sequence[tuple[object, object]]) -> str | None:
        """Where the new one always said the same and the one before often otherwise: `so many of so many`."""
        differing = sum(ours != theirs for ours, theirs in said)
        is_one = len(said) >= self._rules.alike and len({ours for ours, _ in said}) == 1
        return f"{differing} of {len(said)}" if is_one and differing >= self._rules.other * len(said) else None

    def _give_up(self, reason: str, look: Look) -> list[Recognition]:
        log.error("model.given_up", version=self._new.version, reason=reason)
        self.failure = reason
        return look(self._before)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a look comes to: whether a hen is there, and who she surely is (empty if that is not sure)."""

    is_hen: bool
    name: str


def _answer(said: Recognition) -> Answer:
    is_hen = said.hens_probabilities[0] < 0.5
    return Answer(is_hen, sure_name(said) if is_hen else "")
