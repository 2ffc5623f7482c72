"""What the bot does with what people write and press: parse, call, format. Database work is done off the loop."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import structlog
from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update, User
from telegram.constants import ChatType
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.ext import CallbackContext, ExtBot

from henbot.bot.asking import (
    Answer,
    Charting,
    CoopUnknown,
    answer_command,
    answer_suggestion,
    charts_for,
    coop_wording,
    day_answer,
    help_answer,
    respond,
)
from henbot.bot.chart_words import Wish
from henbot.bot.drawing import ChartFailed, ChartsMissing, Drawing
from henbot.bot.keyboards import (
    ASK,
    DAY,
    Press,
    actions_keyboard,
    offers_keyboard,
    read_press,
    suggestion_of,
    suggestions,
)
from henbot.bot.language import DEFAULT, Phrases, best_language, phrases
from henbot.bot.questions import Intent
from henbot.bot.replies import LONGEST_CAPTION, Replies
from henbot.bot.wording import plain
from henbot.domain.charts import Chart, in_theme
from henbot.domain.people import Action
from henbot.domain.policies import Theme
from henbot.services.audit import AuditAction, note
from henbot.services.coop_clock import wall_now
from henbot.services.people import People
from henbot.services.reports import Picture, coop_of
from henbot.services.subscribers import chosen_language, remember
from henbot.services.subscriptions import language_of_chat, policy_of
from henbot.storage.database import Database

T = TypeVar("T")
Context: TypeAlias = CallbackContext["ExtBot[int]", dict[Any, Any], dict[Any, Any], dict[Any, Any]]

log = structlog.get_logger(__name__)

QUESTIONS: Mapping[str, Intent] = {
    "today": Intent.WHO_LAID,
    "hen": Intent.HEN_STATS,
    "hens": Intent.FLOCK_LIST,
    "eggs": Intent.LEDGER,
    "nest": Intent.NOW_IN_NEST,
    "visits": Intent.VISITS,
    "next": Intent.NEXT_EGG,
    "suspects": Intent.SUSPECTS,
    "why": Intent.WHY,
    "stats": Intent.HEN_STATS,
    "calendar": Intent.HEN_STATS,
}
"""Commands that ask; what stands behind one says of whom and when."""

WISHES: Mapping[str, Wish] = {wish.value: wish for wish in Wish}
"""Commands that are answered with charts."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The handlers, over one database.

    Attributes:
        media: the folder of pictures.
        people: who may do what.
        drawing: draws charts.
    """

    database: Database
    replies: Replies = field(default_factory=Replies)
    media: Path = Path("media")
    people: People = field(default_factory=People)
    drawing: Drawing = field(default_factory=lambda: Drawing(Path("charts")))

    async def start(self, update: Update, context: Context) -> None:
        """/start: greets, and offers what to ask first."""
        user = update.effective_user
        if user is not None:
            await asyncio.to_thread(self._remember, user)

        def greeting(spoken: Phrases) -> str:
            with self.database.reading() as session:
                coop = coop_of(session).name
            name = escape(user.first_name if user else "", quote=False)
            return spoken.say("start", name=name, coop=escape(coop, quote=False))

        await self.reply(update, context, greeting, with_suggestions=True)

    async def help(self, update: Update, context: Context) -> None:
        """/help: what can be asked."""
        await self.reply(update, context, lambda spoken: help_answer(self.database, spoken.language))

    async def question(self, update: Update, context: Context) -> None:
        """/today, /hen NAME, /stats PERIOD and the like: a question whose kind the command says."""
        message = update.effective_message
        command, _, rest = (message.text or "" if message else "").lstrip("/").partition(" ")
        name = command.split("@")[0].lower()
        intent = Intent.FLOCK_LIST if name == "hen" and not rest.strip() else QUESTIONS[name]
        wish = WISHES.get(name)

        def words(spoken: Phrases) -> Answer:
            return answer_command(self.database, intent, rest, spoken.language, wish=wish)

        await self.reply(update, context, words)

    async def text(self, update: Update, context: Context) -> None:
        """A question in plain words; in a group, only one that is put to the bot."""
        message = update.effective_message
        asked = put_to_bot(message, context.bot.username) if message else None
        if asked is None:
            return
        await self.reply(update, context, lambda spoken: respond(self.database, asked, spoken.language))

    async def unknown_command(self, update: Update, context: Context) -> None:
        """A command that there is not; in a group, only one with the bot's name behind it."""
        message = update.effective_message
        if message is None or not message.text:
            return
        command = message.text.split()[0].lower()
        if message.chat.type != ChatType.PRIVATE and not command.endswith(f"@{context.bot.username.lower()}"):
            return
        await self.reply(update, context, lambda spoken: spoken.say("unknown-command"), with_suggestions=True)

    async def press(self, update: Update, context: Context) -> None:
        """A pressed button: always answered, and heeded only if it was made for who pressed it."""
        query = update.callback_query
        if query is None:
            return
        press = read_press(query.data)
        if press is None:
            await self.unknown_press(query)
        elif press.owner != query.from_user.id:
            await self.refuse_press(query, "not-your-buttons")
        elif press.kind == DAY:
            await answer_press(query)
            await self.reply(
                update, context, lambda spoken: day_answer(self.database, int(press.argument), spoken.language)
            )
        elif press.kind == ASK:
            await answer_press(query)
            await self._answer_offer(update, context, press)
        else:
            await answer_press(query)
            await self.help(update, context)

    async def refuse_press(
        self, query: CallbackQuery, phrase: str, action: AuditAction = AuditAction.PRESS_REFUSED
    ) -> None:
        """Tell whoever pressed a button that is not theirs so, and note it: the button may have been forged."""
        user = query.from_user

        def noted() -> None:
            with self.database.writing() as session:
                note(session, user.id, action, wall_now(), what=(query.data or "")[:64])
                session.commit()

        log.warning(action.value, user=user.id, button=query.data)
        await asyncio.to_thread(noted)
        await answer_press(query, (await self.spoken(user)).say(phrase), alert=action is AuditAction.PRESS_REFUSED)

    async def unknown_press(self, query: CallbackQuery) -> None:
        """Say that a button is of an earlier time, and note it: no button of ours says this now, but a forger might."""
        await self.refuse_press(query, "outdated-button", AuditAction.PRESS_UNKNOWN)

    async def refuse_command(self, update: Update, context: Context, phrase: str, **arguments: str) -> None:
        """Tell whoever sent a command that is not theirs so, and note it."""
        user, message = update.effective_user, update.effective_message
        if user is None:
            return
        what = (message.text or "a file" if message else "")[:40]
        log.warning("command.refused", user=user.id, command=what)
        await asyncio.to_thread(
            self.database.write,
            lambda session: note(session, user.id, AuditAction.COMMAND_REFUSED, wall_now(), what=what),
        )
        await self.reply(update, context, lambda spoken: spoken.say(phrase, **arguments))

    async def too_fast(self, update: Update, bot: "ExtBot[int]") -> None:
        """Say once to whoever sends too much that it is too much; inline there is no place to say it."""
        chat, user = update.effective_chat, update.effective_user
        spoken, query = await self.spoken(user), update.callback_query
        try:
            if query is not None:
                await answer_press(query, spoken.say("too-fast"), alert=True)
            elif chat is not None and update.message is not None:
                reply_to = update.message.message_id if chat.type != ChatType.PRIVATE else None
                await self.replies.send(bot, chat.id, spoken.say("too-fast"), None, reply_to)
        except TelegramError as exc:
            log.warning("too_fast.not_said", reason=exc.message)

    async def went_wrong(self, update: object, context: Context) -> None:
        """The one broad catch: log it (tokens are masked there), and tell who was waiting, without the reason."""
        error = context.error
        if isinstance(error, RetryAfter):
            log.warning("telegram.asks_for_a_pause", reason=error.message)
            return
        if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
            log.warning("telegram.unreachable", reason=f"{type(error).__name__}: {error.message}")
            return
        log.error("handler.failed", exc_info=error)
        if not isinstance(update, Update) or update.effective_chat is None or update.effective_user is None:
            return
        spoken = phrases(best_language(update.effective_user.language_code))
        try:
            await self.send(update, context, spoken.say("something-failed"))
        except TelegramError as exc:
            log.warning("handler.failed_to_say_so", reason=exc.message)

    async def reply(
        self,
        update: Update,
        context: Context,
        words: Callable[[Phrases], str | Answer],
        with_suggestions: bool = False,
    ) -> None:
        """Put an answer into words in the person's language and send it."""
        user = update.effective_user
        spoken = await self.spoken(user)
        try:
            said = await asyncio.to_thread(words, spoken)
        except CoopUnknown:
            said, with_suggestions = spoken.say("no-coop"), False
        answer = said if isinstance(said, Answer) else Answer(said)
        markup = suggestions(spoken, user.id) if with_suggestions and user else None
        if answer.offers and user:
            markup = offers_keyboard([(offer.suggestion, offer.words) for offer in answer.offers], user.id)
        if answer.buttons and user and await self.may(user.id):
            markup = actions_keyboard([(button.words, button.callback_data) for button in answer.buttons])
        if answer.pictures and await self._send_pictures(update, context, answer):
            return
        await self.send(update, context, answer.text, markup)
        if answer.charting:
            await self._send_charts(update, context, spoken, answer.charting)

    async def _send_charts(self, update: Update, context: Context, spoken: Phrases, charting: Charting) -> None:
        """Charts, after the words, which do not wait for them."""
        chat, message = update.effective_chat, update.message
        if chat is None:
            return
        theme = await asyncio.to_thread(self._theme, chat.id)
        found = await asyncio.to_thread(charts_for, self.database, charting, spoken.language)
        charts = [in_theme(chart, theme) for chart in found]
        if not charts:
            return
        reply_to = message.message_id if message and chat.type != ChatType.PRIVATE else None
        try:
            drawn = [await asyncio.to_thread(path.read_bytes) for path in await self.drawing.draw(charts)]
            await self.replies.send_pictures(context.bot, chat.id, drawn, _titles(charts), reply_to)
        except ChartsMissing:
            await self.send(update, context, spoken.say("charts-missing"))
        except (ChartFailed, OSError, BadRequest) as exc:
            log.warning("charts.not_shown", reason=str(exc))
            await self.send(update, context, spoken.say("charts-failed"))

    async def _answer_offer(self, update: Update, context: Context, press: Press) -> None:
        suggestion = suggestion_of(press.argument)
        if suggestion is not None:
            await self.reply(
                update, context, lambda spoken: answer_suggestion(self.database, suggestion, spoken.language)
            )

    async def send(
        self, update: Update, context: Context, text: str, markup: InlineKeyboardMarkup | None = None
    ) -> None:
        """Answer in the chat where it was asked; in a group as a reply, so that it is clear to whom."""
        chat, message = update.effective_chat, update.message
        if chat is None:
            return
        reply_to = message.message_id if message and chat.type != ChatType.PRIVATE else None
        await self.replies.send(context.bot, chat.id, text, markup, reply_to)

    async def _send_pictures(self, update: Update, context: Context, answer: Answer) -> bool:
        """Answer with the pictures and the words under the first; False where the words must do alone."""
        chat, message = update.effective_chat, update.message
        shown = await asyncio.to_thread(self._contents, answer.pictures)
        if chat is None or not shown or len(plain(answer.text)) > LONGEST_CAPTION:
            return False
        reply_to = message.message_id if message and chat.type != ChatType.PRIVATE else None
        try:
            await self.replies.send_pictures(context.bot, chat.id, shown, answer.text, reply_to)
        except BadRequest as exc:
            log.warning("answer.without_pictures", reason=exc.message)
            return False
        return True

    def _contents(self, pictures: Sequence[Picture]) -> list[bytes]:
        """Those that are still there; the words are worth more than a missing picture."""
        found = []
        for picture in pictures:
            with suppress(OSError):
                found.append((self.media / picture.path).read_bytes())
        return found

    async def send_file(self, update: Update, context: Context, file: tuple[str, bytes], caption: str) -> None:
        """Answer with a file (its name and content), as `reply` answers with words."""
        chat, message = update.effective_chat, update.message
        if chat is not None:
            reply_to = message.message_id if message and chat.type != ChatType.PRIVATE else None
            await self.replies.send_file(context.bot, chat.id, file, caption, reply_to)

    async def may(self, user_id: int, action: Action = Action.TELL) -> bool:
        """Whether a person may do something now."""

        def allowed() -> bool:
            with self.database.reading() as session:
                return self.people.may(session, user_id, action, wall_now())

        return await asyncio.to_thread(allowed)

    async def spoken(self, user: User | None) -> Phrases:
        """The language a person chose, else Telegram's word for it, else the coop's."""
        return phrases(await asyncio.to_thread(self.language_of, user))

    async def spoken_to(self, user_id: int) -> Phrases:
        """The language to write in to somebody who is not writing now: as chosen or once told, else the coop's."""

        def told() -> str | None:
            with self.database.reading() as session:
                return language_of_chat(session, user_id)

        return phrases(await asyncio.to_thread(lambda: self._language_of(user_id, told())))

    def language_of(self, user: User | None) -> str:
        """As `spoken`, its tag; reads the database, so off the loop."""
        return self._language_of(user.id if user else None, user.language_code if user else None)

    def _language_of(self, user_id: int | None, told: str | None) -> str:
        with self.database.reading() as session:
            chosen = chosen_language(session, user_id) if user_id is not None else None
            try:
                of_coop = coop_wording(session).phrases.language
            except CoopUnknown:
                of_coop = DEFAULT
        return best_language(chosen, told, of_coop)

    def _theme(self, chat_id: int) -> Theme:
        with self.database.reading() as session:
            return policy_of(session, chat_id).theme

    def _remember(self, user: User) -> None:
        with self.database.writing() as session:
            remember(session, user.id, user.full_name, wall_now())
            session.commit()


def _titles(charts: Sequence[Chart]) -> str:
    return escape(" · ".join(chart.frame.title for chart in charts), quote=False)


def put_to_bot(message: Message, username: str) -> str | None:
    """The text that was put to the bot: all of a private chat; in a group, replies to it and what names it."""
    text = message.text or ""
    if message.chat.type == ChatType.PRIVATE:
        return text
    named = re.compile(rf"@{re.escape(username)}\b", re.IGNORECASE)
    if named.search(text):
        return named.sub(" ", text)
    answered = message.reply_to_message
    is_ours = answered is not None and answered.from_user is not None and answered.from_user.username == username
    return text if is_ours else None


def is_addressed(update: Update, username: str) -> bool:
    """Whether an update is put to the bot, so that it counts: not what people tell each other in a group."""
    message = update.message
    if message is None:
        return update.callback_query is not None or update.inline_query is not None
    is_command = bool(message.entities) and message.entities[0].type == "bot_command"
    return is_command or put_to_bot(message, username) is not None


async def answer_press(query: CallbackQuery, text: str | None = None, alert: bool = False) -> None:
    """Answer a press, so that the button stops waiting."""
    try:
        await query.answer(text, show_alert=alert)
    except BadRequest as exc:
        log.info("press.too_old", reason=exc.message)  # Telegram forgets a press after some minutes
