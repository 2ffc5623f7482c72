"""Waking those who wait for a change: threads by a condition, coroutines by events of their own loops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from henbot.sandbox.refusals import SandboxTimeout

T = TypeVar("T")


class Ear:
    """A coroutine's side of the bell."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def alert(self) -> None:
        """Called from any thread."""
        self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, timeout_s: float | None = None) -> bool:
        """Until the next ring: True; or until the time is up: False. A ring since the last wait counts."""
        try:
            await asyncio.wait_for(self._event.wait(), timeout_s)
        except TimeoutError:
            return False
        finally:
            self._event.clear()
        return True


class Bell:
    """Rings at every change. Its `lock` guards what changes."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._condition = threading.Condition(self.lock)
        self._ears: set[Ear] = set()

    def ring(self) -> None:
        """Wake all who wait."""
        with self._condition:
            self._condition.notify_all()
            for ear in self._ears:
                ear.alert()

    @contextmanager
    def listening(self) -> Iterator[Ear]:
        """An ear for a coroutine; begin to listen before looking, and no ring is missed."""
        ear = Ear()
        with self.lock:
            self._ears.add(ear)
        try:
            yield ear
        finally:
            with self.lock:
                self._ears.discard(ear)

    def wait_until(self, predicate: Callable[[], T], timeout_s: float, story: Callable[[], str]) -> T:
        """Block this thread until the predicate holds; its value. Raises SandboxTimeout, which tells the story."""
        with self._condition:
            found = self._condition.wait_for(predicate, timeout_s)
            if not found:
                raise SandboxTimeout(f"Nothing came within {timeout_s:g} s. {story()}")
            return found
