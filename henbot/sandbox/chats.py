"""What stands in the chats: messages as they are now, and a journal of what changed for the page to follow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from henbot.sandbox.cast import Cast, Person, Room
from henbot.sandbox.files import StoredFile
from henbot.sandbox.refusals import Json, bad_request

JOURNAL_LENGTH = 5_000


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a keyboard; `callback_data` is None for those that open an address or send their text."""

    text: str
    callback_data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it stands: a snapshot that later edits leave as it is.

    sender_id: a person's id, or None for the bot. Times are seconds since 1970. `text` is None where there is a file,
    `caption` where there is none. `markup` is the reply_markup as the bot gave it.
    """

    chat_id: int
    message_id: int
    sender_id: int | None
    sent_at: float
    text: str | None = None
    caption: str | None = None
    entities: tuple[Json, ...] = ()
    attachment: StoredFile | None = None
    markup: Json | None = None
    reply_to: int | None = None
    silent: bool = False
    protected: bool = False
    media_group_id: str | None = None
    edits: int = 0
    edited_at: float | None = None
    pinned: bool = False
    reactions: tuple[str, ...] = ()
    extras: Json = field(default_factory=dict)

    @property
    def from_bot(self) -> bool:
        """Whether the bot wrote it."""
        return self.sender_id is None

    @property
    def photo(self) -> StoredFile | None:
        """The picture, with its `file_id` and `content`; None for other messages."""
        return self.attachment if self.attachment and self.attachment.kind == "photo" else None

    @property
    def keyboard(self) -> list[list[Button]]:
        """The rows of the inline keyboard, or of the reply keyboard."""
        markup = self.markup or {}
        rows: list[list[Any]] = markup.get("inline_keyboard") or markup.get("keyboard") or []
        return [[_button(each) for each in row] for row in rows]

    @property
    def buttons(self) -> list[str]:
        """The texts of all buttons, row by row."""
        return [button.text for row in self.keyboard for button in row]


def _button(button: Any) -> Button:
    if isinstance(button, str):
        return Button(button)
    return Button(button["text"], button.get("callback_data"), button.get("url"))


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the journal: a message (posted, edited), a deletion, or a note such as a toast."""

    number: int
    kind: str
    chat_id: int
    message_id: int = 0
    note: Json = field(default_factory=dict)


class Chats:
    """All chats of the cast. Not locked: the sandbox's lock guards it."""

    def __init__(self, cast: Cast) -> None:
        self.people: dict[int, Person] = {person.id: person for person in cast.people}
        self.rooms: dict[int, Room] = {room.id: room for room in cast.rooms}
        self.started: set[int] = {person.id for person in cast.people if person.started}
        self._messages: dict[int, dict[int, Message]] = {chat_id: {} for chat_id in (*self.people, *self.rooms)}
        self._last_ids: dict[int, int] = {}
        self.journal: list[Change] = []
        self._journal_count = 0

    def find(self, chat: int | str) -> int:
        """The id of a chat named by its id or its @name. Raises Refusal(400) "chat not found"."""
        if isinstance(chat, str):
            named = {f"@{room.username}".lower(): room.id for room in self.rooms.values() if room.username}
            chat = named.get(chat.lower(), 0)
        if chat not in self._messages:
            raise bad_request("chat not found")
        return chat

    def in_chat(self, chat_id: int) -> list[Message]:
        """The messages of a chat, oldest first."""
        return list(self._messages[chat_id].values())

    def message(self, chat_id: int, message_id: int) -> Message | None:
        """One message, or None where there is none (any more)."""
        return self._messages[chat_id].get(message_id)

    def next_id(self, chat_id: int) -> int:
        """A fresh message id. Private chats share one row of numbers, as they do at Telegram; rooms have their own."""
        row = 0 if chat_id in self.people else chat_id
        self._last_ids[row] = self._last_ids.get(row, 0) + 1
        return self._last_ids[row]

    def put(self, message: Message) -> Message:
        """Post a message, or put the edited one in the old one's place."""
        self._messages[message.chat_id][message.message_id] = message
        self.note("message", message.chat_id, message.message_id)
        return message

    def remove(self, chat_id: int, message_id: int) -> None:
        """Delete a message; its id is never given again."""
        del self._messages[chat_id][message_id]
        self.note("deleted", chat_id, message_id)

    def change(self, message: Message, **fields: Any) -> Message:
        """Put a changed copy of the message in its place, without counting it as an edit."""
        return self.put(replace(message, **fields))

    def note(self, kind: str, chat_id: int, message_id: int = 0, **note: Any) -> None:
        """Write a line of the journal; the oldest lines are dropped."""
        self._journal_count += 1
        self.journal.append(Change(self._journal_count, kind, chat_id, message_id, note))
        if len(self.journal) > JOURNAL_LENGTH:
            del self.journal[: JOURNAL_LENGTH // 2]

    @property
    def revision(self) -> int:
        """The number of the newest line of the journal."""
        return self._journal_count

    def changes_since(self, revision: int) -> list[Change]:
        """The lines of the journal after this number; of a message changed twice, only the last."""
        fresh = [change for change in self.journal if change.number > revision]
        last = {(c.kind, c.chat_id, c.message_id): c.number for c in fresh if c.kind == "message"}
        return [c for c in fresh if last.get((c.kind, c.chat_id, c.message_id), c.number) == c.number]
