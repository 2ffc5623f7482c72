"""Answers on their way out: in the order of the questions, and never faster than a chat may be written to."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import structlog
from telegram import InlineKeyboardMarkup, InputMediaPhoto, Message, ReplyParameters, Update
from telegram.constants import ParseMode
from telegram.ext import BaseUpdateProcessor, ExtBot

from henbot.bot.limits import PRESS, Admission, Limiter
from henbot.bot.pace import TELEGRAM_PACE, Pace, Pacer

log = structlog.get_logger(__name__)

PRIVATE_PACE = Pace(most=60)
"""About a message a second; Telegram's twenty a minute are for groups (TELEGRAM.md, "Rates")."""

MOST_WAITING = 10
"""Updates that may wait for one chat; who writes faster than that goes unanswered, so that others do not wait."""

LONGEST_CAPTION = 1024
"""Letters that may stand under a picture, entities not counted (TELEGRAM.md)."""

FILE = "nest.jpg"

RETRIES = 2
"""How often an answer is tried again when Telegram asks for a pause all the same."""


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


Refusing: TypeAlias = Callable[[Update], Awaitable[None]]
Addressing: TypeAlias = Callable[[Update], bool]


class InTurn(BaseUpdateProcessor):
    """Works on many chats at once, on the updates of one chat in their order, and on so many of each person.

    Attributes:
        refusing: says politely, once, that somebody sends too much.
        addressing: whether an update is put to the bot at all: what people tell each other in a group costs nothing.
        awaiting: whether the bot asked for it, however fast it comes: an album is up to ten messages at once.
    """

    def __init__(self, at_once: int = 256, limiter: Limiter | None = None) -> None:
        super().__init__(at_once)
        self._lines: dict[tuple[bool, int], _Line] = {}
        self._limiter = limiter or Limiter()
        self.refusing: Refusing | None = None
        self.addressing: Addressing = lambda update: True
        self.awaiting: Addressing = lambda update: False

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the turn of an update, then let it be handled; one too many is not."""
        chat, user = (update.effective_chat, update.effective_user) if isinstance(update, Update) else (None, None)
        # An inline question has no chat, and need not wait for what its person asked in private.
        place = (chat is not None, chat.id if chat else user.id if user else 0)
        line = self._lines.setdefault(place, _Line())
        admission = self._admission(update, line, user.id if user else None)
        if admission is Admission.ANSWER:
            await self._in_line(place, line, coroutine)
            return
        if not line.waiting:
            self._lines.pop(place, None)
        await self._refuse(update, coroutine, admission)

    def _admission(self, update: object, line: _Line, user_id: int | None) -> Admission:
        now_s, is_full = time.monotonic(), line.waiting >= MOST_WAITING
        if isinstance(update, Update) and self.awaiting(update):
            return Admission.ANSWER
        if user_id is None or not isinstance(update, Update) or not self.addressing(update):
            return Admission.SILENCE if is_full else Admission.ANSWER
        cost = PRESS if update.callback_query else 1.0
        return self._limiter.refuse(user_id, now_s) if is_full else self._limiter.admit(user_id, now_s, cost)

    async def _refuse(self, update: object, coroutine: Awaitable[Any], admission: Admission) -> None:
        if isinstance(coroutine, Coroutine):
            coroutine.close()
        if admission is Admission.SAY_SO and self.refusing is not None and isinstance(update, Update):
            log.warning("updates.refused", user=update.effective_user.id if update.effective_user else None)
            await self.refusing(update)

    async def _in_line(self, place: tuple[bool, int], line: _Line, coroutine: Awaitable[Any]) -> None:
        line.waiting += 1
        try:
            async with line.lock:
                await coroutine
        finally:
            line.waiting -= 1
            if not line.waiting:
                self._lines.pop(place, None)

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""


@dataclass(slots=True)
class Replies:
    """Sends answers, each when its chat may be written to again."""

    private: Pacer = field(default_factory=lambda: Pacer(PRIVATE_PACE))
    groups: Pacer = field(default_factory=lambda: Pacer(TELEGRAM_PACE))

    async def send(
        self,
        bot: "ExtBot[int]",
        chat_id: int,
        text: str,
        markup: InlineKeyboardMarkup | None = None,
        reply_to: int | None = None,
        *,
        silent: bool = False,
    ) -> Message:
        """Send an answer, and give the message. Raises TelegramError."""
        pacer = self.groups if chat_id < 0 else self.private
        await asyncio.sleep(pacer.wait_s(chat_id, time.monotonic()))
        try:
            return await bot.send_message(
                chat_id,
                text,
                parse_mode=ParseMode.HTML,
                reply_markup=markup,
                disable_notification=silent or None,
                reply_parameters=ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
                rate_limit_args=RETRIES,
            )
        finally:
            pacer.spend(chat_id, time.monotonic())

    async def send_photo(
        self,
        bot: "ExtBot[int]",
        chat_id: int,
        picture: bytes,
        caption: str,
        markup: InlineKeyboardMarkup | None = None,
    ) -> Message:
        """Send a picture with words and buttons under it, silently, and give the message. Raises TelegramError."""
        pacer = self.groups if chat_id < 0 else self.private
        await asyncio.sleep(pacer.wait_s(chat_id, time.monotonic()))
        try:
            return await bot.send_photo(
                chat_id,
                picture,
                caption,
                parse_mode=ParseMode.HTML,
                reply_markup=markup,
                disable_notification=True,
                filename=FILE,
                rate_limit_args=RETRIES,
            )
        finally:
            pacer.spend(chat_id, time.monotonic())

    async def send_pictures(
        self,
        bot: "ExtBot[int]",
        chat_id: int,
        pictures: Sequence[bytes],
        caption: str,
        reply_to: int | None = None,
        *,
        silent: bool = False,
    ) -> None:
        """Send one to ten pictures as one answer, the words under the first. Raises TelegramError."""
        how: dict[str, Any] = {
            "reply_parameters": ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
            "disable_notification": silent or None,
            "rate_limit_args": RETRIES,
        }
        pacer = self.groups if chat_id < 0 else self.private
        await asyncio.sleep(pacer.wait_s(chat_id, time.monotonic()))
        try:
            if len(pictures) == 1:
                await bot.send_photo(chat_id, pictures[0], caption, parse_mode=ParseMode.HTML, filename=FILE, **how)
            else:
                first, *rest = pictures
                group = [InputMediaPhoto(first, caption, parse_mode=ParseMode.HTML, filename=FILE)]
                await bot.send_media_group(chat_id, [*group, *(InputMediaPhoto(p, filename=FILE) for p in rest)], **how)
        finally:
            for _ in pictures:
                pacer.spend(chat_id, time.monotonic())

    async def send_album(self, bot: "ExtBot[int]", chat_id: int, pictures: Sequence[tuple[bytes, str]]) -> None:
        """Send one to ten pictures, silently, each with its own words. Raises TelegramError."""
        if len(pictures) == 1:
            await self.send_photo(bot, chat_id, *pictures[0])
            return
        group = [InputMediaPhoto(one, words, parse_mode=ParseMode.HTML, filename=FILE) for one, words in pictures]
        pacer = self.groups if chat_id < 0 else self.private
        await asyncio.sleep(pacer.wait_s(chat_id, time.monotonic()))
        try:
            await bot.send_media_group(chat_id, group, disable_notification=True, rate_limit_args=RETRIES)
        finally:
            for _ in pictures:
                pacer.spend(chat_id, time.monotonic())

    async def send_file(
        self, bot: "ExtBot[int]", chat_id: int, file: tuple[str, bytes], caption: str, reply_to: int | None = None
    ) -> None:
        """Send a file (its name and content). Raises TelegramError."""
        pacer = self.groups if chat_id < 0 else self.private
        await asyncio.sleep(pacer.wait_s(chat_id, time.monotonic()))
        try:
            await bot.send_document(
                chat_id,
                file[1],
                filename=file[0],
                caption=caption,
                parse_mode=ParseMode.HTML,
                reply_parameters=ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
                rate_limit_args=RETRIES,
            )
        finally:
            pacer.spend(chat_id, time.monotonic())
