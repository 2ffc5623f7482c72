"""Processes as a keeper starts them, for the e2e tests."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from henbot.sandbox import SANDBOX_TOKEN, Sandbox
from tests.conftest import PROJECT
from tests.coop_builder import Coop
from tests.coop_builder import environment as told_of_rows
from tests.forks import Fork, forked

HASTY_BOT = """
from henbot.bot.app import run_bot
from henbot.bot.pace import Pace
from henbot.config import load_coop, load_settings
settings = load_settings()
run_bot(settings, load_coop(settings.config), pace=Pace(0.0, 10_000))
"""
"""A bot that tells as fast as it can: the sandbox keeps Telegram's limits only where it is told to."""


def write_coop(coop: Path, folder: Path, frames: Path, **more: Any) -> Path:
    """A coop.yaml like a dataset's, whose camera finds its stills in `frames`."""
    written = yaml.safe_load((coop / "coop.yaml").read_text(encoding="utf-8"))
    written["cameras"][0]["source"]["path"] = str(frames)
    folder.mkdir(exist_ok=True)
    (folder / "coop.yaml").write_text(yaml.safe_dump(written | more), encoding="utf-8")
    return folder / "coop.yaml"


def live_coop(coop: Path, folder: Path, **more: Any) -> Path:
    """A coop whose camera's folder is empty yet."""
    (folder / "frames").mkdir()
    return write_coop(coop, folder, folder / "frames", **more)


def environment(folder: Path, sandbox: Sandbox | None = None) -> dict[str, str]:
    """What a process is told of the coop in a folder, and of the sandbox if it talks to one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HENBOT_")}
    telegram = (
        {"HENBOT_TOKEN": SANDBOX_TOKEN, "HENBOT_API_URL": sandbox.base_url.removesuffix("/bot")} if sandbox else {}
    )
    return (
        kept
        | telegram
        | {
            "HENBOT_CONFIG": str(folder / "coop.yaml"),
            "HENBOT_DATABASE": f"sqlite:///{folder / 'henbot.db'}",
            "HENBOT_MEDIA": str(folder / "media"),
            "HENBOT_MODELS": str(folder / "models"),
        }
    )


def asked(path: Path, question: str) -> int:
    """The number that a question to a SQLite file gives; 0 while there is no such file or table."""
    if not path.exists():
        return 0
    connection = sqlite3.connect(path, timeout=5)
    try:
        found = connection.execute(question).fetchone()[0]
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()
    return int(found or 0)


def wait_until(path: Path, question: str, least: int, timeout_s: float = 30) -> None:
    """Wait until a question's number is large enough."""
    until = time.monotonic() + timeout_s
    while asked(path, question) < least:
        assert time.monotonic() < until, f"{question} did not come to {least} within {timeout_s} s"
        time.sleep(0.02)


@contextmanager
def bot_process(coop: Coop, sandbox: Sandbox) -> Iterator[Fork]:
    """The bot, with warnings as errors; killed at the end if it still runs."""
    process = forked("henbot", ["bot"], _told(coop, sandbox), coop.media.parent / "bot.log")
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def bot_program(coop: Coop, sandbox: Sandbox) -> Iterator[subprocess.Popen[str]]:
    """The same as a keeper starts it: its imports are its own."""
    command = [sys.executable, "-W", "error", "-m", "henbot", "bot"]
    with (coop.media.parent / "bot.log").open("a", encoding="utf-8") as log:
        process = subprocess.Popen(command, env=_told(coop, sandbox), cwd=PROJECT, stderr=log, text=True)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _told(coop: Coop, sandbox: Sandbox) -> dict[str, str]:
    return {**os.environ, **told_of_rows(coop, sandbox.token, sandbox.page_url)}
