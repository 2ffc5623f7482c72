"""The channel is told each bout in one silent message, whatever goes wrong between the bot and Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from henbot.bot.pace import Pace, Pacer
from henbot.bot.publisher import IDLE_S, Audience, Publisher
from henbot.domain.people import Role
from henbot.domain.policies import Policy
from henbot.sandbox import ADMIN_ID, CHANNEL_ID, Fault, Message, Sandbox
from henbot.services import posts
from henbot.services.changes import Signal
from henbot.services.coop_clock import wall_now
from henbot.services.people import People
from henbot.services.subscriptions import Subscription
from henbot.storage.tables import MediaRow, PauseRow, PostRow
from tests.coop_builder import Coop, build_coop, oct4
from tests.sandbox_bots import checked_sandbox, picture

CHANNEL = Subscription(CHANNEL_ID, Policy())
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
async def publisher(coop: Coop, sandbox: Sandbox) -> AsyncIterator[Publisher]:
    async with _bot(sandbox) as bot:
        yield _publisher(coop, bot)


def _bot(sandbox: Sandbox) -> ExtBot[int]:
    request = HTTPXRequest(read_timeout=0.5)
    return ExtBot(sandbox.token, base_url=sandbox.base_url, base_file_url=sandbox.base_file_url, request=request)


def _publisher(coop: Coop, bot: ExtBot[int], pace: Pace = FAST, channel: int | str = CHANNEL_ID) -> Publisher:
    audience = Audience(channel, People({ADMIN_ID: Role.ADMIN}))
    return Publisher(bot, coop.database, coop.media, audience, pace, first_backoff_s=0.01)


async def publish(publisher: Publisher, within_s: float = 10.0) -> None:
    """Let it work until it has nothing to do."""
    async with asyncio.timeout(within_s):
        while (wait_s := await publisher.step()) < IDLE_S:  # noqa: ASYNC110 - each step says how long to wait
            await asyncio.sleep(wait_s)


def channel(sandbox: Sandbox) -> list[Message]:
    return sandbox.messages(CHANNEL_ID)


def words(message: Message) -> str:
    return message.caption or message.text or ""


def sent(sandbox: Sandbox) -> list[str]:
    return [request.method for request in sandbox.requests if request.method != "getMe"]


# One message per bout


async def test_a_bout_is_one_silent_message_with_its_picture_edited_as_it_goes(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    coop.bout("a", "ginger", oct4(9, 26))
    coop.picture("a", picture(grey=1))
    await publish(publisher)
    [came] = channel(sandbox)
    assert (words(came), came.silent, came.photo is not None) == ("🐔 Ginger came to the nest\ncame 9:26", True, True)

    coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31))
    coop.picture("a", picture(grey=2), "settled")
    await publish(publisher)
    [sits] = channel(sandbox)
    assert words(sits).startswith("🐔 Ginger · sitting since 9:31")
    assert sits.photo is not None and sits.photo.content == picture(grey=2)

    coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31), left=oct4(10, 42), verdict="probably")
    await publish(publisher)
    [left] = channel(sandbox)
    assert words(left) == "🥚 Ginger – probably laid\ncame 9:26 · settled 9:31 · left 10:42"
    assert sent(sandbox) == ["sendPhoto", "editMessageMedia", "editMessageCaption"]


async def test_a_bout_without_a_picture_is_told_in_words_and_gets_its_picture_with_the_next_edit(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    coop.bout("a", "ginger", oct4(9, 26))
    await publish(publisher)
    coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31))
    await publish(publisher)
    coop.picture("a", picture())
    coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31), left=oct4(10))
    await publish(publisher)
    assert sent(sandbox) == ["sendMessage", "editMessageText", "editMessageMedia"]
    [message] = channel(sandbox)
    assert message.photo is not None and "left 10:00" in words(message)


async def test_a_revision_with_the_same_words_is_no_edit(coop: Coop, sandbox: Sandbox, publisher: Publisher) -> None:
    for _ in range(3):
        coop.bout("a", "ginger", oct4(9, 26))
        await publish(publisher)
    assert sent(sandbox) == ["sendMessage"]


async def test_a_hen_who_comes_back_within_a_bout_is_back_and_then_sits_anew(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31), left=oct4(9, 40))
    await publish(publisher)
    coop.later_visit("a", "a2", oct4(9, 50))
    await publish(publisher)
    assert words(channel(sandbox)[0]).startswith("🐔 Ginger is back in the nest")
    assert len(channel(sandbox)) == 1


async def test_a_picture_is_uploaded_once(coop: Coop, sandbox: Sandbox, publisher: Publisher) -> None:
    coop.bout("a", "ginger", oct4(9, 26))
    sha256 = coop.picture("a", picture())
    await publish(publisher)
    coop.bout("b", "olive", oct4(11))
    coop.picture("b", picture())
    await publish(publisher)
    uploads = [request.parameters["photo"] for request in sandbox.requests if request.method == "sendPhoto"]
    with coop.database.reading() as session:
        kept = session.get_one(MediaRow, sha256).telegram_file_id
    assert hasattr(uploads[0], "content") and uploads[1] == kept


async def test_a_picture_that_telegram_has_forgotten_is_uploaded_anew(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    coop.bout("a", "ginger", oct4(9, 26))
    sha256 = coop.picture("a", picture())
    with coop.database.writing() as session:
        session.get_one(MediaRow, sha256).telegram_file_id = "of-another-bot"
        session.commit()
    sandbox.inject(Fault("400", description="wrong file identifier/HTTP URL specified"), "sendPhoto")
    await publish(publisher)
    [message] = channel(sandbox)
    assert message.photo is not None and message.photo.content == picture()


async def test_a_picture_that_telegram_refuses_does_not_keep_the_words_back(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    coop.bout("a", "ginger", oct4(9, 26))
    coop.picture("a", picture())
    sandbox.inject(Fault("400", description="PHOTO_INVALID_DIMENSIONS"), "sendPhoto")
    await publish(publisher)
    [message] = channel(sandbox)
    assert message.photo is None and words(message).startswith("🐔 Ginger came")


async def test_a_picture_whose_file_is_gone_does_not_keep_the_words_back(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    coop.bout("a", "ginger", oct4(9, 26))
    sha256 = coop.picture("a", picture())
    (coop.media / f"{sha256}.png").unlink()
    await publish(publisher)
    assert sent(sandbox) == ["sendMessage"]


# What is not told


async def test_an_unnamed_hen_who_has_just_come_is_kept_back_until_she_is_named(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    coop.set_now(oct4(9, 26))
    coop.bout("a", "unknown", oct4(9, 26))
    wait_s = await publisher.step()
    assert wait_s == IDLE_S and not channel(sandbox)  # 90 s, asked again before in case the clock is set
    coop.bout("a", "ginger", oct4(9, 26))
    await publish(publisher)
    assert [words(message) for message in channel(sandbox)] == ["🐔 Ginger came to the nest\ncame 9:26"]


async def test_an_unnamed_hen_is_told_when_the_coops_clock_says_so(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    coop.set_now(oct4(9, 26), speed=60)  # 90 s at the coop are 1.5 s on the wall
    coop.bout("a", "unknown", oct4(9, 26))
    coop.bout("b", "olive", oct4(9, 25))
    assert await publisher.step() == 0.0
    assert ["Olive" in words(message) for message in channel(sandbox)] == [True]
    assert 0 < await publisher.step() < 1.51
    await publish(publisher)
    assert words(channel(sandbox)[1]).startswith("🐔 A hen I could not name came")


async def test_an_unnamed_hen_who_has_left_is_told_at_once(coop: Coop, sandbox: Sandbox, publisher: Publisher) -> None:
    coop.set_now(oct4(9, 26))
    coop.bout("a", "unknown", oct4(9, 26), left=oct4(9, 26))
    await publish(publisher)
    assert len(channel(sandbox)) == 1


async def test_a_bout_that_came_to_nothing_is_taken_back(coop: Coop, sandbox: Sandbox, publisher: Publisher) -> None:
    coop.bout("a", "ginger", oct4(9, 26))
    await publish(publisher)
    coop.bout("a", "ginger", oct4(9, 26), gone=True)
    coop.bout("b", "olive", oct4(9, 27), gone=True)
    await publish(publisher)
    assert channel(sandbox) == []
    assert sent(sandbox) == ["sendMessage", "deleteMessage"]


async def test_a_message_that_cannot_be_deleted_takes_its_claim_back(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    coop.bout("a", "ginger", oct4(9, 26))
    await publish(publisher)
    sandbox.inject(Fault("400", description="message can't be deleted"), "deleteMessage")
    coop.bout("a", "ginger", oct4(9, 26), gone=True)
    await publish(publisher)
    assert words(channel(sandbox)[0]).startswith("I was mistaken here")


async def test_a_bout_that_turns_out_to_be_one_after_all_is_told_again(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    for gone in (False, True, False):
        coop.bout("a", "ginger", oct4(9, 26), gone=gone)
        await publish(publisher)
    assert len(channel(sandbox)) == 1


async def test_a_message_deleted_by_hand_is_not_posted_again(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    coop.bout("a", "ginger", oct4(9, 26))
    await publish(publisher)
    with sandbox.changing() as world:
        world.chats.remove(CHANNEL_ID, channel(sandbox)[0].message_id)
    for settled, left in ((oct4(9, 31), None), (oct4(9, 31), oct4(10))):
        coop.bout("a", "ginger", oct4(9, 26), settled=settled, left=left)
        await publish(publisher)
    assert channel(sandbox) == []
    assert sent(sandbox) == ["sendMessage", "editMessageText"]


async def test_old_bouts_do_not_flood_a_channel_that_knows_nothing_of_them(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    coop.bout("old", "olive", oct4(1), left=oct4(1, 30))
    coop.bout("fresh", "ginger", oct4(9), left=oct4(10))
    await publish(publisher)
    assert ["Ginger" in words(message) for message in channel(sandbox)] == [True]


async def test_the_end_of_a_bout_that_was_told_is_told_however_late(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    coop.bout("a", "ginger", oct4(9, 26))
    await publish(publisher)
    coop.set_now(oct4(14) + timedelta(days=3))
    coop.bout("a", "ginger", oct4(9, 26), left=oct4(10))
    await publish(publisher)
    assert "left 10:00" in words(channel(sandbox)[0])


# What goes wrong


async def test_a_pause_that_telegram_asks_for_is_kept_over_a_restart_and_the_order_stays(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    for hour, hen in enumerate(("ginger", "olive", "blanche"), 9):
        coop.bout(hen, hen, oct4(hour))
    sandbox.inject(Fault("429", retry_after_s=1), "sendMessage")
    begun = wall_now()
    assert await publisher.step() == 1.0
    with coop.database.reading() as session:
        assert session.get_one(PauseRow, posts.ALL_CHATS).until >= begun + timedelta(seconds=1)
    async with _bot(sandbox) as bot:
        restarted = _publisher(coop, bot)
        assert 0.3 < await restarted.step() <= 1.0
        assert sent(sandbox) == ["sendMessage"]
        await publish(restarted)
    assert wall_now() - begun >= timedelta(seconds=1)
    assert [words(message).split()[1] for message in channel(sandbox)] == ["Ginger", "Olive", "Blanche"]


async def test_a_newer_revision_replaces_an_unsent_older_one(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    sandbox.inject(Fault("429", retry_after_s=1), "sendMessage")
    coop.bout("a", "ginger", oct4(9, 26))
    await publisher.step()
    coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31))
    coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31), left=oct4(10, 42))
    await publish(publisher)
    assert sent(sandbox) == ["sendMessage", "sendMessage"]
    assert "left 10:42" in words(channel(sandbox)[0])


@pytest.mark.parametrize("fault", [Fault("502"), Fault("reset"), Fault("timeout", delay_s=0.7)])
async def test_nothing_is_lost_when_telegram_cannot_be_reached(
    coop: Coop, sandbox: Sandbox, publisher: Publisher, fault: Fault
) -> None:
    sandbox.inject(fault, "sendMessage", times=2)
    for hour, hen in enumerate(("ginger", "olive", "blanche"), 9):
        coop.bout(hen, hen, oct4(hour))
    await publish(publisher)
    assert [words(message).split()[1] for message in channel(sandbox)] == ["Ginger", "Olive", "Blanche"]


async def test_an_edit_whose_answer_was_lost_is_found_done(coop: Coop, sandbox: Sandbox, publisher: Publisher) -> None:
    coop.bout("a", "ginger", oct4(9, 26))
    await publish(publisher)
    sandbox.inject(Fault("502", after_effect=True), "editMessageText")
    coop.bout("a", "ginger", oct4(9, 26), left=oct4(10))
    await publish(publisher)
    assert channel(sandbox)[0].edits == 1
    assert [request.code for request in sandbox.requests if request.method == "editMessageText"][-1] == 400


async def test_only_a_send_whose_answer_was_lost_is_repeated(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    sandbox.inject(Fault("502", after_effect=True), "sendMessage")
    coop.bout("a", "ginger", oct4(9, 26))
    coop.bout("b", "olive", oct4(9, 27))
    await publish(publisher)
    assert [words(message).split()[1] for message in channel(sandbox)] == ["Ginger", "Ginger", "Olive"]


async def test_a_channel_that_refuses_is_told_to_the_admin_once_and_tried_again(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    sandbox.inject(Fault("403", description="bot is not a member of the channel chat"), "sendMessage")
    coop.bout("a", "ginger", oct4(9, 26))
    assert await publisher.step() == 0.0
    [told] = sandbox.messages(ADMIN_ID)
    assert "I cannot post to the chat" in words(told) and "not a member" in words(told)
    _end_pause(coop)
    sandbox.inject(Fault("403", description="bot is not a member of the channel chat"), "sendMessage")
    await publisher.step()
    assert len(sandbox.messages(ADMIN_ID)) == 1
    _end_pause(coop)
    await publish(publisher)
    assert len(channel(sandbox)) == 1
    with coop.database.reading() as session:
        assert session.execute(select(PostRow.failure)).scalar_one() is None


def _end_pause(coop: Coop) -> None:
    with coop.database.writing() as session:
        posts.pause(session, CHANNEL_ID, wall_now())
        session.commit()


async def test_one_post_that_telegram_does_not_take_does_not_stop_the_others(
    coop: Coop, sandbox: Sandbox, publisher: Publisher
) -> None:
    sandbox.inject(Fault("400", description="something unheard of"), "sendMessage")
    coop.bout("a", "ginger", oct4(9, 26))
    coop.bout("b", "olive", oct4(9, 27))
    await publish(publisher)
    assert [words(message).split()[1] for message in channel(sandbox)] == ["Olive"]
    coop.bout("a", "ginger", oct4(9, 26), left=oct4(10))
    await publish(publisher)
    assert "Ginger" in words(channel(sandbox)[1])


async def test_a_channel_given_by_its_name_is_written_to_by_its_number(coop: Coop, sandbox: Sandbox) -> None:
    async with _bot(sandbox) as bot:
        nameless = _publisher(coop, bot, channel="@no_such_channel")
        coop.bout("a", "ginger", oct4(9, 26))
        assert await nameless.step() == IDLE_S
        assert await nameless.step() == IDLE_S
    assert words(sandbox.messages(ADMIN_ID)[0]).startswith("⚠️ I cannot post")
    assert sent(sandbox) == ["getChat", "sendMessage"]


async def test_a_restart_repeats_nothing(coop: Coop, sandbox: Sandbox, publisher: Publisher) -> None:
    coop.bout("a", "ginger", oct4(9, 26))
    await publish(publisher)
    async with _bot(sandbox) as bot:
        await publish(_publisher(coop, bot))
    assert sent(sandbox) == ["sendMessage"]


# Pace


async def test_revisions_that_come_faster_than_the_pace_are_joined_and_no_429_is_met(coop: Coop) -> None:
    with checked_sandbox(limits=True) as strict:
        async with _bot(strict) as bot:
            publisher = _publisher(coop, bot, Pace())
            running = asyncio.create_task(publisher.run())
            for minute in range(30):
                fields = {"settled": oct4(9, minute)} if minute % 2 else {}
                coop.bout("a", "ginger", oct4(9), **fields)
                await asyncio.sleep(0.1)
            coop.bout("a", "ginger", oct4(9), left=oct4(9, 40))
            await strict.until(lambda: "left 9:40" in words(channel(strict)[0]))
            publisher.stop()
            await asyncio.wait_for(running, 2)
        assert {request.code for request in strict.requests} == {200}
        assert len(strict.requests) <= 8


def test_the_pacer_keeps_messages_apart_and_no_more_than_so_many_a_minute() -> None:
    pacer = Pacer(Pace(apart_s=1.0, most=3, span_s=60.0))
    now_s, written = 0.0, []
    for _ in range(7):
        now_s += pacer.wait_s(1, now_s)
        written.append(now_s)
        pacer.spend(1, now_s)
    assert written == [0.0, 1.0, 2.0, 60.0, 61.0, 62.0, 120.0]
    assert pacer.wait_s(2, now_s) == 0.0


# The signal


async def test_the_signal_wakes_for_what_another_connection_wrote_and_only_then(coop: Coop) -> None:
    signal = Signal(coop.database)
    assert not await signal.wait(0.05)
    coop.bout("a", "ginger", oct4(9, 26))
    begun = asyncio.get_running_loop().time()
    assert await signal.wait(5)
    assert asyncio.get_running_loop().time() - begun < 1
    assert not await signal.wait(0.05)
    signal.close()


def test_what_was_not_committed_with_the_mark_is_fanned_out_again(coop: Coop) -> None:
    coop.bout("a", "ginger", oct4(9, 26))
    with coop.database.writing() as session:
        assert posts.fan_out(session, [CHANNEL]) == 1
    with coop.database.writing() as session:
        assert posts.fan_out(session, [CHANNEL]) == 1
        session.commit()
    with coop.database.writing() as session:
        assert posts.fan_out(session, [CHANNEL]) == 0
        assert [post.subject_id for post in posts.due_posts(session)] == ["a"]
