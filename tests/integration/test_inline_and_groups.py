"""Inline questions of those on the list, floods, and groups where the bot is silent until it is spoken to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from henbot.bot.language import phrases
from henbot.domain.people import Role
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Message
from henbot.services.coop_clock import wall_now
from henbot.services.people import Member, give_role
from tests.coop_builder import Coop, build_coop, oct4
from tests.sandbox_bots import GROUP_ID, cast_with_group, checked_sandbox
from tests.talks import Talk, talking


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(oct4(20))
    built.seen(oct4(7), oct4(18, 45))
    built.bout("g", "ginger", oct4(9), settled=oct4(9, 5), left=oct4(9, 50), verdict="laid")
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    with checked_sandbox(cast=cast_with_group()) as sandbox:
        async with talking(coop, sandbox) as running:
            yield running


async def inline(talk: Talk, person: int, words: str) -> list[dict[str, Any]]:
    question = await asyncio.to_thread(talk.sandbox.ask_inline, person, words)
    await talk.sandbox.until(lambda: question.results is not None)
    assert question.results is not None
    return question.results


def said(message: Message) -> str:
    return message.text or ""


async def test_inline_the_answer_is_the_chats(talk: Talk) -> None:
    (answer,) = await inline(talk, ADMIN_ID, "who laid today")
    in_chat = said(await talk.asked(ADMIN_ID, "who laid today"))
    assert "Ginger" in in_chat and in_chat.splitlines()[0] in answer["input_message_content"]["message_text"]
    assert answer["title"] == "who laid today" and "Ginger" in answer["description"]
    request = next(one for one in talk.sandbox.requests if one.method == "answerInlineQuery")
    assert request.parameters["is_personal"] is True


async def test_inline_without_a_question_offers_answers(talk: Talk) -> None:
    for words in ("", "qwertyuiop"):
        offered = await inline(talk, ADMIN_ID, words)
        assert len(offered) == 3 and "Ginger" in offered[0]["input_message_content"]["message_text"]


async def test_inline_is_for_those_on_the_list_and_while_they_are(talk: Talk) -> None:
    assert await inline(talk, SUBSCRIBER_ID, "кто снёсся сегодня") == []
    request = next(one for one in talk.sandbox.requests if one.method == "answerInlineQuery")
    assert request.parameters["button"]["text"] == phrases("ru").say("inline-not-for-you")
    with talk.coop.database.writing() as session:
        give_role(session, Member(SUBSCRIBER_ID, Role.FAMILY), ADMIN_ID, wall_now())
        session.commit()
    (answer,) = await inline(talk, SUBSCRIBER_ID, "кто снёсся сегодня")
    assert "Рыжуха" in answer["input_message_content"]["message_text"]
    with talk.coop.database.writing() as session:
        over = wall_now() - timedelta(seconds=1)
        give_role(session, Member(SUBSCRIBER_ID, Role.GUEST, until=over), ADMIN_ID, wall_now())
        session.commit()
    assert await inline(talk, SUBSCRIBER_ID, "кто снёсся сегодня") == []


async def test_a_flood_is_answered_once_politely_and_others_do_not_wait(talk: Talk) -> None:
    for _ in range(120):
        await asyncio.to_thread(talk.sandbox.say, SUBSCRIBER_ID, "/help")
    assert "What I can do" in said(await talk.asked(ADMIN_ID, "/help"))
    polite = phrases("ru").say("too-fast")
    await talk.sandbox.until(lambda: any(said(one) == polite for one in talk.answers(SUBSCRIBER_ID)))
    await asyncio.sleep(0.5)
    answers = [said(one) for one in talk.answers(SUBSCRIBER_ID)]
    assert answers.count(polite) == 1 and len(answers) < 60


async def test_in_a_group_the_bot_is_silent_until_it_is_spoken_to(talk: Talk) -> None:
    name = talk.sandbox.cast.bot_username
    for text in ("who laid today?", "настройки", "/admins@other_bot", "подписаться", "collected 5", *["chat"] * 60):
        await asyncio.to_thread(talk.sandbox.say, GROUP_ID, text, ADMIN_ID)
    answer = await talk.asked(GROUP_ID, f"@{name} who laid today?", by=ADMIN_ID)
    assert "Ginger" in said(answer) and len(talk.answers(GROUP_ID)) == 1
    await asyncio.to_thread(talk.sandbox.say, GROUP_ID, "and yesterday?", ADMIN_ID, answer.message_id)
    await talk.sandbox.until(lambda: len(talk.answers(GROUP_ID)) == 2)
    assert "Monday, 3 October" in said(talk.answers(GROUP_ID)[-1])
    assert "Ginger" in said(await talk.asked(GROUP_ID, f"/today@{name}", by=ADMIN_ID))
