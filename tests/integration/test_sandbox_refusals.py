"""What Telegram refuses the sandbox refuses too, in the same words; python-telegram-bot makes its errors of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter

from henbot.sandbox import ADMIN_ID, CHANNEL_ID, SANDBOX_TOKEN, Cast, Person, Sandbox, running_sandbox
from henbot.sandbox.limits import RateLimits
from henbot.sandbox.refusals import Refusal
from tests.sandbox_bots import keys, picture, play


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


def refused(sandbox: Sandbox, words: str, part: Callable[[Bot], Awaitable[Any]]) -> None:
    """The part fails with a BadRequest of these words."""

    async def fail(bot: Bot) -> None:
        with pytest.raises(BadRequest, match=f"(?i){words}"):
            await part(bot)

    play(sandbox, fail)


async def _identical_edit(bot: Bot) -> None:
    sent = await bot.send_message(ADMIN_ID, "<b>same</b>", parse_mode="HTML", reply_markup=keys(a="1"))
    await bot.edit_message_text("<b>same</b> ", ADMIN_ID, sent.message_id, parse_mode="HTML", reply_markup=keys(a="1"))


async def _caption_of_a_text(bot: Bot) -> None:
    sent = await bot.send_message(ADMIN_ID, "text")
    await bot.edit_message_caption(ADMIN_ID, sent.message_id, caption="caption")


async def _text_of_a_photo(bot: Bot) -> None:
    sent = await bot.send_photo(ADMIN_ID, picture())
    await bot.edit_message_text("text", ADMIN_ID, sent.message_id)


async def _document_as_photo(bot: Bot) -> None:
    sent = await bot.send_document(ADMIN_ID, b"a,b\n")
    assert sent.document is not None
    await bot.send_photo(ADMIN_ID, sent.document.file_id)


def _send(text: str, **how: Any) -> Callable[[Bot], Awaitable[Any]]:
    return lambda bot: bot.send_message(ADMIN_ID, text, **how)


BARE_BUTTON = InlineKeyboardMarkup([[InlineKeyboardButton("bare")]])

REFUSED: dict[str, tuple[str, Callable[[Bot], Awaitable[Any]]]] = {
    "an edit that changes nothing": ("message is not modified: specified new", _identical_edit),
    "an edit of nothing": ("message to edit not found", lambda bot: bot.edit_message_text("x", ADMIN_ID, 999)),
    "a caption for a text": ("there is no caption in the message", _caption_of_a_text),
    "a text for a photo": ("there is no text in the message", _text_of_a_photo),
    "a deletion of nothing": ("message to delete not found", lambda bot: bot.delete_message(ADMIN_ID, 999)),
    "an unknown chat": ("chat not found", lambda bot: bot.send_message(77, "x")),
    "an empty text": ("message text is empty", _send("<b> </b>", parse_mode="HTML")),
    "a long text": ("message is too long", _send("x" * 4097)),
    "a long caption": ("caption is too long", lambda bot: bot.send_photo(ADMIN_ID, picture(), caption="x" * 1025)),
    "long callback data": ("BUTTON_DATA_INVALID", _send("x", reply_markup=keys(a="я" * 33))),
    "a button without an action": ("Text buttons are unallowed", _send("x", reply_markup=BARE_BUTTON)),
    "a reply keyboard in a channel": (
        "inline keyboard expected",
        lambda bot: bot.send_message(CHANNEL_ID, "x", reply_markup=ReplyKeyboardMarkup([["a"]])),
    ),
    "an unclosed tag": ('can\'t find end tag corresponding to start tag "b"', _send("<b>x", parse_mode="HTML")),
    "an unknown tag": ('unsupported start tag "font" at byte offset 3', _send("я <font>x</font>", parse_mode="HTML")),
    "a bare angle": ("unclosed start tag at byte offset 2", _send("1 < 2", parse_mode="HTML")),
    "crossed tags": ('expected "</i>", found "</b>"', _send("<b><i>x</b></i>", parse_mode="HTML")),
    "a reply to nothing": ("message to be replied not found", _send("x", reply_parameters=ReplyParameters(999))),
    "a photo that is none": ("IMAGE_PROCESS_FAILED", lambda bot: bot.send_photo(ADMIN_ID, b"no picture")),
    "a photo too big": (
        "too big for a photo",
        lambda bot: bot.send_photo(ADMIN_ID, picture() + bytes(10 * 1024 * 1024)),
    ),
    "a photo too long": ("PHOTO_INVALID_DIMENSIONS", lambda bot: bot.send_photo(ADMIN_ID, picture(2100, 100))),
    "an unknown file": ("wrong file identifier", lambda bot: bot.send_photo(ADMIN_ID, "AgACAgIAAx")),
    "a document as a photo": ("can't use file of type Document as Photo", _document_as_photo),
    "an album of one": (
        "wrong number of items",
        lambda bot: bot.send_media_group(ADMIN_ID, [InputMediaPhoto(picture())]),
    ),
    "an answer to nobody": ("query is too old", lambda bot: bot.answer_callback_query("1", "x")),
    "a bad command": ("BOT_COMMAND_INVALID", lambda bot: bot.set_my_commands([("Who laid", "x")])),
    "an unknown parameter": ('"shout" is not known', _send("x", api_kwargs={"shout": True})),
    "an unknown method": ('"sendEgg" is not known', lambda bot: bot.do_api_request("sendEgg")),
    "a number that is none": ('"message_id" must be of kind int', lambda bot: bot.delete_message(ADMIN_ID, "x")),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("what", REFUSED)
def test_telegram_would_refuse(sandbox: Sandbox, what: str) -> None:
    words, part = REFUSED[what]
    refused(sandbox, words, part)
    assert sandbox.requests[-1].code == 400


def test_an_album_with_a_bad_picture_posts_nothing(sandbox: Sandbox) -> None:
    album = [InputMediaPhoto(picture()), InputMediaPhoto(b"broken")]
    refused(sandbox, "IMAGE_PROCESS_FAILED", lambda bot: bot.send_media_group(CHANNEL_ID, album))
    assert sandbox.messages(CHANNEL_ID) == []


def test_a_wrong_token_is_refused() -> None:
    with running_sandbox() as right, running_sandbox(port=0, token="1:" + "x" * 35) as other:
        other.port = right.port
        with pytest.raises(InvalidToken):
            play(other, lambda bot: bot.get_me())


def test_a_person_who_has_not_started_the_bot_cannot_be_written_to_until_they_do() -> None:
    with running_sandbox(cast=Cast(people=(Person(5, "Shy", started=False),))) as sandbox:

        async def part(bot: Bot) -> None:
            with pytest.raises(Forbidden, match="initiate"):
                await bot.send_message(5, "hello")
            sandbox.say(5, "/start")
            await bot.send_message(5, "hello")

        play(sandbox, part)


def test_with_limits_on_the_second_message_in_a_second_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    with running_sandbox(SANDBOX_TOKEN, limits=True) as sandbox:

        async def part(bot: Bot) -> None:
            await bot.send_message(ADMIN_ID, "one")
            with pytest.raises(RetryAfter):
                await bot.send_message(ADMIN_ID, "two")

        play(sandbox, part)
        assert [message.text for message in sandbox.messages(ADMIN_ID)] == ["one"]


def test_a_channel_takes_twenty_messages_a_minute_and_edits_count() -> None:
    now_s = [0.0]
    limits = RateLimits(clock=lambda: now_s[0])
    for number in range(20):
        now_s[0] = float(number)
        limits.spend("sendPhoto" if number % 2 else "editMessageCaption", CHANNEL_ID, is_room=True)
    now_s[0] = 20.0
    with pytest.raises(Refusal) as refusal:
        limits.spend("sendPhoto", CHANNEL_ID, is_room=True)
    assert refusal.value.parameters == {"retry_after": 40}
    now_s[0] = 60.0
    limits.spend("sendPhoto", CHANNEL_ID, is_room=True)


def test_no_limit_means_no_waiting(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> None:
        for number in range(40):
            await bot.send_message(CHANNEL_ID, str(number))

    play(sandbox, part)
    assert len(sandbox.messages(CHANNEL_ID)) == 40


def test_an_upload_over_fifty_megabytes_is_refused_as_too_large(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> None:
        with pytest.raises(NetworkError, match="Too Large"):
            await bot.send_document(ADMIN_ID, bytes(50 * 1024 * 1024 + 1))

    play(sandbox, part, read_timeout_s=20)
