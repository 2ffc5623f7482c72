"""Handlers of /log: who did what, and when; for admins, in private."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update, User
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest

from henbot.bot.asking import coop_wording
from henbot.bot.export_files import NamedFile
from henbot.bot.handlers import Context, Conversation, answer_press
from henbot.bot.log_words import (
    LINES,
    LOG,
    TABLE,
    LogPage,
    log_keyboard,
    log_table,
    log_text,
    read_log_press,
)
from henbot.bot.questions import Intent, particulars
from henbot.bot.wording import Wording
from henbot.domain.clock import day_bounds
from henbot.domain.people import Action
from henbot.services.audit import AuditLine, audit_lines
from henbot.services.coop_clock import wall_now
from henbot.services.reports import coop_of

T = TypeVar("T")
Page = tuple[str, InlineKeyboardMarkup | None]

IN_WORDS = (
    r"(?i)^/?(?:журнал|лог|(?:the )?log|audit)"
    r"(?:\s[\w\s]*(?:дн\w*|недел\w*|месяц\w*|сегодня|вчера|days?|weeks?|months?|today|yesterday))?[.!]*$"
)
"""/log in plain words of a private chat."""

PRESSES = rf"^{LOG}:"
"""What the buttons say that are answered here."""


@dataclass(frozen=True, slots=True)
class LogTalk:
    """Handlers of the audit."""

    conversation: Conversation

    async def log(self, update: Update, context: Context) -> None:
        """/log, /log 7 days: what was done, the newest first."""
        user, chat, message = update.effective_user, update.effective_chat, update.effective_message
        if user is None or chat is None or message is None:
            return
        if not await self.conversation.may(user.id, Action.CONFIGURE):
            await self.conversation.refuse_command(update, context, "may-not-log")
            return
        if chat.type != ChatType.PRIVATE:
            await self.conversation.reply(update, context, lambda spoken: spoken.say("log-in-private"))
            return
        rest = (message.text or "").partition(" ")[2].strip(" .!")
        page = await self._read(user, lambda session, wording: _page(session, wording, _asked_for(rest, wording)))
        await self.conversation.send(update, context, *page)

    async def press(self, update: Update, context: Context) -> None:
        """A button of /log, for whom the coop lets read it."""
        query = update.callback_query
        if query is None:
            return
        press = read_log_press(query.data)
        if not await self.conversation.may(query.from_user.id, Action.CONFIGURE):
            await self.conversation.refuse_press(query, "may-not-log")
        elif press is None or not isinstance(query.message, Message) or query.message.chat.type != ChatType.PRIVATE:
            await self.conversation.unknown_press(query)
        elif press[0] == TABLE:
            await answer_press(query)
            page = press[1]
            table = await self._read(query.from_user, lambda session, wording: _table(session, wording, page))
            file = table.name, table.content
            await self.conversation.replies.send_file(context.bot, query.message.chat_id, file, "")
        else:
            await answer_press(query)
            page = press[1]
            shown = await self._read(query.from_user, lambda session, wording: _page(session, wording, page))
            await _show(query, *shown)

    async def _read(self, user: User, work: Callable[[Session, Wording], T]) -> T:
        language = (await self.conversation.spoken(user)).language
        return await asyncio.to_thread(
            self.conversation.database.read, lambda session: work(session, coop_wording(session, language))
        )


def _asked_for(rest: str, wording: Wording) -> LogPage:
    """The days that were asked for; all where none were."""
    if not rest:
        return LogPage()
    today = wall_now().astimezone(wording.timezone).date()
    period = particulars(Intent.VISITS, rest, today).period
    return LogPage(period.first, period.last) if period else LogPage()


def _lines(session: Session, page: LogPage, limit: int | None) -> list[AuditLine]:
    since, until = _bounds(session, page)
    return audit_lines(session, since, until, page.before, limit)


def _bounds(session: Session, page: LogPage) -> tuple[datetime | None, datetime | None]:
    timezone = ZoneInfo(coop_of(session).timezone)
    since = day_bounds(page.first, timezone)[0] if page.first else None
    until = day_bounds(page.last, timezone)[1] if page.last else None
    return since, until


def _page(session: Session, wording: Wording, page: LogPage) -> Page:
    lines = _lines(session, page, LINES)
    return log_text(session, lines, wording, wall_now()), log_keyboard(page, lines, wording)


def _table(session: Session, wording: Wording, page: LogPage) -> NamedFile:
    return log_table(session, _lines(session, page, None), wording)


async def _show(query: CallbackQuery, text: str, markup: InlineKeyboardMarkup | None) -> None:
    try:
        await query.edit_message_text(text, parse_mode=ParseMode.HTML, reply_markup=markup)
    except BadRequest as exc:
        if "not modified" not in exc.message.lower():  # pressed twice
            raise
