"""Telegram's rates: about a message a second per chat, twenty a minute per channel or group, thirty a second in all."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from henbot.sandbox.refusals import too_many_requests

_SENDING = {"sendmessage", "sendphoto", "sendmediagroup", "senddocument", "sendvideo", "sendanimation"}
_EDITING = {"editmessagetext", "editmessagecaption", "editmessagemedia", "editmessagereplymarkup"}


@dataclass(slots=True)
class Window:
    """At most `limit` messages in any `span_s` seconds."""

    limit: int
    span_s: float
    _times: deque[float] = field(default_factory=deque)

    def wait_s(self, now_s: float, count: int) -> float:
        """How long until `count` more fit in; 0 when they fit now. An empty window lets even a larger album pass."""
        while self._times and self._times[0] <= now_s - self.span_s:
            self._times.popleft()
        surplus = min(len(self._times) + count - self.limit, len(self._times))
        return self._times[surplus - 1] + self.span_s - now_s if surplus > 0 else 0.0

    def add(self, now_s: float, count: int) -> None:
        """Count messages as sent."""
        self._times.extend([now_s] * count)


class RateLimits:
    """Counts what a bot sends and refuses what is too much. Edits count for rooms and in all, not for a chat's 1/s."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all = Window(30, 1.0)
        self._chats: dict[int, Window] = {}
        self._rooms: dict[int, Window] = {}

    def spend(self, method: str, chat_id: int, is_room: bool, count: int = 1) -> None:
        """Count one request, or raise Refusal(429) with the seconds to wait; a refused request does not count."""
        sends = method.lower() in _SENDING
        if not sends and method.lower() not in _EDITING:
            return
        windows = [self._all]
        if sends:
            windows.append(self._chats.setdefault(chat_id, Window(1, 1.0)))
        if is_room:
            windows.append(self._rooms.setdefault(chat_id, Window(20, 60.0)))
        now_s = self._clock()
        wait_s = max(window.wait_s(now_s, count) for window in windows)
        if wait_s > 0:
            raise too_many_requests(max(1, math.ceil(wait_s)))
        for window in windows:
            window.add(now_s, count)
