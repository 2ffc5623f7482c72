"""A worker killed with kill -9 in the middle of visits: the same is remembered, and the same is told."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from henbot.sandbox import CHANNEL_ID, running_sandbox
from henbot.services.posts import anything_new, due_posts
from henbot.storage.database import open_database
from tests.forks import Fork, forked
from tests.processes import HASTY_BOT, asked, environment, write_coop

KILLS = 20


@dataclass(frozen=True)
class Outcome:
    """What a day left behind: facts as JSON, and the messages that stand in the channel."""

    visits: list[dict[str, Any]]
    events: list[dict[str, Any]]
    texts: list[str]


@pytest.mark.timeout(280)
def test_a_worker_killed_at_twenty_moments_remembers_and_tells_the_same_as_an_undisturbed_one(
    drawn_coop: Path, drawn_version: Path, tmp_path: Path
) -> None:
    undisturbed = outcome(drawn_coop, drawn_version, tmp_path / "undisturbed", kills=0)
    killed = outcome(drawn_coop, drawn_version, tmp_path / "killed", kills=KILLS)
    assert killed.visits == undisturbed.visits
    assert killed.events == undisturbed.events
    assert killed.texts == undisturbed.texts
    assert len(undisturbed.texts) >= 3


def outcome(coop: Path, version: Path, folder: Path, kills: int) -> Outcome:
    """Play the second drawn day, with so many kills on the way, while the bot tells the channel."""
    # The digest comes by the clock, which leaps to the evening with the last frames: when, is chance.
    posts = {"digest": "never", "weekly": False}
    write_coop(coop, folder, coop / "frames", channel=CHANNEL_ID, posts=posts)
    database = folder / "henbot.db"
    with running_sandbox() as sandbox:
        told = environment(folder, sandbox)
        subprocess.run([sys.executable, "-m", "henbot", "migrate"], env=told, check=True, capture_output=True)
        with bot_running(told):
            for number in range(1, kills + 1):
                worker = start_worker(folder, version)
                wait_for_frames(database, number * frames_of(coop) // (kills + 1), worker)
                worker.send_signal(signal.SIGKILL)
                worker.wait()
            assert start_worker(folder, version).wait(timeout=120) == 0
            wait_until_told(database)
            texts = [message.caption or message.text or "" for message in sandbox.messages(CHANNEL_ID)]
    found = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return Outcome(found["visits"], found["events"], texts)


@contextmanager
def bot_running(told: dict[str, str]) -> Iterator[None]:
    bot = subprocess.Popen([sys.executable, "-c", HASTY_BOT], env=told, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        bot.terminate()
        bot.wait(timeout=10)


def start_worker(folder: Path, version: Path) -> Fork:
    day, database = ["--from", "2024-05-05"], ["--database", f"sqlite:///{folder / 'henbot.db'}"]
    told = ["--model", str(version), *day, *database, "--json", str(folder / "result.json"), "--quiet"]
    return forked("detector", ["replay", str(folder), *told], os.environ)


def frames_of(coop: Path) -> int:
    return len(list((coop / "frames").glob("20240505*")))


def wait_for_frames(path: Path, frames: int, worker: Fork) -> None:
    until = time.monotonic() + 60
    while asked(path, "SELECT sum(frames) FROM cameras") < frames:
        assert worker.poll() is None, f"the worker ended by itself ({worker.poll()}) before frame {frames}"
        assert time.monotonic() < until, f"frame {frames} was not recorded within a minute"
        time.sleep(0.01)


def wait_until_told(path: Path) -> None:
    database = open_database(f"sqlite:///{path}")
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with database.reading() as session:
            if not anything_new(session) and not due_posts(session):
                database.close()
                return
        time.sleep(0.1)
    raise AssertionError("the bot had not told all within a minute")
