"""Care hints on their way to admins, and what people answer to them.

A hint is noted before it is sent, so that a restart repeats none. Pressed by one, it is answered for all.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session
from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError, TimedOut
from telegram.ext import ExtBot

from henbot.bot.asking import Answer, CoopUnknown, coop_wording, hens_by_name, moment
from henbot.bot.care_words import CARE, button_name, ended_button, hint_buttons, hint_words, sitting_line
from henbot.bot.handlers import Context, Conversation, answer_press
from henbot.bot.keyboards import actions_keyboard, number_in
from henbot.bot.questions import Intent, particulars
from henbot.bot.wording import Wording
from henbot.domain.care import CareRules, Hint, HintKind
from henbot.domain.people import Action
from henbot.domain.policies import QuietHours
from henbot.services.care_findings import day_hints, sitting_hints
from henbot.services.care_hints import (
    CareHint,
    Decision,
    DueHint,
    decide,
    due_hints,
    let_sit,
    messages_of,
    note_sending,
    note_sent,
    remember,
    sitting_hens,
)
from henbot.services.changes import mark, set_mark
from henbot.services.confirmed import postable
from henbot.services.drifting import ask_of_drifting, drift_hints, drifting_among
from henbot.services.reports import bout_report, flock_of
from henbot.services.subscribers import chosen_language
from henbot.services.told_facts import Said

T = TypeVar("T")

log = structlog.get_logger(__name__)

PRESSES = rf"^{CARE}:"
"""What the buttons say that are answered here."""

SIT_IN_RUSSIAN = r"^/(?:насиживает|сидит|наседка)\b"
"""/sit in Russian: Telegram knows no commands in Cyrillic letters."""

MARK = "care"
"""Name of the mark of the hour that was looked at last."""


@dataclass(frozen=True, slots=True)
class CarePlan:
    """What is told to whom.

    Attributes:
        admins: the chats that are told now.
        kinds: of hints that are told.
        quiet: when nothing rings.
        media: the folder of pictures.
    """

    media: Path
    admins: Callable[[Session], Sequence[int]]
    rules: CareRules = field(default_factory=CareRules)
    kinds: frozenset[HintKind] = frozenset(HintKind)
    quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class _Message:
    """A hint as one admin is to read it."""

    text: str
    markup: InlineKeyboardMarkup | None
    picture: bytes | None
    rings: bool


@dataclass(frozen=True, slots=True)
class CareTalk:
    """Looks, tells, and hears what is answered."""

    conversation: Conversation
    plan: CarePlan

    async def tick(self, context: Context) -> None:
        """Look at what there is, and tell what is new; called every few minutes."""
        try:
            due = await asyncio.to_thread(self._look)
            for one in due:
                await self._tell(context.bot, one)
        except CoopUnknown:
            log.info("care.no_coop")

    def _look(self) -> list[DueHint]:
        plan = self.plan
        with self.conversation.database.reading() as session:
            coop_wording(session)  # raises where there is no coop yet
            now = moment(session)
            hour = int(now.timestamp() // 3600)
            is_new_hour = mark(session, MARK) != hour
            found: list[Hint] = sitting_hints(session, now, plan.rules)
            found += [*day_hints(session, now, plan.rules), *drift_hints(session, now)] if is_new_hour else []
        if found or is_new_hour:
            with self.conversation.database.writing() as session:
                told = remember(session, [hint for hint in found if hint.kind in plan.kinds], now, plan.rules)
                for hen in drifting_among(session, told):
                    ask_of_drifting(session, hen, now)
                set_mark(session, hour, MARK)
                session.commit()
        with self.conversation.database.reading() as session:
            return due_hints(session, plan.admins(session), now, plan.rules)

    async def _tell(self, bot: "ExtBot[int]", due: DueHint) -> None:
        message = await asyncio.to_thread(self._message, due)
        await self._write(
            lambda session: note_sending(session, due, moment(session), has_picture=message.picture is not None)
        )
        sent, has_picture = None, False
        try:
            sent, has_picture = await self._send(bot, due.chat_id, message)
        except (TimedOut, Forbidden) as exc:
            # It may have arrived, or never can: better once too few than twice.
            log.warning("care.not_told", chat=due.chat_id, hint=due.hint.id, reason=exc.message)
            return
        except TelegramError as exc:
            log.warning("care.told_later", chat=due.chat_id, hint=due.hint.id, reason=exc.message)
        number = sent.message_id if sent else None
        await self._write(lambda session: note_sent(session, due, number, has_picture=has_picture))

    async def _send(self, bot: "ExtBot[int]", chat_id: int, message: _Message) -> tuple[Message, bool]:
        """Send a hint, with its picture if Telegram takes it; whether it did."""
        if message.picture is not None:
            try:
                sent = await bot.send_photo(
                    chat_id,
                    message.picture,
                    caption=message.text,
                    parse_mode=ParseMode.HTML,
                    reply_markup=message.markup,
                    disable_notification=not message.rings,
                    filename="nest.jpg",
                )
            except BadRequest as exc:
                log.warning("care.picture_refused", reason=exc.message)
            else:
                return sent, True
        sent = await bot.send_message(
            chat_id,
            message.text,
            parse_mode=ParseMode.HTML,
            reply_markup=message.markup,
            disable_notification=not message.rings,
        )
        return sent, False

    def _message(self, due: DueHint) -> _Message:
        with self.conversation.database.reading() as session:
            wording, now = self._wording(session, due.chat_id), moment(session)
            text = hint_words(due.hint, session, wording, now)
            is_quiet = self.plan.quiet is not None and now.astimezone(wording.timezone).time() in self.plan.quiet
            rings = due.hint.kind is HintKind.LONG_SITTING and not is_quiet
            return _Message(text, _keyboard(due.hint, wording), self._picture(session, due.hint), rings)

    def _wording(self, session: Session, chat_id: int) -> Wording:
        return coop_wording(session, chosen_language(session, chat_id))

    def _picture(self, session: Session, hint: CareHint) -> bytes | None:
        report = bout_report(session, hint.bout) if hint.bout else None
        picture = postable(session, report) if report else None
        try:
            return (self.plan.media / picture.path).read_bytes() if picture else None
        except OSError:
            return None

    async def press(self, update: Update, context: Context) -> None:
        """A pressed button of a hint: heeded if whoever pressed it may answer."""
        query = update.callback_query
        if query is None:
            return
        _, hint, value = (*(query.data or "").split(":"), "", "")[:3]
        hint_id = number_in(hint)
        # "Not so" keeps a kind of hint quiet for weeks: that is for those whom hints are sent to.
        action = Action.CONFIGURE if value == Decision.NOT_SO else Action.ANSWER
        if not await self.conversation.may(query.from_user.id, action):
            await self.conversation.refuse_press(query, "may-not-tell")
        elif hint_id is None or value not in list(Decision):
            await self.conversation.unknown_press(query)
        else:
            await self._decide(query, context.bot, hint_id, Decision(value))

    async def _decide(self, query: CallbackQuery, bot: "ExtBot[int]", hint_id: int, decision: Decision) -> None:
        spoken = await self.conversation.spoken(query.from_user)
        by = query.from_user.id
        hint = await self._write(
            lambda session: decide(session, hint_id, decision, Said(by, moment(session)), self.plan.rules)
        )
        await answer_press(query, spoken.say("care-noted" if hint else "outdated-button"))
        if hint is not None:
            await self._show_answer(bot, hint)

    async def _show_answer(self, bot: "ExtBot[int]", hint: CareHint) -> None:
        """Bring every admin's message to what was answered."""
        for chat_id, message_id, has_picture, text, markup in await asyncio.to_thread(self._edits, hint):
            try:
                if has_picture:
                    await bot.edit_message_caption(
                        chat_id, message_id, caption=text, parse_mode=ParseMode.HTML, reply_markup=markup
                    )
                else:
                    await bot.edit_message_text(
                        text, chat_id, message_id, parse_mode=ParseMode.HTML, reply_markup=markup
                    )
            except TelegramError as exc:
                log.warning("care.not_edited", chat=chat_id, hint=hint.id, reason=exc.message)

    def _edits(self, hint: CareHint) -> list[tuple[int, int, bool, str, InlineKeyboardMarkup | None]]:
        with self.conversation.database.reading() as session:
            now = moment(session)
            found = []
            for chat_id, message_id, has_picture in messages_of(session, hint.id):
                wording = self._wording(session, chat_id)
                text = hint_words(hint, session, wording, now)
                found.append((chat_id, message_id, has_picture, text, _keyboard(hint, wording)))
            return found

    async def sit(self, update: Update, context: Context) -> None:
        """/sit NAME: leave a broody hen alone; without a name, who is let sit."""
        user, message = update.effective_user, update.effective_message
        if user is None or message is None:
            return
        if not await self.conversation.may(user.id, Action.ANSWER):
            await self.conversation.refuse_command(update, context, "may-not-tell")
            return
        rest = (message.text or "").partition(" ")[2]

        def answer(language: str) -> Answer:
            with self.conversation.database.writing() as session:
                said = Said(user.id, moment(session))
                answered = self._sit(session, coop_wording(session, language), rest, said)
                session.commit()
                return answered

        await self.conversation.reply(update, context, lambda spoken: answer(spoken.language))

    def _sit(self, session: Session, wording: Wording, rest: str, said: Said) -> Answer:
        today = said.at.astimezone(wording.timezone).date()
        named = particulars(Intent.HEN_STATS, rest, today, hens_by_name(flock_of(session)))
        if named.hen is not None:
            let_sit(session, named.hen, said, self.plan.rules)
        hints = sitting_hens(session, said.at)
        lines = [sitting_line(hint, wording, today) for hint in hints]
        if named.hen is None:
            hens = flock_of(session)
            example = wording.name(hens[0].id) if hens else wording.say("help-some-hen")
            lines.append(wording.say("care-sit-how", hen=example))
        buttons = tuple(
            ended_button(hint, wording.say("button-care-ended-hen", hen=button_name(hint.hen, wording)))
            for hint in hints
        )
        return Answer("\n".join(lines), buttons=buttons)

    async def _write(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.conversation.database.write, work)


def _keyboard(hint: CareHint, wording: Wording) -> InlineKeyboardMarkup | None:
    buttons = hint_buttons(hint, wording)
    return actions_keyboard([(button.words, button.callback_data) for button in buttons]) if buttons else None
