"""Wires the bot: Telegram's library, handlers, publisher, heartbeat; and starts and stops it in good order."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import cast

import structlog
from telegram import Update
from telegram.error import Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import (
    AIORateLimiter,
    ApplicationBuilder,
    Defaults,
)

from henbot.bot.care_talk import CarePlan, CareTalk
from henbot.bot.digest_charts import DigestPainter
from henbot.bot.drawing import CHARTS, Drawing, can_draw
from henbot.bot.evening import Evening
from henbot.bot.flock_talk import FlockTalk
from henbot.bot.gentle_talk import GentleTalk
from henbot.bot.handlers import Context, Conversation, is_addressed
from henbot.bot.job_talk import JobTelling
from henbot.bot.label_talk import LabelTalk
from henbot.bot.ledger_talk import LedgerTalk
from henbot.bot.model_talk import TELL_EVERY_S as MODEL_TICK_S
from henbot.bot.model_talk import ModelTalk
from henbot.bot.new_hen_talk import TICK_EVERY_S as HENS_TICK_S
from henbot.bot.new_hen_talk import NewHenTalk
from henbot.bot.pace import TELEGRAM_PACE, Pace
from henbot.bot.people_talk import PeopleTalk
from henbot.bot.publisher import Audience, Publisher
from henbot.bot.replies import InTurn
from henbot.bot.settings_talk import SettingsTalk
from henbot.bot.switch_talk import SwitchTelling
from henbot.bot.train_talk import TrainTalk
from henbot.bot.warming import Warming
from henbot.bot.wiring import BotApplication, Talks, add_handlers, menus_of
from henbot.config import CoopConfig, Settings
from henbot.domain.care import HintKind
from henbot.domain.errors import HenbotError
from henbot.services.coop_clock import wall_now
from henbot.services.gentle_questions import GentlePlan
from henbot.services.heartbeats import BEAT_EVERY, beat
from henbot.services.learning import Nightly
from henbot.services.owner_link import LIFETIME, make_owner_link
from henbot.services.people import People
from henbot.storage.database import Database, open_database
from henbot.storage.schema import check_schema

log = structlog.get_logger(__name__)

MISFIRE_GRACE_S = 300
"""A job that is late by less than this is still done, once: APScheduler's own patience is a second."""

EVENING_EVERY = timedelta(seconds=2)
"""How often it is asked whether a digest is due: a millisecond's work."""

LONGEST_RETRY_S = 30.0
GRACE_S = 2.0
"""How long each part may take to end by itself before it is cancelled."""

READ_TIMEOUT_S = 20.0
"""How long an answer is waited for. Longer than the library's 5 s: an answer given up on means a message twice."""

CARE_EVERY, CARE_FIRST = timedelta(minutes=5), timedelta(seconds=30)
"""How often what is worth a look is looked for; first when the bot has answered what waited for it."""

NIGHT_EVERY = timedelta(seconds=5)
"""How often it is asked whether it is the hour to learn, by the coop's clock."""

QUESTIONS_EVERY = timedelta(seconds=2)
"""How often it is asked whether a question is due, by the coop's clock, and whether a message shows what is so no more.
"""

LIFETIME_H = round(LIFETIME.total_seconds() / 3600)

UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY]


class TokenRefused(HenbotError):
    """Telegram does not know the bot's token."""


def run_bot(settings: Settings, coop: CoopConfig, *, pace: Pace = TELEGRAM_PACE) -> int:
    """Run the bot until SIGTERM or SIGINT; the exit status: 1 if the publisher broke down, so that it is restarted.

    Raises:
        DatabaseOutdated, DatabaseTooNew: the database has another schema.
        ConfigInvalid, TokenRefused: there is no token, or Telegram does not know it.
    """
    token = settings.bot_token()
    # Else the library returns waiting times as bare numbers and warns that this will change.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    # It reports an ordinary pause as an error with a traceback; we log pauses ourselves.
    logging.getLogger("telegram.ext.AIORateLimiter").setLevel(logging.CRITICAL)
    # And an answer that is no JSON (a gateway's 502 page) too, although it raises an error that we log.
    logging.getLogger("telegram.request.BaseRequest").setLevel(logging.CRITICAL)
    database = open_database(settings.database)
    keep_for_good()
    try:
        check_schema(database)
        return asyncio.run(_run(settings, coop, database, token, pace))
    finally:
        database.close()


def keep_for_good() -> None:
    """Let what was loaded so far stay for as long as the process lives.

    Python looks through all of it now and then for what is used no more, which held up an answer by 40 ms; what is told
    to stay is left out, and 2 ms remain (docs/MEASURED.md). An answer over a year makes some ten thousand things that
    are gone with it: it is not looked for them meanwhile.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


async def _run(settings: Settings, coop: CoopConfig, database: Database, token: str, pace: Pace) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    application = build_application(settings, coop, database, token)
    people = People(coop.roles)

    async def ready() -> None:
        await tell_owner_link(application, database, people)
        await menus_of(database, people).tell(application.bot)
        await Warming(database, Drawing(settings.media / CHARTS) if can_draw() else None).run()

    return await serve(application, build_publisher(application, settings, coop, database, pace), stop, ready)


def build_application(settings: Settings, coop: CoopConfig, database: Database, token: str) -> BotApplication:
    """The bot with its handlers and its heartbeat, not started."""
    builder = (
        ApplicationBuilder()
        .token(token)
        .base_url(settings.base_url)
        .base_file_url(settings.base_file_url)
        .defaults(Defaults(tzinfo=coop.coop.timezone))
        .rate_limiter(AIORateLimiter())
        .read_timeout(READ_TIMEOUT_S)
        .concurrent_updates(InTurn())
    )
    application = cast("BotApplication", builder.build())
    drawing = Drawing(settings.media / CHARTS)
    conversation = Conversation(database, media=settings.media, drawing=drawing, people=People(coop.roles))
    _keep_limits(application, conversation)
    talks = _talks(conversation, settings, coop)
    add_handlers(application, talks)
    _add_jobs(application, database, talks)
    _add_new_hens(application, talks.hens)
    _add_questions(application, _gentle(talks.labels, coop))
    return application


def _talks(conversation: Conversation, settings: Settings, coop: CoopConfig) -> Talks:
    telling, ledger = JobTelling(conversation), LedgerTalk(conversation)
    labels = LabelTalk(conversation, ledger.text)
    people = PeopleTalk(conversation, menus_of(conversation.database, conversation.people))
    return Talks(
        conversation,
        CareTalk(conversation, _care_plan(settings, coop)),
        SettingsTalk(conversation, coop.quiet),
        ModelTalk(conversation, telling, SwitchTelling(conversation)),
        _training(labels, telling, coop),
        ledger,
        labels,
        NewHenTalk(conversation, FlockTalk(conversation, labels.text), people.forwarded),
    )


def _keep_limits(application: BotApplication, conversation: Conversation) -> None:
    turns = application.update_processor
    assert isinstance(turns, InTurn), "it was given to the builder"
    turns.refusing = lambda update: conversation.too_fast(update, application.bot)
    turns.addressing = lambda update: is_addressed(update, application.bot.username)


def _gentle(labels: LabelTalk, coop: CoopConfig) -> GentleTalk:
    plan, people = GentlePlan(coop.learning.questions_a_day, tuple(coop.learning.ask_at)), labels.conversation.people
    return GentleTalk(labels, plan, lambda session: people.admins(session, wall_now()))


def _training(labels: LabelTalk, telling: JobTelling, coop: CoopConfig) -> TrainTalk:
    at, conversation, people = coop.learning.nightly, labels.conversation, labels.conversation.people
    nightly = Nightly(at, coop.learning.train_after) if at is not None else None
    return TrainTalk(conversation, telling, nightly, lambda session: people.admins(session, wall_now()), labels.open)


def _add_new_hens(application: BotApplication, hens: NewHenTalk) -> None:
    turns, jobs = application.update_processor, application.job_queue
    assert isinstance(turns, InTurn), "it was given to the builder"
    assert jobs is not None, "the job queue's extra of python-telegram-bot is one of our dependencies"
    turns.awaiting = hens.is_awaited
    jobs.run_repeating(hens.tick, HENS_TICK_S, first=HENS_TICK_S, name="new hens")


def _care_plan(settings: Settings, coop: CoopConfig) -> CarePlan:
    kinds = frozenset(map(HintKind, coop.care.hints))
    return CarePlan(
        settings.media,
        lambda session: People(coop.roles).admins(session, wall_now()),
        coop.care.rules,
        kinds,
        coop.quiet,
    )


def build_publisher(
    application: BotApplication, settings: Settings, coop: CoopConfig, database: Database, pace: Pace = TELEGRAM_PACE
) -> Publisher:
    """What tells the channel, if there is one, and those who subscribed."""
    audience = Audience(coop.channel, People(coop.roles), coop.posts.policy, coop.quiet)
    publisher = Publisher(application.bot, database, settings.media, audience, pace)
    painter = DigestPainter(database, settings.media, Drawing(settings.media / CHARTS)) if can_draw() else None
    _add_evening(application, Evening(database, settings.media, publisher.chats, painter))
    return publisher


def _add_evening(application: BotApplication, evening: Evening) -> None:
    jobs = application.job_queue
    assert jobs is not None, "the job queue's extra of python-telegram-bot is one of our dependencies"

    async def look(context: Context) -> None:
        await evening.look()

    # By the coop's clock, which a demo sets anew: so it is looked for often, rather than set for a time.
    jobs.run_repeating(look, EVENING_EVERY, first=EVENING_EVERY, name="evening")


def _add_jobs(application: BotApplication, database: Database, talks: Talks) -> None:
    jobs = application.job_queue
    assert jobs is not None, "the job queue's extra of python-telegram-bot is one of our dependencies"
    # `configure` deletes what was set before, so the library's own settings go in again.
    defaults = {"misfire_grace_time": MISFIRE_GRACE_S, "coalesce": True}
    jobs.scheduler.configure(**{**jobs.scheduler_configuration, "job_defaults": defaults})

    async def write_beat(context: Context) -> None:
        await asyncio.to_thread(_beat, database)

    # A first beat that is due before the scheduler runs would be skipped for the second one.
    jobs.run_once(write_beat, timedelta(seconds=1), name="first heartbeat")
    jobs.run_repeating(write_beat, BEAT_EVERY, name="heartbeat")
    jobs.run_repeating(talks.care.tick, CARE_EVERY, first=CARE_FIRST, name="care")
    jobs.run_repeating(talks.versions.tick, MODEL_TICK_S, first=MODEL_TICK_S, name="versions")
    jobs.run_repeating(talks.training.tick, NIGHT_EVERY, first=NIGHT_EVERY, name="night")


def _add_questions(application: BotApplication, gentle: GentleTalk) -> None:
    jobs = application.job_queue
    assert jobs is not None, "the job queue's extra of python-telegram-bot is one of our dependencies"
    # By the coop's clock, which a demo sets anew: so it is looked for often, rather than set for a time.
    jobs.run_repeating(gentle.tick, QUESTIONS_EVERY, first=QUESTIONS_EVERY, name="questions")


def _beat(database: Database) -> None:
    with database.writing() as session:
        beat(session, "bot", wall_now(), {"pid": os.getpid()})
        session.commit()


async def serve(
    application: BotApplication,
    publisher: Publisher | None,
    stop: asyncio.Event,
    ready: Callable[[], Coroutine[None, None, None]] | None = None,
) -> int:
    """Start all parts, wait for `stop`, end them; the exit status as for `run_bot`.

    Args:
        ready: what is done beside them once Telegram knows the bot.
    """
    stopping = asyncio.create_task(stop.wait(), name="stop")
    starting = asyncio.create_task(_initialized(application), name="initialize")
    await asyncio.wait({stopping, starting}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done() or starting.exception() is not None:
        starting.cancel()
        stopping.cancel()
        await asyncio.gather(starting, stopping, return_exceptions=True)
        await application.bot.shutdown()
        if starting.cancelled():
            return 0
        starting.result()
    parts: list[asyncio.Task[None]] = [
        asyncio.create_task(_poll(application), name="poll"),
    ]
    if ready is not None:
        parts.append(asyncio.create_task(ready(), name="ready"))
    publishing = asyncio.create_task(publisher.run() if publisher else stop_never(), name="publish")
    log.info("bot.started", name=application.bot.username, publishes=publisher is not None)
    try:
        await asyncio.wait({stopping, publishing}, return_when=asyncio.FIRST_COMPLETED)
        return _status(publishing)
    finally:
        await _end(application, publisher, publishing, parts)
        stopping.cancel()
        log.info("bot.stopped")


async def stop_never() -> None:
    """What stands in for the publisher where there is no channel."""
    await asyncio.Event().wait()


def _status(publishing: "asyncio.Task[None]") -> int:
    if not publishing.done():
        return 0
    log.critical("publisher.broke_down", exc_info=publishing.exception())
    return 1


async def _initialized(application: BotApplication) -> None:
    """Introduce the bot to Telegram, however long the network takes to come."""
    retry_s = 1.0
    while True:
        try:
            await application.initialize()
        except (InvalidToken, Forbidden) as exc:
            raise TokenRefused(
                "Telegram does not know this bot token. Copy it again from @BotFather into HENBOT_TOKEN or "
                "the file that HENBOT_TOKEN_FILE names."
            ) from exc
        except (NetworkError, RetryAfter) as exc:
            log.warning("telegram.unreachable", reason=f"{type(exc).__name__}: {exc.message}", retry_s=retry_s)
            await asyncio.sleep(retry_s)
            retry_s = min(2 * retry_s, LONGEST_RETRY_S)
        else:
            return


async def _poll(application: BotApplication) -> None:
    """Answer updates, those too that came while the bot was off."""
    assert application.updater is not None
    await application.start()
    await application.updater.start_polling(bootstrap_retries=-1, allowed_updates=UPDATES, drop_pending_updates=False)


async def tell_owner_link(application: BotApplication, database: Database, people: People) -> None:
    """Where no owner is known, print the link that makes one: to the terminal, and never into a log."""

    def made() -> str | None:
        with database.writing() as session:
            secret = make_owner_link(session, people, wall_now())
            session.commit()
            return secret

    secret = await asyncio.to_thread(made)
    if secret is not None:
        address = f"https://t.me/{application.bot.username}?start={secret}"
        print(
            "Open this link in Telegram to become the owner of this coop. "
            f"It works once, within {LIFETIME_H} hours, and is not shown again:\n  {address}",
            flush=True,
        )


async def _end(
    application: BotApplication,
    publisher: Publisher | None,
    publishing: "asyncio.Task[None]",
    parts: list["asyncio.Task[None]"],
) -> None:
    """End the publisher after the request on its way, so that its answer is stored; then all else."""
    if publisher is not None:
        publisher.stop()
        await asyncio.wait({publishing}, timeout=GRACE_S)
    for task in (publishing, *parts):
        task.cancel()
    await asyncio.gather(publishing, *parts, return_exceptions=True)
    if application.updater is not None and application.updater.running:
        await _within_grace(application.updater.stop())
    if application.running:
        await _within_grace(application.stop())
    await _within_grace(application.shutdown())


async def _within_grace(ending: Awaitable[None]) -> None:
    with contextlib.suppress(TimeoutError, TelegramError, RuntimeError):
        await asyncio.wait_for(ending, GRACE_S)
