"""Versions from chat: /models, /rollback, and versions sent to the bot as files."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session
from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update, User
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import ExtBot

from henbot.bot.asking import coop_wording, moment
from henbot.bot.handlers import Context, Conversation, answer_press
from henbot.bot.job_talk import JobTelling, Outcome, asked
from henbot.bot.keyboards import number_in
from henbot.bot.model_words import (
    BACK,
    COMPARE,
    EXPORT,
    LIST,
    PIN,
    REMOVE,
    SHADOW,
    SHIPPED,
    STOP,
    SURE,
    SWITCH,
    UNPIN,
    UNSHADOW,
    WHY,
    back_page,
    compare_words,
    list_buttons,
    list_words,
    read_model_press,
    version_buttons,
    version_words,
    why_words,
)
from henbot.bot.switch_talk import SwitchTelling
from henbot.bot.wording import Wording
from henbot.domain.people import Action
from henbot.services import models
from henbot.services.audit import AuditAction, note
from henbot.services.coop_clock import wall_now
from henbot.services.jobs import Job, JobKind
from henbot.services.media import MediaFolder
from henbot.services.shadows import end_shadow, last_shadow
from henbot.services.sightings import newest_sightings
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
JOBS = {EXPORT: JobKind.EXPORT, COMPARE: JobKind.COMPARE, WHY: JobKind.EXPLAIN}
"""What buttons ask of the detector."""

LARGEST_FILE = 20 * 1024 * 1024
"""Most that a bot can fetch (TELEGRAM.md)."""


@dataclass(frozen=True, slots=True)
class ModelTalk:
    """Handlers of all that is about versions; for whom the coop lets configure."""

    conversation: Conversation
    telling: JobTelling
    switches: SwitchTelling

    def __post_init__(self) -> None:
        self.telling.outcomes[JobKind.EXPLAIN] = Outcome(_no_buttons, self._send_why)

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
            await self.switches.ask(context.bot, _chat_of(update), user, good.id)
            return
        phrase = await self._to_shipped(user)
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
        if not await self.conversation.may(query.from_user.id, Action.CONFIGURE):
            await self.conversation.refuse_press(query, "may-not-train")
        elif press is None or not isinstance(query.message, Message):
            await self.conversation.unknown_press(query)
        else:
            await self._do(query, query.message, *press, bot=context.bot)

    async def tick(self, context: Context) -> None:
        """Tell how jobs and switches stand, where that has changed."""
        await self.switches.tick(context.bot)
        await self.telling.tick(context.bot)

    async def _do(self, query: CallbackQuery, message: Message, what: str, version: str, *, bot: "ExtBot[int]") -> None:
        user = query.from_user
        if what == STOP:
            if (job := number_in(version)) is not None:
                await self.telling.stop(job, user.id)
            await answer_press(query)
        elif what == SURE:
            await answer_press(query)
            await self.switches.ask(bot, message.chat_id, user, version)
        elif what in JOBS:
            await self._ask_job(query, message, what, version, bot=bot)
        elif what == SHIPPED:
            await answer_press(query, (await self.conversation.spoken(user)).say(await self._to_shipped(user)))
            await self._show(query, user, LIST, version)
        elif what in CHANGES:
            await answer_press(query, await asyncio.to_thread(self._change, user, what, version))
            await self._show(query, user, LIST if what == REMOVE else what, version)
        else:
            await answer_press(query)
            await self._show(query, user, what, version)

    async def _to_shipped(self, user: User) -> str:
        """Let what is shipped serve again; the phrase that says so."""
        before = await self._write(lambda session: _return_to_shipped(session, user.id))
        return "rollback-none" if before is None else "rollback-shipped"

    async def _ask_job(
        self, query: CallbackQuery, message: Message, what: str, version: str, *, bot: "ExtBot[int]"
    ) -> None:
        """Ask for work on a version, unless it is gone or the answer is there already."""
        user = query.from_user
        known = await self._read(user, partial(_known, what=what, version=version))
        if known is None:
            await answer_press(query)
            await self.telling.ask(bot, message.chat_id, user, partial(asked, JOBS[what], {"version": version}))
        elif known.markup is None:
            await answer_press(query, known.words)
        else:
            await answer_press(query)
            await self._edit(query, known.words, known.markup)

    async def _show(self, query: CallbackQuery, user: User, what: str, version: str) -> None:
        def page(session: Session, wording: Wording) -> tuple[str, InlineKeyboardMarkup]:
            found = models.version_by_id(session, version) if what != LIST else None
            if found is None:
                return _listed(session, wording)
            if what == BACK:
                return back_page(found, models.last_good(session), wording, moment(session))
            shadow = last_shadow(session, version)
            words = version_words(found, wording, moment(session), shadow)
            if what == SWITCH:
                words = f"{words}\n\n{wording.say('model-switch-sure')}"
            in_shadow = shadow is not None and shadow.ended_at is None
            return words, version_buttons(found, wording, asks=what == SWITCH, in_shadow=in_shadow)

        await self._edit(query, *await self._read(user, page))

    async def _edit(self, query: CallbackQuery, text: str, markup: InlineKeyboardMarkup) -> None:
        try:
            await query.edit_message_text(text, parse_mode=ParseMode.HTML, reply_markup=markup)
        except BadRequest as exc:
            if "not modified" not in exc.message.lower():
                raise

    def _change(self, user: User, what: str, version: str) -> str | None:
        """Pin, remove, or let look on in shadow; what pops up."""
        spoken = self._wording_of(user).phrases

        def change(session: Session) -> str | None:
            now = wall_now()
            try:
                phrase = CHANGES[what](session, version, now)
            except models.VersionInUse as exc:
                return f"model-in-use-{exc.reason}"
            except LookupError:
                return "model-gone"
            note(session, user.id, AuditAction(f"model.{what}"), now, version=version)
            return phrase

        phrase = self.database.write(change)
        return spoken.say(phrase) if phrase else None

    async def _send_why(self, bot: "ExtBot[int]", job: Job, chat_id: int, language: str) -> None:
        """The pictures in which a version's answers were explained, which show the inside of the coop."""
        caption = await self._look(
            lambda session: why_words(job.result, coop_wording(session, language), moment(session))
        )
        try:
            content = await asyncio.to_thread((self.conversation.media / str(job.result["path"])).read_bytes)
            await self.conversation.replies.send_pictures(bot, chat_id, [content], caption, silent=True)
        except (OSError, BadRequest) as exc:
            log.warning("why.not_shown", reason=str(exc))

    async def _allowed(self, update: Update, context: Context, user: User) -> bool:
        if await self.conversation.may(user.id, Action.CONFIGURE):
            return True
        await self.conversation.refuse_command(update, context, "may-not-train")
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


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer that needs no job: a page with its buttons, or a word that pops up."""

    words: str
    markup: InlineKeyboardMarkup | None = None


def _known(session: Session, wording: Wording, what: str, version: str) -> _Known | None:
    """What can be said at once to who asks for work on a version; None where it is to be done."""
    found = models.version_by_id(session, version)
    if found is None:
        return _Known(wording.say("model-gone"))
    if what == WHY and not newest_sightings(session, most=1):
        return _Known(wording.say("explain-none"))
    if what != COMPARE:
        return None
    if found.serving:
        return _Known(wording.say("model-serves-already"))
    serving, report = models.serving_version(session), found.report or {}
    is_told = bool(report.get("comparison")) and report.get("against") == (serving.id if serving else None)
    if not is_told:
        return None
    shadow = last_shadow(session, version)
    in_shadow = shadow is not None and shadow.ended_at is None
    return _Known(compare_words(found, wording, shadow), version_buttons(found, wording, in_shadow=in_shadow))


def _removed(session: Session, version: str, now: datetime) -> str:
    models.remove(session, version, now)
    return "model-removed"


def _pinned(session: Session, version: str, now: datetime) -> None:
    models.set_pinned(session, version, pinned=True)


def _unpinned(session: Session, version: str, now: datetime) -> None:
    models.set_pinned(session, version, pinned=False)


def _in_shadow(session: Session, version: str, now: datetime) -> str:
    models.shadow(session, version, now)
    return "shadow-begun"


def _out_of_shadow(session: Session, version: str, now: datetime) -> str:
    end_shadow(session, now, version)
    return "shadow-ended"


CHANGES: Mapping[str, Callable[[Session, str, datetime], str | None]] = {
    REMOVE: _removed,
    PIN: _pinned,
    UNPIN: _unpinned,
    SHADOW: _in_shadow,
    UNSHADOW: _out_of_shadow,
}
"""What buttons change at once, given wall time; each gives the phrase that pops up, if any."""


def _no_buttons(session: Session, job: Job, wording: Wording) -> None:
    return None


def _listed(session: Session, wording: Wording) -> tuple[str, InlineKeyboardMarkup]:
    versions, now = models.known_versions(session), moment(session)
    return list_words(versions, wording, now), list_buttons(versions, wording, now)


def _return_to_shipped(session: Session, by: int) -> str | None:
    before = models.want_shipped(session)
    if before is not None:
        note(session, by, AuditAction.MODEL_SWITCH, wall_now(), version=None, before=before)
    return before


def _chat_of(update: Update) -> int:
    assert update.effective_chat is not None, "a command comes from a chat"
    return update.effective_chat.id
