"""Who lives here, told in private by admins: /rename, /retire, /merge, and the same in plain words."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape
from typing import TypeAlias, TypeVar

from sqlalchemy.orm import Session
from telegram import InlineKeyboardMarkup, Message, MessageEntity, Update, User
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest

from henbot.bot.asking import coop_wording, hens_by_name, moment
from henbot.bot.flock_words import (
    CALL,
    FLOCK,
    GONE,
    ONE,
    SURE,
    WHY,
    FlockPress,
    fate_keyboard,
    flock_line,
    hen_marked,
    merge_keyboard,
    pairs_keyboard,
    read_flock_press,
    which_keyboard,
)
from henbot.bot.handlers import Context, Conversation, answer_press
from henbot.bot.questions.flock_statements import (
    asked_in,
    fate_in,
    hens_called,
    pairs_in,
    renaming_of,
    strange_in,
)
from henbot.bot.wording import Wording
from henbot.domain.flock import Fate
from henbot.domain.observations import HenId
from henbot.domain.people import Action
from henbot.services.coop_clock import wall_now
from henbot.services.hens import LONGEST_NAME, NameTaken, rename_hen, retire_hen
from henbot.services.merging import SameHen, merge_hens
from henbot.services.reports import flock_of

T = TypeVar("T")
Page: TypeAlias = tuple[str, InlineKeyboardMarkup | None]
Otherwise: TypeAlias = Callable[[Update, Context], Awaitable[None]]

COMMANDS = ("rename", "retire", "merge")
PRESSES = rf"^{FLOCK}:"
"""What the buttons say that are answered here."""


@dataclass(frozen=True, slots=True)
class _Telling:
    """Who tells what, within a transaction."""

    session: Session
    wording: Wording
    by: int


@dataclass(frozen=True, slots=True)
class FlockTalk:
    """Handlers of who lives here; `otherwise` hears what turns out to be about nobody of the flock."""

    conversation: Conversation
    otherwise: Otherwise

    async def command(self, update: Update, context: Context) -> None:
        """/rename OLD NEW, /retire NAME, /merge ONE OTHER."""
        message = update.effective_message
        name, _, rest = (message.text or "" if message else "").lstrip("/").partition(" ")
        page_of = PAGES[name.split("@")[0].lower()]
        await self._reply(update, context, lambda telling: page_of(telling, rest.strip()))

    async def in_words(self, update: Update, context: Context) -> None:
        """The same in plain words, where a hen of the flock is named; else it is no business of ours."""
        user, message = update.effective_user, update.effective_message
        text = (message.text or "" if message else "").strip(" .!")
        if user is None or not await self._work(user, self.conversation.database.read, _ours(text)):
            await self.otherwise(update, context)
            return
        await self._reply(update, context, lambda telling: _page_in_words(telling, text))

    async def press(self, update: Update, context: Context) -> None:
        """A pressed button: heeded for whom the coop lets configure."""
        query = update.callback_query
        if query is None:
            return
        user, press = query.from_user, read_flock_press(query.data)
        if not await self.conversation.may(user.id, Action.CONFIGURE):
            await self.conversation.refuse_press(query, "may-not-flock")
            return
        if press is None or not isinstance(query.message, Message):
            await self.conversation.unknown_press(query)
            return
        shown = query.message.parse_entities([MessageEntity.BOLD]) if query.message.text else {}
        name = next(iter(shown.values()), "")
        text, markup = await self._write(user, lambda telling: _pressed(telling, press, name))
        await answer_press(query)
        try:
            await query.edit_message_text(text, parse_mode=ParseMode.HTML, reply_markup=markup)
        except BadRequest as exc:
            if "not modified" not in exc.message.lower():  # pressed twice
                raise

    async def _reply(self, update: Update, context: Context, page_of: "Callable[[_Telling], Page]") -> None:
        user, chat = update.effective_user, update.effective_chat
        if user is None or chat is None or not await self.allowed(update, context):
            return
        await self.conversation.send(update, context, *await self._write(user, page_of))

    async def allowed(self, update: Update, context: Context) -> bool:
        """Whether somebody may say who lives here, and says it in private; else they hear why not."""
        user, chat = update.effective_user, update.effective_chat
        if user is None or chat is None:
            return False
        if not await self.conversation.may(user.id, Action.CONFIGURE):
            await self.conversation.refuse_command(update, context, "may-not-flock")
            return False
        if chat.type != ChatType.PRIVATE:
            await self.conversation.reply(update, context, lambda spoken: spoken.say("flock-in-private"))
            return False
        return True

    async def _write(self, user: User, work: "Callable[[_Telling], T]") -> T:
        return await self._work(user, self.conversation.database.write, work)

    async def _work(
        self, user: User, within: "Callable[[Callable[[Session], T]], T]", work: "Callable[[_Telling], T]"
    ) -> T:
        language = (await self.conversation.spoken(user)).language
        return await asyncio.to_thread(
            within, lambda session: work(_Telling(session, coop_wording(session, language), user.id))
        )


def _rename_page(telling: _Telling, rest: str) -> Page:
    wording, flock = telling.wording, flock_of(telling.session, retired=True)
    renaming = renaming_of(rest, hens_by_name(flock))
    if renaming is None:
        example = flock_of(telling.session)[:1]
        name = wording.name(example[0].id) if example else wording.say("help-some-hen")
        return wording.say("rename-how", hen=name), None
    if not renaming.hens:
        return _unknown(telling, renaming.called), None
    if len(renaming.hens) > 1:
        words = wording.say("rename-which", name=escape(renaming.name, quote=False))
        return words, which_keyboard(CALL, renaming.hens, wording)
    return _rename(telling, renaming.hens[0], renaming.name), None


def _rename(telling: _Telling, hen: HenId, name: str) -> str:
    wording = telling.wording
    old = wording.name(hen)
    if set(wording.hens[hen].names.values()) == {name}:
        return wording.say("rename-same")
    try:
        rename_hen(telling.session, telling.by, hen, {"und": name}, wall_now())
    except NameTaken as exc:
        return wording.say("name-taken", hen=wording.name(HenId(exc.hen)))
    except ValueError:
        return wording.say("name-wrong", most=LONGEST_NAME)
    return wording.say("renamed", old=old, new=escape(name, quote=False))


def _retire_page(telling: _Telling, rest: str) -> Page:
    wording, flock = telling.wording, flock_of(telling.session)
    living = tuple(hen.id for hen in flock)
    if not rest:
        return wording.say("retire-which"), which_keyboard(WHY, living, wording)
    named = hens_called(rest, hens_by_name(flock_of(telling.session, retired=True)))
    found = tuple(hen for hen in named if hen in living)
    if not found:
        gone = wording.say("flock-gone-already", hen=wording.name(named[0])) if named else _unknown(telling, rest)
        return gone, None
    if len(found) > 1:
        return wording.say("retire-which"), which_keyboard(WHY, found, wording)
    return _why_page(telling, found[0])


def _why_page(telling: _Telling, hen: HenId) -> Page:
    return telling.wording.say("retire-why", hen=telling.wording.name(hen)), fate_keyboard(hen, telling.wording)


def _merge_page(telling: _Telling, rest: str) -> Page:
    wording, flock = telling.wording, flock_of(telling.session, retired=True)
    hens = hens_by_name(flock)
    pairs = pairs_in(rest, hens)
    if len(pairs) == 1:
        return _sure_page(telling, *pairs[0])
    if pairs:
        return wording.say("merge-which"), pairs_keyboard(pairs, wording)
    strange = strange_in(rest, hens)
    if strange and len(rest.split()) > 1:
        return _unknown(telling, strange), None
    names = [wording.name(hen.id) for hen in flock]
    hen, other = (*names, wording.say("help-some-hen"), wording.say("help-some-hen"))[:2]
    return wording.say("merge-how", hen=hen, other=other), None


def _sure_page(telling: _Telling, hen: HenId, other: HenId) -> Page:
    wording = telling.wording
    words = wording.say("merge-sure", hen=wording.name(hen), other=wording.name(other))
    return words, merge_keyboard(hen, other, wording)


def _unknown(telling: _Telling, name: str) -> str:
    wording = telling.wording
    words = wording.say("flock-unknown", name=escape(name, quote=False))
    return f"{words} {flock_line(flock_of(telling.session), wording)}"


PAGES = {"rename": _rename_page, "retire": _retire_page, "merge": _merge_page}
"""What answers which command."""


def _ours(text: str) -> "Callable[[_Telling], bool]":
    """Whether a plain sentence names a hen of the flock where it should; a command is one in any case."""
    return lambda telling: _is_ours(telling, text)


def _is_ours(telling: _Telling, text: str) -> bool:
    hens = hens_by_name(flock_of(telling.session, retired=True))
    fate = fate_in(text)
    command, rest = asked_in(text) if fate is None else ("retire", fate[1])
    if fate is None and re.match(r"(?i)/|(?:rename|retire|merge|переимен|объедини)", text):
        return True
    if command == "retire":
        return bool(hens_called(rest, hens))
    renaming = renaming_of(rest, hens) if command == "rename" else None
    return bool(renaming.hens if renaming else pairs_in(rest, hens))


def _page_in_words(telling: _Telling, text: str) -> Page:
    fate = fate_in(text)
    command, rest = asked_in(text)
    return PAGES[command](telling, rest) if fate is None else _fate_page(telling, *fate)


def _fate_page(telling: _Telling, fate: Fate, who: str) -> Page:
    """Somebody said what became of a hen: asked once more, for a slip of the pen must not let one go."""
    wording = telling.wording
    found = hens_called(who, hens_by_name(flock_of(telling.session)))
    if len(found) != 1:
        return _retire_page(telling, who)
    return wording.say("retire-sure", hen=wording.name(found[0])), fate_keyboard(found[0], wording, (fate,))


def _pressed(telling: _Telling, press: FlockPress, name: str) -> Page:
    """Do what a button says, as things stand now, and what is shown then."""
    everyone = flock_of(telling.session, retired=True)
    one, two = hen_marked(press.one, everyone), hen_marked(press.two, everyone)
    wording = telling.wording
    if press.step == CALL and one and name:
        return _rename(telling, one, name), None
    if press.step == WHY and one:
        return _why_page(telling, one)
    if press.step == GONE and one and press.two in list(Fate):
        return _retire(telling, one, Fate(press.two)), None
    if press.step == SURE and one and two:
        return _sure_page(telling, one, two)
    if press.step == ONE and one and two:
        return _merge(telling, one, two), None
    return wording.say("retire-not" if not press.one else "flock-changed"), None


def _retire(telling: _Telling, hen: HenId, fate: Fate) -> str:
    wording = telling.wording
    try:
        retire_hen(telling.session, telling.by, hen, fate, wall_now(), moment(telling.session))
    except KeyError:
        return wording.say("flock-gone-already", hen=wording.name(hen))
    return wording.say(f"retired-{fate.value}", hen=wording.name(hen))


def _merge(telling: _Telling, gone: HenId, kept: HenId) -> str:
    wording = telling.wording
    words = wording.say("merged", gone=wording.name(gone), hen=wording.name(kept))
    try:
        merge_hens(telling.session, telling.by, gone, kept, wall_now(), moment(telling.session))
    except SameHen:
        return wording.say("merge-same")
    return words


def _what(update: Update) -> str:
    message = update.effective_message
    return (message.text or message.caption or "a picture" if message else "")[:40]
