"""A keeper who teaches the bot in the sandbox, as one does by hand: its bot and detector run as processes."""

from __future__ import annotations

import csv
import hashlib
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from henbot.domain.clock import ClockSetting
from henbot.sandbox import ADMIN_ID, CHANNEL_ID, Message, Sandbox
from henbot.services.coop_clock import set_clock, wall_now
from henbot.storage.database import open_database
from tests.processes import HASTY_BOT, environment, wait_until

MOST_ANSWERS = 20
PATIENCE_S = 60.0
FILE_NAME = "%Y%m%d%H%M%S"
PICTURE_OF = """
SELECT at FROM glimpses WHERE media_sha256 = :sha256 UNION SELECT at FROM evidence WHERE media_sha256 = :sha256
UNION SELECT at FROM egg_counts WHERE media_sha256 = :sha256 UNION SELECT at FROM doubts WHERE media_sha256 = :sha256
"""


@dataclass
class Keeper:
    """A keeper who knows from `labels.csv` what every picture shows, and their coop."""

    folder: Path
    sandbox: Sandbox
    frames: list[Path]
    truth: dict[datetime, dict[str, str]]
    played: int = 0

    @property
    def database(self) -> Path:
        return self.folder / "henbot.db"

    def plays(self, until: str, *, one_by_one: bool = False) -> None:
        """The camera takes its pictures up to a moment, and it is that moment at the coop.

        Where they come faster than they can be looked at, a version in shadow sees none of them.
        """
        due = [frame for frame in self.frames if frame.stem <= until]
        self.set_clock(datetime.strptime(until, FILE_NAME).replace(tzinfo=UTC))
        for number, frame in enumerate(due[self.played :], start=self.played + 1):
            shutil.copy(frame, self.folder / "frames" / frame.name)
            if one_by_one or number == len(due):
                wait_until(self.database, "SELECT sum(frames) FROM cameras", number, PATIENCE_S)
        self.played = len(due)

    def set_clock(self, now: datetime) -> None:
        database = open_database(f"sqlite:///{self.database}")
        database.write(lambda session: set_clock(session, ClockSetting(now, wall_now(), 1.0)))
        database.close()

    def answers(self, chat: int = ADMIN_ID) -> list[Message]:
        return [message for message in self.sandbox.messages(chat) if message.from_bot]

    def asks(self, text: str) -> Message:
        """What the bot answers."""
        before = {message.message_id for message in self.answers()}
        self.sandbox.say(ADMIN_ID, text)
        return self.sees(lambda message: message.message_id not in before)

    def sees(self, is_it: Callable[[Message], bool], chat: int = ADMIN_ID, timeout_s: float = PATIENCE_S) -> Message:
        """The newest message for which that is true, once there is one."""

        def look() -> Message | None:
            return next((message for message in reversed(self.answers(chat)) if is_it(message)), None)

        found = self.sandbox.wait_for(look, timeout_s)
        assert found is not None
        return found

    def presses(self, message: Message, button: str) -> None:
        """Press a button, and wait until the bot has heard it."""
        press = self.sandbox.press(message.chat_id, message.message_id, button)
        self.sandbox.wait_for(lambda: press.answer is not None, PATIENCE_S)

    def now(self, message: Message) -> Message:
        """A message as it stands now."""
        return next(one for one in self.answers(message.chat_id) if one.message_id == message.message_id)


def words(message: Message) -> str:
    return message.caption or message.text or ""


@contextmanager
def keeping(data: Path, folder: Path, sandbox: Sandbox, **more: Any) -> Iterator[Keeper]:
    """A keeper of a dataset's coop under another name, whose bot and detector run, and who told neither of any hen.

    The other name keeps versions that know the coop from naming its hens.
    """
    (folder / "frames").mkdir()
    written = yaml.safe_load((data / "coop.yaml").read_text("utf-8"))
    written["coop"]["name"] = "A coop that nobody knows"
    written["cameras"][0]["source"]["path"] = str(folder / "frames")
    written |= {"channel": CHANNEL_ID, "admins": [ADMIN_ID], "posts": {"digest": "never", "weekly": False}}
    written["learning"] = {"questions_a_day": 0, "train_at": "off"}
    (folder / "coop.yaml").write_text(yaml.safe_dump(written | more, allow_unicode=True), "utf-8")
    with (data / "labels.csv").open(encoding="utf-8", newline="") as rows:
        truth = {datetime.fromisoformat(row["captured_at"]): row for row in csv.DictReader(rows)}
    told = environment(folder, sandbox)
    subprocess.run([sys.executable, "-m", "henbot", "migrate"], env=told, check=True, capture_output=True)
    keeper = Keeper(folder, sandbox, sorted((data / "frames").glob("*.jpg")), truth)
    keeper.set_clock(min(truth).replace(hour=6))
    with running(told, "bot", "-c", HASTY_BOT), running(told, "detector", "-m", "detector", "work"):
        yield keeper


@contextmanager
def running(told: dict[str, str], name: str, *command: str) -> Iterator[None]:
    """A process that logs into its coop's folder, ended in good order."""
    with Path(told["HENBOT_CONFIG"]).with_name(f"{name}.log").open("w") as log:
        process = subprocess.Popen([sys.executable, *command], env=told, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


POSTURES = {"sitting": "🪺 Sitting", "standing": "🐓 Standing", "partial": "Half in"}
NOT_TOLD = "Cannot tell"
NOTHING_LEFT = "nothing to ask now"


def taken_at(database: Path, picture: bytes) -> datetime:
    """When a picture of the media folder was taken."""
    connection = sqlite3.connect(database)
    found = connection.execute(PICTURE_OF, {"sha256": hashlib.sha256(picture).hexdigest()}).fetchone()
    connection.close()
    return datetime.fromisoformat(found[0]).replace(tzinfo=UTC)


def answer_all(keeper: Keeper) -> int:
    """Answer what the bot asks, one picture after another, until it has nothing to ask or that is enough; how many."""
    question = keeper.asks("/label")
    for number in range(MOST_ANSWERS):
        if NOTHING_LEFT in words(question):
            return number
        answer(keeper, question)
        after = question.message_id
        question = keeper.sees(lambda message, after=after: message.message_id > after)  # type: ignore[misc]
    keeper.presses(question, "Enough")
    return MOST_ANSWERS


def answer(keeper: Keeper, question: Message) -> None:
    """Tell what the picture of a question shows, button by button, as `labels.csv` has it."""
    assert question.attachment is not None
    shown = keeper.truth[taken_at(keeper.database, question.attachment.content)]
    hens = {"0": "Nobody", "1": shown["hen"].capitalize()}
    step(keeper, question, hens.get(shown["hens"], "🤷 Not sure") if shown["hen"] != "unknown" else "🤷 Not sure")
    if shown["hens"] == "1":
        posture = POSTURES.get(shown["posture"], NOT_TOLD)
        step(keeper, question, posture)
    while NOT_TOLD in keeper.now(question).buttons:
        step(keeper, question, NOT_TOLD)  # how many eggs there are


def step(keeper: Keeper, question: Message, button: str) -> None:
    before = keeper.now(question)
    keeper.presses(before, button)
    keeper.sandbox.wait_for(lambda: keeper.now(question).edits > before.edits, PATIENCE_S)


def pressed(keeper: Keeper, message: Message, button: str) -> Message:
    """The message that a pressed button has changed."""
    step(keeper, message, button)
    return keeper.now(message)
