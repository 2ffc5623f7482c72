"""All that the sandbox knows at one moment, and the few steps that every method shares."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from henbot.sandbox.cast import Cast
from henbot.sandbox.chats import Chats, Message
from henbot.sandbox.files import Files
from henbot.sandbox.menus import Menus
from henbot.sandbox.refusals import Json, forbidden
from henbot.sandbox.updates import UpdateQueue
from henbot.sandbox.wire import Scribe, bot_json


@dataclass(slots=True)
class Press:
    """A button that somebody pressed, and what the bot answered (None until it does)."""

    query_id: str
    person_id: int
    chat_id: int
    message_id: int
    callback_data: str
    answer: Json | None = None


@dataclass(slots=True)
class InlineQuestion:
    """What somebody typed after the bot's @name, and the results that the bot offered (None until it does)."""

    query_id: str
    person_id: int
    query: str
    results: list[Json] | None = None


@dataclass
class World:
    """Chats, files, updates, menus and open questions of one bot. Not locked: the sandbox's lock guards it."""

    cast: Cast
    bot_id: int
    now: Callable[[], float] = time.time
    files: Files = field(default_factory=Files)
    updates: UpdateQueue = field(default_factory=UpdateQueue)
    menus: Menus = field(default_factory=Menus)
    presses: dict[str, Press] = field(default_factory=dict)
    inline: dict[str, InlineQuestion] = field(default_factory=dict)
    descriptions: Json = field(default_factory=dict)
    chats: Chats = field(init=False)
    scribe: Scribe = field(init=False)

    def __post_init__(self) -> None:
        self.chats = Chats(self.cast)
        self.scribe = Scribe(self.cast, self.bot_id, self.chats)

    @property
    def bot(self) -> Json:
        """The bot as a User."""
        return bot_json(self.cast, self.bot_id)

    def writable(self, chat: int | str) -> int:
        """The id of a chat that the bot may write to. Raises Refusal: 400 unknown, 403 not started by the person."""
        chat_id = self.chats.find(chat)
        if chat_id in self.chats.people and chat_id not in self.chats.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat_id

    def is_channel(self, chat_id: int) -> bool:
        """Whether the chat is a channel, where messages carry no author."""
        room = self.chats.rooms.get(chat_id)
        return room is not None and room.kind == "channel"

    def hear(self, message: Message) -> Message:
        """A person's message: it stands in the chat and becomes an update for the bot."""
        kind = "channel_post" if self.is_channel(message.chat_id) else "message"
        self.chats.put(message)
        self.updates.add(kind, self.scribe.message(message))
        return message
