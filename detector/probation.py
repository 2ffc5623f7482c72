"""A version's first hour: the one before stands by, and takes over between two breaths when the new one is unsound."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import TypeAlias

import numpy as np
import structlog

from detector.crops import Pixels
from detector.recognition import Recogniser, Recognition
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
    ) -> None:
        self._new = new
        self._before = before
        self._rules = rules or ProbationRules()
        self._clock = clock
        self._since = clock()
        self._compared_at = float("-inf")
        self._over = False
        self._seconds: list[tuple[float, float]] = []
        self._said: list[tuple[bool, bool]] = []
        self.failure: str | None = None

    @property
    def version(self) -> ModelId:
        """The version whose answers are given."""
        return self._before.version if self.failure else self._new.version

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
        if not all(np.isfinite(one.hens_probabilities).all() for one in said):
            return self._give_up("it gave no numbers for a picture", look)
        return said if self._over else self._beside(said, look, self._clock() - began)

    def _beside(self, said: list[Recognition], look: Look, seconds: float) -> list[Recognition]:
        """The answer, after the one before has looked as well where it is time for that."""
        now = self._clock()
        if now - self._compared_at >= self._rules.every_s:
            self._compared_at = now
            other = look(self._before)
            self._seconds.append((seconds, self._clock() - now))
            self._said += [(_is_hen(a), _is_hen(b)) for a, b in zip(said, other, strict=True)]
            if reason := self._judged(now):
                log.error("model.given_up", version=self._new.version, reason=reason)
                self.failure = reason
                return other
        return said

    def _judged(self, now: float) -> str | None:
        rules = self._rules
        if len(self._seconds) == rules.times:
            new, before = (median(seconds) for seconds in zip(*self._seconds, strict=True))
            if new > rules.slower * before:
                return f"it takes {new * 1000:.0f} ms a look, the one before took {before * 1000:.0f} ms"
        if now - self._since < rules.lasts_s:
            return None
        self._over = True
        own = [ours for ours, _ in self._said]
        differs = sum(ours != theirs for ours, theirs in self._said)
        if len(own) >= rules.alike and len(set(own)) == 1 and differs >= rules.other * len(own):
            what = "a hen" if own[0] else "no hen"
            return (
                f"for an hour it saw {what} in every picture; the one before saw otherwise in {differs} of {len(own)}"
            )
        return None

    def _give_up(self, reason: str, look: Look) -> list[Recognition]:
        log.error("model.given_up", version=self._new.version, reason=reason)
        self.failure = reason
        return look(self._before)


def _is_hen(said: Recognition) -> bool:
    return said.hens_probabilities[0] < 0.5
