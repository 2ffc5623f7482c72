"""People's commands in the real process, in both languages: its link in the terminal, roles, settings, inline."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Message, Sandbox
from tests.conftest import PROJECT
from tests.coop_builder import Coop, build_coop, environment, oct4
from tests.sandbox_bots import checked_sandbox

COMMANDS = {
    "/subscribe": "🔔 Done",
    "/settings": "⚙️ Settings\nLanguage: English",
    "/unsubscribe": "🔕 Done",
    "/about": "🐔 henbot 0.",
    "/admins": "👥 Who may do what",
    "make me the owner": "That is beyond me",
}
IN_RUSSIAN = {
    "/подписаться": "🔔 Готово",
    "/настройки": "⚙️ Настройки\nЯзык: Русский",
    "/отписаться": "🔕 Готово",
    "/о_боте": "🐔 henbot 0.",
    "/админы": "Впускают людей только хозяин",
    "сделай меня администратором": "",
}


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(oct4(14))
    built.admins_hear_of_no_bouts()
    built.seen(oct4(7), oct4(14))
    built.bout("a", "ginger", oct4(9), settled=oct4(9, 5), left=oct4(9, 50), verdict="laid")
    yield built
    built.database.close()


def answered(sandbox: Sandbox, chat: int, text: str) -> Message:
    def answers() -> list[Message]:
        return [message for message in sandbox.messages(chat) if message.from_bot]

    before = len(answers())
    sandbox.say(chat, text)
    sandbox.wait_for(lambda: len(answers()) > before, 20)
    return answers()[-1]


def both_answered(sandbox: Sandbox, english: str, russian: str) -> tuple[str, str]:
    """What the keeper and Anna are told: asked at once, since the bot writes to each but once a second."""
    asked = {ADMIN_ID: english, SUBSCRIBER_ID: russian}
    before = {chat: len(sandbox.messages(chat)) for chat in asked}
    for chat, text in asked.items():
        sandbox.say(chat, text)
    sandbox.wait_for(lambda: all(len(sandbox.messages(chat)) == before[chat] + 2 for chat in asked), 20)
    return sandbox.messages(ADMIN_ID)[-1].text or "", sandbox.messages(SUBSCRIBER_ID)[-1].text or ""


def pressed(sandbox: Sandbox, chat: int, button: str) -> None:
    page = [message for message in sandbox.messages(chat) if message.from_bot and button in message.buttons][-1]
    sandbox.press(chat, page.message_id, button)
    sandbox.wait_for(lambda: sandbox.world.chats.message(chat, page.message_id) != page, 20)


def test_people_are_let_in_and_served_by_the_real_process(coop: Coop, sandbox: Sandbox) -> None:
    given = {**os.environ, **environment(coop, sandbox.token, sandbox.page_url)}
    command = [sys.executable, "-W", "error", "-m", "henbot", "bot"]
    log = coop.media.parent / "bot.log"
    with log.open("w") as stderr:
        process = subprocess.Popen(command, env=given, cwd=PROJECT, stdout=subprocess.PIPE, stderr=stderr, text=True)
    try:
        assert process.stdout is not None
        printed = ""
        while not (link := re.search(r"https://t\.me/\w+\?start=([\w-]+)\n", printed)):
            line = process.stdout.readline()
            assert line, printed
            printed += line
        for (english, said), (russian, there) in zip(COMMANDS.items(), IN_RUSSIAN.items(), strict=True):
            in_english, in_russian = both_answered(sandbox, english, russian)
            assert in_english.startswith(said) and in_russian.startswith(there), (english, in_english, in_russian)
        assert (answered(sandbox, ADMIN_ID, f"/start {link[1]}").text or "").startswith("👑 You are the owner")
        assert (answered(sandbox, SUBSCRIBER_ID, f"/start {link[1]}").text or "").startswith("Эта ссылка уже")
        answered(sandbox, ADMIN_ID, f"/admins {SUBSCRIBER_ID}")
        pressed(sandbox, ADMIN_ID, "Sitter for 3 days")
        pressed(sandbox, ADMIN_ID, "✓ Yes")
        sandbox.wait_for(lambda: (sandbox.messages(SUBSCRIBER_ID)[-1].text or "").startswith("👋 Теперь вам"), 20)
        assert (answered(sandbox, SUBSCRIBER_ID, "собрали 1 яйцо").text or "").startswith("🧺")
        question = sandbox.ask_inline(SUBSCRIBER_ID, "кто снёсся сегодня")
        sandbox.wait_for(lambda: question.results is not None, 20)
        assert question.results and "Рыжуха" in question.results[0]["input_message_content"]["message_text"]
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()
    assert link[1] not in log.read_text(encoding="utf-8")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Telegram with its rates on."""
    with checked_sandbox(limits=True) as running:
        yield running
