"""Handlers of what people tell instead of asking: commands, plain sentences, and the buttons below them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from telegram import CallbackQuery, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest

from henbot.bot.asking import TAKEN, Answer, acquaintance
from henbot.bot.handlers import Context, Conversation, answer_press, put_to_bot
from henbot.bot.keyboards import number_in
from henbot.bot.ledger_words import KINDS, UNDO, Telling, told, told_by_command, undone
from henbot.bot.ledger_words import telling as telling_of
from henbot.bot.questions.statements import Statement, Taken, statement_of
from henbot.services.coop_clock import clock_setting, wall_now

T = TypeVar("T")

COMMANDS = ("collected", "egg", "treated")
"""Commands that tell something."""

RUSSIAN = {
    "собрано": "collected", "собрали": "collected", "собрала": "collected", "собрал": "collected",
    "яйцо": "egg", "нашли": "egg", "лечение": "treated", "лечили": "treated",
}  # fmt: skip
"""The commands in Russian: Telegram knows none in Cyrillic letters, so they come as plain text with a slash."""

PRESSES = rf"^(?:{TAKEN}|{UNDO}):"
"""What the buttons say that are answered here."""


@dataclass(frozen=True, slots=True)
class LedgerTalk:
    """Handlers of what is told, beside the conversation that answers questions."""

    conversation: Conversation

    async def command(self, update: Update, context: Context) -> None:
        """/collected 5, /egg Ginger under the bush, /treated Ginger wormer 7."""
        message = update.effective_message
        name, _, rest = (message.text or "" if message else "").lstrip("/").partition(" ")
        command = name.split("@")[0].lower()
        await self._write(update, context, lambda one: told_by_command(one, command, rest))

    async def text(self, update: Update, context: Context) -> None:
        """`collected 5`, `собрали 5 яиц`: written down; all else is a question."""
        message = update.effective_message
        words = put_to_bot(message, context.bot.username) if message else None
        command, _, rest = (words or "").strip().partition(" ")
        if command.startswith("/") and (told_as := RUSSIAN.get(command[1:].lower())):
            await self._write(update, context, lambda one: told_by_command(one, told_as, rest))
            return
        statement = await asyncio.to_thread(self._statement, words) if words else None
        if statement is None:
            await self.conversation.text(update, context)
            return
        known = statement
        await self._write(update, context, lambda one: told(one, known))

    async def press(self, update: Update, context: Context) -> None:
        """`All taken` and `undo`, for whoever may tell: also another of the family than the one who asked."""
        query = update.callback_query
        if query is None:
            return
        kind, _, argument = (query.data or "").partition(":")
        if not await self.conversation.may(query.from_user.id):
            await self.conversation.refuse_press(query, "may-not-tell")
        elif kind == TAKEN:
            await answer_press(query)
            await self._write(update, context, lambda one: told(one, Taken(None, everything=True)))
        else:
            await self._undo(query, argument)

    async def _undo(self, query: CallbackQuery, argument: str) -> None:
        spoken = await self.conversation.spoken(query.from_user)
        kind, _, row_id = argument.partition(":")
        row = number_in(row_id)
        if kind not in KINDS or row is None:
            await self.conversation.unknown_press(query)
            return
        words = await asyncio.to_thread(
            self._in_transaction, query.from_user.id, spoken.language, lambda one: undone(one, kind, row)
        )
        if words is None:
            await answer_press(query, spoken.say("nothing-to-undo"))
            return
        await answer_press(query)
        try:
            await query.edit_message_text(words, parse_mode=ParseMode.HTML)
        except BadRequest as exc:
            if "not modified" not in exc.message.lower():
                raise

    async def _write(self, update: Update, context: Context, tell: Callable[[Telling], Answer]) -> None:
        """Write something down for who may tell, and say it back; else say who may."""
        user = update.effective_user
        if user is None:
            return
        if not await self.conversation.may(user.id):
            await self.conversation.refuse_command(update, context, "may-not-tell")
            return
        await self.conversation.reply(
            update, context, lambda spoken: self._in_transaction(user.id, spoken.language, tell)
        )

    def _in_transaction(self, by: int, language: str, work: Callable[[Telling], T]) -> T:
        with self.conversation.database.writing() as session:
            done = work(telling_of(session, by, language))
            session.commit()
            return done

    def _statement(self, text: str) -> Statement | None:
        coop = acquaintance(self.conversation.database)
        if coop is None:
            return None
        with self.conversation.database.reading() as session:
            now = clock_setting(session).coop_time(wall_now())
        return statement_of(text, now.astimezone(coop.timezone).date(), coop.hens)
