"""Versions from chat: /models, /rollback, and versions sent to the bot as files."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session
from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update, User
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from henbot.bot.asking import CoopUnknown, coop_wording, moment
from henbot.bot.handlers import Context, Conversation, answer_press
from henbot.bot.job_talk import JobTelling, asked, edit
from henbot.bot.keyboards import number_in
from henbot.bot.model_words import (
    EXPORT,
    LIST,
    PIN,
    REMOVE,
    STOP,
    SURE,
    SWITCH,
    UNPIN,
    list_buttons,
    list_words,
    read_model_press,
    version_buttons,
    version_words,
)
from henbot.bot.wording import Wording
from henbot.domain.people import Action
from henbot.services import models
from henbot.services.audit import note
from henbot.services.coop_clock import wall_now
from henbot.services.jobs import JobKind, ToldIn
from henbot.services.media import MediaFolder
from henbot.storage.database import Database

T = TypeVar("T")

log = structlog.get_logger(__name__)

COMMANDS = ("models", "rollback")
PRESSES = r"^model:"
"""What the buttons say that are answered here."""

IN_WORDS = {
    "models": r"(?i)^/?(?:модели|версии|models|versions)[.!]*$",
    "rollback": r"(?i)^/?(?:откат|откати|верни прежнюю версию|roll ?back)[.!]*$",
}
"""The same in plain words of a private chat."""

TELL_EVERY_S = 2.0
LARGEST_FILE = 20 * 1024 * 1024
"""Most that a bot can fetch (TELEGRAM.md)."""


@dataclass(slots=True)
class _Switch:
    """A version that was asked to serve, and the message in which its fate is told."""

    version: str
    told: ToldIn


@dataclass(frozen=True, slots=True)
class ModelTalk:
    """Handlers of all that is about versions; for whom the coop lets configure."""

    conversation: Conversation
    telling: JobTelling
    _switches: list[_Switch] = field(default_factory=list)

    @property
    def database(self) -> Database:
        """The coop's."""
        return self.conversation.database

    async def models(self, update: Update, context: Context) -> None:
        """/models: all versions, with a button for each."""
        user = update.effective_user
        if user is None or not await self._allowed(update, context, user):
            return
        text, markup = await self._read(user, _listed)
        await self.conversation.send(update, context, text, markup)

    async def rollback(self, update: Update, context: Context) -> None:
        """/rollback: the version before serves again, or what is shipped where there was none."""
        user = update.effective_user
        if user is None or not await self._allowed(update, context, user):
            return
        good = await self._look(models.last_good)
        if good is not None:
            await self._switch(context.bot, _chat_of(update), user, good.id)
            return
        before = await self._write(lambda session: _return_to_shipped(session, user.id))
        phrase = "rollback-none" if before is None else "rollback-shipped"
        await self.conversation.reply(update, context, lambda spoken: spoken.say(phrase))

    async def document(self, update: Update, context: Context) -> None:
        """A file from an admin: a version to be brought in, if it is an archive."""
        user, message = update.effective_user, update.effective_message
        document = message.document if message else None
        if user is None or document is None or not await self._allowed(update, context, user):
            return
        if (document.file_size or 0) > LARGEST_FILE:
            await self.conversation.reply(
                update, context, lambda spoken: spoken.say("job-import-failed", reason="> 20 MB")
            )
            return
        file = await document.get_file()
        content = bytes(await file.download_as_bytearray())
        stored = await asyncio.to_thread(MediaFolder(self.conversation.media).put, content, ".zip")
        await self.telling.ask(
            context.bot, _chat_of(update), user, partial(asked, JobKind.IMPORT, {"path": stored.path})
        )

    async def press(self, update: Update, context: Context) -> None:
        """A pressed button: heeded for whom the coop lets configure, whoever it was made for."""
        query = update.callback_query
        if query is None:
            return
        press = read_model_press(query.data)
        if press is None or not isinstance(query.message, Message):
            await answer_press(query, (await self.conversation.spoken(query.from_user)).say("outdated-button"))
        elif not await self.conversation.may(query.from_user.id, Action.CONFIGURE):
            await self.conversation.refuse_press(query, "may-not-train")
        else:
            await self._do(query, query.message, *press, bot=context.bot)

    async def tick(self, context: Context) -> None:
        """Tell how jobs and switches stand, where that has changed."""
        await self.telling.tick(context.bot)
        for switch in list(self._switches):
            try:
                await self._tell_switch(context.bot, switch)
            except (CoopUnknown, TelegramError) as exc:  # tried again at the next tick
                log.warning("switch.not_told", reason=f"{type(exc).__name__}: {exc}"[:200])

    async def _do(self, query: CallbackQuery, message: Message, what: str, version: str, *, bot: "ExtBot[int]") -> None:
        user = query.from_user
        if what == STOP:
            if (job := number_in(version)) is not None:
                await self.telling.stop(job, user.id)
            await answer_press(query)
        elif what == SURE:
            await answer_press(query)
            await self._switch(bot, message.chat_id, user, version)
        elif what == EXPORT:
            await answer_press(query)
            await self.telling.ask(bot, message.chat_id, user, partial(asked, JobKind.EXPORT, {"version": version}))
        elif what in (PIN, UNPIN, REMOVE):
            await answer_press(query, await asyncio.to_thread(self._change, user, what, version))
            await self._show(query, user, LIST if what == REMOVE else what, version)
        else:
            await answer_press(query)
            await self._show(query, user, what, version)

    async def _show(self, query: CallbackQuery, user: User, what: str, version: str) -> None:
        def page(session: Session, wording: Wording) -> tuple[str, InlineKeyboardMarkup]:
            found = models.version_by_id(session, version) if what != LIST else None
            if found is None:
                return _listed(session, wording)
            words = version_words(found, wording, moment(session))
            if what == SWITCH:
                words = f"{words}\n\n{wording.say('model-switch-sure')}"
            return words, version_buttons(found, wording, asks=what == SWITCH)

        text, markup = await self._read(user, page)
        try:
            await query.edit_message_text(text, parse_mode=ParseMode.HTML, reply_markup=markup)
        except BadRequest as exc:
            if "not modified" not in exc.message.lower():
                raise

    def _change(self, user: User, what: str, version: str) -> str | None:
        """Pin or remove; what pops up."""
        spoken = self._wording_of(user).phrases

        def change(session: Session) -> str | None:
            now = wall_now()
            try:
                if what == REMOVE:
                    models.remove(session, version, now)
                else:
                    models.set_pinned(session, version, pinned=what == PIN)
            except models.VersionInUse as exc:
                return f"model-in-use-{exc.reason}"
            except LookupError:
                return "model-gone"
            note(session, user.id, f"model.{what}", now, version=version)
            return "model-removed" if what == REMOVE else None

        phrase = self.database.write(change)
        return spoken.say(phrase) if phrase else None

    async def _switch(self, bot: "ExtBot[int]", chat_id: int, user: User, version: str) -> None:
        """Ask for a version; its fate is told in the message that says so."""
        wording = await asyncio.to_thread(self._wording_of, user)

        def want(session: Session) -> bool:
            try:
                before = models.want(session, version)
            except KeyError:
                return False
            note(session, user.id, "model.switch", wall_now(), version=version, before=before)
            return True

        is_there = await self._write(want)
        words = wording.say("model-switching" if is_there else "model-gone")
        sent = await self.conversation.replies.send(bot, chat_id, words)
        if is_there:
            told = ToldIn(chat_id, sent.message_id, wording.phrases.language)
            self._switches.append(_Switch(version, told))

    async def _tell_switch(self, bot: "ExtBot[int]", switch: _Switch) -> None:
        found = await self._look(lambda session: models.version_by_id(session, switch.version))
        if found is not None and not found.failure and not found.serving:
            return
        self._switches.remove(switch)
        wording = await asyncio.to_thread(self._wording_in, switch.told.language)
        if found is None:
            words = wording.say("model-gone")
        elif found.failure:
            words = wording.say("model-not-switched", reason=escape(found.failure, quote=False))
        else:
            words = wording.say("model-switched")
        await edit(bot, switch.told, words, None)

    async def _allowed(self, update: Update, context: Context, user: User) -> bool:
        if await self.conversation.may(user.id, Action.CONFIGURE):
            return True
        await self._write(lambda session: note(session, user.id, "model.refused", wall_now(), what=_what(update)))
        await self.conversation.reply(update, context, lambda spoken: spoken.say("may-not-train"))
        return False

    async def _read(self, user: User, work: Callable[[Session, Wording], T]) -> T:
        language = (await self.conversation.spoken(user)).language

        def read(session: Session) -> T:
            return work(session, coop_wording(session, language))

        return await self._look(read)

    async def _look(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.database.read, work)

    async def _write(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.database.write, work)

    def _wording_of(self, user: User) -> Wording:
        return self._wording_in(self.conversation.language_of(user))

    def _wording_in(self, language: str) -> Wording:
        return self.database.read(lambda session: coop_wording(session, language))


def _listed(session: Session, wording: Wording) -> tuple[str, InlineKeyboardMarkup]:
    versions, now = models.known_versions(session), moment(session)
    return list_words(versions, wording, now), list_buttons(versions, wording, now)


def _return_to_shipped(session: Session, by: int) -> str | None:
    before = models.want_shipped(session)
    if before is not None:
        note(session, by, "model.switch", wall_now(), version=None, before=before)
    return before


def _chat_of(update: Update) -> int:
    assert update.effective_chat is not None, "a command comes from a chat"
    return update.effective_chat.id


def _what(update: Update) -> str:
    message = update.effective_message
    return (message.text or "a file" if message else "")[:40]
