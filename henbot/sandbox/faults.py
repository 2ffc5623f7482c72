"""Faults on request: what a test wants to go wrong between the bot and Telegram."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from henbot.sandbox.refusals import (
    Refusal,
    SandboxUnusable,
    bad_request,
    chat_moved,
    conflict,
    forbidden,
    too_many_requests,
)

FaultKind = Literal["429", "403", "400", "409", "502", "reset", "timeout"]

BAD_GATEWAY_HTML = """<html>\r
<head><title>502 Bad Gateway</title></head>\r
<body>\r
<center><h1>502 Bad Gateway</h1></center>\r
<hr><center>nginx/1.18.0</center>\r
</body>\r
</html>\r
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, once per request.

    `after_effect`: the request is carried out first and only its answer is lost or replaced, which is how a message
    gets posted that the bot believes unsent. `timeout` holds the request for `delay_s` and then drops the connection.
    `description` replaces the sentence of a 400, 403 or 409; `moved_to` makes a 400 one that says where a group went.
    """

    kind: FaultKind
    retry_after_s: int = 1
    description: str | None = None
    delay_s: float = 30.0
    after_effect: bool = False
    moved_to: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("429", "403", "400", "409", "502", "reset", "timeout"):
            raise SandboxUnusable(f"No fault of kind {self.kind!r}: use 429, 403, 400, 409, 502, reset or timeout.")

    def refusal(self) -> Refusal | None:
        """The answer in its place, or None for faults below the level of answers."""
        known: dict[str, Callable[[], Refusal]] = {
            "429": lambda: too_many_requests(self.retry_after_s),
            "403": lambda: forbidden(self.description or "bot was blocked by the user"),
            "400": lambda: (
                chat_moved(self.moved_to) if self.moved_to else bad_request(self.description or "chat not found")
            ),
            "409": lambda: conflict(
                self.description
                or "terminated by other getUpdates request; make sure that only one bot instance is running"
            ),
        }
        return known[self.kind]() if self.kind in known else None


@dataclass(slots=True)
class _Planned:
    fault: Fault
    method: str | None
    times: int


class FaultPlan:
    """Faults that wait for their requests, in the order in which they were injected."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def add(self, fault: Fault, method: str | None, times: int) -> None:
        """Let the next `times` requests of this method (None: of any but getUpdates) go wrong."""
        self._planned.append(_Planned(fault, method.lower() if method else None, times))

    def take(self, method: str) -> Fault | None:
        """The fault for a request of this method, counted off; None lets it pass."""
        for planned in self._planned:
            if planned.method == method.lower() or (planned.method is None and method.lower() != "getupdates"):
                planned.times -= 1
                self._planned = [each for each in self._planned if each.times > 0]
                return planned.fault
        return None

    def clear(self) -> None:
        """Let everything pass again."""
        self._planned.clear()
