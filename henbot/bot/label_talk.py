"""Asking people what pictures show: /label for as many as one likes, the buttons under them, and a new hen's name."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session
from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from henbot.bot.asking import CoopUnknown, coop_wording, hens_by_name, moment
from henbot.bot.handlers import Context, Conversation, answer_press
from henbot.bot.label_moves import is_name, moved
from henbot.bot.label_words import (
    ENOUGH,
    NEXT,
    PORTRAITS,
    UNDO,
    UNSURE,
    LabelPress,
    asking_keyboard,
    asking_words,
    read_label_press,
)
from henbot.bot.language import best_language, capitalised
from henbot.bot.wording import Wording
from henbot.domain.clock import day_bounds
from henbot.domain.observations import HenId
from henbot.domain.people import Action
from henbot.services.acts import take_back
from henbot.services.coop_clock import wall_now
from henbot.services.hens import LONGEST_NAME, NameTaken, add_hen
from henbot.services.label_questions import (
    Asking,
    AskingState,
    answer,
    asking_by_id,
    begin_asking,
    close_asking,
    lose,
    note_draft,
    note_message,
    open_askings,
    question_by_id,
    take_stale,
    told_by,
    unsend,
)
from henbot.services.next_questions import next_question
from henbot.services.portraits import portraits
from henbot.services.question_queue import want_questions
from henbot.services.reports import flock_of
from henbot.services.subscriptions import language_of_chat
from henbot.services.undoing import UNDOING

T = TypeVar("T")

log = structlog.get_logger(__name__)

PRESSES = r"^label:"
"""What the buttons say that are answered here."""

IN_WORDS = r"(?i)^/?(?:разметка|размечать|подписать|спроси(?: меня)?|кто это|label|ask me|who is (?:this|it))[.!?]*$"
"""/label in plain words of a private chat."""

QUESTIONS = ("кто", "who")
"""How words begin that are a question to the bot where they are not an offer to answer its own."""

TRIES = 5
"""Questions that are tried in turn where a picture is lost."""

PORTRAITS_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as one person is to see it."""

    asking: Asking
    question_id: int
    path: str
    words: str
    markup: InlineKeyboardMarkup | None


@dataclass(frozen=True, slots=True)
class LabelTalk:
    """Handlers of questions about pictures; for whom the coop lets answer.

    Attributes:
        otherwise: hears what somebody writes that is no new hen's name.
    """

    conversation: Conversation
    otherwise: Callable[[Update, Context], Awaitable[None]]

    async def label(self, update: Update, context: Context) -> None:
        """/label: ask, one picture after another, until it is enough."""
        user, chat, message = update.effective_user, update.effective_chat, update.effective_message
        if user is None or chat is None:
            return
        what = (message.text or "" if message else "")[:40]
        if not await self.conversation.may(user.id, Action.ANSWER):
            if what.lower().startswith(QUESTIONS):
                await self.otherwise(update, context)
                return
            await self.conversation.refuse_command(update, context, "may-not-label")
        elif chat.type != ChatType.PRIVATE:
            await self.conversation.reply(update, context, lambda spoken: spoken.say("label-in-private"))
        else:
            await self.ask_next(context.bot, user.id, await asyncio.to_thread(self.conversation.language_of, user))

    async def open(self, update: Update, context: Context) -> None:
        """A button that leads to pictures to be named, as /label does."""
        query = update.callback_query
        if query is None:
            return
        user = query.from_user
        if not await self.conversation.may(user.id, Action.ANSWER):
            await self.conversation.refuse_press(query, "may-not-label")
            return
        await answer_press(query)
        await self.ask_next(context.bot, user.id, await asyncio.to_thread(self.conversation.language_of, user))

    async def text(self, update: Update, context: Context) -> None:
        """The name of a new hen, where one is waited for; all else is heard elsewhere."""
        message, user = update.effective_message, update.effective_user
        is_private = message is not None and message.chat.type == ChatType.PRIVATE
        waiting = await self._read(partial(_naming, user.id)) if user and is_private else None
        text = (message.text or "").strip() if message else ""
        if user is None or waiting is None or not await asyncio.to_thread(self._may_be_name, text):
            await self.otherwise(update, context)
            return
        language = await asyncio.to_thread(self.conversation.language_of, user)
        asking, words = await self._write(lambda session: self._name(session, waiting, text, language))
        await self.conversation.send(update, context, words)
        if asking is not None:
            await self._show(context.bot, asking, language)

    async def press(self, update: Update, context: Context) -> None:
        """A pressed button: heeded for whom was asked, while the coop lets them answer."""
        query = update.callback_query
        if query is None:
            return
        user, press = query.from_user, read_label_press(query.data)
        if not await self.conversation.may(user.id, Action.ANSWER):
            await self.conversation.refuse_press(query, "may-not-label")
            return
        asking = await self._read(lambda session: asking_by_id(session, press.asking)) if press else None
        if press is None or asking is None or not isinstance(query.message, Message):
            await self.conversation.unknown_press(query)
        elif asking.user_id != user.id or asking.message_id not in (None, query.message.message_id):
            await self.conversation.refuse_press(query, "not-your-buttons")
        else:
            if asking.message_id is None:  # Telegram's answer was lost, but the message arrived
                await self._write(partial(_found, asking.id, query.message.message_id))
            await self._do(query, asking, press, context.bot)

    async def ask_next(self, bot: "ExtBot[int]", user_id: int, language: str) -> None:
        """Ask somebody what teaches most; what they were asked before and did not answer is put away."""
        for put_away in await self._write(partial(_put_away, user_id)):
            await self._show(bot, put_away, language)
        for _ in range(TRIES):
            try:
                shown = await self._write(lambda session: self._prepare(session, user_id, language))
            except CoopUnknown:
                shown = None
            if shown is None:
                break
            if await self.send(bot, shown):
                await self._write(lambda session: want_questions(session, moment(session)))
                return
        spoken = await self.conversation.spoken_to(user_id)
        await self.conversation.replies.send(bot, user_id, spoken.say("label-nothing"))

    async def send(self, bot: "ExtBot[int]", shown: Shown) -> bool:
        """Send a question; False where its picture is lost. Raises TelegramError for what may be tried again."""
        path = self.conversation.media / shown.path
        try:
            picture = await asyncio.to_thread(path.read_bytes)
            sent = await self.conversation.replies.send_photo(
                bot, shown.asking.user_id, picture, shown.words, shown.markup
            )
        except (OSError, BadRequest) as exc:
            log.warning("label.picture_lost", question=shown.question_id, reason=str(exc))
            await self._write(partial(_lose, shown))
            return False
        await self._write(lambda session: note_message(session, shown.asking.id, sent.message_id))
        return True

    async def put_right(self, bot: "ExtBot[int]") -> None:
        """Bring messages to what is so: another has answered, or an answer was taken back."""
        for asking in await self._write(take_stale):
            spoken = await self.conversation.spoken_to(asking.user_id)
            await self._show(bot, asking, spoken.language)

    async def _do(self, query: CallbackQuery, asking: Asking, press: LabelPress, bot: "ExtBot[int]") -> None:
        language = await asyncio.to_thread(self.conversation.language_of, query.from_user)
        if press.what == PORTRAITS:
            await answer_press(query)
            await self._send_portraits(bot, asking.user_id, language)
            return
        if press.what == NEXT:
            await answer_press(query)
            await self.ask_next(bot, asking.user_id, language)
            return
        step = _undone if press.what == UNDO else self._stepped
        after, refusal = await self._write(lambda session: step(session, asking.id, press))
        await (self._pop_up(query, refusal) if refusal else answer_press(query))
        await self._show(bot, after, language)
        if press.what == ENOUGH and not refusal:
            await self._say_thanks(bot, asking.user_id, language)
        elif after.state in (AskingState.ANSWERED, AskingState.UNSURE) and not refusal:
            await self.put_right(bot)
            if asking.slot_at is None:
                await self.ask_next(bot, asking.user_id, language)

    def _stepped(self, session: Session, asking_id: int, press: LabelPress) -> tuple[Asking, str | None]:
        """The asking after a press, and what pops up where the press fits no more."""
        asking = asking_by_id(session, asking_id)
        assert asking is not None, "an asking is never forgotten once it was sent"
        if asking.state is not AskingState.OPEN:
            return asking, "outdated-button"
        if press.what == ENOUGH:
            return close_asking(session, asking.id), None
        draft = asking.draft.begun_again() if press.what == UNSURE else moved(asking.draft, press)
        if draft is None or (draft.naming and not self._may_settle(session, asking.user_id)):
            return asking, "outdated-button"
        return self._noted(session, note_draft(session, asking.id, draft), is_over=press.what == UNSURE), None

    def _noted(self, session: Session, asking: Asking, *, is_over: bool = False) -> Asking:
        """The asking, answered once all is told."""
        if not is_over and asking.draft.step is not None:
            return asking
        answer(session, asking, wall_now(), settles=self._may_settle(session, asking.user_id))
        return asking_by_id(session, asking.id) or asking

    def _name(self, session: Session, asking: Asking, name: str, language: str) -> tuple[Asking | None, str]:
        """Let a hen join, who is the one in the picture; and what is said."""
        wording = coop_wording(session, language)
        try:
            act = add_hen(session, asking.user_id, {"und": name}, wall_now(), moment(session))
        except NameTaken as exc:
            return None, wording.say("label-name-taken", hen=wording.name(HenId(exc.hen)))
        except ValueError:
            return None, wording.say("label-name-bad", most=LONGEST_NAME)
        hen = HenId(str(act.details["hen"]))
        draft = replace(asking.draft, choices=(*asking.draft.choices, hen), naming=False).with_hen(hen)
        wording = coop_wording(session, language)  # which knows her now
        words = wording.say("label-hen-added", hen=_called(wording, hen))
        return self._noted(session, note_draft(session, asking.id, draft)), words

    def _prepare(self, session: Session, user_id: int, language: str) -> Shown | None:
        now = moment(session)
        question = next_question(session, user_id, now, settles=self._may_settle(session, user_id))
        if question is None:
            return None
        return self.shown(session, begin_asking(session, question, user_id, now), language)

    def language_in(self, session: Session, user_id: int) -> str:
        """The language to ask somebody in who is not writing now."""
        return best_language(language_of_chat(session, user_id), coop_wording(session).phrases.language)

    def shown(self, session: Session, asking: Asking, language: str) -> Shown:
        """A question as it is to be seen now."""
        question, wording = question_by_id(session, asking.question_id), coop_wording(session, language)
        words = asking_words(session, question, asking, wording, moment(session))
        markup = asking_keyboard(asking, wording, may_add=self._may_settle(session, asking.user_id))
        return Shown(asking, question.id, question.path, words, markup)

    async def _show(self, bot: "ExtBot[int]", asking: Asking, language: str) -> None:
        """Bring the message of a question to how things are."""
        if asking.message_id is None:
            return
        shown = await self._read(lambda session: self.shown(session, asking, language))
        try:
            await bot.edit_message_caption(
                asking.user_id,
                asking.message_id,
                caption=shown.words,
                parse_mode=ParseMode.HTML,
                reply_markup=shown.markup,
            )
        except TelegramError as exc:
            if "not modified" not in exc.message.lower():
                log.info("label.message_not_edited", asking=asking.id, reason=exc.message)

    async def _send_portraits(self, bot: "ExtBot[int]", user_id: int, language: str) -> None:
        """Who is who: an album, and who has no portrait yet."""
        captioned, missing = await self._read(partial(_captioned_portraits, language))
        found = []
        for path, name in captioned:
            try:
                found.append((await asyncio.to_thread((self.conversation.media / path).read_bytes), name))
            except OSError:
                missing.append(name)
        for start in range(0, len(found), PORTRAITS_AT_ONCE):
            await self.conversation.replies.send_album(bot, user_id, found[start : start + PORTRAITS_AT_ONCE])
        if missing or not found:
            wording = await self._read(lambda session: coop_wording(session, language))
            phrase = "label-portraits-missing" if found else "label-no-portraits"
            words = wording.say(phrase, hens=wording.phrases.listed(missing))
            await self.conversation.replies.send(bot, user_id, words, silent=True)

    async def _say_thanks(self, bot: "ExtBot[int]", user_id: int, language: str) -> None:
        def read(session: Session) -> str:
            wording = coop_wording(session, language)
            start, _ = day_bounds(wall_now().astimezone(wording.timezone).date(), wording.timezone)
            return wording.say("label-enough", number=told_by(session, user_id, start))

        await self.conversation.replies.send(bot, user_id, await self._read(read), silent=True)

    async def _pop_up(self, query: CallbackQuery, phrase: str) -> None:
        await answer_press(query, (await self.conversation.spoken(query.from_user)).say(phrase))

    def _may_be_name(self, text: str) -> bool:
        return is_name(text, self.conversation.database.read(lambda s: hens_by_name(flock_of(s, retired=True))))

    def _may_settle(self, session: Session, user_id: int) -> bool:
        """Admins end disputes, and let hens join."""
        return self.conversation.people.may(session, user_id, Action.CONFIGURE, wall_now())

    async def _read(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.conversation.database.read, work)

    async def _write(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.conversation.database.write, work)


def _naming(user_id: int, session: Session) -> Asking | None:
    """Where a new hen's name is waited for from somebody."""
    return next((one for one in reversed(open_askings(session, user_id)) if one.draft.naming), None)


def _put_away(user_id: int, session: Session) -> list[Asking]:
    return [close_asking(session, one.id) for one in open_askings(session, user_id)]


def _found(asking_id: int, message_id: int, session: Session) -> None:
    note_message(session, asking_id, message_id)


def _lose(shown: Shown, session: Session) -> None:
    unsend(session, shown.asking.id)
    lose(session, shown.question_id)


def _undone(session: Session, asking_id: int, press: LabelPress) -> tuple[Asking, str | None]:
    """The asking after its answer was taken back, and what pops up where it was before."""
    asking = asking_by_id(session, asking_id)
    assert asking is not None, "an asking is never forgotten once it was sent"
    if asking.act_id is None:  # by /undo, say
        return asking, "label-not-undone"
    take_back(session, asking.act_id, asking.user_id, wall_now(), UNDOING)
    return asking_by_id(session, asking_id) or asking, None


def _captioned_portraits(language: str, session: Session) -> tuple[list[tuple[str, str]], list[str]]:
    """Paths with names (HTML), and the names of those without a portrait."""
    wording, found = coop_wording(session, language), portraits(session, moment(session))
    name = {hen.id: _called(wording, hen.id) for hen in flock_of(session)}
    return [(one.path, name[hen]) for hen, one in found.items()], [name[hen] for hen in name if hen not in found]


def _called(wording: Wording, hen: HenId) -> str:
    return capitalised(wording.name(hen))
