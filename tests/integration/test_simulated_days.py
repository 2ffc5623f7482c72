"""Days of a simulated coop, played through the publisher: one message a bout and one an egg, in time, and few rings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from henbot.bot import publisher as publishing
from henbot.bot.publisher import IDLE_S, Audience, Publisher
from henbot.domain.clock import ClockSetting, day_bounds
from henbot.domain.policies import Policy, PolicyKind, QuietHours
from henbot.sandbox import CHANNEL_ID, Cast, Message, Person, Sandbox, default_cast, running_sandbox
from henbot.sandbox.limits import RateLimits
from henbot.services.changes import BOUT, EGG
from henbot.services.coop_clock import set_clock, wall_now
from henbot.services.subscriptions import set_policy, subscribe, unsubscribe
from henbot.simulation import Setting, Truth, write_coop
from henbot.simulation.playing import PlayedDay, played_day
from henbot.storage.database import Database, open_database
from henbot.storage.tables import BoutRow, PostRow
from tests.bot_api_schema import schema_path, violations
from tests.databases import migrated

SETTING = Setting(first=date(2024, 5, 1), days=30, hens=9, visits=2.5)
ZONE = ZoneInfo(SETTING.timezone)
HOURLY, FIRST, SILENT, NIGHT = range(3001, 3005)
POLICIES = {
    HOURLY: Policy(PolicyKind.EGGS, cooldown=timedelta(hours=1)),
    FIRST: Policy(PolicyKind.FIRST),
    SILENT: Policy(PolicyKind.EGGS, rings=False),
    NIGHT: Policy(PolicyKind.EGGS, quiet=QuietHours(datetime.min.time(), datetime.min.time().replace(hour=11))),
}


@dataclass
class Hand:
    """The hand of a clock that only the test moves; monotonic seconds."""

    now_s: float = 1000.0

    def monotonic(self) -> float:
        return self.now_s


@dataclass
class Stage:
    """The publisher over a coop that records day after day, and the chats that it writes to."""

    database: Database
    sandbox: Sandbox
    hand: Hand
    publisher: Publisher

    async def play(self, day: PlayedDay, restart_after: int | None = None) -> None:
        before: datetime | None = None
        for number, at in enumerate(day.moments):
            self.hand.now_s += (at - before).total_seconds() if before else 0.0
            before = at
            with self.database.writing() as session:
                set_clock(session, ClockSetting(at, wall_now(), 0.0))
                day.record(session, at)
                session.commit()
            if number == restart_after:
                old = self.publisher
                self.publisher = Publisher(old.bot, old.database, old.media, old.audience)
            while (wait_s := await self.publisher.step()) < IDLE_S:
                self.hand.now_s += wait_s

    def posts(self, chat_id: int) -> list[PostRow]:
        with self.database.reading() as session:
            query = select(PostRow).where(PostRow.chat_id == chat_id, PostRow.message_id.is_not(None))
            return list(session.execute(query).scalars())

    def rung(self, chat_id: int) -> list[Message]:
        return [message for message in self.sandbox.messages(chat_id) if not message.silent]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Truth]]:
    database, truth = _written(tmp_path_factory.mktemp("source") / "henbot.db", SETTING)
    yield database, truth
    database.close()


def _written(path: Path, setting: Setting) -> tuple[Database, Truth]:
    database = open_database(migrated(path))
    with database.writing() as session:
        truth = write_coop(session, setting)
        session.commit()
    return database, truth


def _day(source: Database, day: date) -> PlayedDay:
    with source.reading() as session:
        return played_day(session, *day_bounds(day, ZONE))


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    hand = Hand()
    # Telegram's limits and the bot's pace by one clock that jumps: a day takes seconds, and no limit is eased.
    monkeypatch.setattr(publishing, "time", SimpleNamespace(monotonic=hand.monotonic))
    database, _ = _written(tmp_path / "henbot.db", replace(SETTING, days=0))
    with database.writing() as session:
        for chat_id, policy in POLICIES.items():
            subscribe(session, chat_id, datetime(2024, 1, 1, tzinfo=ZONE))
            set_policy(session, chat_id, policy)
        session.commit()
    with running_sandbox(cast=_cast(), limits=True) as sandbox:
        sandbox.limits = RateLimits(hand.monotonic)
        bot = ExtBot(
            sandbox.token,
            base_url=sandbox.base_url,
            base_file_url=sandbox.base_file_url,
            request=HTTPXRequest(read_timeout=5.0),
        )
        async with bot:
            yield Stage(database, sandbox, hand, Publisher(bot, database, tmp_path, Audience(CHANNEL_ID)))
        if schema_path():
            assert violations(sandbox.requests) == []
    database.close()


def _cast() -> Cast:
    cast = default_cast()
    return replace(cast, people=(*cast.people, *(Person(one, f"Reader {one}") for one in POLICIES)))


def busiest(source: Database) -> date:
    with source.reading() as session:
        days = Counter(at.astimezone(ZONE).date() for at in session.execute(select(BoutRow.arrived_at)).scalars())
    return days.most_common(1)[0][0]


def blindest(truth: Truth) -> date:
    lengths: Counter[date] = Counter()
    for span in truth.blind:
        lengths[span.start.astimezone(ZONE).date()] += int(span.length.total_seconds())
    return next(day for day, length in lengths.most_common() if length < 6 * 3600)


async def test_a_busy_day_and_a_blind_one_are_told_once_each_within_the_limits_and_ring_as_the_policies_say(
    source: tuple[Database, Truth], stage: Stage
) -> None:
    days = [_day(source[0], day) for day in sorted({busiest(source[0]), blindest(source[1])})]
    for day in days:
        await stage.play(day, restart_after=len(day.moments) // 2)
    bouts, eggs = sum(len(day.bouts) for day in days), sum(len(day.eggs) for day in days)
    assert bouts > 30 and eggs > 10

    # Nothing was refused: the limits were kept, not met.
    assert {request.code for request in stage.sandbox.requests} == {200}

    # One message a bout and one an egg, whatever was told twice or restarted.
    told = stage.posts(CHANNEL_ID)
    assert Counter(post.subject for post in told if post.subject in (BOUT, EGG)) == {BOUT: bouts, EGG: eggs}
    shown = stage.sandbox.messages(CHANNEL_ID)
    assert sorted(post.message_id or 0 for post in told) == sorted(message.message_id for message in shown)

    # What rings is an egg, each once, as the policy has it.
    ringing = {post.message_id for post in told if post.subject == EGG}
    assert {message.message_id for message in stage.rung(CHANNEL_ID)} == ringing
    assert 0 < len(stage.rung(HOURLY)) <= eggs
    for chat_id in (HOURLY, FIRST, SILENT, NIGHT):
        assert len(stage.sandbox.messages(chat_id)) == len(stage.posts(chat_id))
    assert len(stage.rung(FIRST)) == len(days)
    assert stage.rung(SILENT) == [] and len(stage.posts(SILENT)) == eggs  # and no bout that is only probable
    assert 0 < len(stage.rung(NIGHT)) < eggs

    # A restart reads all anew and finds nothing to say.
    asked = len(stage.sandbox.requests)
    stage.publisher = Publisher(stage.publisher.bot, stage.database, stage.publisher.media, Audience(CHANNEL_ID))
    while (wait_s := await stage.publisher.step()) < IDLE_S:
        stage.hand.now_s += wait_s
    assert len(stage.sandbox.requests) == asked


async def test_a_board_is_one_silent_message_a_day(source: tuple[Database, Truth], stage: Stage) -> None:
    day = _day(source[0], SETTING.first + timedelta(days=9))
    board = Audience(CHANNEL_ID, policy=Policy(PolicyKind.BOARD))
    stage.publisher = Publisher(stage.publisher.bot, stage.database, stage.publisher.media, board)
    with stage.database.writing() as session:
        for chat_id in POLICIES:
            unsubscribe(session, chat_id)
        session.commit()
    await stage.play(PlayedDay(day.bouts[:8], day.eggs[:2], day.counts))
    [message] = stage.sandbox.messages(CHANNEL_ID)
    assert message.silent and message.edits > 5
