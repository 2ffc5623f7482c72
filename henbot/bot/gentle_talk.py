"""Asks admins by itself what pictures show, gently: silently, at set hours, and never twice because of a restart."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session
from telegram.error import Forbidden, TelegramError, TimedOut
from telegram.ext import ExtBot

from henbot.bot.asking import CoopUnknown, coop_wording, moment
from henbot.bot.handlers import Context
from henbot.bot.label_talk import LabelTalk, Shown
from henbot.services.gentle_questions import GentlePlan, due_question, due_slot
from henbot.services.label_questions import begin_asking, close_asking, unsend
from henbot.services.question_queue import want_questions

T = TypeVar("T")

log = structlog.get_logger(__name__)

LOOK_AGAIN_S = 60.0
"""How long nothing is looked for where nothing was worth asking, and how often questions are seen to be chosen."""


@dataclass(slots=True)
class _Looked:
    """When it was looked last for a question to ask, and for which hour, and whether few wait (the machine's clock)."""

    asking_s: float = float("-inf")
    slot_at: datetime | None = None
    waiting_s: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class GentleTalk:
    """Looks whether a question is due, and sees to it that some wait.

    Attributes:
        admins: who is asked.
    """

    labels: LabelTalk
    plan: GentlePlan
    admins: Callable[[Session], Sequence[int]]
    _looked: _Looked = field(default_factory=_Looked)

    async def tick(self, context: Context) -> None:
        """Put messages right, ask what is due, let questions be chosen; called every few seconds."""
        try:
            await self.labels.put_right(context.bot)
            await self._ask(context.bot)
            await self._choose()
        except CoopUnknown:
            log.debug("questions.no_coop")

    async def _ask(self, bot: "ExtBot[int]") -> None:
        slot = await self._read(self._due)
        was_lately = self._looked.slot_at == slot and time.monotonic() - self._looked.asking_s < LOOK_AGAIN_S
        shown = await self._write(self._prepare) if slot and not was_lately else None
        if shown is None:
            if not was_lately:
                self._looked.asking_s, self._looked.slot_at = time.monotonic(), slot
            return
        asking = shown.asking
        try:
            await self.labels.send(bot, shown)
        except TimedOut as exc:
            # It may have arrived, and can be answered then: better once too few than twice.
            log.warning("question.perhaps_asked", user=asking.user_id, reason=exc.message)
        except Forbidden as exc:
            log.warning("question.not_asked", user=asking.user_id, reason=exc.message)
            await self._write(lambda session: close_asking(session, asking.id))
        except TelegramError as exc:
            log.warning("question.asked_later", user=asking.user_id, reason=exc.message)
            await self._write(lambda session: unsend(session, asking.id))
            self._looked.asking_s, self._looked.slot_at = time.monotonic(), slot

    def _due(self, session: Session) -> datetime | None:
        coop_wording(session)  # raises where there is no coop yet
        return due_slot(session, self.plan, moment(session))

    def _prepare(self, session: Session) -> Shown | None:
        now = moment(session)
        due = due_question(session, self.plan, self.admins(session), now)
        if due is None:
            return None
        language = self.labels.language_in(session, due.user_id)
        return self.labels.shown(session, begin_asking(session, due.question, due.user_id, now, due.slot_at), language)

    async def _choose(self) -> None:
        if time.monotonic() - self._looked.waiting_s >= LOOK_AGAIN_S:
            self._looked.waiting_s = time.monotonic()
            await self._write(lambda session: want_questions(session, moment(session)))

    async def _read(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.labels.conversation.database.read, work)

    async def _write(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.labels.conversation.database.write, work)
