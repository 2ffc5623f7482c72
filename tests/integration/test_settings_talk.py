"""What each chat chooses for itself, in a real bot: subscribing, settings edited in place, and who may press."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import select

from henbot.bot.language import phrases
from henbot.bot.settings_words import read_setting
from henbot.domain.charts import Frame, HourRose, in_theme
from henbot.domain.policies import Policy, PolicyKind, QuietHours, Theme
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Message
from henbot.services.subscriptions import policy_of, subscriptions
from henbot.storage.tables import AuditRow
from tests.coop_builder import Coop, build_coop
from tests.sandbox_bots import GROUP_ID, cast_with_group, checked_sandbox
from tests.talks import Talk, talking


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    with checked_sandbox(cast=cast_with_group()) as sandbox:
        async with talking(coop, sandbox) as running:
            yield running


def said(message: Message) -> str:
    return message.text or ""


def policy(coop: Coop, chat: int) -> Policy:
    with coop.database.reading() as session:
        return policy_of(session, chat)


def subscribed(coop: Coop) -> list[int]:
    with coop.database.reading() as session:
        return [one.chat_id for one in subscriptions(session)]


def audit(coop: Coop) -> list[tuple[str, str]]:
    with coop.database.reading() as session:
        return [(row.actor, row.action) for row in session.execute(select(AuditRow)).scalars()]


@pytest.mark.parametrize(("on", "off"), [("/subscribe", "/unsubscribe"), ("/подписаться", "отписаться")])
async def test_whoever_asks_for_it_is_told_and_then_no_more(talk: Talk, on: str, off: str) -> None:
    spoken = phrases("ru")
    kind = spoken.say("settings-kind-all")
    assert said(await talk.asked(SUBSCRIBER_ID, on)) == spoken.say("subscribed", kind=kind)
    assert subscribed(talk.coop) == [SUBSCRIBER_ID]
    assert said(await talk.asked(SUBSCRIBER_ID, on)) == spoken.say("subscribed-already", kind=kind)
    assert said(await talk.asked(SUBSCRIBER_ID, off)) == spoken.say("unsubscribed")
    assert subscribed(talk.coop) == []
    assert said(await talk.asked(SUBSCRIBER_ID, off)) == spoken.say("unsubscribed-already")


async def test_settings_are_turned_page_by_page_in_one_message(talk: Talk) -> None:
    page = await talk.asked(ADMIN_ID, "/settings")
    pages = ("📣 What I tell", "eggs only", "‹ Back", "🌙 Quiet hours", "22:00–7:00", "‹ Back", "🎯 How sure")
    switches = ("at least 80 %", "‹ Back", "☑ Eggs ring", "☐ Strange hens only", "☑ Weekly digest", "🔔 Subscribe")
    for turned, button in enumerate((*pages, *switches), 1):
        await talk.pressed(ADMIN_ID, talk.message(ADMIN_ID, page), button)
        await talk.sandbox.until(lambda turned=turned: talk.message(ADMIN_ID, page).edits == turned)
    page = talk.message(ADMIN_ID, page)
    assert "What I tell: eggs only\nNothing rings: 22:00–7:00" in said(page) and "at least 80 %" in said(page)
    assert {"☐ Eggs ring", "☑ Strange hens only", "☑ Evening digest", "☐ Weekly digest"} < set(page.buttons)
    quiet = QuietHours(time(22), time(7))
    assert policy(talk.coop, ADMIN_ID) == Policy(
        PolicyKind.EGGS, 0.8, unknown_only=True, rings=False, quiet=quiet, weekly=False
    )
    assert len(talk.answers(ADMIN_ID)) == 1 and subscribed(talk.coop) == [ADMIN_ID]


async def test_charts_come_in_the_theme_that_was_chosen(talk: Talk) -> None:
    page = await talk.asked(ADMIN_ID, "/settings")
    assert "Charts: light by day, dark by night" in said(page)
    for turned, button in enumerate(("🎨 Charts", "dark"), 1):
        await talk.pressed(ADMIN_ID, talk.message(ADMIN_ID, page), button)
        await talk.sandbox.until(lambda turned=turned: talk.message(ADMIN_ID, page).edits == turned)
    assert "Charts: dark" in said(talk.message(ADMIN_ID, page))
    assert policy(talk.coop, ADMIN_ID).theme is Theme.DARK
    rose = HourRose(Frame("Eggs", "", "not watched", dark=False), (0,) * 24, (1.0,) * 24, ())
    assert [in_theme(rose, theme).frame.dark for theme in Theme] == [False, False, True]


async def test_a_language_chosen_in_settings_is_spoken_from_then_on(talk: Talk) -> None:
    page = await talk.asked(SUBSCRIBER_ID, "настройки")
    assert said(page).startswith("⚙️ Настройки\nЯзык: Русский")
    popped = await talk.forged(SUBSCRIBER_ID, page, f"set:language:en:{SUBSCRIBER_ID}")
    assert popped == "Now I speak English with you."
    assert said(await talk.asked(SUBSCRIBER_ID, "/subscribe")).startswith("🔔 Done")


async def test_a_forged_press_changes_nothing_and_is_noted(talk: Talk) -> None:
    page = await talk.asked(SUBSCRIBER_ID, "/settings")
    spoken = phrases("ru")
    assert await talk.forged(SUBSCRIBER_ID, page, f"set:kind:digest:{ADMIN_ID}") == spoken.say("not-your-buttons")
    assert await talk.forged(SUBSCRIBER_ID, page, f"set:owner:me:{SUBSCRIBER_ID}") == spoken.say("outdated-button")
    assert policy(talk.coop, ADMIN_ID) == policy(talk.coop, SUBSCRIBER_ID) == Policy()
    assert audit(talk.coop) == [(str(SUBSCRIBER_ID), "press.refused"), (str(SUBSCRIBER_ID), "press.unknown")]


async def test_for_a_group_only_an_admin_chooses(talk: Talk) -> None:
    name = talk.sandbox.cast.bot_username
    refused = await talk.asked(GROUP_ID, f"/subscribe@{name}", by=SUBSCRIBER_ID)
    assert said(refused) == phrases("ru").say("may-not-configure") and subscribed(talk.coop) == []
    page = await talk.asked(GROUP_ID, f"/settings@{name}", by=ADMIN_ID)
    assert "🌐 Language" not in page.buttons
    assert await talk.forged(GROUP_ID, page, f"set:subscribed:yes:{SUBSCRIBER_ID}", by=SUBSCRIBER_ID)
    assert subscribed(talk.coop) == []
    assert audit(talk.coop) == [(str(SUBSCRIBER_ID), "command.refused"), (str(SUBSCRIBER_ID), "press.refused")]
    await talk.pressed(GROUP_ID, page, "🔔 Subscribe", by=ADMIN_ID)
    assert subscribed(talk.coop) == [GROUP_ID]


async def test_about_tells_version_licence_and_what_is_kept(talk: Talk) -> None:
    for text in ("/about", "about", "/о_боте"):
        about = said(await talk.asked(ADMIN_ID, text))
        assert about.startswith("🐔 henbot 0.") and "MIT" in about and "Your questions are not kept" in about
    assert "Что я храню" in said(await talk.asked(SUBSCRIBER_ID, "о боте"))


@pytest.mark.parametrize(
    "callback_data",
    [None, "", "set", "set:kind:all", "set:kind:ALL:1", "set:kind:all:me", "set:language:xx:1", "set:page:secrets:1",
     "set:rings:maybe:1", "set:kind:all:1:2", "set:quiet:0-24:1", "set:kind:all:²"],
)  # fmt: skip
def test_what_no_button_of_the_settings_says_is_none(callback_data: str | None) -> None:
    assert read_setting(callback_data) is None
