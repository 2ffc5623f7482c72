"""What people do: write, send a picture, press a button, ask inline. Each becomes an update for the bot."""

from __future__ import annotations

import secrets
from dataclasses import replace

from henbot.sandbox.chats import Message
from henbot.sandbox.entities import with_found
from henbot.sandbox.refusals import Json, SandboxUnusable
from henbot.sandbox.rules import Upload
from henbot.sandbox.world import InlineQuestion, Press, World


def say(world: World, chat: int | str, text: str, by: int | None = None, reply_to: int | None = None) -> Message:
    """Somebody writes; `by` is who (needed only in rooms, where else the owner writes)."""
    if not text.strip():
        raise SandboxUnusable("Nothing was said: the text is empty.")
    message = _from_person(world, chat, by, reply_to, None, text)
    return world.hear(message)


def forward(
    world: World, chat: int | str, text: str, of: int, by: int | None = None, *, hidden: bool = False
) -> Message:
    """Somebody forwards what `of` wrote elsewhere; `hidden` if that person lets nobody link to them."""
    author = world.scribe.user(of)
    origin: Json = {"type": "user", "date": int(world.now()), "sender_user": author}
    if hidden:
        origin = {"type": "hidden_user", "date": int(world.now()), "sender_user_name": author["first_name"]}
    message = _from_person(world, chat, by, None, None, text)
    return world.hear(replace(message, extras={"forward_origin": origin}))


def show(
    world: World, chat: int | str, picture: bytes, caption: str = "", by: int | None = None, name: str = "photo.jpg"
) -> Message:
    """Somebody sends a picture (JPEG, PNG, GIF or WebP bytes) with or without a caption."""
    message = _from_person(world, chat, by, None, Upload(name, "image/jpeg", picture), caption)
    return world.hear(message)


def _from_person(
    world: World, chat: int | str, by: int | None, reply_to: int | None, picture: Upload | None, text: str
) -> Message:
    chat_id = world.chats.find(chat)
    person_id = who(world, chat_id, by)
    text = text.strip()
    world.chats.started.add(person_id)
    return Message(
        chat_id=chat_id,
        message_id=world.chats.next_id(chat_id),
        sender_id=person_id,
        sent_at=world.now(),
        text=None if picture else text,
        caption=text if picture and text else None,
        entities=tuple(with_found(text, ())),
        attachment=world.files.store("photo", picture) if picture else None,
        reply_to=reply_to,
    )


def press(
    world: World, chat: int | str, message_id: int, button: str, by: int | None = None, *, forged: bool = False
) -> Press:
    """Somebody presses an inline button, named by its text or its callback data.

    Args:
        forged: `button` is callback data that no button needs to have: a client may be made to send any.

    Raises SandboxUnusable, with the buttons that there are, when it cannot be pressed.
    """
    chat_id = world.chats.find(chat)
    message = world.chats.message(chat_id, message_id)
    buttons = [each for row in message.keyboard for each in row] if message else []
    pressed = [b for b in buttons if button in (b.text, b.callback_data)]
    callback_data = button if forged else pressed[0].callback_data if pressed else None
    if message is None or callback_data is None:
        there = ", ".join(repr(each.text) for each in buttons) or "none"
        raise SandboxUnusable(
            f"Message {message_id} of chat {chat_id} has no button {button!r} to press; it has: {there}."
        )
    made = Press(
        query_id=str(secrets.randbelow(2**62)),
        person_id=who(world, chat_id, by),
        chat_id=chat_id,
        message_id=message_id,
        callback_data=callback_data,
    )
    world.presses[made.query_id] = made
    query: Json = {
        "id": made.query_id,
        "from": world.scribe.user(made.person_id),
        "message": world.scribe.message(message),
        "chat_instance": str(abs(chat_id) * 7919),
        "data": made.callback_data,
    }
    world.updates.add("callback_query", query)
    return made


def ask_inline(world: World, person_id: int, query: str) -> InlineQuestion:
    """Somebody types after the bot's @name in any chat."""
    question = InlineQuestion(str(secrets.randbelow(2**62)), who(world, person_id, None), query)
    world.inline[question.query_id] = question
    sender = world.scribe.user(question.person_id)
    world.updates.add("inline_query", {"id": question.query_id, "from": sender, "query": query, "offset": ""})
    return question


def who(world: World, chat_id: int, by: int | None) -> int:
    """The person who acts in a chat: `by`, else the private chat's person, else the room's owner."""
    room = world.chats.rooms.get(chat_id)
    person_id = by if by is not None else (room.admins[0] if room and room.admins else chat_id)
    if person_id not in world.chats.people or (room is None and person_id != chat_id):
        raise SandboxUnusable(f"Nobody with id {person_id} can act in chat {chat_id} of the sandbox.")
    return person_id
