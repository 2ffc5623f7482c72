"""Adding a hen in private: /addhen NAME, pictures sent or chosen, and what comes of them.

Where it stands is kept in the database, so that a restart goes on with it.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session
from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from henbot.bot.asking import CoopUnknown, coop_wording, moment
from henbot.bot.flock_talk import FlockTalk, Otherwise
from henbot.bot.handlers import Context, Conversation, answer_press
from henbot.bot.language import Phrases, phrases
from henbot.bot.new_hen_words import (
    ANYWAY,
    BACK,
    CANCEL,
    DONE,
    KNOWN,
    LONGEST_REASON,
    NEW,
    NEW_HEN,
    OWN,
    TICK,
    NewHenPress,
    added_words,
    collecting_keyboard,
    collecting_words,
    found_keyboard,
    found_words,
    pick_keyboard,
    read_new_hen_press,
)
from henbot.bot.wording import Wording
from henbot.domain.observations import HenId
from henbot.domain.people import Action
from henbot.services import new_hens
from henbot.services.coop_clock import wall_now
from henbot.services.hens import LONGEST_NAME, NameTaken
from henbot.services.jobs import JobState, job_by_id
from henbot.services.media import MediaFolder
from henbot.services.new_hens import LEAST_PHOTOS, MOST_PHOTOS, Draft, DraftState, OwnPicture

T = TypeVar("T")
Page = tuple[str, InlineKeyboardMarkup | None]

log = structlog.get_logger(__name__)

COMMAND = "addhen"
PRESSES = rf"^{NEW_HEN}:"
"""What the buttons say that are answered here."""

IN_WORDS = (
    r"(?i)^/?(?:(?:add\s+(?:a\s+)?)?new\s+hen|add\s+hen|addhen|(?:добавь(?:те)?\s+)?нов(?:ая|ую)\s+куриц[ау]"
    r"|добавь(?:те)?\s+курицу)(?:[:\s]+(?P<name>.+))?$"
)
"""/addhen in plain words of a private chat, and under a picture."""

TICK_EVERY_S = 2.0
LARGEST_FILE = 20 * 1024 * 1024
"""Most that a bot can fetch (TELEGRAM.md)."""


@dataclass(frozen=True, slots=True)
class NewHenTalk:
    """Handlers of the adding of a hen; for whom the coop lets configure.

    Attributes:
        forwarded: hears of a forwarded message that is no picture of a new hen.
        collecting: who is sending pictures now: of an album each comes as a message, and none may be lost.
    """

    conversation: Conversation
    flock: FlockTalk
    forwarded: Otherwise
    collecting: set[int] = field(default_factory=set)
    _albums: dict[int, str] = field(default_factory=dict)

    def is_awaited(self, update: Update) -> bool:
        """Whether an update is a picture that is waited for."""
        message, user = update.message, update.effective_user
        is_picture = message is not None and bool(message.photo or message.document)
        return is_picture and user is not None and user.id in self.collecting

    async def start(self, update: Update, context: Context) -> None:
        """/addhen NAME, its words, or a picture with them under it."""
        user, message = update.effective_user, update.effective_message
        if user is None or message is None or not await self.flock.allowed(update, context):
            return
        text = (message.text or message.caption or "").strip()
        words = re.fullmatch(IN_WORDS, text, re.DOTALL)
        name = " ".join((words["name"] or "" if words else text.partition(" ")[2]).split()).strip("«»\"'“”.!")
        spoken = await self.conversation.spoken(user)
        draft, refusal = await self._write(lambda session: _opened(session, user.id, message.chat_id, name, spoken))
        if draft is None:
            await self.conversation.send(update, context, refusal)
            return
        self.collecting.add(user.id)
        if message.photo:
            await self._take(update, context, draft)
        else:
            await self._tell(context.bot, draft, anew=True)

    async def photo(self, update: Update, context: Context) -> None:
        """A picture: hers, if this admin is adding a hen; else nobody asked for it."""
        user, message = update.effective_user, update.effective_message
        if user is None or message is None or message.chat.type != ChatType.PRIVATE:
            return
        is_admin = await self.conversation.may(user.id, Action.CONFIGURE)
        draft = await self._read(lambda session: new_hens.open_draft_of(session, user.id)) if is_admin else None
        if draft is not None and draft.state is DraftState.COLLECTING:
            await self._take(update, context, draft)
        elif message.forward_origin is not None:
            await self.forwarded(update, context)
        elif is_admin:
            is_looking = draft is not None and draft.state is DraftState.CHECKING
            phrase = "addhen-still-looking" if is_looking else "addhen-not-now"
            await self.conversation.reply(update, context, lambda spoken: spoken.say(phrase))

    async def _take(self, update: Update, context: Context, draft: Draft) -> None:
        """Fetch a picture and keep it; told of once for each album, then in the same message."""
        message = update.effective_message
        assert message is not None, "a picture comes in a message"
        content = await _fetched(message)
        if content is None:
            await self.conversation.reply(update, context, lambda spoken: spoken.say("addhen-fetch-failed"))
            return
        stored = await asyncio.to_thread(MediaFolder(self.conversation.media).put, content, ".jpg")

        def add(session: Session) -> bool:
            return new_hens.add_photo(session, draft.id, stored, moment(session))

        is_new = await self._write(add)
        count = await self._read(lambda session: new_hens.photos_in(session, draft.id))
        if not is_new:
            phrase = "addhen-enough" if count >= MOST_PHOTOS else "addhen-same"
            await self.conversation.reply(update, context, lambda spoken: spoken.say(phrase, most=MOST_PHOTOS))
            return
        album = message.media_group_id
        is_next = album is not None and self._albums.get(draft.id) == album
        self._albums[draft.id] = album or ""
        await self._tell(context.bot, draft, anew=not is_next)

    async def press(self, update: Update, context: Context) -> None:
        """A pressed button: heeded for the admin whose hen it is."""
        query = update.callback_query
        if query is None:
            return
        user, press = query.from_user, read_new_hen_press(query.data)
        if not await self.conversation.may(user.id, Action.CONFIGURE):
            await self.conversation.refuse_press(query, "may-not-flock")
            return
        draft = await self._read(lambda session: new_hens.draft_by_id(session, press.draft)) if press else None
        if press is None or draft is None or draft.state in (DraftState.DONE, DraftState.CANCELLED):
            await answer_press(query, (await self.conversation.spoken(user)).say("outdated-button"))
        elif draft.by != user.id:
            await self.conversation.refuse_press(query, "not-your-buttons")
        else:
            await self._do(query, context.bot, draft, press)

    async def _do(self, query: CallbackQuery, bot: "ExtBot[int]", draft: Draft, press: NewHenPress) -> None:
        spoken = await self.conversation.spoken(query.from_user)
        if press.step == CANCEL:
            await self._cancel(query, draft, spoken.say("addhen-cancelled"))
        elif press.step == KNOWN:
            await self._known(query, draft, spoken)
        elif press.step in (NEW, ANYWAY) and draft.state is not DraftState.CHECKING:
            await answer_press(query)
            await self._accept(bot, draft)
        elif draft.state is not DraftState.COLLECTING:
            await answer_press(query, spoken.say("outdated-button"))
        elif press.step == DONE:
            await self._check(query, draft, spoken)
        elif press.step in (OWN, TICK):
            await self._pick(query, bot, draft, press)
        elif press.step == BACK:
            await answer_press(query)
            await _show(query, await self._collecting(draft))

    async def _cancel(self, query: CallbackQuery, draft: Draft, words: str) -> None:
        await self._write(lambda session: new_hens.set_state(session, draft.id, DraftState.CANCELLED))
        self.collecting.discard(draft.by)
        await answer_press(query)
        await _show(query, (words, None))

    async def _known(self, query: CallbackQuery, draft: Draft, spoken: Phrases) -> None:
        def words(session: Session) -> str:
            likeness = new_hens.found_in(session, draft.id).likeness
            wording = coop_wording(session, spoken.language)
            return wording.say("addhen-known", hen=wording.name(likeness[0] if likeness else HenId("")))

        await self._cancel(query, draft, await self._read(words))

    async def _check(self, query: CallbackQuery, draft: Draft, spoken: Phrases) -> None:
        count = await self._read(lambda session: new_hens.photos_in(session, draft.id))
        if count < LEAST_PHOTOS:
            await answer_press(query, spoken.say("addhen-too-few", least=LEAST_PHOTOS), alert=True)
            return
        await self._write(lambda session: new_hens.have_checked(session, draft, moment(session)))
        self.collecting.discard(draft.by)
        await answer_press(query)
        name = escape(draft.name, quote=False)
        await _show(query, (spoken.say("addhen-checking", name=name, count=count), None))
        if isinstance(query.message, Message):
            number = query.message.message_id
            await self._write(lambda session: new_hens.told_in(session, draft.id, number))

    async def _pick(self, query: CallbackQuery, bot: "ExtBot[int]", draft: Draft, press: NewHenPress) -> None:
        """Show the nests' own pictures, or note that one was tapped."""
        spoken = await self.conversation.spoken(query.from_user)
        if press.step == TICK:
            is_room = await self._write(lambda session: new_hens.tick(session, draft.id, press.evidence))
            refusal = None if is_room else spoken.say("addhen-enough", most=MOST_PHOTOS)
            await answer_press(query, refusal)
        shown = await self._read(lambda session: new_hens.own_pictures(session, draft.id, press.page, moment(session)))
        if press.step == OWN and not shown:
            await answer_press(query, spoken.say("addhen-no-own"), alert=True)
            return
        name = escape(draft.name, quote=False)
        page = spoken.say("addhen-pick", name=name), pick_keyboard(draft, shown, press.page, spoken)
        if press.step == TICK:
            await _show(query, page)
            return
        await answer_press(query)
        await self._show_pictures(bot, draft, shown)
        sent = await self.conversation.replies.send(bot, draft.chat, *page, silent=True)
        await self._write(lambda session: new_hens.told_in(session, draft.id, sent.message_id))

    async def _show_pictures(self, bot: "ExtBot[int]", draft: Draft, shown: Sequence[OwnPicture]) -> None:
        def contents() -> list[bytes]:
            return [(self.conversation.media / one.picture.path).read_bytes() for one in shown]

        try:
            await self.conversation.replies.send_pictures(bot, draft.chat, await asyncio.to_thread(contents), "")
        except (OSError, BadRequest) as exc:
            log.warning("addhen.pictures_not_shown", reason=str(exc))

    async def tick(self, context: Context) -> None:
        """Tell what came of pictures that were looked at; and whose pictures are waited for, after a restart."""
        self.collecting.update(await self._read(new_hens.collectors))
        for draft in await self._read(lambda session: new_hens.drafts_in(session, DraftState.CHECKING)):
            try:
                await self._tell_checked(context.bot, draft)
            except (CoopUnknown, TelegramError) as exc:  # tried again at the next tick
                log.warning("addhen.not_told", reason=f"{type(exc).__name__}: {exc}"[:200])

    async def _tell_checked(self, bot: "ExtBot[int]", draft: Draft) -> None:
        job = await self._read(lambda session: job_by_id(session, draft.job or 0))
        if job is not None and job.is_open:
            return
        if job is None or job.state is not JobState.DONE:
            await self._write(lambda session: new_hens.set_state(session, draft.id, DraftState.COLLECTING))
            spoken = phrases(draft.language)
            reason = escape(job.failure or "" if job else "", quote=False)[:LONGEST_REASON] or "?"
            markup = collecting_keyboard(draft, 1, spoken)
            await self._say(bot, draft, (spoken.say("addhen-failed", reason=reason), markup))
            return
        found = await self._read(lambda session: new_hens.found_in(session, draft.id))
        if found.taken >= LEAST_PHOTOS and not found.likeness:
            await self._accept(bot, draft)
            return
        page = await self._read(lambda session: _found_page(session, draft))
        state = DraftState.ASKING if found.taken >= LEAST_PHOTOS else DraftState.COLLECTING

        def go_on(session: Session) -> None:
            new_hens.set_state(session, draft.id, state)
            if state is DraftState.COLLECTING:
                new_hens.forget_refused(session, draft.id)

        await self._say(bot, draft, page)
        await self._write(go_on)

    async def _accept(self, bot: "ExtBot[int]", draft: Draft) -> None:
        """She joins the flock, unless another is called so by now."""

        def accept(session: Session) -> str:
            wording = coop_wording(session, draft.language)
            found = new_hens.found_in(session, draft.id)
            job = job_by_id(session, draft.job or 0)
            try:
                new_hens.accept(session, draft, wall_now(), moment(session))
            except NameTaken as exc:
                new_hens.set_state(session, draft.id, DraftState.CANCELLED)
                return wording.say("name-taken", hen=wording.name(HenId(exc.hen)))
            is_known = bool(job and job.result.get("known_by_name"))
            return added_words(draft, found, wording, known_by_name=is_known)

        words = await self._write(accept)
        self.collecting.discard(draft.by)
        await self._say(bot, draft, (words, None))

    async def _collecting(self, draft: Draft) -> Page:
        count = await self._read(lambda session: new_hens.photos_in(session, draft.id))
        spoken = phrases(draft.language)
        return collecting_words(draft, count, spoken), collecting_keyboard(draft, count, spoken)

    async def _tell(self, bot: "ExtBot[int]", draft: Draft, *, anew: bool) -> None:
        """Tell how it stands: below what was sent last, and once."""
        page = await self._collecting(draft)
        now = await self._read(lambda session: new_hens.draft_by_id(session, draft.id))
        before = now.message if now else None
        if not anew and before is not None:
            await _edit(bot, draft.chat, before, page)
            return
        sent = await self.conversation.replies.send(bot, draft.chat, *page, silent=True)
        await self._write(lambda session: new_hens.told_in(session, draft.id, sent.message_id))
        if before is not None:
            await _edit(bot, draft.chat, before, None)

    async def _say(self, bot: "ExtBot[int]", draft: Draft, page: Page) -> None:
        """An answer that was waited for: a new message, which rings."""
        sent = await self.conversation.replies.send(bot, draft.chat, *page)
        await self._write(lambda session: new_hens.told_in(session, draft.id, sent.message_id))
        if draft.message is not None:
            await _edit(bot, draft.chat, draft.message, None)

    async def _read(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.conversation.database.read, work)

    async def _write(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.conversation.database.write, work)


def _opened(session: Session, by: int, chat: int, name: str, spoken: Phrases) -> tuple[Draft | None, str]:
    """The draft that begins, or why none does."""
    if not name:
        return None, spoken.say("addhen-how")
    try:
        return new_hens.open_draft(session, by, chat, name, spoken.language, wall_now()), ""
    except NameTaken as exc:
        wording: Wording = coop_wording(session, spoken.language)
        return None, spoken.say("name-taken", hen=wording.name(HenId(exc.hen)))
    except ValueError:
        return None, spoken.say("name-wrong", most=LONGEST_NAME)


def _found_page(session: Session, draft: Draft) -> Page:
    wording, found = coop_wording(session, draft.language), new_hens.found_in(session, draft.id)
    return found_words(draft, found, wording), found_keyboard(draft, found, wording)


async def _fetched(message: Message) -> bytes | None:
    """The picture of a message, as large as it came; None where it cannot be had."""
    attachment = message.photo[-1] if message.photo else message.document
    if attachment is None or (attachment.file_size or 0) > LARGEST_FILE:
        return None
    try:
        file = await attachment.get_file()
        return bytes(await file.download_as_bytearray())
    except TelegramError as exc:
        log.warning("addhen.not_fetched", reason=exc.message)
        return None


async def _show(query: CallbackQuery, page: Page) -> None:
    text, markup = page
    try:
        await query.edit_message_text(text, parse_mode=ParseMode.HTML, reply_markup=markup)
    except BadRequest as exc:
        if "not modified" not in exc.message.lower():  # pressed twice
            raise


async def _edit(bot: "ExtBot[int]", chat: int, message: int, page: Page | None) -> None:
    """Change a message; without a page, its buttons go."""
    try:
        if page is None:
            await bot.edit_message_reply_markup(chat, message, reply_markup=None)
        else:
            await bot.edit_message_text(page[0], chat, message, parse_mode=ParseMode.HTML, reply_markup=page[1])
    except BadRequest as exc:
        log.info("addhen.message_not_edited", reason=exc.message)
