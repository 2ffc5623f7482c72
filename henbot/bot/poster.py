"""Carries out one step at Telegram, and says in our words what came of it."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from telegram import InputMediaPhoto, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError
from telegram.ext import ExtBot

from henbot.bot.telling import Step, Telling
from henbot.services.posts import DELETED_BY_HAND, DuePost, Told
from henbot.services.reports import Picture

_SAME = ("message is not modified",)
_NO_MESSAGE = ("message to edit not found", "message_id_invalid", "message to delete not found")
_REFUSES = (
    "chat not found", "not enough rights", "need administrator rights", "have no rights", "chat_write_forbidden",
    "chat_admin_required", "bot is not a member", "channel_private", "user is deactivated", "group chat was upgraded",
)  # fmt: skip
_FILE_ID = ("wrong file identifier", "wrong remote file", "file reference", "wrong file_id", "invalid file id")


class ChatRefuses(Exception):
    """The chat does not take the bot's messages: it was removed, or may not post there."""


class ChatMoved(Exception):
    """The group became a supergroup, which has another number."""

    def __init__(self, new_chat_id: int) -> None:
        super().__init__(f"the chat goes on as {new_chat_id}")
        self.new_chat_id = new_chat_id


class FileForgotten(Exception):
    """Telegram does not know the picture by the id that we kept: it must be uploaded anew."""


@dataclass(frozen=True, slots=True)
class Poster:
    """Writes to chats. A message is silent unless it is said that it rings.

    What passes through: RetryAfter, and NetworkError where no answer came.
    """

    bot: "ExtBot[int]"
    media: Path

    async def carry_out(self, post: DuePost, telling: Telling) -> Told:
        """Bring the chat to what is to be told; what stands there afterwards.

        Raises:
            ChatRefuses: nothing can be written to this chat now.
            ChatMoved: it has another number now.
            FileForgotten: the picture has to be uploaded.
        """
        try:
            return await self._step(post, telling)
        except ChatMigrated as exc:
            raise ChatMoved(exc.new_chat_id) from exc
        except Forbidden as exc:
            raise ChatRefuses(exc.message) from exc
        except BadRequest as exc:
            return _after_bad_request(exc, post, telling)

    async def _step(self, post: DuePost, telling: Telling) -> Told:
        if telling.step is Step.SEND:
            return await self._send(post.chat_id, telling)
        if telling.step is Step.WITHDRAW:
            return await self._withdraw(post, telling)
        if telling.step is Step.EDIT_PICTURE and telling.picture is not None:
            return await self._edit_picture(post, telling, telling.picture)
        if telling.step in (Step.EDIT_WORDS, Step.EDIT_PICTURE):
            return await self._edit_words(post, telling, telling.text)
        return Told(telling.revision, post.message_id, post.words, post.media_sha256)

    async def _send(self, chat_id: int, telling: Telling) -> Told:
        content = await self._content(telling.picture)
        reply_to = ReplyParameters(telling.reply_to, allow_sending_without_reply=True) if telling.reply_to else None
        if telling.picture is not None and content is not None:
            try:
                sent = await self.bot.send_photo(
                    chat_id,
                    photo=content,
                    caption=telling.text,
                    filename="nest.jpg",
                    parse_mode=ParseMode.HTML,
                    disable_notification=not telling.rings,
                    reply_parameters=reply_to,
                    reply_markup=telling.markup,
                )
            except BadRequest as exc:
                if _says(exc, _REFUSES):
                    raise
                _raise_if_file_forgotten(exc, telling.picture)
                # Telegram does not like the picture (a size or ratio, say): the words are worth more than nothing.
            else:
                return _told(telling, sent, telling.picture)
        sent = await self.bot.send_message(
            chat_id,
            telling.text,
            parse_mode=ParseMode.HTML,
            disable_notification=not telling.rings,
            reply_parameters=reply_to,
            reply_markup=telling.markup,
        )
        return _told(telling, sent, None)

    async def _edit_picture(self, post: DuePost, telling: Telling, picture: Picture) -> Told:
        content = await self._content(picture)
        if content is None:
            return await self._edit_words(post, telling, telling.text)
        media = InputMediaPhoto(content, caption=telling.text, parse_mode=ParseMode.HTML, filename="nest.jpg")
        try:
            edited = await self.bot.edit_message_media(
                media, chat_id=post.chat_id, message_id=post.message_id, reply_markup=telling.markup
            )
        except BadRequest as exc:
            if _says(exc, (*_REFUSES, *_SAME, *_NO_MESSAGE)):
                raise
            _raise_if_file_forgotten(exc, picture)
            return await self._edit_words(post, telling, telling.text)
        return _told(telling, edited, picture) if isinstance(edited, Message) else _stands(post, telling)

    async def _edit_words(self, post: DuePost, telling: Telling, text: str) -> Told:
        if post.media_sha256 is not None:
            await self.bot.edit_message_caption(
                chat_id=post.chat_id,
                message_id=post.message_id,
                caption=text,
                parse_mode=ParseMode.HTML,
                reply_markup=telling.markup,
            )
        else:
            await self.bot.edit_message_text(
                text,
                chat_id=post.chat_id,
                message_id=post.message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=telling.markup,
            )
        return _stands(post, telling)

    async def _withdraw(self, post: DuePost, telling: Telling) -> Told:
        """Delete the message; where that is too late, take its claim back in a short sentence."""
        assert post.message_id is not None
        try:
            await self.bot.delete_message(post.chat_id, post.message_id)
        except BadRequest as exc:
            if not _says(exc, _NO_MESSAGE):
                return await self._edit_words(post, telling, telling.text)
        return Told(telling.revision, None)

    async def _content(self, picture: Picture | None) -> str | bytes | None:
        """Telegram's id of the picture, else its bytes; None if its file is gone."""
        if picture is None or picture.telegram_file_id:
            return picture.telegram_file_id if picture else None
        try:
            return await asyncio.to_thread((self.media / picture.path).read_bytes)
        except OSError:
            return None


def _told(telling: Telling, message: Message, picture: Picture | None) -> Told:
    file_id = message.photo[-1].file_id if message.photo else None
    sha256 = picture.sha256 if picture else None
    return Told(telling.revision, message.message_id, telling.words, sha256, file_id)


def _stands(post: DuePost, telling: Telling) -> Told:
    return Told(telling.revision, post.message_id, telling.words, post.media_sha256)


def _after_bad_request(exc: BadRequest, post: DuePost, telling: Telling) -> Told:
    stands = _stands(post, telling)
    if _says(exc, _SAME):
        # An edit whose answer was lost had its effect after all, and so had its picture.
        is_picture = telling.step is Step.EDIT_PICTURE and telling.picture is not None
        return replace(stands, media_sha256=telling.picture.sha256) if is_picture and telling.picture else stands
    if _says(exc, _NO_MESSAGE):
        return replace(stands, failure=DELETED_BY_HAND)
    if _says(exc, _REFUSES):
        raise ChatRefuses(exc.message) from exc
    # This revision cannot be told. The queue goes on, and the next revision is tried anew.
    return Told(telling.revision, post.message_id, post.words, post.media_sha256, failure=exc.message[:255])


def _raise_if_file_forgotten(exc: BadRequest, picture: Picture) -> None:
    if picture.telegram_file_id and _says(exc, _FILE_ID):
        raise FileForgotten(exc.message) from exc


def _says(exc: TelegramError, sentences: tuple[str, ...]) -> bool:
    return any(sentence in exc.message.lower() for sentence in sentences)
