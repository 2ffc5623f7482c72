"""What people do reaches a real bot: by polling and by a webhook; and its answers reach them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from aiohttp import web
from telegram import Bot, InlineQueryResultArticle, InputTextMessageContent, Update
from telegram.error import BadRequest, Conflict
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from henbot.sandbox import (
    ADMIN_ID,
    CHANNEL_ID,
    SUBSCRIBER_ID,
    Room,
    Sandbox,
    SandboxTimeout,
    SandboxUnusable,
    default_cast,
    running_sandbox,
)
from tests.bot_api_schema import schema_path, violations
from tests.sandbox_bots import keys, picture, play


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    group = Room(-1002, "Flock talk", "supergroup", admins=(ADMIN_ID,), members=(SUBSCRIBER_ID,))
    with running_sandbox(cast=default_cast().with_room(group)) as running:
        yield running
        if schema_path():
            assert violations(running.requests) == []


async def _greet(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message is not None
    await update.effective_message.reply_text("Who is this?", reply_markup=keys(Ginger="hen:ginger"))


async def _thank(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None and query.data is not None
    await query.answer("Thank you", show_alert=True)
    await query.edit_message_text(f"It is {query.data.removeprefix('hen:')}, says {query.from_user.first_name}")


async def _weigh(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message is not None
    received = await update.effective_message.photo[-1].get_file()
    await update.effective_message.reply_text(f"{len(await received.download_as_bytearray())} bytes")


def test_an_application_polls_and_a_press_goes_round_from_the_button_to_the_edit(sandbox: Sandbox) -> None:
    async def run() -> None:
        builder = Application.builder().token(sandbox.token)
        application = builder.base_url(sandbox.base_url).base_file_url(sandbox.base_file_url).build()
        application.add_handler(CommandHandler("start", _greet))
        application.add_handler(CallbackQueryHandler(_thank))
        application.add_handler(MessageHandler(filters.PHOTO, _weigh))
        async with application:
            assert application.updater is not None
            await application.start()
            await application.updater.start_polling(timeout=5)
            await asyncio.to_thread(_converse, sandbox)
            await application.updater.stop()
            await application.stop()

    asyncio.run(run())


def _converse(sandbox: Sandbox) -> None:
    sandbox.say(SUBSCRIBER_ID, "/start")
    question = sandbox.wait_for(lambda: [m for m in sandbox.messages(SUBSCRIBER_ID) if m.from_bot])[0]
    press = sandbox.press(SUBSCRIBER_ID, question.message_id, "Ginger")
    sandbox.wait_for(lambda: sandbox.messages(SUBSCRIBER_ID)[-1].text == "It is ginger, says Anna")
    assert press.answer == {"text": "Thank you", "show_alert": True, "url": None}
    sandbox.show(ADMIN_ID, picture(), "Here she is")
    sandbox.wait_for(lambda: sandbox.messages(ADMIN_ID)[-1].text == f"{len(picture())} bytes")


def test_updates_wait_until_they_are_confirmed_by_the_offset(sandbox: Sandbox) -> None:
    sandbox.say(ADMIN_ID, "one")
    sandbox.say(ADMIN_ID, "two")

    async def part(bot: Bot) -> list[list[str | None]]:
        first = await bot.get_updates(limit=1)
        again = await bot.get_updates()
        rest = await bot.get_updates(offset=first[0].update_id + 1)
        return [[u.message.text for u in updates if u.message] for updates in (first, again, rest)]

    assert play(sandbox, part) == [["one"], ["one", "two"], ["two"]]


def test_a_long_poll_is_answered_as_soon_as_somebody_writes(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> float:
        loop = asyncio.get_running_loop()
        poll = asyncio.create_task(bot.get_updates(timeout=20))
        await asyncio.sleep(0.1)
        begun = loop.time()
        await asyncio.to_thread(sandbox.say, ADMIN_ID, "hello")
        assert len(await poll) == 1
        return loop.time() - begun

    assert play(sandbox, part) < 2.0


def test_only_the_kinds_of_updates_that_were_asked_for_arrive(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> int:
        await bot.get_updates(allowed_updates=["callback_query"])
        sandbox.say(ADMIN_ID, "not wanted")
        return len(await bot.get_updates())

    assert play(sandbox, part) == 0


def test_people_write_in_groups_and_owners_in_channels(sandbox: Sandbox) -> None:
    sandbox.say(-1002, "/today", by=SUBSCRIBER_ID)
    sandbox.say(CHANNEL_ID, "by hand")

    async def part(bot: Bot) -> tuple[Update, ...]:
        return await bot.get_updates()

    asked, posted = play(sandbox, part)
    assert asked.message is not None and asked.message.from_user is not None
    assert (asked.message.from_user.first_name, asked.message.chat.type) == ("Anna", "supergroup")
    assert posted.channel_post is not None and posted.channel_post.text == "by hand"


def test_the_second_poller_ends_the_first_with_a_conflict(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> None:
        first = asyncio.create_task(bot.get_updates(timeout=20))
        await asyncio.sleep(0.1)
        await bot.get_updates(timeout=0)
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first

    play(sandbox, part)


def test_polling_is_refused_while_a_webhook_is_set(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> None:
        await bot.set_webhook("http://127.0.0.1:9/hook")
        with pytest.raises(Conflict, match="while webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
        await bot.get_updates()

    play(sandbox, part)


def test_a_webhook_gets_each_update_with_the_secret_and_again_until_it_takes_it(sandbox: Sandbox) -> None:
    seen: list[tuple[str | None, str]] = []
    done = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        update = await request.json()
        seen.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), update["message"]["text"]))
        if len(seen) == 3:
            done.set()
        return web.Response(status=500 if len(seen) == 1 else 200)

    async def part(bot: Bot) -> int:
        app = web.Application()
        app.router.add_post("/hook", take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="mum")
        sandbox.say(ADMIN_ID, "one")
        sandbox.say(ADMIN_ID, "two")
        await asyncio.wait_for(done.wait(), 5)
        told = await bot.get_webhook_info()
        await bot.delete_webhook()
        await runner.cleanup()
        assert told.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
        return told.pending_update_count

    assert play(sandbox, part) <= 1  # the last one may be on its way still
    assert seen == [("mum", "one"), ("mum", "one"), ("mum", "two")]


def test_a_webhook_elsewhere_is_refused(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> None:
        with pytest.raises(BadRequest, match=r"(?i)bad webhook"):
            await bot.set_webhook("https://example.org/hook")

    play(sandbox, part)


def test_an_inline_question_gets_its_results(sandbox: Sandbox) -> None:
    question = sandbox.ask_inline(SUBSCRIBER_ID, "today")

    async def part(bot: Bot) -> None:
        [update] = await bot.get_updates()
        assert update.inline_query is not None
        article = InlineQueryResultArticle("1", update.inline_query.query, InputTextMessageContent("2 eggs"))
        await update.inline_query.answer([article])

    play(sandbox, part)
    assert question.results is not None and question.results[0]["title"] == "today"


def test_a_button_that_is_not_there_cannot_be_pressed_and_the_error_names_those_that_are(sandbox: Sandbox) -> None:
    sent = play(sandbox, lambda bot: bot.send_message(ADMIN_ID, "?", reply_markup=keys(Yes="y")))
    with pytest.raises(SandboxUnusable, match="it has: 'Yes'"):
        sandbox.press(ADMIN_ID, sent.message_id, "No")


def test_waiting_in_vain_tells_the_bots_last_requests(sandbox: Sandbox) -> None:
    play(sandbox, lambda bot: bot.send_message(ADMIN_ID, "hello"))
    with pytest.raises(SandboxTimeout, match="sendMessage -> 200"):
        sandbox.wait_for(lambda: False, timeout_s=0.05)
