"""Methods that change or take away messages that stand in chats."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from henbot.sandbox.chats import Message
from henbot.sandbox.formatting import message_caption, message_text
from henbot.sandbox.keyboards import checked_markup
from henbot.sandbox.refusals import Json, bad_request
from henbot.sandbox.rules import Call
from henbot.sandbox.sending import media_file
from henbot.sandbox.world import World

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def edit_message_text(world: World, call: Call) -> Json:
    """editMessageText."""
    message = _editable(world, call)
    if call.get("rich_message"):
        raise bad_request("the sandbox draws no rich messages: send text")
    if message.attachment:
        raise bad_request("there is no text in the message to edit")
    text, entities = message_text(call.parameters)
    return _edited(world, call, message, text=text, entities=entities)


def edit_message_caption(world: World, call: Call) -> Json:
    """editMessageCaption."""
    message = _editable(world, call)
    if not message.attachment:
        raise bad_request("there is no caption in the message to edit")
    caption, entities = message_caption(call.parameters)
    return _edited(world, call, message, caption=caption, entities=entities)


def edit_message_media(world: World, call: Call) -> Json:
    """editMessageMedia: the new caption comes with the media, and none means none."""
    message = _editable(world, call)
    media: Json = call.get("media")
    caption, entities = message_caption(media)
    stored = media_file(world, media, call)
    if message.media_group_id and "document" in (stored.kind, message.attachment.kind if message.attachment else ""):
        raise bad_request("can't use the media of the specified type in the album")
    return _edited(world, call, message, text=None, attachment=stored, caption=caption, entities=entities)


def edit_message_reply_markup(world: World, call: Call) -> Json:
    """editMessageReplyMarkup."""
    return _edited(world, call, _editable(world, call))


def delete_message(world: World, call: Call) -> bool:
    """deleteMessage."""
    chat_id = world.chats.find(call.get("chat_id"))
    if world.chats.message(chat_id, call.get("message_id")) is None:
        raise bad_request("message to delete not found")
    world.chats.remove(chat_id, call.get("message_id"))
    return True


def pin_chat_message(world: World, call: Call) -> bool:
    """pinChatMessage."""
    world.chats.change(_standing(world, call, "message to pin not found"), pinned=True)
    return True


def unpin_chat_message(world: World, call: Call) -> bool:
    """unpinChatMessage; without a message_id, the newest pinned one."""
    chat_id = world.chats.find(call.get("chat_id"))
    wanted = call.get("message_id")
    pinned = [m for m in world.chats.in_chat(chat_id) if m.pinned and wanted in (None, m.message_id)]
    if not pinned:
        raise bad_request("message to unpin not found")
    world.chats.change(pinned[-1], pinned=False)
    return True


def set_message_reaction(world: World, call: Call) -> bool:
    """setMessageReaction: bots may set one emoji."""
    message = _standing(world, call, "message to react not found")
    reactions = call.get("reaction") or []
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    emojis = [r.get("emoji") for r in reactions if isinstance(r, dict) and r.get("type") == "emoji"]
    if len(emojis) != len(reactions) or not all(isinstance(emoji, str) and emoji for emoji in emojis):
        raise bad_request("REACTION_INVALID")
    world.chats.change(message, reactions=tuple(emojis))
    return True


def _standing(world: World, call: Call, refusal: str) -> Message:
    message = world.chats.message(world.chats.find(call.get("chat_id")), call.get("message_id"))
    if message is None:
        raise bad_request(refusal)
    return message


def _editable(world: World, call: Call) -> Message:
    if call.get("inline_message_id") is not None:
        raise bad_request("MESSAGE_ID_INVALID")
    for name, refusal in (("chat_id", "chat_id is empty"), ("message_id", "message identifier is not specified")):
        if call.get(name) is None:
            raise bad_request(refusal)
    world.writable(call.get("chat_id"))
    message = _standing(world, call, "message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return message


def _edited(world: World, call: Call, message: Message, **fields: Any) -> Json:
    """Put the changed message in place. An edit without a keyboard takes the inline keyboard away."""
    markup = checked_markup(call.get("reply_markup"), world.is_channel(message.chat_id), only_inline=True)
    changed = replace(message, markup=markup, **fields)
    if changed == message:
        raise bad_request(NOT_MODIFIED)
    return world.scribe.message(world.chats.put(replace(changed, edits=message.edits + 1, edited_at=world.now())))
