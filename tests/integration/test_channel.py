"""What rings, what is edited and what is not told: eggs, policies and quiet hours, through the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from henbot.bot.pace import Pace
from henbot.bot.publisher import IDLE_S, Audience, Publisher
from henbot.domain.people import Role
from henbot.domain.policies import Policy, PolicyKind, QuietHours
from henbot.sandbox import (
    ADMIN_ID,
    CHANNEL_ID,
    SUBSCRIBER_ID,
    Fault,
    Message,
    Room,
    Sandbox,
    default_cast,
)
from henbot.services import posts
from henbot.services.coop_clock import wall_now
from henbot.services.people import People
from henbot.services.subscriptions import is_subscribed, set_policy, subscribe, subscriptions, unsubscribe
from henbot.storage.tables import EggCountRow
from tests.coop_builder import Coop, build_coop, oct4
from tests.sandbox_bots import checked_sandbox, picture

FAST = Pace(apart_s=0.0, most=10_000)


@pytest.fixture(autouse=True)
def _durations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(oct4(14))
    built.admins_hear_of_no_bouts()
    yield built
    built.database.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with checked_sandbox() as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[ExtBot[int]]:
    request = HTTPXRequest(read_timeout=0.5)
    async with ExtBot(
        sandbox.token, base_url=sandbox.base_url, base_file_url=sandbox.base_file_url, request=request
    ) as running:
        yield running


def publisher(coop: Coop, bot: ExtBot[int], policy: Policy = Policy(), **audience: Any) -> Publisher:  # noqa: B008
    told = Audience(**({"channel": CHANNEL_ID, "people": People({ADMIN_ID: Role.ADMIN}), "policy": policy} | audience))
    return Publisher(bot, coop.database, coop.media, told, FAST, first_backoff_s=0.01)


async def publish(working: Publisher, within_s: float = 10.0) -> None:
    """Let it work until it has nothing to do."""
    async with asyncio.timeout(within_s):
        while (wait_s := await working.step()) < IDLE_S:  # noqa: ASYNC110 - each step says how long to wait
            await asyncio.sleep(wait_s)


def channel(sandbox: Sandbox) -> list[Message]:
    return sandbox.messages(CHANNEL_ID)


def words(message: Message) -> str:
    return message.caption or message.text or ""


def rings(sandbox: Sandbox, chat: int = CHANNEL_ID) -> list[str]:
    """The first lines of what rang."""
    return [words(message).splitlines()[0] for message in sandbox.messages(chat) if not message.silent]


def lays(coop: Coop, hen: str, hour: int, **fields: Any) -> int:
    """A hen comes, lays and leaves within an hour, and her egg is seen; the egg's event."""
    left, counted = oct4(hour, 50), oct4(hour, 55)
    coop.bout(hen, hen, oct4(hour), settled=oct4(hour, 5), left=left, verdict="laid", counted=counted, **fields)
    return coop.egg(counted, hen)


# Eggs


async def test_an_egg_is_a_new_message_that_rings_an_answer_with_the_proof(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    working = publisher(coop, bot)
    coop.bout("ginger", "ginger", oct4(9))
    await publish(working)
    egg = lays(coop, "ginger", 9)
    await publish(working)
    coop.proof(egg, picture(grey=7))
    await publish(working)
    came, told = channel(sandbox)
    assert words(came) == "🥚 Ginger – laid\ncame 9:00 · settled 9:05 · left 9:50"
    assert words(told) == "🥚 Ginger laid an egg\non the nest 9:00–9:50 · seen 9:55"
    assert (came.silent, told.silent, told.reply_to) == (True, False, came.message_id)
    assert told.photo is not None and told.photo.content == picture(grey=7)
    assert [request.method for request in sandbox.requests][-2:] == ["sendMessage", "editMessageMedia"]


async def test_an_egg_whose_proof_is_ready_is_one_message_at_once(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    coop.proof(lays(coop, "ginger", 9), picture())
    await publish(publisher(coop, bot))
    assert [message.photo is not None for message in channel(sandbox)] == [False, True]


async def test_an_egg_that_may_be_of_two_hens_is_one_message_and_names_both(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    for hen, hour in (("ginger", 9), ("olive", 10)):
        fields = {"left": oct4(hour, 30), "verdict_candidates": ["ginger", "olive"], "counted": oct4(11)}
        coop.bout(hen, hen, oct4(hour), **fields)
    coop.egg(oct4(11))
    await publish(publisher(coop, bot))
    assert rings(sandbox) == ["🥚 An egg, but I am not sure whose: Ginger or Olive"]
    assert len(channel(sandbox)) == 3
    assert channel(sandbox)[2].reply_to == channel(sandbox)[1].message_id


async def test_an_egg_that_nobody_was_seen_to_lay_is_told_as_that(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    coop.egg(oct4(11), eggs=2)
    await publish(publisher(coop, bot))
    assert rings(sandbox) == ["🥚 2 eggs; I did not see who laid them"]


async def test_the_words_of_an_egg_follow_what_is_learned_of_its_hen_and_ring_once(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    working = publisher(coop, bot)
    coop.bout("a", "unknown", oct4(9), left=oct4(9, 50), verdict="laid", counted=oct4(10))
    coop.egg(oct4(10))
    await publish(working)
    assert rings(sandbox) == ["🥚 An egg by a hen I could not name"]
    coop.bout("a", "olive", oct4(9), left=oct4(9, 50), verdict="laid", counted=oct4(10))
    await publish(working)
    assert rings(sandbox) == ["🥚 Olive laid an egg"]
    assert len(channel(sandbox)) == 2


async def test_eggs_within_the_cooldown_join_the_message_that_rang(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    working = publisher(coop, bot, Policy(kind=PolicyKind.EGGS, cooldown=timedelta(hours=1)))
    for hen, hour in (("ginger", 9), ("olive", 10)):
        coop.set_now(oct4(hour, 56) - timedelta(minutes=20 * (hour - 9)))
        lays(coop, hen, hour)
        await publish(working)
    assert len(channel(sandbox)) == 1 and rings(sandbox) == ["2 eggs"]
    assert "Ginger laid" in words(channel(sandbox)[0]) and "Olive laid" in words(channel(sandbox)[0])
    coop.set_now(oct4(12))
    lays(coop, "blanche", 11)
    await publish(working)
    assert rings(sandbox)[1] == "🥚 Blanche laid an egg"


async def test_a_process_that_died_while_an_egg_was_on_its_way_does_not_ring_twice(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    working = publisher(coop, bot)
    lays(coop, "ginger", 9)
    await working.step()
    [egg_post] = _due(coop)
    with coop.database.writing() as session:
        posts.begin_sending(session, egg_post.id)
        session.commit()
    await publish(publisher(coop, bot))
    assert len(channel(sandbox)) == 2 and rings(sandbox) == []


def _due(coop: Coop) -> list[posts.DuePost]:
    with coop.database.reading() as session:
        return posts.due_posts(session)


async def test_an_egg_that_did_not_reach_telegram_rings_when_it_does(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    coop.egg(oct4(11))
    sandbox.inject(Fault("502"), "sendMessage")
    await publish(publisher(coop, bot))
    assert len(rings(sandbox)) == 1


async def test_a_restart_tells_no_egg_again(coop: Coop, sandbox: Sandbox, bot: ExtBot[int]) -> None:
    lays(coop, "ginger", 9)
    for _ in range(2):
        await publish(publisher(coop, bot))
    assert len(channel(sandbox)) == 2 and len(rings(sandbox)) == 1


# What may ring, and when


@pytest.mark.parametrize(
    ("policy", "audience"),
    [
        (Policy(rings=False), {}),
        (Policy(quiet=QuietHours(time(13), time(15))), {}),
        (Policy(), {"quiet": QuietHours(time(13), time(15))}),
    ],
)
async def test_an_egg_in_quiet_hours_is_told_at_once_in_silence(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int], policy: Policy, audience: dict[str, Any]
) -> None:
    lays(coop, "ginger", 9)
    await publish(publisher(coop, bot, policy, **audience))
    assert len(channel(sandbox)) == 2 and rings(sandbox) == []


# Policies


async def test_eggs_only_is_eggs_only_and_where_none_can_be_seen_the_probable_ones_in_silence(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    working = publisher(coop, bot, Policy(kind=PolicyKind.EGGS))
    lays(coop, "ginger", 9)
    await publish(working)
    coop.bout("b", "blanche", oct4(11), left=oct4(11, 5), verdict="not_laid")
    coop.bout("c", "olive", oct4(12), left=oct4(13), verdict="probably")
    await publish(working)
    assert [(words(message).splitlines()[0], message.silent) for message in channel(sandbox)] == [
        ("🥚 Ginger laid an egg", False),
        ("🥚 Olive – probably laid", True),
    ]


async def test_eggs_only_hears_of_a_probable_egg_that_was_to_be_counted_and_was_not(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    working = publisher(coop, bot, Policy(kind=PolicyKind.EGGS))
    with coop.database.writing() as session:
        session.add(EggCountRow(nest_id="nest", at=oct4(8), eggs=0))
        session.commit()
    coop.set_now(oct4(13, 30))
    coop.bout("c", "olive", oct4(12), settled=oct4(12, 5), left=oct4(13), verdict="probably")
    await publish(working)
    assert channel(sandbox) == []
    coop.set_now(oct4(15, 5))
    for _ in range(2):
        coop.bout("b", "blanche", oct4(15), left=oct4(15, 5), verdict="not_laid")
        await publish(working)
    assert [(words(message).splitlines()[0], message.silent) for message in channel(sandbox)] == [
        ("🥚 Olive – probably laid", True)
    ]


async def test_first_of_the_day_is_one_egg_a_day(coop: Coop, sandbox: Sandbox, bot: ExtBot[int]) -> None:
    working = publisher(coop, bot, Policy(kind=PolicyKind.FIRST))
    for hen, hour in (("ginger", 9), ("olive", 10), ("blanche", 11)):
        lays(coop, hen, hour)
        await publish(working)
    assert [words(message).splitlines()[0] for message in channel(sandbox)] == ["🥚 Ginger laid an egg"]


async def test_digest_only_hears_of_no_bout_and_no_egg(coop: Coop, sandbox: Sandbox, bot: ExtBot[int]) -> None:
    lays(coop, "ginger", 9)
    await publish(publisher(coop, bot, Policy(kind=PolicyKind.DIGEST)))
    assert channel(sandbox) == []


async def test_unknown_hens_only_and_least_confidence(coop: Coop, sandbox: Sandbox, bot: ExtBot[int]) -> None:
    coop.bout("a", "ginger", oct4(9), left=oct4(10), candidates={"ginger": 0.95, "olive": 0.05})
    coop.bout("b", "olive", oct4(11), left=oct4(12), candidates={"ginger": 0.4, "olive": 0.6})
    coop.bout("c", "unknown", oct4(12), left=oct4(13), candidates={"unknown": 0.9, "olive": 0.1})
    working = publisher(coop, bot, Policy(least_confidence=0.8))
    await publish(working)
    assert [words(message).split()[1] for message in channel(sandbox)] == ["Ginger", "A"]
    coop.bout("b", "olive", oct4(11), left=oct4(12), candidates={"ginger": 0.1, "olive": 0.9})
    await publish(working)
    assert [words(message).split()[1] for message in channel(sandbox)] == ["Ginger", "A", "Olive"]


async def test_of_unknown_hens_only_a_named_one_is_not_told(coop: Coop, sandbox: Sandbox, bot: ExtBot[int]) -> None:
    coop.bout("a", "ginger", oct4(9), left=oct4(10))
    coop.bout("b", "unknown", oct4(11), left=oct4(12))
    await publish(publisher(coop, bot, Policy(unknown_only=True)))
    assert [words(message).split()[1] for message in channel(sandbox)] == ["A"]


# Pictures


async def test_a_picture_in_which_no_hen_is_confirmed_is_not_posted(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    coop.bout("a", "ginger", oct4(9))
    coop.picture("a", picture(), hen=0.7)
    await publish(publisher(coop, bot))
    assert [message.photo for message in channel(sandbox)] == [None]


# Subscribers


async def test_a_subscriber_is_told_in_her_language_by_her_policy_from_then_on(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    working = publisher(coop, bot)
    lays(coop, "ginger", 9)
    coop.set_now(oct4(11))
    with coop.database.writing() as session:
        set_policy(session, SUBSCRIBER_ID, Policy(kind=PolicyKind.EGGS))
        subscribe(session, SUBSCRIBER_ID, oct4(11), "ru")
        session.commit()
    await publish(working)
    assert sandbox.messages(SUBSCRIBER_ID) == []
    coop.set_now(oct4(13))
    lays(coop, "olive", 12)
    await publish(working)
    assert rings(sandbox, SUBSCRIBER_ID) == ["🥚 Олив снеслась"]
    assert rings(sandbox) == ["🥚 Ginger laid an egg", "🥚 Olive laid an egg"]
    with coop.database.writing() as session:
        unsubscribe(session, SUBSCRIBER_ID)
        session.commit()
    lays(coop, "blanche", 13)
    await publish(working)
    assert len(sandbox.messages(SUBSCRIBER_ID)) == 1


async def test_without_a_channel_or_with_one_that_cannot_be_found_subscribers_are_told(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    with coop.database.writing() as session:
        subscribe(session, SUBSCRIBER_ID, oct4(8))
        session.commit()
    lays(coop, "ginger", 9)
    await publish(publisher(coop, bot, channel=None))
    assert len(rings(sandbox, SUBSCRIBER_ID)) == 1
    coop.set_now(oct4(11))
    lost = publisher(coop, bot, channel="@no_such_channel")
    await publish(lost)
    lays(coop, "olive", 11)
    await publish(lost)
    assert len(rings(sandbox, SUBSCRIBER_ID)) == 2


async def test_a_channel_that_refuses_or_lags_holds_up_no_subscriber(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    with coop.database.writing() as session:
        subscribe(session, SUBSCRIBER_ID, oct4(8))
        posts.pause(session, CHANNEL_ID, wall_now() + timedelta(minutes=5))
        session.commit()
    for minute in range(60):
        coop.bout(f"b{minute}", "ginger", oct4(9, minute), left=oct4(9, minute), verdict="not_laid")
    working = publisher(coop, bot)
    async with asyncio.timeout(10):
        while len(sandbox.messages(SUBSCRIBER_ID)) < 60:
            assert await working.step() == 0.0
    assert channel(sandbox) == []


async def test_who_blocks_the_bot_is_no_subscriber_any_more_and_no_admin_is_bothered(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    with coop.database.writing() as session:
        subscribe(session, SUBSCRIBER_ID, oct4(8))
        session.commit()
    sandbox.inject(Fault("403", description="bot was blocked by the user"), "sendMessage")
    coop.bout("a", "ginger", oct4(9))
    await publish(publisher(coop, bot, channel=None))
    with coop.database.reading() as session:
        assert not is_subscribed(session, SUBSCRIBER_ID) and subscriptions(session) == []
    assert sandbox.messages(ADMIN_ID) == []


async def test_a_group_that_becomes_a_supergroup_goes_on_there(coop: Coop, tmp_path: Path) -> None:
    old, new = -77, -1077
    rooms = default_cast().with_room(Room(old, "Flock talk", "group")).with_room(Room(new, "Flock talk", "supergroup"))
    with checked_sandbox(cast=rooms) as sandbox:
        known: ExtBot[int] = ExtBot(sandbox.token, sandbox.base_url, sandbox.base_file_url)
        async with known as bot:
            with coop.database.writing() as session:
                subscribe(session, old, oct4(8))
                session.commit()
            working = publisher(coop, bot, channel=None)
            coop.bout("olive", "olive", oct4(8))
            await publish(working)
            sandbox.inject(Fault("400", moved_to=new))
            lays(coop, "ginger", 9)
            coop.bout("olive", "olive", oct4(8), left=oct4(9), verdict="not_laid")
            await publish(working)
    (before,) = sandbox.messages(old)
    bout, egg = sandbox.messages(new)
    assert before.edits == 0 and "Ginger" in words(bout) and words(egg).startswith("🥚 Ginger laid an egg")
    assert egg.reply_to == bout.message_id
    with coop.database.reading() as session:
        assert [one.chat_id for one in subscriptions(session)] == [new]
