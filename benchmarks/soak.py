"""Bot and detector for a long time, with faults: `make soak` (`ARGS="--minutes 30"`). Prints a Markdown table.

Drawn days are played one after the other through a worker that is killed with kill -9 at random moments, while the real
bot tells a sandbox that refuses, breaks off and answers late at random. At the end everything must have been told once.
"""

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from detector.drawn import write_dataset
from henbot.sandbox import CHANNEL_ID, Sandbox, running_sandbox
from henbot.services.posts import anything_new, due_posts
from henbot.storage.database import open_database
from henbot.supervisor import Child, Supervisor
from tests.processes import asked, environment, write_coop

FAULTS = ("429", "502", "reset")
BOT = """
from henbot.logs import configure_logging
from henbot.bot.app import run_bot
from henbot.bot.pace import Pace
from henbot.config import load_coop, load_settings
configure_logging("error")
settings = load_settings()
run_bot(settings, load_coop(settings.config), pace=Pace(0.0, 10_000))
"""
FIRST_DAY = date(2024, 5, 4)
STANDING = "SELECT count(*) FROM bouts WHERE NOT gone"
"""Bouts that stand: each has one message in the channel."""


def play(folder: Path, sandbox: Sandbox, until: float, chance: random.Random, days: int) -> tuple[int, int]:
    """Play day after day with kills and faults; the number of kills and of faults."""
    kills = faults = 0
    for number in range(days):
        day = (FIRST_DAY + timedelta(days=number)).isoformat()
        command = [sys.executable, "-m", "detector", "replay", str(folder), "--quiet", "--from", day, "--to", day]
        command += ["--database", f"sqlite:///{folder / 'henbot.db'}"]
        done = False
        while not done:
            sandbox.inject(chance.choice(FAULTS), times=chance.randint(1, 3))
            faults += 1
            worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                done = worker.wait(timeout=chance.uniform(1.5, 4)) == 0
            except subprocess.TimeoutExpired:
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                kills += 1
        sandbox.clear_faults()
        # The bot does not tell a chat of what is half a day old, and these days pass in seconds.
        if not settled(folder / "henbot.db") or time.monotonic() > until:
            break
    return kills, faults


def settled(database: Path, timeout_s: float = 300) -> bool:
    """Whether the bot has told everything in time."""
    opened = open_database(f"sqlite:///{database}")
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        with opened.reading() as session:
            if not anything_new(session) and not due_posts(session):
                opened.close()
                return True
        time.sleep(0.2)
    opened.close()
    return False


def peak_mb(pid: int) -> float:
    """Peak resident set of a running process (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


@click.command()
@click.option("--minutes", default=10.0, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--days", default=14, show_default=True, help="Drawn days at the most.")
def main(minutes: float, seed: int, days: int) -> None:
    """Soak bot and detector."""
    with tempfile.TemporaryDirectory() as name, running_sandbox() as sandbox:
        root = Path(name)
        coop = write_dataset(root / "coop", days=days, size=(400, 300))
        folder = root / "run"
        write_coop(coop, folder, coop / "frames", channel=CHANNEL_ID)
        told = environment(folder, sandbox)
        subprocess.run([sys.executable, "-m", "henbot", "migrate"], env=told, check=True, capture_output=True)
        child = Child("bot", [sys.executable, "-c", BOT], told | {"HENBOT_LOG_LEVEL": "error"})
        supervisor = Supervisor([child])
        keeping = threading.Thread(target=supervisor.run)
        keeping.start()
        try:
            kills, faults = play(folder, sandbox, time.monotonic() + minutes * 60, random.Random(seed), days)
            in_time = settled(folder / "henbot.db")
            memory = peak_mb(child.process.pid) if child.process else 0.0
        finally:
            supervisor.stopped.set()
            keeping.join()
        bouts = asked(folder / "henbot.db", STANDING)
        frames = asked(folder / "henbot.db", "SELECT sum(frames) FROM cameras")
        messages = len(sandbox.messages(CHANNEL_ID))
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
        shutil.rmtree(folder)
    print(f"`make soak`, {datetime.now(UTC):%Y-%m-%d}, {minutes:g} minutes asked for, seed {seed}.\n")
    print("| frames | kill -9 | faults | bouts | messages | all told in time | bot's peak memory | on disk |")
    print("|---|---|---|---|---|---|---|---|")
    print(f"| {frames} | {kills} | {faults} | {bouts} | {messages} | {in_time} | {memory:.0f} MB | {size:.0f} MB |")
    if not in_time or messages != bouts:
        raise SystemExit("not everything was told exactly once")


if __name__ == "__main__":
    main()
