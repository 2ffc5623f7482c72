"""How fast the bot may write: Telegram's limits kept beforehand, rather than met as a 429."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Pace:
    """At most one message in `apart_s` seconds, and `most` in any `span_s` seconds, for each chat; edits count too."""

    apart_s: float = 1.0
    most: int = 20
    span_s: float = 60.0


TELEGRAM_PACE = Pace()
"""About one message a second in a chat and twenty a minute in a channel or group (TELEGRAM.md, "Rates")."""


@dataclass(slots=True)
class Pacer:
    """Counts what was written to each chat; times are a monotonic clock's seconds."""

    pace: Pace
    _written: dict[int, deque[float]] = field(default_factory=dict)

    def wait_s(self, chat_id: int, now_s: float) -> float:
        """How long until the chat may be written to; 0 if it may be now."""
        times = self._written.get(chat_id)
        if not times:
            return 0.0
        while times and times[0] <= now_s - self.pace.span_s:
            times.popleft()
        waits = [times[-1] + self.pace.apart_s - now_s] if times else [0.0]
        if len(times) >= self.pace.most:
            waits.append(times[-self.pace.most] + self.pace.span_s - now_s)
        return max(0.0, *waits)

    def spend(self, chat_id: int, now_s: float) -> None:
        """Count a message. To be called when Telegram has answered: it has arrived no later than that."""
        self._written.setdefault(chat_id, deque(maxlen=self.pace.most)).append(now_s)
