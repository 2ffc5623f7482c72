"""Methods that put new messages into chats."""

from __future__ import annotations

import secrets
from typing import Any, cast, get_args

from henbot.sandbox.chats import Message
from henbot.sandbox.files import MediaKind, StoredFile
from henbot.sandbox.formatting import message_caption, message_text
from henbot.sandbox.keyboards import checked_markup
from henbot.sandbox.refusals import Json, bad_request
from henbot.sandbox.rules import Call
from henbot.sandbox.world import World

_CHAT_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


def send_message(world: World, call: Call) -> Json:
    """sendMessage."""
    text, entities = message_text(call.parameters)
    return world.scribe.message(_post(world, call, text=text, entities=entities))


def send_photo(world: World, call: Call) -> Json:
    """sendPhoto."""
    return _send_file(world, call, "photo")


def send_document(world: World, call: Call) -> Json:
    """sendDocument."""
    return _send_file(world, call, "document")


def send_video(world: World, call: Call) -> Json:
    """sendVideo."""
    return _send_file(world, call, "video")


def send_animation(world: World, call: Call) -> Json:
    """sendAnimation."""
    return _send_file(world, call, "animation")


def send_media_group(world: World, call: Call) -> list[Json]:
    """sendMediaGroup: nothing is posted unless all of it can be."""
    world.writable(call.get("chat_id"))
    media: list[Any] = call.get("media")
    if not 2 <= len(media) <= 10:
        raise bad_request("wrong number of items in the album: it must have 2 to 10")
    kinds = {item.get("type") if isinstance(item, dict) else None for item in media}
    if "animation" in kinds or ("document" in kinds and len(kinds) > 1):
        raise bad_request("can't mix these types of media in one album")
    ready = [(media_file(world, item, call), message_caption(item)) for item in media]
    album = str(secrets.randbelow(9 * 10**16) + 10**16)
    posted = [
        _post(world, call, attachment=stored, caption=caption, entities=entities, media_group_id=album)
        for stored, (caption, entities) in ready
    ]
    return [world.scribe.message(message) for message in posted]


def send_chat_action(world: World, call: Call) -> bool:
    """sendChatAction: the page shows it for a moment."""
    chat_id = world.writable(call.get("chat_id"))
    if call.get("action") not in _CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.chats.note("action", chat_id, action=call.get("action"))
    return True


def media_file(world: World, item: Any, call: Call) -> StoredFile:
    """The file of one InputMedia. Raises Refusal(400) for kinds that the sandbox does not know."""
    kind = item.get("type") if isinstance(item, dict) else None
    if kind not in get_args(MediaKind):
        raise bad_request(f"can't parse InputMedia: type {kind!r} is not known to the sandbox")
    if not isinstance(item.get("media"), str):
        raise bad_request("can't parse InputMedia: media is not specified")
    return world.files.resolve(cast(MediaKind, kind), item["media"], call.uploads)


def _send_file(world: World, call: Call, kind: MediaKind) -> Json:
    world.writable(call.get("chat_id"))
    caption, entities = message_caption(call.parameters)
    stored = world.files.resolve(kind, call.get(kind), call.uploads)
    return world.scribe.message(_post(world, call, attachment=stored, caption=caption, entities=entities))


def _post(world: World, call: Call, **content: Any) -> Message:
    """Post what a send method asks for; `content` is what is peculiar to the method."""
    chat_id = world.writable(call.get("chat_id"))
    markup = checked_markup(call.get("reply_markup"), world.is_channel(chat_id))
    reply_to = _replied_to(world, chat_id, call.get("reply_parameters"))
    message = Message(
        chat_id=chat_id,
        message_id=world.chats.next_id(chat_id),
        sender_id=None,
        sent_at=world.now(),
        markup=markup,
        reply_to=reply_to,
        silent=bool(call.get("disable_notification")),
        protected=bool(call.get("protect_content")),
        **content,
    )
    return world.chats.put(message)


def _replied_to(world: World, chat_id: int, reply: Json | None) -> int | None:
    if not reply:
        return None
    if reply.get("chat_id") not in (None, chat_id):
        raise bad_request("message to be replied not found (the sandbox knows no replies across chats)")
    message_id = reply.get("message_id")
    if isinstance(message_id, int) and world.chats.message(chat_id, message_id):
        return message_id
    if reply.get("allow_sending_without_reply") is True:
        return None
    raise bad_request("message to be replied not found")
