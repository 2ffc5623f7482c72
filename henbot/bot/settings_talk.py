"""Handlers of what each chat chooses for itself: /subscribe, /unsubscribe, /settings, and /about."""

import asyncio
from dataclasses import dataclass
from html import escape
from importlib.metadata import metadata
from typing import TypeVar

from sqlalchemy.orm import Session
from telegram import CallbackQuery, Chat, InlineKeyboardMarkup, Update, User
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest

from henbot.bot.asking import moment
from henbot.bot.handlers import Context, Conversation, answer_press
from henbot.bot.language import Phrases, phrases
from henbot.bot.settings_words import (
    LANGUAGE,
    MAIN,
    PAGE,
    PAGES,
    SET,
    SUBSCRIBED,
    Chosen,
    Setting,
    changed,
    kind_name,
    read_setting,
    settings_keyboard,
    settings_text,
)
from henbot.domain.people import Action
from henbot.domain.policies import QuietHours
from henbot.services.coop_clock import wall_now
from henbot.services.subscribers import choose_language, remember
from henbot.services.subscriptions import is_subscribed, policy_of, set_policy, subscribe, unsubscribe

T = TypeVar("T")

COMMANDS = ("subscribe", "unsubscribe", "settings", "about")
"""Commands that are answered here."""

IN_WORDS = {
    "subscribe": r"(?i)^/?(?:подписаться|подписка|подпиши меня|subscribe(?: me)?)[.!]*$",
    "unsubscribe": r"(?i)^/?(?:отписаться|отписка|отпиши меня|unsubscribe(?: me)?)[.!]*$",
    "settings": r"(?i)^/?(?:настройки|settings)[.!]*$",
    "about": r"(?i)^/?(?:о[ _]боте|о[ _]тебе|about)[.!]*$",
}
"""The same in plain words of a private chat: Telegram knows no commands in Cyrillic letters."""

PRESSES = rf"^{SET}:"
"""What the buttons say that are answered here."""


@dataclass(frozen=True, slots=True)
class SettingsTalk:
    """Handlers of the settings, beside the conversation that answers questions.

    Attributes:
        coop_quiet: the coop's own quiet hours.
    """

    conversation: Conversation
    coop_quiet: QuietHours | None = None

    async def subscribe(self, update: Update, context: Context) -> None:
        """/subscribe: let this chat be told what happens from now on."""
        user, chat = update.effective_user, update.effective_chat
        if user is None or chat is None or not await self._allowed(update, context, user, chat):
            return

        def answer(spoken: Phrases) -> str:
            is_news, policy = self.conversation.database.write(
                lambda session: (self._subscribe(session, user, chat), policy_of(session, chat.id))
            )
            return spoken.say("subscribed" if is_news else "subscribed-already", kind=kind_name(spoken, policy.kind))

        await self.conversation.reply(update, context, answer)

    async def unsubscribe(self, update: Update, context: Context) -> None:
        """/unsubscribe: tell this chat nothing more by itself."""
        user, chat = update.effective_user, update.effective_chat
        if user is None or chat is None or not await self._allowed(update, context, user, chat):
            return

        def answer(spoken: Phrases) -> str:
            is_news = self.conversation.database.write(lambda session: unsubscribe(session, chat.id))
            return spoken.say("unsubscribed" if is_news else "unsubscribed-already")

        await self.conversation.reply(update, context, answer)

    async def settings(self, update: Update, context: Context) -> None:
        """/settings: what is chosen, with buttons that change it in place."""
        user, chat = update.effective_user, update.effective_chat
        if user is None or chat is None or not await self._allowed(update, context, user, chat):
            return
        spoken = await self.conversation.spoken(user)
        text, markup = await asyncio.to_thread(self._page, spoken, chat, user.id, MAIN)
        await self.conversation.send(update, context, text, markup)

    async def about(self, update: Update, context: Context) -> None:
        """/about: version, licence, source, and what is kept of whom."""
        await self.conversation.reply(update, context, about_words)

    async def press(self, update: Update, context: Context) -> None:
        """A pressed button of the settings: heeded for whom it was made, and in a group if they still may."""
        query = update.callback_query
        if query is None:
            return
        setting, message = read_setting(query.data), query.message
        if setting is None or message is None:
            await self.conversation.unknown_press(query)
        elif setting.owner != query.from_user.id or not await self._may(query.from_user, message.chat):
            await self.conversation.refuse_press(query, "not-your-buttons")
        else:
            await self._turn(query, message.chat, setting)

    async def _turn(self, query: CallbackQuery, chat: Chat, setting: Setting) -> None:
        """Change what a button says, and show the page that it was on, or the one that it leads to."""
        if setting.what != PAGE:
            await asyncio.to_thread(
                self.conversation.database.write, lambda session: self._change(session, query.from_user, chat, setting)
            )
        spoken = await self.conversation.spoken(query.from_user)
        await answer_press(query, _noted(spoken, setting))
        page = setting.value if setting.what == PAGE else setting.what if setting.what in PAGES else MAIN
        text, markup = await asyncio.to_thread(self._page, spoken, chat, query.from_user.id, page)
        try:
            await query.edit_message_text(text, parse_mode=ParseMode.HTML, reply_markup=markup)
        except BadRequest as exc:
            if "not modified" not in exc.message.lower():  # pressed twice
                raise

    def _change(self, session: Session, user: User, chat: Chat, setting: Setting) -> None:
        if setting.what == LANGUAGE:
            choose_language(session, user.id, user.full_name, setting.value, wall_now())
        elif setting.what != SUBSCRIBED:
            set_policy(session, chat.id, changed(policy_of(session, chat.id), setting))
        elif setting.value == "yes":
            self._subscribe(session, user, chat)
        else:
            unsubscribe(session, chat.id)

    def _subscribe(self, session: Session, user: User, chat: Chat) -> bool:
        remember(session, user.id, user.full_name, wall_now())
        session.flush()
        language = user.language_code if chat.type == ChatType.PRIVATE else None
        return subscribe(session, chat.id, moment(session), language)

    def _page(self, spoken: Phrases, chat: Chat, owner: int, page: str) -> tuple[str, InlineKeyboardMarkup]:
        is_private = chat.type == ChatType.PRIVATE
        with self.conversation.database.reading() as session:
            policy, is_on = policy_of(session, chat.id), is_subscribed(session, chat.id)
            is_admin = self.conversation.people.may(session, owner, Action.CONFIGURE, wall_now())
        chosen = Chosen(spoken, policy, is_on, self.coop_quiet, is_private, is_private and is_admin)
        return settings_text(chosen), settings_keyboard(chosen, owner, page)

    async def _allowed(self, update: Update, context: Context, user: User, chat: Chat) -> bool:
        """Whether somebody may choose for a chat; who may not is told so."""
        if await self._may(user, chat):
            return True
        await self.conversation.refuse_command(update, context, "may-not-configure")
        return False

    async def _may(self, user: User, chat: Chat) -> bool:
        return chat.type == ChatType.PRIVATE or await self.conversation.may(user.id, Action.CONFIGURE)


def about_words(spoken: Phrases) -> str:
    """What this program is, whose, and what it keeps (HTML)."""
    package = metadata("henbot")
    urls = [url.partition(", ")[2] for url in package.get_all("Project-URL") or () if url.startswith("Source")]
    source = spoken.say("about-source", url=escape(urls[0])) if urls else spoken.say("about-source-here")
    return spoken.say("about", version=escape(package["Version"]), source=source)


def _noted(spoken: Phrases, setting: Setting) -> str | None:
    """What pops up: of what is seen in the message anyway, nothing."""
    if setting.what == LANGUAGE:
        return phrases(setting.value).say("settings-language")
    if setting.what == SUBSCRIBED:
        return spoken.say("settings-subscribed" if setting.value == "yes" else "settings-not-subscribed")
    return None
