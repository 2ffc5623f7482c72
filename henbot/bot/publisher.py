"""Tells the channel and those who subscribed: each by its policy. Nothing is lost, hardly anything repeated.

Posts wait in the database. A post is sent, and what was sent is stored; it is sent twice only if Telegram's answer was
lost or the process died before the answer was stored, and then it does not ring again. No transaction is held while
Telegram is waited for.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from telegram.error import BadRequest, RetryAfter, TelegramError
from telegram.ext import ExtBot

from henbot.bot.asking import CoopUnknown, coop_wording
from henbot.bot.pace import TELEGRAM_PACE, Pace, Pacer
from henbot.bot.poster import ChatMoved, ChatRefuses, FileForgotten, Poster
from henbot.bot.telling import Step, Telling, telling, wall_wait_s
from henbot.domain.errors import HenbotError
from henbot.domain.policies import Policy, QuietHours
from henbot.services import posts
from henbot.services.changes import MARK, Signal, mark
from henbot.services.coop_clock import clock_setting, wall_now
from henbot.services.moved_chats import move_chat
from henbot.services.people import People
from henbot.services.posts import DuePost, Told
from henbot.services.subscriptions import Subscription, private_chats, unsubscribe
from henbot.storage.database import Database

T = TypeVar("T")

log = structlog.get_logger(__name__)

IDLE_S = 5.0
"""Longest sleep without news: the coop's clock may have been set anew meanwhile."""

STOP_WITHIN_S = 0.5
"""How long `stop` may take where nothing is on its way to Telegram."""

LEAST_WAIT_S = 0.02
"""Shortest sleep: a fast coop's clock must not make the publisher spin."""

FIRST_BACKOFF_S = 1.0
LONGEST_BACKOFF_S = 60.0

SUBSCRIBERS_MARK = "changes of subscribers"
"""How far those who subscribed have been told: a channel that cannot be found must not hold them up."""

REFUSED_PAUSE = timedelta(minutes=5)
"""How long a chat that refused is left alone before it is tried again."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom the publisher writes to.

    Attributes:
        channel: a chat's number or @name; None where there is none, and those who subscribed are all.
        people: whose admins are told each bout in private, to correct it, and when the channel refuses.
        policy: what the channel is told.
        quiet: the coop's quiet hours, for the channel and for chats that have set none of their own.
    """

    channel: int | str | None
    people: People = People()  # noqa: RUF009 - it is frozen
    policy: Policy = Policy()  # noqa: RUF009 - it is frozen
    quiet: QuietHours | None = None


@dataclass(slots=True)
class Publisher:
    """Brings the channel to what is recorded, for ever; see the module.

    Attributes:
        media: the folder of pictures.
        stale_after: see `posts.STALE_AFTER`.
    """

    bot: "ExtBot[int]"
    database: Database
    media: Path
    audience: Audience
    pace: Pace = TELEGRAM_PACE
    stale_after: timedelta = posts.STALE_AFTER
    first_backoff_s: float = FIRST_BACKOFF_S
    _chat_id: int | None = field(default=None, init=False)
    _pacer: Pacer = field(init=False)
    _backoff_s: float = field(default=0.0, init=False)
    _quiet_until_s: float = field(default=0.0, init=False)
    _look_up_from_s: float = field(default=0.0, init=False)
    _back: dict[str, datetime | None] = field(default_factory=dict, init=False)
    _is_missing_told: bool = field(default=False, init=False)
    _stopping: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._pacer = Pacer(self.pace)

    async def run(self) -> None:
        """Publish until `stop`."""
        signal = Signal(self.database)
        try:
            while not self._stopping:
                wait_s = await self.step()
                await self._rest(signal, min(wait_s, IDLE_S))
        finally:
            signal.close()

    def stop(self) -> None:
        """End `run` after the request that is on its way, if any."""
        self._stopping = True

    async def _rest(self, signal: Signal, seconds: float) -> None:
        """Wait for news, for the time to be over, or for `stop`."""
        end_s = time.monotonic() + seconds
        while not self._stopping and (left_s := end_s - time.monotonic()) > 0:
            if await signal.wait(min(left_s, STOP_WITHIN_S)):
                return

    async def step(self) -> float:
        """Do what can be done now: at most one request. Returns how many seconds there is nothing to do for."""
        try:
            return await self._step()
        except RetryAfter as exc:
            return await self._pause_all(exc)
        except (TelegramError, OperationalError, CoopUnknown) as exc:
            return self._back_off(exc)

    async def _step(self) -> float:
        await self._fan_out(await self._channel())
        left_s = self._quiet_until_s - time.monotonic()
        if left_s > 0:
            return left_s
        wait_s, found = await self._read(self._next)
        if found is None:
            return wait_s
        await self._tell(*found)
        return 0.0

    def _next(self, session: Session) -> tuple[float, tuple[DuePost, Telling] | None]:
        """The first post that may be told now, or how long none may."""
        wall = wall_now()
        chats = self.chats(session)
        blocked = self._blocked(session, chats, wall)
        wait_s = min([IDLE_S, *(blocked[chat] for chat in posts.waiting_chats(session, blocked))])
        for post in posts.due_posts(session, chats=[chat for chat in chats if chat not in blocked]):
            told = self._telling(session, post, wall, chats[post.chat_id])
            if told.step is not Step.HOLD or told.hold_until is None:
                return 0.0, (post, told)
            held_s = wall_wait_s(clock_setting(session), told.hold_until, wall)
            wait_s = min(wait_s, max(held_s, LEAST_WAIT_S)) if held_s is not None else wait_s
        return wait_s, None

    def _blocked(self, session: Session, chats: Iterable[int], wall: datetime) -> Mapping[int, float]:
        """Chats that may not be written to now, and for how many seconds: they hold up no other chat."""
        paused, now_s = posts.pauses(session, wall), time.monotonic()
        for_all = paused.get(posts.ALL_CHATS, wall)
        waits = {
            chat: max((max(paused.get(chat, wall), for_all) - wall).total_seconds(), self._pacer.wait_s(chat, now_s))
            for chat in chats
        }
        return {chat: wait_s for chat, wait_s in waits.items() if wait_s > 0}

    def chats(self, session: Session) -> Mapping[int, Subscription]:
        """All that are written to now, by their numbers; without the channel while it is not found by its name."""
        channel = [Subscription(self._chat_id, self.audience.policy)] if self._chat_id is not None else []
        return {chat.chat_id: chat for chat in (*self._subscribers(session), *channel)}

    def _telling(self, session: Session, post: DuePost, wall: datetime, chat: Subscription) -> Telling:
        try:
            return telling(session, post, wall, chat, self.audience.quiet)
        except CoopUnknown:
            raise
        except HenbotError as exc:
            # One bout that cannot be put into words must not stop the others.
            log.error("post.unspeakable", subject=post.subject, id=post.subject_id, reason=str(exc))
            return Telling(Step.NOTHING, "", post.wanted_revision)

    async def _tell(self, post: DuePost, told: Telling) -> None:
        poster = Poster(self.bot, self.media)
        if told.rings:
            await self._write(lambda session: posts.begin_sending(session, post.id))
        try:
            outcome = await poster.carry_out(post, told)
        except TelegramError:
            # This process lives, and will send it again: it may ring then. Only a death leaves it open.
            if told.rings:
                await self._write(lambda session: posts.end_sending(session, post.id))
            raise
        except ChatRefuses as exc:
            await self._refused(post, str(exc))
            return
        except ChatMoved as exc:
            await self._moved(post, exc)
            return
        except FileForgotten:
            picture = told.picture
            if picture is not None:
                await self._write(lambda session: posts.forget_file(session, picture.sha256))
            return
        finally:
            if told.step is not Step.NOTHING:
                self._pacer.spend(post.chat_id, time.monotonic())
        self._backoff_s = 0.0
        await self._write(lambda session: posts.store_told(session, post.id, outcome))
        _log_outcome(post, told, outcome)

    async def _refused(self, post: DuePost, reason: str) -> None:
        if post.chat_id != self._chat_id:
            log.info("subscriber.gone", chat=post.chat_id, reason=reason)
            await self._write(lambda session: self._leave_alone(session, post.chat_id))
            return
        until = wall_now() + REFUSED_PAUSE

        def store(session: Session) -> bool:
            posts.pause(session, post.chat_id, until)
            return posts.store_refusal(session, post.id, reason)

        is_news = await self._write(store)
        log.warning("chat.refuses", chat=post.chat_id, reason=reason)
        if is_news:
            await self._tell_admins(post.chat_id, reason)

    def _leave_alone(self, session: Session, chat_id: int) -> None:
        """Tell nothing more to who does not want it, or (an admin) never wrote to the bot, until they do."""
        unsubscribe(session, chat_id)
        posts.drop(session, chat_id)
        posts.pause(session, chat_id, wall_now() + REFUSED_PAUSE)

    async def _moved(self, post: DuePost, moved: ChatMoved) -> None:
        """Follow a subscriber; the channel's number stands in `coop.yaml`, so that admins are told what to write."""
        if post.chat_id == self._chat_id:
            await self._refused(post, str(moved))
            return
        log.info("subscriber.moved", chat=post.chat_id, to=moved.new_chat_id)
        await self._write(lambda session: move_chat(session, post.chat_id, moved.new_chat_id))

    async def _tell_admins(self, chat: int | str, reason: str) -> None:
        text = await self._read(
            lambda session: coop_wording(session).say("admin-refused", chat=str(chat), reason=reason)
        )
        for admin in await self._read(lambda session: self.audience.people.admins(session, wall_now())):
            try:
                await self.bot.send_message(admin, text, parse_mode=None)
            except TelegramError as exc:
                log.warning("admin.unreachable", admin=admin, reason=exc.message)

    async def _pause_all(self, exc: RetryAfter) -> float:
        pause = exc.retry_after if isinstance(exc.retry_after, timedelta) else timedelta(seconds=exc.retry_after)
        log.warning("telegram.asks_for_a_pause", seconds=pause.total_seconds())
        await self._write(lambda session: posts.pause(session, posts.ALL_CHATS, wall_now() + pause))
        return pause.total_seconds()

    def _back_off(self, exc: Exception) -> float:
        self._backoff_s = min(max(2 * self._backoff_s, self.first_backoff_s), LONGEST_BACKOFF_S)
        self._quiet_until_s = time.monotonic() + self._backoff_s
        log.warning("publisher.backs_off", seconds=self._backoff_s, reason=f"{type(exc).__name__}: {exc}"[:200])
        return self._backoff_s

    async def _channel(self) -> int | None:
        """The channel's number; None while it cannot be found by its name."""
        name = self.audience.channel
        if self._chat_id is None and isinstance(name, int):
            self._chat_id = name
        is_time = time.monotonic() >= max(self._quiet_until_s, self._look_up_from_s)
        if self._chat_id is None and name is not None and is_time:
            self._chat_id = await self._look_up(str(name))
        return self._chat_id

    async def _look_up(self, name: str) -> int | None:
        try:
            return (await self.bot.get_chat(name)).id
        except BadRequest as exc:
            reason = exc.message
        self._look_up_from_s = time.monotonic() + REFUSED_PAUSE.total_seconds()
        log.warning("chat.refuses", chat=name, reason=reason)
        if not self._is_missing_told:
            self._is_missing_told = True
            await self._tell_admins(name, reason)
        return None

    async def _fan_out(self, channel: int | None) -> None:
        names = [SUBSCRIBERS_MARK, *([MARK] if channel is not None else [])]

        def fan_out() -> None:
            with self.database.reading() as session:
                for name in names:
                    self._back_at(session, name)
                if not any(posts.anything_new(session, name) for name in names):
                    return
            with self.database.writing() as session:
                posts.end_pauses(session, wall_now())
                told = {SUBSCRIBERS_MARK: self._subscribers(session)}
                if channel is not None:
                    told[MARK] = [Subscription(channel, self.audience.policy)]
                for name, chats in told.items():
                    posts.fan_out(session, chats, self.stale_after, name, self._back_at(session, name))
                session.commit()

        await asyncio.to_thread(fan_out)

    def _back_at(self, session: Session, name: str) -> datetime | None:
        """When this process began, coop time; None where these chats were never told anything before."""
        if name not in self._back:
            was_at_work = mark(session, name) > 0
            self._back[name] = clock_setting(session).coop_time(wall_now()) if was_at_work else None
        return self._back[name]

    def _subscribers(self, session: Session) -> list[Subscription]:
        admins = self.audience.people.admins(session, wall_now())
        return [chat for chat in private_chats(session, admins) if chat.chat_id != self._chat_id]

    async def _read(self, work: Callable[[Session], T]) -> T:
        return await asyncio.to_thread(self.database.read, work)

    async def _write(self, work: Callable[[Session], T]) -> T:
        """Do some work in a transaction of its own, off the loop."""
        return await asyncio.to_thread(self.database.write, work)


def _log_outcome(post: DuePost, told: Telling, outcome: Told) -> None:
    if outcome.failure is not None:
        log.warning(
            "post.failed", subject=post.subject, id=post.subject_id, step=told.step.value, reason=outcome.failure
        )
    elif told.step is not Step.NOTHING:
        log.info("post.told", subject=post.subject, id=post.subject_id, step=told.step.value, revision=told.revision)
