"""How much one person may ask: a bucket of tokens each, and one polite word before the silence."""

from dataclasses import dataclass, field
from enum import Enum, auto

BURST = 30
"""Questions that may come at once, after a while without any."""

PER_S = 1.0
"""How fast the bucket fills: as answers may go out (`PRIVATE_PACE`), so that who waits for them is never stopped."""

PRESS = 0.25
"""What a pressed button costs: it changes a message and writes none, and who labels pictures presses often."""

PEACE_S = 60.0
"""After so long without a refusal the next one has its polite word again."""

MOST_PEOPLE = 10_000
"""Buckets that are kept; beyond that those that are full again are forgotten."""


class Admission(Enum):
    """What becomes of what somebody sent."""

    ANSWER = auto()
    SAY_SO = auto()
    SILENCE = auto()


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at_s: float
    refused_at_s: float | None = None


@dataclass(slots=True)
class Limiter:
    """The buckets of all people; times are a monotonic clock's seconds."""

    burst: float = BURST
    per_s: float = PER_S
    _buckets: dict[int, _Bucket] = field(default_factory=dict)

    def admit(self, person: int, now_s: float, cost: float = 1.0) -> Admission:
        """Take tokens for what somebody sent; without them, whether to say so."""
        bucket = self._bucket(person, now_s)
        if bucket.tokens >= cost:
            bucket.tokens -= cost
            return Admission.ANSWER
        return self.refuse(person, now_s)

    def refuse(self, person: int, now_s: float) -> Admission:
        """Whether to say that something is not answered: once, until there has been peace for a while."""
        bucket = self._bucket(person, now_s)
        is_first = bucket.refused_at_s is None or now_s - bucket.refused_at_s >= PEACE_S
        bucket.refused_at_s = now_s
        return Admission.SAY_SO if is_first else Admission.SILENCE

    def _bucket(self, person: int, now_s: float) -> _Bucket:
        bucket = self._buckets.get(person)
        if bucket is None:
            self._forget(now_s)
            bucket = self._buckets[person] = _Bucket(self.burst, now_s)
        bucket.tokens = min(self.burst, bucket.tokens + (now_s - bucket.filled_at_s) * self.per_s)
        bucket.filled_at_s = now_s
        return bucket

    def _forget(self, now_s: float) -> None:
        if len(self._buckets) < MOST_PEOPLE:
            return
        rested_s = max(PEACE_S, self.burst / self.per_s)
        self._buckets = {who: one for who, one in self._buckets.items() if now_s - one.filled_at_s < rested_s}
