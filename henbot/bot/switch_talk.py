"""Telling of switches: in the message in which an admin waits for one, and to all admins what befell by itself later.

What is to be told stands in the database, so that a bot that is started anew goes on telling.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session
from telegram import User
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot

from henbot.bot.asking import CoopUnknown, coop_wording, moment
from henbot.bot.failure_words import failure_words
from henbot.bot.handlers import Conversation
from henbot.bot.job_talk import edit
from henbot.bot.model_words import notice_words
from henbot.bot.wording import Wording
from henbot.services import models
from henbot.services.audit import AuditAction, note
from henbot.services.coop_clock import wall_now
from henbot.services.switches import Switch, begin_switch, end_switch, tell_switch_in, told_in, untold_switches
from henbot.services.version_notices import Notice, end_notice, knows_of, note_told, untold_notices

T = TypeVar("T")

log = structlog.get_logger(__name__)

SENDING = timedelta(seconds=30)
"""A message that is not known after so long was never sent: the bot died before."""


@dataclass(frozen=True, slots=True)
class SwitchTelling:
    """Asks for versions to serve, and tells what became of them."""

    conversation: Conversation
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, compare=False)

    async def ask(self, bot: "ExtBot[int]", chat_id: int, user: User, version: str) -> None:
        """Ask for a version; its fate is told in the message that says so."""
        language = await asyncio.to_thread(self.conversation.language_of, user)

        def want(session: Session) -> tuple[int | None, str]:
            wording = coop_wording(session, language)
            try:
                before = models.want(session, version)
            except KeyError:
                return None, wording.say("model-gone")
            now = wall_now()
            note(session, user.id, AuditAction.MODEL_SWITCH, now, version=version, before=before)
            return begin_switch(session, version, user.id, now, chat_id, language), wording.say("model-switching")

        switch, words = await self._write(want)
        sent = await self.conversation.replies.send(bot, chat_id, words)
        if switch is not None:
            await self._write(lambda session: tell_switch_in(session, switch, sent.message_id))

    async def tick(self, bot: "ExtBot[int]") -> None:
        """Tell what is to be told; what cannot be told now, later."""
        async with self._one_at_a_time:  # or it would be told twice
            await self._tell_all(bot)

    async def _tell_all(self, bot: "ExtBot[int]") -> None:
        switches, notices = await self._read(untold_switches), await self._read(untold_notices)
        tellings = [partial(self._tell_switch, bot, switch) for switch in switches]
        tellings += [partial(self._tell_notice, bot, notice.id) for notice in notices]
        for tell in tellings:
            try:
                await tell()
            except (CoopUnknown, TelegramError) as exc:
                log.warning("switch.not_told", reason=f"{type(exc).__name__}: {exc}"[:200])

    async def _tell_switch(self, bot: "ExtBot[int]", switch: Switch) -> None:
        is_being_sent = switch.message_id is None and wall_now() - switch.asked_at < SENDING
        words = None if is_being_sent else await self._read(partial(_fate, switch=switch))
        if words is None:
            return
        if (told := told_in(switch)) is not None:
            await edit(bot, told, words, None)
        else:  # the bot died before it could say that it would see
            await self._send(bot, switch.chat_id, words)

        def end(session: Session) -> None:
            end_switch(session, switch.id, wall_now())
            knows_of(session, switch.asked_by, switch.version, switch.asked_at)

        await self._write(end)

    async def _tell_notice(self, bot: "ExtBot[int]", notice_id: int) -> None:
        """Tell every admin who does not know; one who cannot be reached is not tried again."""
        admins = await self._read(self._admins)
        notice = next((one for one in await self._read(untold_notices) if one.id == notice_id), None)
        if notice is None:
            return
        for admin in admins:
            if admin not in notice.told_to:
                await self._tell_admin(bot, notice, admin)
        await self._write(lambda session: end_notice(session, notice_id, admins, wall_now()))

    async def _tell_admin(self, bot: "ExtBot[int]", notice: Notice, admin: int) -> None:
        language = (await self.conversation.spoken_to(admin)).language

        def words(session: Session) -> str:
            version = models.version_by_id(session, notice.version)
            return notice_words(notice, version, coop_wording(session, language), moment(session))

        await self._send(bot, admin, await self._read(words))
        await self._write(lambda session: note_told(session, notice.id, admin))

    async def _send(self, bot: "ExtBot[int]", chat_id: int, words: str) -> None:
        try:
            await self.conversation.replies.send(bot, chat_id, words)
        except (BadRequest, Forbidden) as exc:  # never wrote to the bot, or blocked it
            log.info("switch.nobody_hears", reason=exc.message)

    def _admins(self, session: Session) -> list[int]:
        return self.conversation.people.admins(session, wall_now())

    async def _read(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.conversation.database.read, work)

    async def _write(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.conversation.database.write, work)


def _fate(session: Session, switch: Switch) -> str | None:
    """What became of a version that was asked for; None while it is on its way."""
    wording = coop_wording(session, switch.language)
    found = models.version_by_id(session, switch.version)
    if found is None:
        return wording.say("model-gone")
    if found.failure:
        return _refused(session, found.failure, wording)
    if found.serving:
        return wording.say("model-switched")
    return None if found.desired else wording.say("model-superseded")


def _refused(session: Session, failure: str, wording: Wording) -> str:
    phrase = "model-not-switched" if models.serving_version(session) else "model-not-switched-shipped"
    return wording.say(phrase, reason=failure_words(failure, wording))
