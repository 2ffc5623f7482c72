"""The sandbox without its network: what people do, what the bot asks for, and the log of it; safe in any thread."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from henbot.sandbox import people
from henbot.sandbox.bell import Bell
from henbot.sandbox.cast import Cast, default_cast
from henbot.sandbox.chats import Message
from henbot.sandbox.faults import Fault, FaultKind, FaultPlan
from henbot.sandbox.limits import RateLimits
from henbot.sandbox.methods import HANDLERS
from henbot.sandbox.refusals import Json, Refusal, SandboxUnusable
from henbot.sandbox.rules import Call
from henbot.sandbox.world import InlineQuestion, Press, World

T = TypeVar("T")

# Bot tokens are an id, a colon and 35 characters; this one opens nothing but a sandbox.
SANDBOX_TOKEN = "4242424242:sandbox-token-that-only-opens-this1"  # noqa: S105
REQUESTS_KEPT = 20_000

PATIENCE_S = 20.0
"""How long something is waited for unless told otherwise: a busy machine takes its time."""


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the log: what the bot asked and what it was told.

    parameters: as JSON values; uploads are `Upload` objects. code: 200, an error's code, or 0 where a fault below the
    level of answers took its place. result: the method's result, or the error's sentence.
    """

    number: int
    at: float
    method: str
    parameters: Json
    code: int
    result: Any
    fault: FaultKind | None = None

    @property
    def ok(self) -> bool:
        """Whether the bot was given a result."""
        return self.code == 200


class Stage:
    """Chats, people and the log of one bot."""

    def __init__(self, token: str = SANDBOX_TOKEN, cast: Cast | None = None, limits: bool = False) -> None:
        bot_id = token.partition(":")[0]
        if not bot_id.isdigit() or not token.partition(":")[2]:
            raise SandboxUnusable("A bot's token is a number, a colon and letters, like 4242:abc; the sandbox's too.")
        self.token = token
        self.cast = cast or default_cast()
        self.bell = Bell()
        self.world = World(self.cast, int(bot_id))
        self.faults = FaultPlan()
        self.limits = RateLimits() if limits else None
        self._requests: deque[Request] = deque(maxlen=REQUESTS_KEPT)
        self._request_count = 0

    @contextmanager
    def changing(self) -> Iterator[World]:
        """The world, locked; all who wait are woken afterwards."""
        with self.bell.lock:
            try:
                yield self.world
            finally:
                self.bell.ring()

    # What people do

    def say(self, chat: int | str, text: str, by: int | None = None, reply_to: int | None = None) -> Message:
        """A person writes in their private chat, or `by` (default: the owner) in a room."""
        with self.changing() as world:
            return people.say(world, chat, text, by, reply_to)

    def forward(self, chat: int | str, text: str, of: int, by: int | None = None, *, hidden: bool = False) -> Message:
        """A person forwards what `of` wrote; `hidden` if `of` lets nobody link to them."""
        with self.changing() as world:
            return people.forward(world, chat, text, of, by, hidden=hidden)

    def show(self, chat: int | str, picture: bytes, caption: str = "", by: int | None = None) -> Message:
        """A person sends a picture."""
        with self.changing() as world:
            return people.show(world, chat, picture, caption, by)

    def press(self, chat: int | str, message_id: int, button: str, by: int | None = None) -> Press:
        """A person presses an inline button, named by its text or its callback data. Its `answer` comes later."""
        with self.changing() as world:
            return people.press(world, chat, message_id, button, by)

    def forge_press(self, chat: int | str, message_id: int, callback_data: str, by: int | None = None) -> Press:
        """As `press`, by a client made to send data that no button has."""
        with self.changing() as world:
            return people.press(world, chat, message_id, callback_data, by, forged=True)

    def ask_inline(self, person_id: int, query: str) -> InlineQuestion:
        """A person types after the bot's @name. `results` of the question come later."""
        with self.changing() as world:
            return people.ask_inline(world, person_id, query)

    # What can be seen

    def messages(self, chat: int | str) -> list[Message]:
        """The messages of a chat as they stand now, oldest first."""
        with self.bell.lock:
            return self.world.chats.in_chat(self.world.chats.find(chat))

    @property
    def requests(self) -> list[Request]:
        """The log of what the bot asked, oldest first (the last 20,000)."""
        with self.bell.lock:
            return list(self._requests)

    def wait_for(self, predicate: Callable[[], T], timeout_s: float = PATIENCE_S) -> T:
        """Block until the predicate holds and give its value; it is asked again at every change.

        Raises SandboxTimeout with the last requests. Never call it on the sandbox's own loop: there, await `until`.
        """
        return self.bell.wait_until(predicate, timeout_s, self._last_requests)

    def _last_requests(self) -> str:
        last = [f"{request.method} -> {request.code} {str(request.result)[:160]}" for request in self.requests[-5:]]
        return "The bot's last requests: " + ("; ".join(last) or "none") + "."

    # What goes wrong

    def inject(self, fault: Fault | FaultKind, method: str | None = None, times: int = 1) -> None:
        """Let the next `times` requests of a method (None: of any but getUpdates) go wrong."""
        with self.bell.lock:
            self.faults.add(fault if isinstance(fault, Fault) else Fault(fault), method, times)

    def clear_faults(self) -> None:
        """Let everything pass again."""
        with self.bell.lock:
            self.faults.clear()

    # What the bot asks for

    def carry_out(self, call: Call) -> Any:
        """The result of a checked request, or the Refusal; logged in the same step, so that no one sees half of it."""
        with self.changing() as world:
            told: Any
            try:
                self._spend(call)
                told = HANDLERS[call.method](world, call)
            except Refusal as refusal:
                told = refusal
            self.log(call.method, call.parameters, told)
            return told

    def _spend(self, call: Call) -> None:
        if self.limits and call.get("chat_id") is not None:
            chat_id = self.world.chats.find(call.get("chat_id"))
            count = len(call.get("media")) if call.method == "sendMediaGroup" else 1
            self.limits.spend(call.method, chat_id, chat_id in self.world.chats.rooms, count)

    def log(self, method: str, parameters: Mapping[str, Any], told: Any, fault: FaultKind | None = None) -> None:
        """Write a line of the log. told: the result, a Refusal, or None for a fault without an answer."""
        code = told.code if isinstance(told, Refusal) else 0 if fault else 200
        result = told.description if isinstance(told, Refusal) else told
        with self.bell.lock:
            self._request_count += 1
            self._requests.append(
                Request(self._request_count, time.time(), method, dict(parameters), code, result, fault)
            )
            self.bell.ring()
