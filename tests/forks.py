"""The project's commands in processes of their own that share their imports, which take a second and more each time.

A server that has imported what both processes need is forked for each (`multiprocessing`, start method `forkserver`).
Tests of the start itself, of what is imported, of memory and of `henbot run` start programs as a keeper does.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

NEEDED = ("henbot.cli", "henbot.bot.app", "detector.cli", "detector.replay", "detector.wiring")
"""What the commands import when they run."""


class Fork:
    """A command that runs, in the words of `subprocess.Popen`."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """The number that the system gave it."""
        assert self._process.pid is not None, "it was started"
        return self._process.pid

    def poll(self) -> int | None:
        """Its exit status, minus the signal that ended it; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The same once it has ended; raises `subprocess.TimeoutExpired` if it does not."""
        self._process.join(timeout)
        status = self._process.exitcode
        if status is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0.0)
        return status

    def send_signal(self, number: signal.Signals) -> None:
        """Like `kill -NUMBER`; nothing if it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Like `kill -9`."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def forked(program: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path | None = None) -> Fork:
    """Start `python -W error -m PROGRAM ARGUMENTS`.

    Args:
        program: `henbot` or `detector`.
        environment: all of it.
        log: a file that what is said on standard error is added to; else it is said to nobody, as is all output.
    """
    process = _context().Process(target=_run, args=(program, list(arguments), dict(environment), log), name=program)
    process.start()
    return Fork(process)


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*NEEDED])
    return context


def _run(program: str, arguments: list[str], environment: dict[str, str], log: Path | None) -> None:
    os.environ.clear()
    os.environ.update(environment)
    _say_to(1, Path(os.devnull))
    _say_to(2, log or Path(os.devnull))
    warnings.simplefilter("error")
    sys.argv = [program, *arguments]
    if program == "henbot":
        from henbot.cli import main
    else:
        from detector.cli import main
    main()


def _say_to(descriptor: int, path: Path) -> None:
    with path.open("ab") as file:
        os.dup2(file.fileno(), descriptor)
