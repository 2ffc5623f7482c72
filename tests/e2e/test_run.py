"""`henbot run`: two processes under one command."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from henbot.sandbox import ADMIN_ID, CHANNEL_ID, Sandbox, running_sandbox
from tests.processes import environment, live_coop, wait_until

BEATS = "SELECT count(*) FROM heartbeats WHERE name = '{}'"
END_WITHIN_S = 5.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are found in /proc, which only Linux has")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def environment_of(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_text()


def answered(sandbox: Sandbox, after: int) -> bool:
    return any(message.from_bot and message.message_id > after for message in sandbox.messages(ADMIN_ID))


def test_bot_and_detector_run_together_come_back_when_killed_and_end_together(
    drawn_coop: Path, tmp_path: Path, sandbox: Sandbox
) -> None:
    live_coop(drawn_coop, tmp_path, channel=CHANNEL_ID, admins=[ADMIN_ID])
    running = subprocess.Popen([sys.executable, "-m", "henbot", "run"], env=environment(tmp_path, sandbox))
    database = tmp_path / "henbot.db"
    try:
        wait_until(database, BEATS.format("bot"), 1)
        wait_until(database, BEATS.format("detector"), 1)
        bot = next(pid for pid in children(running.pid) if "henbot bot" in command_of(pid))
        detector = next(pid for pid in children(running.pid) if "detector work" in command_of(pid))
        assert "HENBOT_TOKEN" not in environment_of(detector)
        os.kill(bot, signal.SIGKILL)
        asked = sandbox.say(ADMIN_ID, "/today")
        sandbox.wait_for(lambda: answered(sandbox, asked.message_id), timeout_s=20)
        assert bot not in children(running.pid)
        assert detector in children(running.pid)
        everyone = children(running.pid)
        began = time.monotonic()
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=10) == 0
        assert time.monotonic() - began < END_WITHIN_S
        assert [pid for pid in everyone if Path(f"/proc/{pid}").exists()] == []
    finally:
        running.kill()
        running.wait()


def test_without_a_token_nothing_starts_and_the_keeper_is_told_where_to_get_one(
    drawn_coop: Path, tmp_path: Path
) -> None:
    live_coop(drawn_coop, tmp_path)
    ended = subprocess.run(
        [sys.executable, "-m", "henbot", "run"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert "@BotFather" in ended.stderr
    assert not (tmp_path / "henbot.db").exists()
