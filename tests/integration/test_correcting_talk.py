"""Correcting in a chat: admins' private messages with buttons, what the channel says then, and /undo; in a real bot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.bot.act_words import act_words
from henbot.bot.asking import coop_wording
from henbot.bot.language import phrases
from henbot.bot.publisher import IDLE_S, Audience, Publisher
from henbot.domain.flock import Fate
from henbot.domain.observations import HenId
from henbot.domain.people import Role
from henbot.domain.verdicts import Verdict
from henbot.sandbox import ADMIN_ID, CHANNEL_ID, SUBSCRIBER_ID, Message
from henbot.services.acts import ActKind, act_by_id, begin
from henbot.services.coop_clock import wall_now
from henbot.services.hens import add_hen, rename_hen, retire_hen
from henbot.services.merging import merge_hens
from henbot.services.people import Member, People, give_role
from henbot.services.subscriptions import subscribe
from henbot.services.undoing import UNDOING
from henbot.storage.tables import AuditRow
from tests.coop_builder import build_coop
from tests.integration.test_correcting import Yard, minute
from tests.sandbox_bots import checked_sandbox, picture
from tests.talks import IN_A_HURRY, Talk, talking

FAMILY = SUBSCRIBER_ID


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    built = build_coop(tmp_path)
    built.set_now(minute(0))
    yield Yard(built)
    built.database.close()


@pytest.fixture
async def talk(yard: Yard) -> AsyncIterator[Talk]:
    with checked_sandbox() as sandbox:
        async with talking(yard.coop, sandbox) as running:
            yield running


async def publish(talk: Talk, **audience: Any) -> None:
    """Let the publisher tell all that there is to tell."""
    told = Audience(**({"channel": CHANNEL_ID, "people": People({ADMIN_ID: Role.ADMIN})} | audience))
    working = Publisher(talk.application.bot, talk.coop.database, talk.coop.media, told, IN_A_HURRY)
    while await working.step() < IDLE_S:
        pass


def said(message: Message) -> str:
    return message.caption or message.text or ""


def titles(talk: Talk, chat: int) -> list[str]:
    return [said(message).splitlines()[0] for message in talk.answers(chat)]


async def asked_by(talk: Talk, message: Message, button: str) -> Message:
    """The message with which the bot answers a press."""
    before = len(talk.answers(ADMIN_ID))
    await talk.pressed(ADMIN_ID, message, button)
    await talk.sandbox.until(lambda: len(talk.answers(ADMIN_ID)) > before)
    return talk.answers(ADMIN_ID)[-1]


async def turned_by(talk: Talk, message: Message, button: str) -> str:
    """What a message says after a press on one of its buttons."""
    await talk.pressed(ADMIN_ID, message, button)
    await talk.sandbox.until(lambda: said(talk.message(ADMIN_ID, message)) != said(message))
    return said(talk.message(ADMIN_ID, message))


async def test_an_admin_gets_each_bout_in_private_with_buttons_and_the_channel_without(talk: Talk, yard: Yard) -> None:
    yard.counted(0, 0)
    bout = yard.came("ginger", 10, 20, is_open=True)
    await publish(talk)
    (private,), (public,) = talk.answers(ADMIN_ID), talk.answers(CHANNEL_ID)
    assert said(private) == said(public)
    assert private.silent and public.buttons == []
    assert private.buttons == ["✏️ not Ginger"]
    yard.came("ginger", 10, 50, name=bout)
    yard.counted(55, 1)
    await publish(talk)
    assert titles(talk, ADMIN_ID) == ["🥚 Ginger – laid"]
    assert talk.message(ADMIN_ID, private).buttons == ["✏️ not Ginger", "🚫 no egg"]
    assert titles(talk, CHANNEL_ID) == ["🥚 Ginger – laid", "🥚 Ginger laid an egg"]


async def test_an_admin_who_subscribed_gets_one_message_of_a_bout(talk: Talk, yard: Yard) -> None:
    yard.coop.database.write(lambda session: subscribe(session, ADMIN_ID, minute(0)))
    yard.came("ginger", 10, 20, is_open=True)
    await publish(talk)
    (private,) = talk.answers(ADMIN_ID)
    assert private.buttons == ["✏️ not Ginger"]


async def test_an_admin_may_want_none_of_it(talk: Talk, yard: Yard) -> None:
    page = await talk.asked(ADMIN_ID, "/settings")
    assert "not told here" in await turned_by(talk, page, "☑ ✏️ Bouts to correct")
    yard.came("ginger", 10, 20)
    await publish(talk)
    assert talk.answers(ADMIN_ID) == [talk.message(ADMIN_ID, page)]
    of_others = " ".join((await talk.asked(SUBSCRIBER_ID, "/settings")).buttons)
    assert phrases("ru").say("button-settings-corrects") not in of_others


async def test_not_her_but_another_is_put_right_everywhere_and_taken_back(talk: Talk, yard: Yard) -> None:
    yard.counted(0, 0)
    yard.came("ginger", 10, 50)
    yard.counted(55, 1)
    await publish(talk)
    before = titles(talk, CHANNEL_ID)
    (told,) = talk.answers(ADMIN_ID)
    asked = await asked_by(talk, told, "✏️ not Ginger")
    # Blanche is likeliest but for Ginger; then the others, in the keeper's order.
    assert asked.buttons == ["Blanche", "Olive", "❓ an unknown hen", "▫️ nobody, no hen", "‹ Cancel"]
    answer = await turned_by(talk, asked, "Olive")
    assert answer.startswith("✅ Thank you, I put it right: it was Olive.")
    await publish(talk)
    assert titles(talk, CHANNEL_ID) == ["🥚 Olive – laid", "🥚 Olive laid an egg"]
    private = talk.message(ADMIN_ID, told)
    assert private.buttons[0] == "✏️ not Olive"
    assert "it was Olive (9:55" in said(private)
    assert "Олив" in said(await talk.asked(SUBSCRIBER_ID, "/today"))
    why = said(await talk.asked(ADMIN_ID, "/why"))
    assert "Keeper said at 9:55" in why and "Ginger" not in why
    assert said(await talk.asked(ADMIN_ID, "/undo")) == "↩️ Taken back: it was Olive (9:10)."
    await publish(talk)
    assert titles(talk, CHANNEL_ID) == before
    assert said(await talk.asked(ADMIN_ID, "отмена")) == phrases("en").say("undo-nothing")


async def test_an_egg_that_was_none_is_edited_in_its_message_and_comes_back_without_a_sound(
    talk: Talk, yard: Yard
) -> None:
    yard.counted(0, 0)
    yard.came("ginger", 10, 50)
    yard.counted(55, 1)
    await publish(talk)
    before = titles(talk, CHANNEL_ID)
    (told,) = talk.answers(ADMIN_ID)
    confirmed = await asked_by(talk, told, "🚫 no egg")
    await publish(talk)
    assert titles(talk, CHANNEL_ID) == ["🐔 Ginger – sat, but no egg", phrases("en").say("egg-denied")]
    assert talk.message(ADMIN_ID, told).buttons == ["✏️ not Ginger", "🥚 there was an egg"]
    rang = [message.message_id for message in talk.answers(CHANNEL_ID) if not message.silent]
    assert "no egg" in await turned_by(talk, confirmed, "↩️ Undo")
    await publish(talk)
    assert titles(talk, CHANNEL_ID) == before
    assert [message.message_id for message in talk.answers(CHANNEL_ID) if not message.silent] == rang


async def test_an_egg_that_was_told_is_one_message_and_taken_back(talk: Talk, yard: Yard) -> None:
    yard.counted(0, 0)
    yard.came("ginger", 10, 50)
    yard.counted(55, 0)
    await publish(talk)
    assert titles(talk, CHANNEL_ID) == ["🐔 Ginger – sat, but no egg"]
    await asked_by(talk, talk.answers(ADMIN_ID)[0], "🥚 there was an egg")
    for _ in range(2):
        await publish(talk)
    assert titles(talk, CHANNEL_ID) == ["🥚 Ginger – laid", "🥚 Ginger laid an egg"]
    await talk.asked(ADMIN_ID, "/undo")
    await publish(talk)
    assert titles(talk, CHANNEL_ID) == ["🐔 Ginger – sat, but no egg"]


async def test_what_was_no_hen_leaves_the_channel(talk: Talk, yard: Yard) -> None:
    yard.came("olive", 10, 11)
    await publish(talk)
    asked = await asked_by(talk, talk.answers(ADMIN_ID)[0], "✏️ not Olive")
    await turned_by(talk, asked, "▫️ nobody, no hen")
    await publish(talk)
    assert titles(talk, CHANNEL_ID) == []
    await talk.asked(ADMIN_ID, "/undo")
    await publish(talk)
    assert titles(talk, CHANNEL_ID) == ["🐔 Olive – not sure whether she laid"]


async def test_cancel_leaves_it_as_it_was(talk: Talk, yard: Yard) -> None:
    yard.came("olive", 10, 11)
    await publish(talk)
    asked = await asked_by(talk, talk.answers(ADMIN_ID)[0], "✏️ not Olive")
    assert await turned_by(talk, asked, "‹ Cancel") == "Left as it was."
    assert yard.labels() == [] and yard.bouts()["olive-10"][0] == "olive"


async def test_a_subscriber_who_forges_a_correction_changes_nothing_and_leaves_a_line(talk: Talk, yard: Yard) -> None:
    yard.came("olive", 10, 11)
    await publish(talk)
    before = yard.state()
    page = await talk.asked(SUBSCRIBER_ID, "/help")
    act = yard.says_hen(ADMIN_ID, "olive-10", HenId("ginger"))
    yard.undoes(ADMIN_ID, act)
    forged = ("fix:who:1", "fix:is:1:ginger", "fix:none:1", "fix:egg:1", "fix:keep:1", f"back:{act.id}")
    assert all([await talk.forged(SUBSCRIBER_ID, page, data) for data in forged])
    assert said(await talk.asked(SUBSCRIBER_ID, "/undo")) == phrases("ru").say("may-not-undo")
    assert yard.state() == before
    with yard.coop.database.reading() as session:
        lines = [(row.actor, row.action) for row in session.execute(select(AuditRow)).scalars()]
    assert lines.count((str(SUBSCRIBER_ID), "press.refused")) == len(forged)
    assert lines.count((str(SUBSCRIBER_ID), "command.refused")) == 1


async def test_one_of_the_family_takes_back_their_own_and_nobody_elses(talk: Talk, yard: Yard) -> None:
    yard.came("olive", 10, 11)
    yard.coop.database.write(lambda session: give_role(session, Member(FAMILY, Role.FAMILY), ADMIN_ID, wall_now()))
    act = yard.says_egg(ADMIN_ID, "olive-10", Verdict.LAID)
    page = await talk.asked(FAMILY, "/help")
    assert await talk.forged(FAMILY, page, f"back:{act.id}") == phrases("ru").say("not-your-buttons")
    assert said(await talk.asked(FAMILY, "/undo")) == phrases("ru").say("undo-nothing")
    assert yard.bouts()["olive-10"][1] == "laid"


async def test_a_button_that_is_pressed_twice_says_it_once(talk: Talk, yard: Yard) -> None:
    yard.came("olive", 10, 11)
    await publish(talk)
    (told,) = talk.answers(ADMIN_ID)
    for _ in range(2):
        confirmed = await asked_by(talk, told, "🥚 there was an egg")
    await turned_by(talk, confirmed, "↩️ Undo")
    assert yard.bouts()["olive-10"][1] != "laid"
    assert said(await talk.asked(ADMIN_ID, "/undo")) == phrases("en").say("undo-nothing")


async def test_an_admin_who_never_wrote_to_the_bot_holds_nothing_up(talk: Talk, yard: Yard) -> None:
    yard.came("olive", 10, 11)
    stranger = 7_000_000_001
    await publish(talk, people=People({stranger: Role.ADMIN}))
    assert len(talk.answers(CHANNEL_ID)) == 1
    yard.came("ginger", 100, 101)
    await publish(talk, people=People({stranger: Role.ADMIN}))
    assert len(talk.answers(CHANNEL_ID)) == 2
    sent = [request for request in talk.sandbox.requests if str(request.parameters.get("chat_id")) == str(stranger)]
    assert len(sent) == 1  # and is not tried again for a while


def test_whatever_can_be_taken_back_has_words(yard: Yard) -> None:
    def words(session: Session) -> list[str]:
        now, at = wall_now(), minute(0)
        add_hen(session, ADMIN_ID, {"und": "Pearl"}, now, at)
        rename_hen(session, ADMIN_ID, "pearl", {"und": "Pearl <3"}, now)
        retire_hen(session, ADMIN_ID, "olive", Fate.MOVED, now, at)
        merge_hens(session, ADMIN_ID, "pearl", "ginger", now, at)
        begin(session, ActKind.LABEL, ADMIN_ID, now)
        acts = [act_by_id(session, number) for number in range(1, 6)]
        return [act_words(session, act, coop_wording(session, "en")) for act in acts if act]

    assert yard.coop.database.write(words) == [
        "Pearl joined the flock",
        "Pearl is called Pearl &lt;3",
        "Olive lives here no more",
        "Pearl &lt;3 and Ginger are one hen",
        "an answer about a picture",
    ]
    assert set(UNDOING) == set(ActKind)


async def test_sittings_that_were_missed_can_be_corrected_each_and_the_channel_is_told_of_them_together(
    talk: Talk, yard: Yard
) -> None:
    yard.came("olive", 0, 40)
    await publish(talk)
    yard.came("ginger", 60, 100)
    yard.came("blanche", 110, 150)
    yard.coop.set_now(minute(300))
    await publish(talk)
    assert titles(talk, CHANNEL_ID) == ["🥚 Olive – probably laid", "💤 While I was away"]
    of_admin = talk.answers(ADMIN_ID)
    assert [message.buttons[0] for message in of_admin] == ["✏️ not Olive", "✏️ not Ginger", "✏️ not Blanche"]


async def test_who_corrects_sees_the_picture_even_if_no_hen_is_confirmed_in_it(talk: Talk, yard: Yard) -> None:
    yard.coop.set_now(minute(0))
    yard.coop.bout("b1", "unknown", minute(0), left=minute(5), verdict="not_laid")
    yard.coop.picture("b1", picture(), hen=0.3)
    await publish(talk)
    assert talk.answers(CHANNEL_ID)[0].photo is None
    private = talk.answers(ADMIN_ID)[0]
    assert private.photo is not None and private.buttons[0] == phrases("en").say("button-fix-known")
    asked = await asked_by(talk, private, private.buttons[0])
    assert await turned_by(talk, asked, "▫️ nobody, no hen")
    assert yard.labels() != []
    await publish(talk)
    assert [message.message_id for message in talk.answers(ADMIN_ID)] == [asked.message_id]
