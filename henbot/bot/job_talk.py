"""Telling of the detector's work: asked for in a chat, told in one message that is edited, and in the end with what
came out. Which messages those are stands with the job, so that a restart goes on telling.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

import structlog
from sqlalchemy.orm import Session
from telegram import InlineKeyboardMarkup, User
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot

from henbot.bot.asking import CoopUnknown, coop_wording, moment
from henbot.bot.handlers import Conversation
from henbot.bot.job_words import job_buttons, job_words, running_s
from henbot.bot.wording import Wording
from henbot.domain.people import Action
from henbot.services import jobs
from henbot.services.audit import AuditAction, note
from henbot.services.coop_clock import clock_setting, wall_now
from henbot.services.jobs import Job, JobKind, JobState, ToldIn
from henbot.services.subscribers import chosen_language

T = TypeVar("T")
Asked: TypeAlias = Callable[[Session, int], Job]
"""Asks for a job in the name of a person."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job's end is told beside its message.

    Attributes:
        buttons: under the message, in its language.
        pictures: sends what belongs to it into a chat, in a language.
    """

    buttons: Callable[[Session, Job, Wording], InlineKeyboardMarkup | None]
    pictures: "Callable[[ExtBot[int], Job, int, str], Awaitable[None]]"


@dataclass(frozen=True, slots=True)
class JobTelling:
    """Asks for jobs, and tells of them.

    Attributes:
        outcomes: of the kinds of jobs that end with more than words.
    """

    conversation: Conversation
    outcomes: dict[JobKind, Outcome] = field(default_factory=dict)
    _said: dict[tuple[int, int], str] = field(default_factory=dict)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, compare=False)

    async def ask(self, bot: "ExtBot[int]", chat_id: int, user: User, ask: Asked) -> None:
        """Ask for a job, and begin to tell of it."""
        language = await asyncio.to_thread(self.conversation.language_of, user)

        def asked_for(session: Session) -> tuple[Job, str, InlineKeyboardMarkup | None]:
            job = ask(session, user.id)
            note(session, user.id, AuditAction(f"job.{job.kind.value}"), wall_now(), job=job.id)
            return (job, *self._message(session, job, language))

        job, words, markup = await asyncio.to_thread(self.conversation.database.write, asked_for)
        sent = await self.conversation.replies.send(bot, chat_id, words, markup, silent=True)
        told = ToldIn(chat_id, sent.message_id, language)
        await self._write(lambda session: jobs.tell_in(session, job.id, told))

    async def stop(self, job_id: int, by: int) -> None:
        """Call a job off; nothing where it has ended already."""

        def call_off(session: Session) -> None:
            if jobs.cancel(session, job_id, moment(session)):
                note(session, by, AuditAction.JOB_STOP, wall_now(), job=job_id)

        await self._write(call_off)

    async def tick(self, bot: "ExtBot[int]") -> None:
        """Tell how jobs stand, where that has changed."""
        async with self._one_at_a_time:  # or an end would be told twice
            await self._tell_all(bot)

    async def _tell_all(self, bot: "ExtBot[int]") -> None:
        for job in await asyncio.to_thread(self.conversation.database.read, jobs.told_jobs):
            chats = dict.fromkeys(told.chat_id for told in job.told_in)
            tellings = [self._tell(bot, job, chat_id) for chat_id in chats]
            tellings += [self._report(bot, job, person) for person in job.report_to if not job.is_open]
            for telling in tellings:
                try:
                    await telling
                except (CoopUnknown, TelegramError) as exc:  # tried again at the next tick
                    log.warning("job.not_told", job=job.id, reason=f"{type(exc).__name__}: {exc}"[:200])

    async def _tell(self, bot: "ExtBot[int]", job: Job, chat_id: int) -> None:
        """Bring a chat's messages of a job to how it stands."""
        messages = [told for told in job.told_in if told.chat_id == chat_id]
        for told in messages:
            words, markup = await self._read(partial(self._message, job=job, language=told.language))
            if self._said.get((job.id, told.message_id)) != words:
                await edit(bot, told, words, markup)
                self._said[job.id, told.message_id] = words
        if not job.is_open:
            await self._end(bot, job, chat_id, messages[-1].language)
            await self._write(lambda session: jobs.end_told(session, job.id, chat_id, messages))
            for told in messages:
                self._said.pop((job.id, told.message_id), None)

    async def _report(self, bot: "ExtBot[int]", job: Job, person: int) -> None:
        """Tell somebody who did not ask for a job how it ended, in silence."""

        def read(session: Session) -> tuple[str, str, InlineKeyboardMarkup | None]:
            language = coop_wording(session, chosen_language(session, person)).phrases.language
            return (language, *self._message(session, job, language))

        if await self.conversation.may(person, Action.CONFIGURE):
            language, words, markup = await self._read(read)
            try:
                await self.conversation.replies.send(bot, person, words, markup, silent=True)
                await self._end(bot, job, person, language)
            except (BadRequest, Forbidden) as exc:  # never wrote to the bot, or blocked it
                log.info("job.not_reported", job=job.id, reason=exc.message)
        await self._write(lambda session: jobs.end_told(session, job.id, person))

    async def _end(self, bot: "ExtBot[int]", job: Job, chat_id: int, language: str) -> None:
        """All that goes with a job's end, beside its message."""
        if job.state is JobState.DONE and job.kind is JobKind.EXPORT:
            await self._send_version(bot, chat_id, job)
        if job.state is JobState.DONE and job.kind in self.outcomes:
            await self.outcomes[job.kind].pictures(bot, job, chat_id, language)

    async def _send_version(self, bot: "ExtBot[int]", chat_id: int, job: Job) -> None:
        path: Path = self.conversation.media / str(job.result["path"])
        content = await asyncio.to_thread(path.read_bytes)
        await self.conversation.replies.send_file(bot, chat_id, (f"{job.result['version']}.zip", content), "")

    def _message(self, session: Session, job: Job, language: str) -> tuple[str, InlineKeyboardMarkup | None]:
        wording = coop_wording(session, language)
        words = job_words(job, wording, running_s(job, clock_setting(session)))
        outcome = self.outcomes.get(job.kind) if job.state is JobState.DONE else None
        return words, outcome.buttons(session, job, wording) if outcome else job_buttons(job, wording)

    async def _read(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.conversation.database.read, work)

    async def _write(self, work: Callable[[Session], object]) -> None:
        await asyncio.to_thread(self.conversation.database.write, work)


def asked(kind: JobKind, arguments: Mapping[str, str], session: Session, by: int) -> Job:
    """Ask for a job of a kind with its arguments: an `Asked`, once both are given."""
    return jobs.ask(session, kind, arguments, by, moment(session))


async def edit(bot: "ExtBot[int]", told: ToldIn, words: str, markup: InlineKeyboardMarkup | None) -> None:
    """Let a message say something else; nothing where it says so already, or nobody can read it any more."""
    try:
        await bot.edit_message_text(
            words, chat_id=told.chat_id, message_id=told.message_id, parse_mode=ParseMode.HTML, reply_markup=markup
        )
    except (BadRequest, Forbidden) as exc:
        log.info("job.message_not_edited", reason=exc.message)
