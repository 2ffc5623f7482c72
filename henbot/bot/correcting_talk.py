"""Handlers of corrections: buttons under admins' private messages of bouts, and what takes acts back: /undo."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session
from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update, User
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from henbot.bot.act_words import act_words
from henbot.bot.asking import coop_wording
from henbot.bot.correcting_words import (
    BACK,
    EGG,
    FIX,
    IS,
    KEEP,
    WHO,
    Buttons,
    Fix,
    back_button,
    choices,
    hen_of_tag,
    question,
    read_back,
    read_fix,
    value_words,
)
from henbot.bot.handlers import Context, Conversation, answer_press
from henbot.bot.wording import Wording, times
from henbot.domain.observations import HenId
from henbot.domain.people import Action
from henbot.domain.verdicts import Verdict
from henbot.services.acts import Act, AlreadyUndone, act_by_id, newest_standing, take_back
from henbot.services.changes import BOUT
from henbot.services.coop_clock import wall_now
from henbot.services.correcting import BoutGone, correct_egg, correct_hen, standing_bout
from henbot.services.corrections import Field, words_of_bout
from henbot.services.reports import BoutReport, bout_report, flock_of
from henbot.services.subscribers import remember
from henbot.services.undoing import UNDOING
from henbot.storage.tables import PostRow

T = TypeVar("T")
Page = tuple[str, Buttons]

log = structlog.get_logger(__name__)

IN_WORDS = r"(?i)^/?(?:отмена|отмени|верни как было|undo)[.!]*$"
"""/undo in plain words of a private chat."""

PRESSES = rf"^(?:{FIX}|{BACK}):"
"""What the buttons say that are answered here."""


@dataclass(frozen=True, slots=True)
class CorrectingTalk:
    """Handlers of what people say against the model, and of taking back what they did."""

    conversation: Conversation

    async def press(self, update: Update, context: Context) -> None:
        """A pressed button under a bout's message, or under what was said of it: for whom the coop lets correct."""
        query = update.callback_query
        if query is None:
            return
        if (query.data or "").startswith(f"{BACK}:"):
            await self._press_back(query)
            return
        fix = read_fix(query.data)
        if not await self.conversation.may(query.from_user.id, Action.CONFIGURE):
            await self.conversation.refuse_press(query, "may-not-correct")
        elif fix is None or not isinstance(query.message, Message):
            await self.conversation.unknown_press(query)
        else:
            await self._fix(query, query.message, fix, context.bot)

    async def undo(self, update: Update, context: Context) -> None:
        """/undo: take back the newest that somebody did, and again what came before it."""
        user = update.effective_user
        if user is None:
            return
        if not await self.conversation.may(user.id, Action.ANSWER):
            await self.conversation.refuse_command(update, context, "may-not-undo")
            return
        text = await self._in_words(user, lambda session, wording: _undo_newest(session, wording, user.id))
        await self.conversation.send(update, context, text)

    async def _fix(self, query: CallbackQuery, message: Message, fix: Fix, bot: "ExtBot[int]") -> None:
        user = query.from_user
        page = await self._in_words(user, lambda session, wording: _step(session, wording, user, fix))
        if page is None:
            await self._outdated(query)
            return
        await answer_press(query)
        text, buttons = page
        if fix.step in (IS, KEEP):
            await _show(query, text, buttons)
        else:
            await self.conversation.replies.send(
                bot, message.chat_id, text, _markup(buttons), message.message_id, silent=True
            )

    async def _press_back(self, query: CallbackQuery) -> None:
        user, act_id = query.from_user, read_back(query.data)
        act = await asyncio.to_thread(self.conversation.database.read, lambda session: _act(session, act_id))
        is_own = act is not None and act.by == user.id and await self.conversation.may(user.id, Action.ANSWER)
        if not is_own and not await self.conversation.may(user.id, Action.CONFIGURE):
            await self.conversation.refuse_press(query, "not-your-buttons")
        elif act is None:
            await self.conversation.unknown_press(query)
        else:
            known = act
            text = await self._in_words(user, lambda session, wording: _undo(session, wording, known, user.id))
            await answer_press(query)
            await _show(query, text, ())

    async def _outdated(self, query: CallbackQuery) -> None:
        await answer_press(query, (await self.conversation.spoken(query.from_user)).say("outdated-button"))

    async def _in_words(self, user: User, work: Callable[[Session, Wording], T]) -> T:
        language = (await self.conversation.spoken(user)).language
        return await asyncio.to_thread(
            self.conversation.database.write, lambda session: work(session, coop_wording(session, language))
        )


def _act(session: Session, act_id: int | None) -> Act | None:
    return act_by_id(session, act_id) if act_id is not None else None


def _step(session: Session, wording: Wording, user: User, fix: Fix) -> Page | None:
    """Do what a button says, and what is said then; None where its bout came to nothing."""
    post = session.get(PostRow, fix.post)
    row = standing_bout(session, post.subject_id) if post is not None and post.subject == BOUT else None
    bout = bout_report(session, row.id) if row else None
    if fix.step == KEEP:
        return wording.say("fix-kept"), ()
    if bout is None:
        return None
    if fix.step == WHO:
        return question(bout, wording), choices(bout, fix.post, flock_of(session), wording)
    remember(session, user.id, user.full_name, wall_now())
    try:
        return _correct(session, wording, user.id, bout, fix)
    except (BoutGone, KeyError):
        return None


def _correct(session: Session, wording: Wording, by: int, bout: BoutReport, fix: Fix) -> Page | None:
    said = _said(session, fix)
    if said is None:
        return None
    field, value = said
    same = [one for one in words_of_bout(session, bout.id) if (one.by, one.field, one.value) == (by, field, value)]
    if same:  # pressed twice
        act = same[0].act
    elif field is Field.HEN:
        act = correct_hen(session, by, bout.id, HenId(value), wall_now()).id
    else:
        act = correct_egg(session, by, bout.id, Verdict(value), wall_now()).id
    words = wording.say("fix-done", what=value_words(field, value, wording))
    return f"{words}\n{times(bout, wording)}", back_button(act, wording)


def _said(session: Session, fix: Fix) -> tuple[Field, str] | None:
    """What a button says of a bout."""
    if fix.step != IS:
        return Field.EGG, (Verdict.LAID if fix.step == EGG else Verdict.NOT_LAID).value
    hen = hen_of_tag(fix.hen, flock_of(session))
    return (Field.HEN, hen) if hen is not None else None


def _undo_newest(session: Session, wording: Wording, by: int) -> str:
    act = newest_standing(session, by)
    return _undo(session, wording, act, by) if act else wording.say("undo-nothing")


def _undo(session: Session, wording: Wording, act: Act, by: int) -> str:
    what = act_words(session, act, wording)
    try:
        take_back(session, act.id, by, wall_now(), UNDOING)
    except AlreadyUndone:
        return wording.say("undo-already", what=what)
    return wording.say("undo-done", what=what)


def _markup(buttons: Buttons) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(words, callback_data=says) for words, says in row] for row in buttons]
    return InlineKeyboardMarkup(rows) if rows else None


async def _show(query: CallbackQuery, text: str, buttons: Buttons) -> None:
    try:
        await query.edit_message_text(text, parse_mode=ParseMode.HTML, reply_markup=_markup(buttons))
    except BadRequest as exc:
        if "not modified" not in exc.message.lower():  # pressed twice
            log.info("correction.not_shown", reason=exc.message)
            with suppress(TelegramError):  # under a picture there are no words to edit
                await query.edit_message_caption(text, parse_mode=ParseMode.HTML, reply_markup=_markup(buttons))
