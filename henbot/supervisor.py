"""Two processes under one command: either may die and is started again, and both end together."""

import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger(__name__)

RETRY_FROM_S = 1.0
RETRY_MOST_S = 60.0
STEADY_AFTER_S = 60.0
"""A process that lived so long begins anew with the shortest pause."""

GRACE_S = 4.0
"""How long a process may take to end before it is killed; `henbot run` promises to end within 5 s."""


@dataclass(slots=True)
class Child:
    """A process that is kept running.

    Attributes:
        pause_s: how long to wait before the next start.
        due_at: when it is started next, by the monotonic clock.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] | None = None
    process: "subprocess.Popen[bytes] | None" = None
    pause_s: float = RETRY_FROM_S
    due_at: float = 0.0
    started_at: float = 0.0

    def look_after(self, now: float) -> None:
        """Start it if it is due; note its death and when it is started again."""
        if self.process is None:
            if now >= self.due_at:
                self._start(now)
            return
        code = self.process.poll()
        if code is None:
            return
        self.process = None
        self.pause_s = RETRY_FROM_S if now - self.started_at >= STEADY_AFTER_S else self.pause_s
        self.due_at = now + self.pause_s
        log.warning("process.died", name=self.name, code=code, restart_in_s=self.pause_s)
        self.pause_s = min(self.pause_s * 2, RETRY_MOST_S)

    def _start(self, now: float) -> None:
        self.process = subprocess.Popen(list(self.command), env=dict(self.environment) if self.environment else None)
        self.started_at = now
        log.info("process.started", name=self.name, pid=self.process.pid)


@dataclass(slots=True)
class Supervisor:
    """Keeps children running until `stopped` is set."""

    children: Sequence[Child]
    stopped: threading.Event = field(default_factory=threading.Event)
    clock: Callable[[], float] = time.monotonic

    def run(self) -> None:
        """Look after the children until stopped, then end them."""
        try:
            while not self.stopped.is_set():
                for child in self.children:
                    child.look_after(self.clock())
                self.stopped.wait(0.2)
        finally:
            self.end()

    def end(self) -> None:
        """Ask all children to end; kill those that do not within the grace."""
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        until = self.clock() + GRACE_S
        for process in running:
            try:
                process.wait(timeout=max(until - self.clock(), 0.05))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
