"""A real bot sends and edits; the chats show it, and each request and answer fits the published schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InputMediaPhoto,
    InputMediaVideo,
    Message,
    ReplyKeyboardMarkup,
    ReplyParameters,
)

from henbot.sandbox import ADMIN_ID, CHANNEL_ID, SUBSCRIBER_ID, Sandbox, running_sandbox
from tests.bot_api_schema import schema_path, violations
from tests.sandbox_bots import keys, picture, play


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running
        if schema_path():
            assert violations(running.requests) == []


def test_a_message_stands_in_the_chat_as_it_was_sent(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> Message:
        return await bot.send_message(
            ADMIN_ID, "<b>Ginger</b> laid", parse_mode="HTML", disable_notification=True, reply_markup=keys(ok="y")
        )

    sent = play(sandbox, part)
    [message] = sandbox.messages(ADMIN_ID)
    assert (message.text, message.silent, message.from_bot, message.edits) == ("Ginger laid", True, True, 0)
    assert message.keyboard[0][0].callback_data == "y"
    assert sent.message_id == message.message_id
    assert sent.parse_entities() == {sent.entities[0]: "Ginger"}


def test_a_channel_post_has_the_channel_as_its_sender(sandbox: Sandbox) -> None:
    sent = play(sandbox, lambda bot: bot.send_message(CHANNEL_ID, "Good morning"))
    assert sent.sender_chat is not None and sent.sender_chat.id == CHANNEL_ID
    assert sent.from_user is None


def test_an_edit_changes_the_message_and_is_counted(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> Any:
        sent = await bot.send_photo(CHANNEL_ID, picture(), caption="came 9:24", reply_markup=keys(Who="w"))
        return await bot.edit_message_caption(CHANNEL_ID, sent.message_id, caption="sitting since 9:31")

    edited = play(sandbox, part)
    [message] = sandbox.messages(CHANNEL_ID)
    assert (message.caption, message.edits, message.keyboard) == ("sitting since 9:31", 1, [])
    assert edited.edit_date is not None


def test_a_text_a_keyboard_and_a_picture_can_each_be_edited(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> None:
        text = await bot.send_message(ADMIN_ID, "one")
        await bot.edit_message_text("two", ADMIN_ID, text.message_id)
        await bot.edit_message_reply_markup(ADMIN_ID, text.message_id, reply_markup=keys(a="1"))
        shown = await bot.send_photo(ADMIN_ID, picture(grey=10), caption="old")
        await bot.edit_message_media(InputMediaPhoto(picture(grey=200), caption="new"), ADMIN_ID, shown.message_id)

    play(sandbox, part)
    text, shown = sandbox.messages(ADMIN_ID)
    assert (text.text, text.edits, text.buttons) == ("two", 2, ["a"])
    assert shown.photo is not None and shown.photo.content == picture(grey=200)
    assert shown.caption == "new"


def test_a_picture_can_be_sent_again_by_its_file_id(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> None:
        first = await bot.send_photo(CHANNEL_ID, picture(120, 90))
        assert (first.photo[-1].width, first.photo[-1].height) == (120, 90)
        await bot.send_photo(ADMIN_ID, first.photo[-1].file_id)

    play(sandbox, part)
    [first], [again] = sandbox.messages(CHANNEL_ID), sandbox.messages(ADMIN_ID)
    assert first.photo == again.photo


def test_an_album_is_several_messages_with_one_group(sandbox: Sandbox) -> None:
    album = [InputMediaPhoto(picture(grey=grey), caption=f"{grey}") for grey in (1, 2, 3)]
    sent = play(sandbox, lambda bot: bot.send_media_group(CHANNEL_ID, album))
    standing = sandbox.messages(CHANNEL_ID)
    assert [message.caption for message in standing] == ["1", "2", "3"]
    assert len({message.media_group_id for message in sent}) == 1
    assert standing[2].photo is not None and standing[2].photo.content == picture(grey=3)


def test_documents_videos_and_animations_arrive_with_their_bytes(sandbox: Sandbox) -> None:
    film = b"\0\0\0\x18ftypmp42" + bytes(100)

    async def part(bot: Bot) -> None:
        await bot.send_document(ADMIN_ID, b"a,b\n", filename="visits.csv", caption="October")
        await bot.send_video(ADMIN_ID, film, width=64, height=48, duration=3)
        await bot.send_animation(ADMIN_ID, film)
        await bot.send_media_group(ADMIN_ID, [InputMediaVideo(film), InputMediaPhoto(picture())])

    play(sandbox, part)
    kinds = [m.attachment.kind for m in sandbox.messages(ADMIN_ID) if m.attachment]
    assert kinds == ["document", "video", "animation", "video", "photo"]
    document = sandbox.messages(ADMIN_ID)[0].attachment
    assert document is not None and (document.name, document.content) == ("visits.csv", b"a,b\n")


def test_a_sent_file_can_be_downloaded(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> bytes:
        sent = await bot.send_photo(ADMIN_ID, picture())
        return bytes(await (await bot.get_file(sent.photo[-1].file_id)).download_as_bytearray())

    assert play(sandbox, part) == picture()


def test_a_reply_knows_what_it_replies_to(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> Message:
        first = await bot.send_message(CHANNEL_ID, "came")
        return await bot.send_message(CHANNEL_ID, "laid", reply_parameters=ReplyParameters(first.message_id))

    sent = play(sandbox, part)
    assert sent.reply_to_message is not None and sent.reply_to_message.text == "came"
    assert sandbox.messages(CHANNEL_ID)[1].reply_to == sandbox.messages(CHANNEL_ID)[0].message_id


def test_a_deleted_message_is_gone_and_its_id_is_not_given_again(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> tuple[int, int]:
        first = await bot.send_message(ADMIN_ID, "mistake")
        await bot.delete_message(ADMIN_ID, first.message_id)
        return first.message_id, (await bot.send_message(ADMIN_ID, "right")).message_id

    gone, given = play(sandbox, part)
    assert [message.text for message in sandbox.messages(ADMIN_ID)] == ["right"]
    assert given != gone


def test_pins_reactions_actions_and_reply_keyboards_are_kept(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> str | None:
        sent = await bot.send_message(ADMIN_ID, "now?", reply_markup=ReplyKeyboardMarkup([["Yes", "No"]]))
        await bot.pin_chat_message(ADMIN_ID, sent.message_id)
        await bot.set_message_reaction(ADMIN_ID, sent.message_id, "👍")
        await bot.send_chat_action(ADMIN_ID, "typing")
        pinned = (await bot.get_chat(ADMIN_ID)).pinned_message
        await bot.unpin_chat_message(ADMIN_ID)
        return pinned.text if pinned else None

    assert play(sandbox, part) == "now?"
    [message] = sandbox.messages(ADMIN_ID)
    assert (message.pinned, message.reactions, message.buttons) == (False, ("👍",), ["Yes", "No"])


def test_menus_are_kept_per_scope_and_language(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> list[tuple[BotCommand, ...]]:
        scope = BotCommandScopeChat(ADMIN_ID)
        await bot.set_my_commands([BotCommand("today", "who laid")])
        await bot.set_my_commands([BotCommand("today", "кто снёс")], language_code="ru")
        await bot.set_my_commands([BotCommand("train", "learn")], scope=scope)
        await bot.set_my_description("Watches nests")
        await bot.set_my_short_description("Nests")
        menus = [await bot.get_my_commands(), await bot.get_my_commands(scope=scope)]
        await bot.delete_my_commands(scope=scope)
        return [*menus, await bot.get_my_commands(scope=scope)]

    default, admins, deleted = play(sandbox, part)
    assert [default[0].command, admins[0].command, deleted] == ["today", "train", ()]
    russian = sandbox.world.menus.seen_by(SUBSCRIBER_ID, SUBSCRIBER_ID, "ru", "private", is_admin=False)
    assert russian == [{"command": "today", "description": "кто снёс"}]


def test_the_bot_learns_who_is_who_in_its_chats(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> list[Any]:
        members = [await bot.get_chat_member(CHANNEL_ID, each) for each in (bot.id, ADMIN_ID, SUBSCRIBER_ID)]
        admins = await bot.get_chat_administrators(CHANNEL_ID)
        chat = await bot.get_chat(CHANNEL_ID)
        return [*[member.status for member in members], len(admins), chat.title, (await bot.get_me()).id]

    bot_id = int(sandbox.token.partition(":")[0])
    assert play(sandbox, part) == ["administrator", "creator", "member", 2, "The coop", bot_id]
