"""Methods that ask, answer or set something other than messages."""

from __future__ import annotations

from typing import Any

from henbot.sandbox.cast import Room
from henbot.sandbox.files import DOWNLOAD_LIMIT_BYTES
from henbot.sandbox.refusals import Json, bad_request
from henbot.sandbox.rules import Call
from henbot.sandbox.wire import full_chat_json, member_json, person_json
from henbot.sandbox.world import World

_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def get_me(world: World, call: Call) -> Json:
    """getMe."""
    abilities = {"can_join_groups": True, "can_read_all_group_messages": True, "supports_inline_queries": True}
    return {**world.bot, **abilities}


def nothing(world: World, call: Call) -> bool:
    """logOut and close, which mean nothing here."""
    return True


def get_chat(world: World, call: Call) -> Json:
    """getChat."""
    chat_id = world.chats.find(call.get("chat_id"))
    told = full_chat_json(world.chats.people.get(chat_id) or world.chats.rooms[chat_id])
    pinned = [message for message in world.chats.in_chat(chat_id) if message.pinned]
    return told | ({"pinned_message": world.scribe.message(pinned[-1])} if pinned else {})


def get_chat_member(world: World, call: Call) -> Json:
    """getChatMember."""
    user_id = call.get("user_id")
    chat_id = world.chats.find(call.get("chat_id"))
    if user_id != world.bot_id and user_id not in world.chats.people:
        raise bad_request("PARTICIPANT_ID_INVALID")
    user = world.bot if user_id == world.bot_id else person_json(world.chats.people[user_id])
    if chat_id in world.chats.people:
        status = "member" if user_id in (chat_id, world.bot_id) else "left"
        return {"status": status, "user": user}
    return member_json(world.chats.rooms[chat_id], user)


def get_chat_administrators(world: World, call: Call) -> list[Json]:
    """getChatAdministrators: people, and the bot itself."""
    room = _room(world, call)
    people = [person_json(world.chats.people[person_id]) for person_id in room.admins]
    return [member_json(room, user) for user in (*people, world.bot)]


def _room(world: World, call: Call) -> Room:
    chat_id = world.chats.find(call.get("chat_id"))
    if chat_id not in world.chats.rooms:
        raise bad_request("there are no administrators in the private chat")
    return world.chats.rooms[chat_id]


def get_file(world: World, call: Call) -> Json:
    """getFile."""
    stored = world.files.by_id(call.get("file_id"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(stored.content) > DOWNLOAD_LIMIT_BYTES:
        raise bad_request("file is too big")
    return stored.to_json()


def answer_callback_query(world: World, call: Call) -> bool:
    """answerCallbackQuery: the page shows the text to whom pressed."""
    press = world.presses.get(call.get("callback_query_id"))
    if press is None:
        raise bad_request(_TOO_OLD)
    text = call.get("text", "")
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    press.answer = {"text": text, "show_alert": bool(call.get("show_alert")), "url": call.get("url")}
    world.chats.note(
        "answer", press.chat_id, press.message_id, person=press.person_id, query=press.query_id, **press.answer
    )
    return True


def answer_inline_query(world: World, call: Call) -> bool:
    """answerInlineQuery."""
    question = world.inline.get(call.get("inline_query_id"))
    results: list[Any] = call.get("results")
    if question is None:
        raise bad_request(_TOO_OLD)
    if len(results) > 50:
        raise bad_request("RESULTS_TOO_MUCH")
    ids = [result.get("id") if isinstance(result, dict) else None for result in results]
    if not all(isinstance(each, str) and 1 <= len(each.encode()) <= 64 for each in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    question.results = results
    return True


def set_my_commands(world: World, call: Call) -> bool:
    """setMyCommands."""
    world.menus.set(call.get("commands"), call.get("scope"), call.get("language_code", ""))
    world.chats.note("menus", 0)
    return True


def get_my_commands(world: World, call: Call) -> list[Json]:
    """getMyCommands."""
    return world.menus.get(call.get("scope"), call.get("language_code", ""))


def delete_my_commands(world: World, call: Call) -> bool:
    """deleteMyCommands."""
    world.menus.set([], call.get("scope"), call.get("language_code", ""))
    world.chats.note("menus", 0)
    return True


def set_my_description(world: World, call: Call) -> bool:
    """setMyDescription."""
    return _describe(world, call, "description", 512)


def set_my_short_description(world: World, call: Call) -> bool:
    """setMyShortDescription."""
    return _describe(world, call, "short_description", 120)


def _describe(world: World, call: Call, name: str, limit: int) -> bool:
    text = call.get(name, "")
    if len(text) > limit:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long: at most {limit} characters")
    world.descriptions[f"{name}:{call.get('language_code', '')}"] = text
    return True
