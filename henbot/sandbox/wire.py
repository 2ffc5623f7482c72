"""How people, chats and messages look in the Bot API's JSON, and in the page's."""

from __future__ import annotations

from typing import Any

from henbot.sandbox.cast import Cast, Person, Room
from henbot.sandbox.chats import Chats, Message
from henbot.sandbox.entities import to_page_html
from henbot.sandbox.files import StoredFile
from henbot.sandbox.refusals import Json

_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_post_messages",
    "can_edit_messages",
)
_DENIED_TO_THE_BOT = {"can_be_edited", "is_anonymous", "can_promote_members"}


def bot_json(cast: Cast, bot_id: int) -> Json:
    """The bot as a User."""
    return {"id": bot_id, "is_bot": True, "first_name": cast.bot_name, "username": cast.bot_username}


def person_json(person: Person) -> Json:
    """A person as a User."""
    user: Json = {"id": person.id, "is_bot": False, "first_name": person.name, "language_code": person.language}
    return user | ({"username": person.username} if person.username else {})


def chat_json(chat: Person | Room) -> Json:
    """A private chat or a room as a Chat."""
    names: Json = (
        {"type": "private", "first_name": chat.name}
        if isinstance(chat, Person)
        else {"type": chat.kind, "title": chat.title}
    )
    return {"id": chat.id, **names} | ({"username": chat.username} if chat.username else {})


def full_chat_json(chat: Person | Room) -> Json:
    """A chat as the ChatFullInfo that getChat gives."""
    gifts = dict.fromkeys(_GIFTS, False)
    return {**chat_json(chat), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def member_json(room: Room, user: Json) -> Json:
    """What somebody is in a room: its owner, an administrator (the bot is one), a member, or nobody."""
    if user["is_bot"]:
        rights = {right: right not in _DENIED_TO_THE_BOT for right in _RIGHTS}
        return {"status": "administrator", "user": user, **rights}
    if room.admins and user["id"] == room.admins[0]:
        return {"status": "creator", "user": user, "is_anonymous": False}
    if user["id"] in room.admins:
        return {"status": "administrator", "user": user, **{right: right != "is_anonymous" for right in _RIGHTS}}
    return {"status": "member" if user["id"] in room.members else "left", "user": user}


class Scribe:
    """Writes messages as JSON: it knows the names of all who appear in them."""

    def __init__(self, cast: Cast, bot_id: int, chats: Chats) -> None:
        self.bot = bot_json(cast, bot_id)
        self._chats = chats

    def user(self, sender_id: int | None) -> Json:
        """The User who wrote; None is the bot."""
        return self.bot if sender_id is None else person_json(self._chats.people[sender_id])

    def chat(self, chat_id: int) -> Json:
        """The Chat with this id."""
        return chat_json(self._chats.people.get(chat_id) or self._chats.rooms[chat_id])

    def message(self, message: Message, with_reply: bool = True) -> Json:
        """A Message object of the Bot API."""
        written: Json = {
            "message_id": message.message_id,
            "date": int(message.sent_at),
            "chat": self.chat(message.chat_id),
            **self._author(message),
            **_content(message),
            **message.extras,
        }
        if message.edited_at is not None:
            written["edit_date"] = int(message.edited_at)
        if message.media_group_id:
            written["media_group_id"] = message.media_group_id
        if message.protected:
            written["has_protected_content"] = True
        if message.markup and "inline_keyboard" in message.markup:
            written["reply_markup"] = message.markup
        original = self._chats.message(message.chat_id, message.reply_to) if message.reply_to and with_reply else None
        if original:
            written["reply_to_message"] = self.message(original, with_reply=False)
        return written

    def _author(self, message: Message) -> Json:
        room = self._chats.rooms.get(message.chat_id)
        if room and room.kind == "channel":
            return {"sender_chat": chat_json(room)}
        return {"from": self.user(message.sender_id)}

    def page_message(self, message: Message) -> Json:
        """A message as the page draws it: `html` is safe (see `to_page_html`), all else is plain text."""
        return {
            "chat": message.chat_id,
            "id": message.message_id,
            "from_bot": message.from_bot,
            "author": self.user(message.sender_id)["first_name"],
            "date": message.sent_at,
            "html": to_page_html(message.text or message.caption or "", message.entities),
            "file": _page_file(message.attachment),
            "markup": message.markup,
            "reply": self._page_reply(message),
            "silent": message.silent,
            "edits": message.edits,
            "album": message.media_group_id,
            "pinned": message.pinned,
            "reactions": list(message.reactions),
        }

    def _page_reply(self, message: Message) -> Json | None:
        original = self._chats.message(message.chat_id, message.reply_to) if message.reply_to else None
        if original is None:
            return None
        said = original.text or original.caption or (original.attachment.kind if original.attachment else "")
        author = self.user(original.sender_id)["first_name"]
        return {"id": original.message_id, "author": author, "text": said[:120]}

    def plain(self, message: Message) -> Json:
        """A message as the control API tells it: the snapshot's fields, with the bytes left out."""
        return {
            "chat": message.chat_id,
            "message_id": message.message_id,
            "from_bot": message.from_bot,
            "text": message.text,
            "caption": message.caption,
            "entities": list(message.entities),
            "file": _page_file(message.attachment),
            "markup": message.markup,
            "reply_to": message.reply_to,
            "silent": message.silent,
            "edits": message.edits,
            "sent_at": message.sent_at,
            "media_group_id": message.media_group_id,
            "pinned": message.pinned,
            "reactions": list(message.reactions),
        }


def _page_file(stored: StoredFile | None) -> Json | None:
    if stored is None:
        return None
    return {
        "kind": stored.kind,
        "file_id": stored.file_id,
        "name": stored.name,
        "mime": stored.mime,
        "size": len(stored.content),
        "width": stored.width_px,
        "height": stored.height_px,
    }


def _content(message: Message) -> Json:
    entities: list[Any] = list(message.entities)
    if message.attachment is None:
        return {"text": message.text or ""} | ({"entities": entities} if entities else {})
    written = _media(message.attachment)
    if message.caption:
        written["caption"] = message.caption
        if entities:
            written["caption_entities"] = entities
    return written


def _media(stored: StoredFile) -> Json:
    size = {"width": stored.width_px, "height": stored.height_px}
    if stored.kind == "photo":
        return {"photo": [{**stored.identity(), **size}]}
    named = {**stored.identity(), "file_name": stored.name, "mime_type": stored.mime}
    if stored.kind == "document":
        return {"document": named}
    moving = {**named, **size, "duration": 0}
    return {"video": moving} if stored.kind == "video" else {"animation": moving, "document": named}
