"""The demo's day: a camera on the coop's clock, the real bot, and each post told in the terminal as it comes."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from henbot.config import load_coop
from henbot.demo.stage import DemoFailed, Material, Trained, demo_cache, find_material, train_once, write_coop
from henbot.demo.telling import Teller, plain, summary
from henbot.domain.clock import ClockSetting
from henbot.domain.policies import Policy
from henbot.running import make_ready
from henbot.sandbox import SANDBOX_TOKEN, Sandbox, default_cast, running_sandbox
from henbot.services.coop_clock import set_clock, wall_now
from henbot.services.digests import wanted_digests
from henbot.services.posts import anything_new, due_posts
from henbot.services.subscriptions import Subscription
from henbot.storage.database import Database, open_database
from henbot.storage.schema import migrate
from henbot.supervisor import Child, Supervisor

CHANNEL, KEEPER, ANNA = -1001000000001, 1001, 2002
A_DAY_TAKES = timedelta(minutes=2)
LEAD = timedelta(seconds=2)
"""Wall time before the first frame, in which the camera's process starts."""

EVENING = time_of_day(20)
"""When the day's question is asked."""

SETTLE_S = 90.0
ANSWER_S = 20.0
QUESTIONS = {KEEPER: "Who laid today?", ANNA: "Кто сегодня снёсся?"}


@dataclass(frozen=True, slots=True)
class Options:
    """How to run the demo.

    Attributes:
        speed: coop seconds in a second; None for a day in two minutes.
        headless: open no page and end with the day.
        json_file: where to write what happened.
    """

    speed: float | None = None
    headless: bool = False
    json_file: Path | None = None
    port: int = 0


@dataclass(slots=True)
class Show:
    """One run of the demo."""

    options: Options
    console: Console
    sandbox: Sandbox
    material: Material
    trained: Trained
    folder: Path
    database: Database
    zone: ZoneInfo
    answers: dict[int, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What both processes are told."""
        mine = {
            "HENBOT_TOKEN": SANDBOX_TOKEN,
            "HENBOT_API_URL": self.sandbox.base_url.removesuffix("/bot"),
            "HENBOT_CONFIG": str(self.folder / "coop.yaml"),
            "HENBOT_DATABASE": database_url(self.folder),
            "HENBOT_MEDIA": str(self.folder / "media"),
            "HENBOT_LOG_LEVEL": "warning",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HENBOT_")}
        return kept | mine

    @property
    def speed(self) -> float:
        """Coop seconds in a second."""
        day = self.material.last_at - self.material.first_at
        return self.options.speed or max(day / A_DAY_TAKES, 1.0)

    def play(self) -> dict[str, Any]:
        """Play the day, ask the evening's question, and give what happened."""
        self._set_clock(self.material.first_at - LEAD * self.speed, self.speed)
        teller = Teller(self.console, self.sandbox, self.database, CHANNEL)
        with self._bot_running(), teller.telling():
            replayed = self._replay()
            self._wait_until_told()
            self._ask()
        return self._what_happened(replayed)

    def _set_clock(self, at: datetime, speed: float) -> None:
        with self.database.writing() as session:
            set_clock(session, ClockSetting(at, wall_now(), speed))
            session.commit()

    @contextmanager
    def _bot_running(self) -> Iterator[None]:
        supervisor = Supervisor([Child("bot", [sys.executable, "-m", "henbot", "bot"], self.environment)])
        thread = threading.Thread(target=supervisor.run, name="demo-bot")
        thread.start()
        try:
            yield
        finally:
            supervisor.stopped.set()
            thread.join()

    def _replay(self) -> dict[str, Any]:
        result = self.folder / "replay.json"
        day = self.material.show.isoformat()
        command = [sys.executable, "-m", "detector", "replay", str(self.folder), "--on-the-clock", "--quiet"]
        command += ["--model", str(self.trained.folder), "--database", database_url(self.folder)]
        command += ["--media", str(self.folder / "media"), "--from", day, "--to", day, "--json", str(result)]
        ended = subprocess.run(command, env=self.environment, stdout=subprocess.DEVNULL, check=False)
        if ended.returncode:
            raise DemoFailed(f"the camera's process ended with exit code {ended.returncode}; its words stand above")
        found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return found

    def _wait_until_told(self) -> None:
        """Wait until the bot has told all that was recorded, and the digest, for the clock goes on to the evening."""
        evening = max(self._evening(), self.material.last_at)
        self._set_clock(evening, 0.0)
        channel = Subscription(CHANNEL, Policy())
        until = time.monotonic() + SETTLE_S
        while time.monotonic() < until:
            with self.database.reading() as session:
                is_behind = anything_new(session) or due_posts(session)
                if not is_behind and not wanted_digests(session, [channel], evening):
                    return
            time.sleep(0.2)
        self.console.print("[yellow]The bot is still behind with its posts.[/]")

    def _evening(self) -> datetime:
        return datetime.combine(self.material.show, EVENING, self.zone).astimezone(UTC)

    def _ask(self) -> None:
        """Ask as two people would: the keeper in English, Anna in Russian."""
        self._set_clock(self._evening(), 0.0)
        for person, question in QUESTIONS.items():
            asked = self.sandbox.say(person, question)
            answer = self.sandbox.wait_for(partial(self._answer_after, person, asked.message_id), ANSWER_S) or ""
            self.answers[person] = answer
            self.console.rule(f"20:00 · {question}")
            self.console.print(plain(answer), highlight=False)

    def _answer_after(self, person: int, message_id: int) -> str | None:
        later = [one for one in self.sandbox.messages(person) if one.from_bot and one.message_id > message_id]
        return (later[0].text or later[0].caption) if later else None

    def _what_happened(self, replayed: dict[str, Any]) -> dict[str, Any]:
        posted = [one for one in self.sandbox.messages(CHANNEL) if one.from_bot]
        return {
            "pictures": {"how": self.material.how, "folder": str(self.material.folder)},
            "trained": {
                "version": self.trained.folder.name,
                "seconds": self.trained.seconds,
                "was_there": self.trained.was_there,
            },
            "day": self.material.show.isoformat(),
            "speed": round(self.speed, 1),
            "posts": [
                {
                    "text": one.caption or one.text,
                    "edits": one.edits,
                    "silent": one.silent,
                    "picture": one.photo is not None,
                }
                for one in posted
            ],
            "requests": len(self.sandbox.requests),
            "refused": [
                {"method": one.method, "code": one.code, "said": str(one.result)}
                for one in self.sandbox.requests
                if not one.ok and "not modified" not in str(one.result)
            ],
            "answers": {"en": self.answers.get(KEEPER), "ru": self.answers.get(ANNA)},
            "visits": replayed["visits"],
            "events": replayed["events"],
            "frames": len({row["file"] for row in replayed["observations"]}),
        }


def database_url(folder: Path) -> str:
    """The demo's own database."""
    return f"sqlite:///{folder / 'henbot.db'}"


def run_demo(options: Options, console: Console) -> None:
    """Show the product at work.

    Raises:
        HenbotError: a part of it cannot be had or fails.
    """
    began = time.monotonic()
    cache = demo_cache()
    with tempfile.TemporaryDirectory(prefix="henbot-demo-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        material = find_material(cache, folder)
        console.print(f"[bold]henbot demo[/]  {material.sentence}")
        trained = _trained(material, cache, folder, console)
        with running_sandbox(port=options.port, cast=default_cast("The coop", CHANNEL, KEEPER)) as sandbox:
            show = _show(options, console, sandbox, material, trained, folder)
            try:
                ready_after_s = time.monotonic() - began
                _say_where(show, ready_after_s)
                happened = show.play() | {"ready_after_s": round(ready_after_s, 1)}
                console.print(summary(happened))
                if options.json_file:
                    _write(options.json_file, happened)
                if not options.headless:
                    _stay(show)
            finally:
                show.database.close()


def _trained(material: Material, cache: Path, folder: Path, console: Console) -> Trained:
    console.print(f"Learning the hens from {material.learn:%-d %B %Y} …")
    trained = train_once(material, cache, folder)
    told = "an earlier demo did it" if trained.was_there else "done"
    console.print(f"  {told}: version {trained.folder.name}, {trained.seconds:.0f} s of training.")
    return trained


def _show(
    options: Options, console: Console, sandbox: Sandbox, material: Material, trained: Trained, folder: Path
) -> Show:
    config = load_coop(write_coop(material, folder, CHANNEL, KEEPER))
    migrate(database_url(folder))
    make_ready(database_url(folder), config)
    database = open_database(database_url(folder))
    return Show(options, console, sandbox, material, trained, folder, database, config.coop.timezone)


def _say_where(show: Show, seconds: float) -> None:
    show.console.print(
        f"Telegram's stand-in, with the channel and two people's chats: [bold link]{show.sandbox.page_url}[/]"
    )
    show.console.print(
        f"{show.material.show:%-d %B %Y} begins, {show.speed:.0f} times as fast as it was. "
        f"(It took {seconds:.0f} s to get here.)"
    )
    if not show.options.headless:
        webbrowser.open(show.sandbox.page_url)


def _write(path: Path, happened: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(happened, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as exc:
        raise DemoFailed(f"{path} cannot be written: {exc.strerror}. Name another file with --json.") from exc


def _stay(show: Show) -> None:
    show.console.print(f"Go on talking to the bot at {show.sandbox.page_url} . Ctrl-C ends the demo.")
    supervisor = Supervisor([Child("bot", [sys.executable, "-m", "henbot", "bot"], show.environment)])
    try:
        supervisor.run()
    except KeyboardInterrupt:
        show.console.print("The demo is over.")
