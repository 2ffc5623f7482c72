"""/stats and /calendar: the words at once, then the pictures; without the extra, how to install it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="the extra `charts` is not installed")

from PIL import Image

from henbot.bot.asking import Charting, charts_for, respond
from henbot.bot.chart_words import Wish
from henbot.domain.charts import CalendarDay, EggBars, EggCalendar, NestTime
from henbot.domain.policies import Policy, Theme
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Message, Sandbox, running_sandbox
from henbot.services.subscriptions import set_policy
from henbot.storage.tables import BoutRow
from tests.coop_builder import Coop, build_coop, oct4
from tests.talks import Talk, talking


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(oct4(20))
    built.seen(oct4(4) - timedelta(days=1), oct4(21) - timedelta(days=1))
    built.seen(oct4(4), oct4(20))
    built.bout("a", "ginger", oct4(14, 12), settled=oct4(14, 20), left=oct4(15, 4), verdict="probably")
    yield built
    built.database.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


def pictures(talk: Talk, chat: int) -> list[Message]:
    return [message for message in talk.answers(chat) if message.photo]


async def test_words_come_first_and_the_pictures_after_them(coop: Coop, sandbox: Sandbox) -> None:
    async with talking(coop, sandbox) as talk:
        words = await talk.asked(ADMIN_ID, "/stats this week")
        assert "1 probable egg" in (words.text or "")
        await sandbox.until(lambda: len(pictures(talk, ADMIN_ID)) == 3, 30)
        await talk.asked(SUBSCRIBER_ID, "календарь Рыжухи")
        await sandbox.until(lambda: len(pictures(talk, SUBSCRIBER_ID)) == 1, 30)


async def test_a_chat_that_chose_the_dark_gets_dark_charts_by_day(coop: Coop, sandbox: Sandbox) -> None:
    coop.set_now(oct4(12), speed=0)
    with coop.database.writing() as session:
        set_policy(session, ADMIN_ID, Policy(theme=Theme.DARK))
        session.commit()
    async with talking(coop, sandbox) as talk:
        for chat in (ADMIN_ID, SUBSCRIBER_ID):
            await talk.asked(chat, "/calendar")
            await sandbox.until(lambda chat=chat: pictures(talk, chat), 30)
    assert [corner_of(talk, chat) < 60 for chat in (ADMIN_ID, SUBSCRIBER_ID)] == [True, False]


def corner_of(talk: Talk, chat: int) -> int:
    """How bright its newest picture's first pixel is, 0..255."""
    shown = pictures(talk, chat)[-1].photo
    assert shown is not None
    with Image.open(BytesIO(shown.content)) as drawn:
        return int(drawn.convert("L").getpixel((2, 2)))  # type: ignore[arg-type]


async def test_without_the_extra_the_words_come_with_how_to_install_it(
    coop: Coop, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("henbot.bot.drawing.can_draw", lambda: False)
    async with talking(coop, sandbox) as talk:
        await talk.asked(ADMIN_ID, "/calendar")
        await sandbox.until(lambda: len(talk.answers(ADMIN_ID)) == 2)
        first, second = (message.text or "" for message in talk.answers(ADMIN_ID))
    assert "1 probable egg" in first
    assert "henbot[charts]" in second


@pytest.mark.parametrize(
    ("text", "wish", "hen"),
    [
        ("stats for this week", Wish.STATISTICS, None),
        ("статистика за неделю", Wish.STATISTICS, None),
        ("/статистика за неделю", Wish.STATISTICS, None),
        ("/календарь", Wish.CALENDAR, None),
        ("calendar", Wish.CALENDAR, None),
        ("покажи календарь Рыжухи", Wish.CALENDAR, "ginger"),
        ("Ginger's stats", Wish.STATISTICS, "ginger"),
    ],
)
def test_charts_are_asked_for_in_plain_words_too(coop: Coop, text: str, wish: Wish, hen: str | None) -> None:
    charting = respond(coop.database, text, at=oct4(20)).charting
    assert charting is not None
    assert (charting.wish, charting.question.hen) == (wish, hen)


@pytest.mark.parametrize("text", ["who laid today", "how is Ginger doing", "stats for Henrietta", "stats next week"])
def test_other_questions_and_unclear_ones_bring_no_charts(coop: Coop, text: str) -> None:
    charting = respond(coop.database, text, at=oct4(20)).charting
    assert charting is None or charts_for(coop.database, charting, at=oct4(20)) == ()


def charted(coop: Coop, text: str, language: str = "en") -> tuple[object, ...]:
    charting = respond(coop.database, text, language, oct4(20)).charting
    assert isinstance(charting, Charting)
    return charts_for(coop.database, charting, language, oct4(20))


def test_bars_and_times_tell_what_the_day_held(coop: Coop) -> None:
    with coop.database.writing() as session:
        session.get_one(BoutRow, "a").sat_s = timedelta(minutes=44).total_seconds()
        session.commit()
    bars, _, times = charted(coop, "stats 3-4 october")
    assert isinstance(bars, EggBars)
    assert isinstance(times, NestTime)
    assert {one.name: one.values for one in bars.series}["Ginger"][-1:] == (1,)
    assert times.words[0] == "22 min"  # of two days that were watched


def test_a_calendar_leaves_days_that_nobody_can_know_empty(coop: Coop) -> None:
    (calendar,) = charted(coop, "календарь", "ru")
    assert isinstance(calendar, EggCalendar)
    assert calendar.weekdays[0] == "Пн"
    (month,) = calendar.months
    assert month.starts_on == date(2016, 10, 1).weekday()
    assert [day.eggs for day in month.days[:5]] == [None, None, 0, 1, None]
    assert month.days[0] == CalendarDay(None, 0.0)


async def test_a_question_is_answered_while_a_chart_is_drawn_for_another(
    coop: Coop, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The drawing begins, and never ends while the other asks."""
    begun = tmp_path / "begun"
    program = f"import pathlib, time; pathlib.Path({str(begun)!r}).touch(); time.sleep(60)"
    monkeypatch.setattr("henbot.bot.drawing.COMMAND", (sys.executable, "-c", program))
    async with talking(coop, sandbox) as talk:
        await talk.asked(ADMIN_ID, "/stats this week")
        async with asyncio.timeout(20):
            while not await asyncio.to_thread(begun.exists):  # noqa: ASYNC110 - a file, and no event
                await asyncio.sleep(0.05)
        today = await talk.asked(SUBSCRIBER_ID, "/today")
        assert "4" in (today.text or "")
        assert pictures(talk, ADMIN_ID) == []
