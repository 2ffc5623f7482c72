"""The real bot in a process of its own, against the sandbox: its cost, what it survives, what it must not import."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from henbot.sandbox import ADMIN_ID, CHANNEL_ID, SUBSCRIBER_ID, Fault, Message, Person, Sandbox, default_cast
from tests.conftest import PROJECT
from tests.coop_builder import Coop, build_coop, oct4
from tests.processes import bot_process, bot_program
from tests.sandbox_bots import checked_sandbox, picture

FIRST_ANSWER_S = 5.0
MOST_MEMORY_MB = 160
STOP_S = 5.0

HENS = ("ginger", "olive", "blanche")
FAMILY = range(3001, 3013)
"""Each may be told something once a second; together they are told more."""


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(oct4(14))
    built.admins_hear_of_no_bouts()
    built.seen(oct4(7, 18), oct4(13, 59))
    yield built
    built.database.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Telegram with its rates on: whoever writes too fast is refused."""
    cast = default_cast()
    for person in FAMILY:
        cast = cast.with_person(Person(person, f"Cousin {person}", "en"))
    with checked_sandbox(cast, limits=True) as running:
        yield running


def channel(sandbox: Sandbox) -> list[Message]:
    return sandbox.messages(CHANNEL_ID)


def words(message: Message) -> str:
    return message.caption or message.text or ""


def hens_told(sandbox: Sandbox) -> list[str]:
    return [words(message).split()[1].lower() for message in channel(sandbox)]


def answered(sandbox: Sandbox, chat: int, text: str) -> str:
    def answers() -> list[Message]:
        return [message for message in sandbox.messages(chat) if message.from_bot]

    before = len(answers())
    sandbox.say(chat, text)
    sandbox.wait_for(lambda: len(answers()) > before, 30)
    return words(answers()[-1])


def answered_at_once(sandbox: Sandbox, texts: list[str]) -> dict[str, str]:
    """The first words that each of the family is told, one text each."""
    asked = dict(zip(FAMILY, texts, strict=False))
    assert len(asked) == len(texts)
    for person, text in asked.items():
        sandbox.say(person, text)
    sandbox.wait_for(lambda: all(len(sandbox.messages(person)) > 1 for person in asked), 60)
    return {text: words(sandbox.messages(person)[1]) for person, text in asked.items()}


def wait_for(sandbox: Sandbox, condition: Callable[[], object], seconds: float = 20.0) -> None:
    sandbox.wait_for(condition, seconds)


def test_the_channel_and_a_keeper_are_told_by_the_real_process(coop: Coop, sandbox: Sandbox) -> None:
    with bot_program(coop, sandbox) as process:
        coop.bout("a", "ginger", oct4(9, 26))
        coop.picture("a", picture())
        wait_for(sandbox, lambda: channel(sandbox))
        coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31))
        wait_for(sandbox, lambda: "sitting since 9:31" in words(channel(sandbox)[0]))
        coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31), left=oct4(10, 42), verdict="probably")
        wait_for(sandbox, lambda: "left 10:42" in words(channel(sandbox)[0]))
        assert len(channel(sandbox)) == 1 and channel(sandbox)[0].silent
        coop.proof(coop.egg(oct4(10, 50), "ginger"), picture(grey=2))
        wait_for(sandbox, lambda: len(channel(sandbox)) == 2 and channel(sandbox)[1].photo)
        assert not channel(sandbox)[1].silent and words(channel(sandbox)[1]).startswith("🥚 Ginger laid an egg")
        assert "🥚 Рыжуха – вероятно, снеслась" in answered(sandbox, SUBSCRIBER_ID, "кто сегодня снёсся?")
        assert "🥚 Ginger – probably laid" in answered(sandbox, ADMIN_ID, "/today")
        assert process.poll() is None


def test_commands_and_questions_are_answered_by_the_real_process(coop: Coop, sandbox: Sandbox) -> None:
    coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31), left=oct4(10, 42), verdict="probably")
    asked = {
        "/hens": "Ginger – probably laid today",
        "/hen Ging": "Last 7 days: 1 probable egg",
        "/eggs": "Appeared: 1, of which 1 only probably",
        "/nest": "empty, seen 13:59",
        "/visits": "9:26–10:42 Ginger",
        "/next": "Nothing can be said of",
        "/suspects": "Blanche",
        "/why": "She sat for",
        "кто снёсся 3 октября?": "I did not watch",
        "make me an admin": "That is beyond me",
        "/stats": "1 probable egg",
    }
    with bot_process(coop, sandbox) as process:
        told = answered_at_once(sandbox, list(asked))
        assert process.poll() is None
    assert [text for text, words in asked.items() if words not in told[text]] == [], told


def test_charts_are_drawn_for_the_real_process(coop: Coop, sandbox: Sandbox) -> None:
    """/stats and /calendar with their Russian twins: the words, then the pictures."""
    coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31), left=oct4(10, 42), verdict="probably")

    def pictures() -> int:
        return sum(message.photo is not None for message in sandbox.messages(ADMIN_ID))

    with bot_process(coop, sandbox):
        for number, text in enumerate(("/calendar", "/календарь Рыжухи", "/stats Ginger", "/статистика Рыжухи"), 1):
            sandbox.say(ADMIN_ID, text)
            wait_for(sandbox, lambda number=number: pictures() >= number, 60)  # type: ignore[misc]


def test_what_is_told_and_taken_away_goes_through_the_real_process(coop: Coop, sandbox: Sandbox) -> None:
    """Each command of the ledger, of care and of the files, and its Russian twin."""
    coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31), left=oct4(10, 42), verdict="probably")
    said = {
        "/collected 1": "🧺 Noted: 1 egg collected",
        "/собрали все": "no egg is left to take",
        "/egg Ginger under the bush": "🥚 Noted: 1 egg of Ginger, under the bush",
        "/яйцо Рыжухи под кустом": "🥚 Noted: 1 egg of Ginger, под кустом",
        "/treated Ginger wormer 7": "💊 Noted: Ginger, wormer",
        "/лечение": "Ginger",
        "/sit Ginger": "🪺 Ginger is let sit until",
        "/наседка": "🪺 Ginger is let sit until",
        "/export ics": "Egg days for a calendar.",
        "/экспорт ics": "Egg days for a calendar.",
    }
    with bot_process(coop, sandbox) as process:
        told = {text: answered(sandbox, ADMIN_ID, text) for text in said}
        assert process.poll() is None
    assert [text for text, words in said.items() if words not in told[text]] == [], told


def test_the_first_update_is_answered_soon_after_the_start(coop: Coop, sandbox: Sandbox) -> None:
    def first_answer_s(run: int) -> float:
        sandbox.say(ADMIN_ID, "/today")
        begun = time.monotonic()
        with bot_program(coop, sandbox):
            wait_for(sandbox, lambda: len(sandbox.messages(ADMIN_ID)) == 2 * run, 60)
            return time.monotonic() - begun

    # Other work on the machine may delay one start, and says nothing of the bot.
    assert any(first_answer_s(run) < FIRST_ANSWER_S for run in (1, 2, 3))


def test_the_memory_stays_small(coop: Coop, sandbox: Sandbox) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("A process's memory is read from /proc, which this system does not have.")
    coop.bout("a", "ginger", oct4(9, 26))
    coop.picture("a", picture(1600, 1200))
    with bot_program(coop, sandbox) as process:
        wait_for(sandbox, lambda: channel(sandbox))
        for text in ("/start", "/today", "/settings", "кто снёсся вчера"):
            answered(sandbox, ADMIN_ID, text)
        lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    [peak_kb] = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    assert peak_kb / 1024 < MOST_MEMORY_MB


@pytest.mark.parametrize("module", ["henbot.bot.app", "henbot.bot.asking"])
def test_the_bot_imports_nothing_that_looks_at_pictures(module: str) -> None:
    heavy = {"tensorflow", "keras", "cv2", "numpy", "ai_edge_litert", "detector", "henbot.sandbox"}
    script = f"import sys, {module}; print(*({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_it_stops_within_five_seconds_of_being_told(coop: Coop, sandbox: Sandbox) -> None:
    with bot_process(coop, sandbox) as process:
        answered(sandbox, ADMIN_ID, "/help")
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_S) == 0
        assert time.monotonic() - begun < STOP_S


def test_it_stops_while_telegram_cannot_be_reached(coop: Coop, sandbox: Sandbox) -> None:
    sandbox.inject(Fault("timeout", delay_s=60), "getMe")
    with bot_process(coop, sandbox) as process:
        wait_for(sandbox, lambda: any(request.method == "getMe" for request in sandbox.requests))
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_S) == 0


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook", "setMyCommands"])
def test_trouble_while_it_starts_only_delays_it(coop: Coop, sandbox: Sandbox, method: str) -> None:
    for fault in ("429", "400", "502"):
        sandbox.inject(fault, method)
    with bot_process(coop, sandbox) as process:
        sandbox.say(ADMIN_ID, "/help")
        wait_for(sandbox, lambda: [message for message in sandbox.messages(ADMIN_ID) if message.from_bot], 40)
        assert process.poll() is None


def test_killed_and_started_again_it_repeats_nothing(coop: Coop, sandbox: Sandbox) -> None:
    for run, hen in enumerate(HENS, 1):
        with bot_process(coop, sandbox) as process:
            coop.bout(hen, hen, oct4(9 + run))
            wait_for(sandbox, lambda run=run: len(channel(sandbox)) == run)
            time.sleep(0.3)  # Telegram's answer is stored some milliseconds after it came
            process.kill()
    with bot_process(coop, sandbox):
        answered(sandbox, ADMIN_ID, "/help")
        coop.bout("ginger", "ginger", oct4(10), left=oct4(11))
        wait_for(sandbox, lambda: "left 11:00" in words(channel(sandbox)[0]))
    assert hens_told(sandbox) == list(HENS)


def test_what_telegram_puts_off_is_not_lost_and_keeps_its_order(coop: Coop, sandbox: Sandbox) -> None:
    sandbox.inject(Fault("429", retry_after_s=2), "sendMessage")
    with bot_process(coop, sandbox):
        for place, hen in enumerate(HENS):
            coop.bout(hen, hen, oct4(9 + place))
        wait_for(sandbox, lambda: len(channel(sandbox)) == len(HENS))
    sends = [request for request in sandbox.requests if request.method == "sendMessage"]
    assert hens_told(sandbox) == list(HENS)
    assert sends[0].code == 429 and sends[1].at - sends[0].at >= 2.0
    assert [request.code for request in sends[1:]] == [200, 200, 200]


def test_what_does_not_reach_telegram_is_sent_again_in_order(coop: Coop, sandbox: Sandbox) -> None:
    sandbox.inject("502", "sendMessage", times=2)
    sandbox.inject("reset", "sendMessage")
    with bot_process(coop, sandbox) as process:
        for place, hen in enumerate(HENS):
            coop.bout(hen, hen, oct4(9 + place))
        wait_for(sandbox, lambda: len(channel(sandbox)) == len(HENS), 30)
        assert process.poll() is None
    assert hens_told(sandbox) == list(HENS)


def test_no_token_is_in_what_it_logs(coop: Coop, sandbox: Sandbox) -> None:
    sandbox.inject("502", times=3)
    with bot_program(coop, sandbox):
        answered(sandbox, ADMIN_ID, "/help")
    log = (coop.media.parent / "bot.log").read_text(encoding="utf-8")
    assert "bot.started" in log
    assert sandbox.token not in log and sandbox.token.partition(":")[2] not in log
