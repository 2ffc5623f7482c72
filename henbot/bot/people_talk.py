"""Handlers of who may do what: /admins, its buttons, forwarded messages, and the link that makes an owner."""

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from telegram import CallbackQuery, InlineKeyboardMarkup, Message, MessageOriginUser, Update, User
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from henbot.bot.handlers import Context, Conversation, answer_press
from henbot.bot.language import Phrases
from henbot.bot.menus import Menus
from henbot.bot.people_words import (
    ASK_GIVE,
    ASK_TAKE,
    GIFTS,
    GIVE,
    LIST,
    OFFER,
    TAKE,
    WHO,
    Step,
    confirm_keyboard,
    list_keyboard,
    list_words,
    moment_words,
    name_of,
    offer_keyboard,
    read_step,
)
from henbot.domain.people import Action, Role, roles_to_give
from henbot.services.coop_clock import wall_now
from henbot.services.owner_link import SECRET_LETTERS, open_owner_link
from henbot.services.people import Member, give_role, take_role
from henbot.services.reports import coop_of
from henbot.services.subscribers import Met, meet, person_called, remember
from henbot.services.subscribers import name_of as name_in_telegram

T = TypeVar("T")
Page = tuple[str, InlineKeyboardMarkup | None]

log = structlog.get_logger(__name__)

IN_WORDS = r"(?i)^/?(?:админы|люди|admins|people)(?:\s+(?:\d+|@\w+))?[.!]*$"
"""/admins in plain words of a private chat: Telegram knows no commands in Cyrillic letters."""

MOST_MET = 10_000
"""People that are known without a look into the database."""

PRESSES = rf"^{WHO}:"
"""What the buttons say that are answered here."""


@dataclass(frozen=True, slots=True)
class PeopleTalk:
    """Handlers of who may do what, beside the conversation that answers questions."""

    conversation: Conversation
    menus: Menus
    _met: dict[int, Met] = field(default_factory=dict, repr=False)

    async def met(self, update: Update, context: Context) -> None:
        """Whoever writes is known by what Telegram calls them, so that they can be let in by that."""
        user = update.effective_user
        if user is None or self._met.get(user.id) == (met := _as_met(user)):
            return
        if len(self._met) >= MOST_MET:
            self._met.clear()
        with contextlib.suppress(OperationalError):  # the database is busy: another time
            await self._write(lambda session: meet(session, met, wall_now()))
            self._met[user.id] = met

    async def start(self, update: Update, context: Context) -> None:
        """/start: with the first link's secret behind it the keeper becomes the owner; else a greeting."""
        user, chat, message = update.effective_user, update.effective_chat, update.effective_message
        secret = (message.text or "").partition(" ")[2].strip() if message else ""
        if user is None or chat is None or chat.type != ChatType.PRIVATE or len(secret) != SECRET_LETTERS:
            await self.conversation.start(update, context)
            return
        opened = await self._write(lambda session: self._open(session, secret, user))
        spoken = await self.conversation.spoken(user)
        await self.conversation.send(update, context, spoken.say("owner-welcome" if opened else "owner-link-over"))
        if opened:
            log.info("owner.known", user=user.id)
            await self.menus.tell(context.bot)

    async def admins(self, update: Update, context: Context) -> None:
        """/admins: who is who; of somebody, by number or as an answer to them: what they shall be."""
        user, chat, message = update.effective_user, update.effective_chat, update.effective_message
        if user is None or chat is None or message is None:
            return
        spoken = await self.conversation.spoken(user)
        if not await self.conversation.may(user.id, Action.MANAGE):
            await self.conversation.refuse_command(update, context, "may-not-manage", number=str(user.id))
            return
        username = _username(message)
        named = await asyncio.to_thread(self._called, username) if username else _named(message)
        if username and named is None:
            await self.conversation.send(update, context, spoken.say("people-not-met", name=f"@{username}"))
            return
        if named is None and chat.type != ChatType.PRIVATE:
            await self.conversation.send(update, context, spoken.say("people-in-private"))
            return
        page = await self._write(lambda session: self._first_page(session, spoken, user.id, named))
        await self.conversation.send(update, context, *page)

    async def forwarded(self, update: Update, context: Context) -> None:
        """A message of somebody else, forwarded by who may let people in: asks what they shall be."""
        user, message = update.effective_user, update.effective_message
        if user is None or message is None:
            return
        if not await self.conversation.may(user.id, Action.MANAGE):
            if message.text:
                await self.conversation.text(update, context)
            return
        spoken, origin = await self.conversation.spoken(user), message.forward_origin
        if not isinstance(origin, MessageOriginUser):
            await self.conversation.send(update, context, spoken.say("people-hidden"))
            return
        sender = _member(origin.sender_user)
        page = await self._write(lambda session: self._first_page(session, spoken, user.id, sender))
        await self.conversation.send(update, context, *page)

    async def press(self, update: Update, context: Context) -> None:
        """A pressed button of /admins: heeded for whom it was made, and if they may still do what it says."""
        query = update.callback_query
        if query is None:
            return
        user, step = query.from_user, read_step(query.data)
        spoken = await self.conversation.spoken(user)
        if step is None:
            await self.conversation.unknown_press(query)
            return
        if step.owner != user.id:
            await self.conversation.refuse_press(query, "not-your-buttons")
            return
        page = await self._write(lambda session: self._step(session, spoken, step))
        if page is None:
            await self.conversation.refuse_press(query, "people-not-allowed")
            return
        await answer_press(query)
        await _show(query, page)
        if step.step in (GIVE, TAKE):
            await self.menus.tell(context.bot)
            await self._tell_person(context.bot, step)

    def _open(self, session: Session, secret: str, user: User) -> bool:
        remember(session, user.id, user.full_name, wall_now())
        return open_owner_link(session, self.conversation.people, secret, _member(user), wall_now())

    def _called(self, username: str) -> Member | None:
        with self.conversation.database.reading() as session:
            known = person_called(session, username)
        return Member(known.user_id, Role.GUEST, known.name) if known else None

    def _first_page(self, session: Session, spoken: Phrases, by: int, named: Member | None) -> Page:
        """The list; of somebody named, what they may be made."""
        if named is None:
            return self._list(session, spoken, by)
        if named.name:
            remember(session, named.user_id, named.name, wall_now())
            session.flush()
        page = self._step(session, spoken, Step(OFFER, named.user_id, "", by))
        return page or (spoken.say("people-not-allowed"), None)

    def _step(self, session: Session, spoken: Phrases, step: Step) -> Page | None:
        """Do what a button says, and what is shown then; None for what its presser may not do now."""
        people, now = self.conversation.people, wall_now()
        if not people.may(session, step.owner, Action.MANAGE, now):
            return None
        if step.step == LIST:
            return self._list(session, spoken, step.owner)
        gift = GIFTS.get(step.gift)
        if not people.may_change(session, step.owner, step.person, gift.role if gift else Role.GUEST, now):
            return None
        member = self._member(session, step.person)
        return self._offer(session, spoken, step, member) if gift is None else self._give(session, spoken, step, member)

    def _offer(self, session: Session, spoken: Phrases, step: Step, member: Member) -> Page:
        name = name_of(member)
        if step.step == OFFER:
            roles = roles_to_give(self.conversation.people.role_of(session, step.owner, wall_now()))
            return spoken.say("people-offer", name=name), offer_keyboard(spoken, step.person, roles, step.owner)
        if step.step == ASK_TAKE:
            return spoken.say("people-take-sure", name=name), confirm_keyboard(spoken, step)
        is_taken = take_role(session, step.person, step.owner, wall_now())
        return spoken.say("people-taken" if is_taken else "people-not-taken", name=name), None

    def _give(self, session: Session, spoken: Phrases, step: Step, member: Member) -> Page:
        gift, now, name = GIFTS[step.gift], wall_now(), name_of(member)
        role = spoken.say(f"role-{gift.role.value}")
        until = now + gift.lasts if gift.lasts else None
        if until:
            role += f" {spoken.say('role-until', date=moment_words(spoken, until, _timezone(session)))}"
        if step.step == ASK_GIVE:
            may_do = spoken.say(f"role-may-{gift.role.value}")
            return spoken.say("people-give-sure", name=name, role=role, may=may_do), confirm_keyboard(spoken, step)
        give_role(session, Member(step.person, gift.role, member.name, until), step.owner, now)
        return spoken.say("people-given", name=name, role=role), None

    def _list(self, session: Session, spoken: Phrases, by: int) -> Page:
        people, now = self.conversation.people, wall_now()
        members = people.members(session, now)
        removable = [
            one
            for one in members
            if not one.is_configured and people.may_change(session, by, one.user_id, Role.GUEST, now)
        ]
        return list_words(spoken, members, _timezone(session)), list_keyboard(spoken, removable, by)

    def _member(self, session: Session, user_id: int) -> Member:
        return Member(user_id, Role.GUEST, name_in_telegram(session, user_id) or "")

    async def _tell_person(self, bot: "ExtBot[int]", step: Step) -> None:
        """Tell somebody what they may do now; who never wrote to the bot cannot be told."""
        gift = GIFTS.get(step.gift)
        spoken = await self.conversation.spoken_to(step.person)
        if gift is None:
            text = spoken.say("role-taken-from-you")
        else:
            role, may_do = spoken.say(f"role-{gift.role.value}"), spoken.say(f"role-may-{gift.role.value}")
            text = spoken.say("role-given-to-you", role=role, may=may_do)
        try:
            await self.conversation.replies.send(bot, step.person, text)
        except TelegramError as exc:
            log.info("person.not_told", user=step.person, reason=exc.message)

    async def _write(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.conversation.database.write, work)


def _username(message: Message) -> str | None:
    """`anna` of `/admins @anna`; letters, digits and underscores, as Telegram allows."""
    name = (message.text or "").partition(" ")[2].strip(" .!")
    return name[1:] if re.fullmatch(r"@[A-Za-z0-9_]{1,32}", name) else None


def _named(message: Message) -> Member | None:
    """Whom a message is about: the number behind the command, else whom it answers or whose words were forwarded."""
    number = (message.text or "").partition(" ")[2].strip(" .!")
    if number.isascii() and number.isdigit() and 0 < int(number) < 2**52:
        return Member(int(number), Role.GUEST)
    answered = message.reply_to_message
    if answered is None:
        return None
    origin = answered.forward_origin
    author = origin.sender_user if isinstance(origin, MessageOriginUser) else answered.from_user
    return _member(author) if author is not None and not author.is_bot else None


def _as_met(user: User) -> Met:
    return Met(user.id, user.full_name, user.username, user.language_code)


def _member(user: User) -> Member:
    return Member(user.id, Role.GUEST, user.full_name)


def _timezone(session: Session) -> ZoneInfo:
    return ZoneInfo(coop_of(session).timezone)


async def _show(query: CallbackQuery, page: Page) -> None:
    text, markup = page
    try:
        await query.edit_message_text(text, parse_mode=ParseMode.HTML, reply_markup=markup)
    except BadRequest as exc:
        if "not modified" not in exc.message.lower():  # pressed twice
            raise
