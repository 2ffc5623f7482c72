"""The story that a keeper lives, on a real coop's frames: from a bot that knows nobody to one that names its hen.

Two days of chickencam, whose first is mostly Ginger's. The answers are those that its `labels.csv` gives; that the
coop has another name here keeps the shipped version from knowing its hens.
"""

import csv
import hashlib
import re
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

import pytest
import yaml

from henbot.domain.clock import ClockSetting
from henbot.sandbox import ADMIN_ID, CHANNEL_ID, Message, Sandbox
from henbot.services.coop_clock import set_clock, wall_now
from henbot.storage.database import open_database
from tests.e2e.test_kill import BOT
from tests.processes import environment, wait_until
from tests.sandbox_bots import checked_sandbox

MOST_ANSWERS = 20
PATIENCE_S = 60.0
TRAINING_S = 150.0
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
        self.set_clock(datetime.strptime(until, "%Y%m%d%H%M%S").replace(tzinfo=UTC))
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


@pytest.fixture
def keeper(shared_data: Path, tmp_path: Path) -> Iterator[Keeper]:
    """A keeper whose bot and detector run, and who has told neither of any hen."""
    data = shared_data / "chickencam"
    (tmp_path / "frames").mkdir()
    written = yaml.safe_load((data / "coop.yaml").read_text("utf-8"))
    written["coop"]["name"] = "A coop that nobody knows"
    written["cameras"][0]["source"]["path"] = str(tmp_path / "frames")
    written |= {"channel": CHANNEL_ID, "admins": [ADMIN_ID], "posts": {"digest": "never", "weekly": False}}
    written["learning"] = {"questions_a_day": 0, "train_at": "off"}
    (tmp_path / "coop.yaml").write_text(yaml.safe_dump(written, allow_unicode=True), "utf-8")
    with (data / "labels.csv").open(encoding="utf-8", newline="") as rows:
        truth = {datetime.fromisoformat(row["captured_at"]): row for row in csv.DictReader(rows)}
    with checked_sandbox() as sandbox:
        told = environment(tmp_path, sandbox)
        subprocess.run([sys.executable, "-m", "henbot", "migrate"], env=told, check=True, capture_output=True)
        one = Keeper(tmp_path, sandbox, sorted((data / "frames").glob("*.jpg")), truth)
        one.set_clock(datetime(2016, 10, 3, 6, tzinfo=UTC))
        with running(told, "-c", BOT), running(told, "-m", "detector", "work"):
            yield one


@contextmanager
def running(told: dict[str, str], *command: str) -> Iterator[None]:
    log = Path(told["HENBOT_CONFIG"]).with_name(f"{command[1].split()[0] if command[0] == '-m' else 'bot'}.log")
    with log.open("w") as stderr:
        process = subprocess.Popen([sys.executable, *command], env=told, stdout=stderr, stderr=stderr)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


POSTURES = {"sitting": "🪺 Sitting", "standing": "🐓 Standing", "partial": "Half in"}
ENOUGH_ANSWERS = 10
NOBODY_NAMED = "A hen I could not name"
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


def channel_says(keeper: Keeper, came: str, who: str) -> None:
    """Wait until the channel's message about a bout begins with somebody."""
    keeper.sees(lambda message: f"came {came}" in words(message) and who in words(message), CHANNEL_ID)


def is_candidate(button: str) -> bool:
    return "candidate" in button


@pytest.mark.timeout(400)
def test_a_keeper_teaches_the_bot_in_a_chat_until_it_names_a_hen_puts_it_right_and_takes_all_of_it_back(
    keeper: Keeper,
) -> None:
    keeper.plays("20161003184500")
    channel_says(keeper, "9:26", NOBODY_NAMED)
    channel_says(keeper, "15:35", NOBODY_NAMED)
    assert answer_all(keeper) >= ENOUGH_ANSWERS

    keeper.asks("/train")
    candidate = keeper.sees(lambda message: "is a candidate" in words(message), timeout_s=TRAINING_S)
    assert "Of Ginger" in words(candidate)
    pressed(keeper, candidate, "👥 Let it look on")
    keeper.plays("20161004080000", one_by_one=True)
    versions = keeper.asks("/models")
    page = pressed(keeper, versions, next(filter(is_candidate, versions.buttons)))
    assert re.search(r"In shadow since .*: \d+ pictures?, \d+ said otherwise", words(page))

    keeper.presses(pressed(keeper, page, "Let it serve"), "Yes, switch")
    keeper.sees(lambda message: "It serves now" in words(message))
    keeper.plays("20161004164500")
    channel_says(keeper, "14:12", "Ginger")
    channel_says(keeper, "10:56", NOBODY_NAMED)

    of_olive = keeper.sees(lambda message: "came 10:56" in words(message))
    keeper.presses(of_olive, "✏️ I know who it is")
    keeper.presses(keeper.sees(lambda message: "Who was it?" in words(message)), "Olive")
    channel_says(keeper, "10:56", "Olive")
    assert "Olive – probably laid" in words(keeper.asks("who laid today"))

    assert "Olive" in words(keeper.asks("/undo"))
    channel_says(keeper, "10:56", NOBODY_NAMED)
    assert "Olive –" not in words(keeper.asks("who laid today"))

    assert "What was shipped with me looks at the pictures again" in words(keeper.asks("/rollback"))
    wait_until(keeper.database, "SELECT count(*) = 0 FROM model_versions WHERE serving", 1)
    told = words(keeper.asks("/log"))
    assert [line for line in ("switched to version", "correction: it was Olive", "training") if line not in told] == []
