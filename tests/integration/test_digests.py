"""The day's board, the evening's and the week's digest, and what was missed: one message each, and none rings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from henbot.bot.digest_charts import DigestPainter
from henbot.bot.drawing import Drawing
from henbot.bot.evening import Evening, Painter
from henbot.bot.publisher import Publisher
from henbot.domain.errors import HenbotError
from henbot.domain.policies import Policy, PolicyKind, Theme
from henbot.sandbox import SUBSCRIBER_ID, Message, Sandbox
from henbot.services.digest_times import digest_moment
from henbot.services.reports import coop_of
from henbot.services.subscriptions import subscribe
from henbot.storage.tables import CoopRow
from tests.coop_builder import Coop, build_coop, oct4
from tests.integration.test_channel import channel, lays, publish, publisher, rings, words
from tests.sandbox_bots import checked_sandbox, picture

DAY = timedelta(days=1)
SUNDAY = datetime(2016, 10, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _durations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(oct4(14))
    built.admins_hear_of_no_bouts()
    built.seen(oct4(7), oct4(18, 45))
    yield built
    built.database.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with checked_sandbox() as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[ExtBot[int]]:
    request = HTTPXRequest(read_timeout=0.5)
    async with ExtBot(
        sandbox.token, base_url=sandbox.base_url, base_file_url=sandbox.base_file_url, request=request
    ) as running:
        yield running


async def evening_comes(coop: Coop, working: Publisher, now: datetime, painter: Painter | None = None) -> None:
    """The channel as it stands when the scheduler has looked at `now`."""
    coop.set_now(now)
    await working.step()
    await Evening(coop.database, coop.media, working.chats, painter).look()
    await publish(working)


def lines(message: Message) -> list[str]:
    return [line for line in words(message).splitlines() if line]


# The board


async def test_the_board_is_one_silent_message_a_day_that_is_edited(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    working = publisher(coop, bot, Policy(kind=PolicyKind.BOARD))
    coop.bout("a", "ginger", oct4(13), settled=oct4(13, 5), last_seen=oct4(14))
    await publish(working)
    [board] = channel(sandbox)
    assert lines(board) == [
        "📋 Tuesday, 4 October",
        "🐔 In the nest: Ginger, sitting since 13:05",
        "🥚 No egg seen yet",
    ]
    coop.bout("a", "ginger", oct4(13), settled=oct4(13, 5), left=oct4(13, 50), verdict="laid", counted=oct4(13, 55))
    coop.egg(oct4(13, 55), "ginger")
    coop.bout("b", "olive", oct4(11), left=oct4(12), verdict="probably")
    await publish(working)
    [board] = channel(sandbox)
    assert lines(board)[1:] == ["🐔 In the nest: nobody that I see", "🥚 Laid: Olive 12:00 (probably), Ginger 13:50"]
    assert board.silent and rings(sandbox) == []


async def test_each_day_has_its_own_board_and_a_late_change_of_yesterdays_begins_none(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    working = publisher(coop, bot, Policy(kind=PolicyKind.BOARD))
    coop.bout("old", "olive", oct4(12) - timedelta(days=1), left=oct4(13) - timedelta(days=1))
    await publish(working)
    assert channel(sandbox) == []
    for day in range(2):
        coop.set_now(oct4(14) + timedelta(days=day))
        coop.bout(f"a{day}", "ginger", oct4(13) + timedelta(days=day))
        await publish(working)
    assert [lines(board)[0] for board in channel(sandbox)] == ["📋 Tuesday, 4 October", "📋 Wednesday, 5 October"]


# The evening's digest


async def test_the_evening_tells_who_laid_who_did_not_and_what_was_watched_once_and_in_silence(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    working = publisher(coop, bot, Policy(kind=PolicyKind.DIGEST))
    lays(coop, "ginger", 9)
    coop.picture("ginger", picture(grey=3))
    await evening_comes(coop, working, oct4(18, 44))
    assert channel(sandbox) == []
    for minute in (45, 55):
        await evening_comes(coop, working, oct4(18, minute))
    await evening_comes(coop, publisher(coop, bot, Policy(kind=PolicyKind.DIGEST)), oct4(19))
    [digest] = channel(sandbox)
    assert lines(digest)[:3] == [
        "🌙 Tuesday, 4 October: 1 egg",
        "🥚 Laid: Ginger 9:50",
        "No egg seen while I watched: Blanche and Olive.",
    ]
    assert "watched" in lines(digest)[3] and "100 %" in lines(digest)[3]
    assert digest.silent and digest.photo is not None and digest.photo.content == picture(grey=3)


async def test_a_chart_is_put_in_when_it_is_drawn_and_one_that_fails_costs_nothing(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    asked: list[tuple[str, str, str]] = []

    async def draw(subject: str, subject_id: str, language: str, now: datetime, theme: Theme) -> bytes | None:
        asked.append((subject, subject_id, language))
        if language == "ru":
            raise HenbotError("no ink")
        return picture(grey=9)

    with coop.database.writing() as session:
        subscribe(session, SUBSCRIBER_ID, oct4(8), "ru")
        session.commit()
    lays(coop, "ginger", 9)
    working = publisher(coop, bot, Policy(kind=PolicyKind.DIGEST))
    await evening_comes(coop, working, oct4(20), draw)
    [digest] = channel(sandbox)
    assert digest.photo is not None and digest.photo.content == picture(grey=9)
    assert asked == [("digest", "2016-10-04", "ru"), ("digest", "2016-10-04", "en")]
    assert words(sandbox.messages(SUBSCRIBER_ID)[-1]).startswith("🌙 Вторник, 4 октября: 1 яйцо")


async def test_a_verdict_that_comes_after_the_digest_is_put_into_it(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    working = publisher(coop, bot, Policy(kind=PolicyKind.DIGEST))
    coop.bout("a", "ginger", oct4(18), settled=oct4(18, 5), last_seen=oct4(18, 40))
    await evening_comes(coop, working, oct4(19))
    coop.bout("a", "ginger", oct4(18), settled=oct4(18, 5), left=oct4(18, 50), verdict="probably")
    await publish(working)
    [digest] = channel(sandbox)
    assert lines(digest)[0] == "🌙 Tuesday, 4 October: 1 probable egg" and digest.edits == 1


async def test_the_digests_picture_is_the_chart_of_seven_days_with_the_picture_of_the_day_below(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    lays(coop, "ginger", 9)
    coop.picture("ginger", picture(grey=3))
    painter = DigestPainter(coop.database, coop.media, Drawing(coop.media / "charts"))
    await evening_comes(coop, publisher(coop, bot, Policy(kind=PolicyKind.DIGEST)), oct4(20), painter)
    [digest] = channel(sandbox)
    assert digest.photo is not None
    with Image.open(BytesIO(digest.photo.content)) as shown, Image.open(next(coop.media.glob("charts/*.png"))) as chart:
        assert (shown.format, shown.width) == ("JPEG", chart.width)
        assert shown.height == chart.height + round(chart.width * 48 / 64)
        assert max(shown.getpixel((shown.width // 2, shown.height - 9))) < 10  # type: ignore[arg-type]


@pytest.mark.parametrize("policy", [Policy(digest=False), Policy(digest_at=time(21))])
async def test_who_wants_no_digest_or_a_later_one_gets_none_in_the_evening(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int], policy: Policy
) -> None:
    await evening_comes(coop, publisher(coop, bot, policy), oct4(20))
    assert channel(sandbox) == []


async def test_a_day_of_which_nothing_was_watched_has_no_digest(coop: Coop, sandbox: Sandbox, bot: ExtBot[int]) -> None:
    await evening_comes(coop, publisher(coop, bot), oct4(20) + timedelta(days=3))
    assert channel(sandbox) == []


async def test_a_digest_that_was_due_while_the_bot_was_off_comes_in_the_morning_once(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    for hour in (3, 4):
        await evening_comes(coop, publisher(coop, bot), oct4(hour) + timedelta(days=1))
    assert [lines(one)[0] for one in channel(sandbox)] == ["🌙 Tuesday, 4 October: no egg seen"]


def test_after_sunset_is_told_from_the_coops_place(coop: Coop) -> None:
    with coop.database.writing() as session:
        row = session.get_one(CoopRow, 1)
        assert digest_moment(oct4(0).date(), row, Policy()) == oct4(18, 45)
        row.latitude, row.longitude = 52.5, 13.4
        session.flush()
        at = digest_moment(oct4(0).date(), coop_of(session), Policy())
    assert oct4(16, 50) < at < oct4(17, 10)  # the sun set at 16:36 UTC in Berlin


async def test_sundays_evening_brings_the_week_by_hen(coop: Coop, sandbox: Sandbox, bot: ExtBot[int]) -> None:
    lays(coop, "ginger", 9)
    coop.bout("o", "olive", oct4(11), left=oct4(12), verdict="probably")
    coop.seen(SUNDAY.replace(hour=7), SUNDAY.replace(hour=18, minute=45))
    await evening_comes(coop, publisher(coop, bot, Policy(kind=PolicyKind.DIGEST)), SUNDAY.replace(hour=19))
    day, week = channel(sandbox)
    assert lines(day)[0] == "🌙 Sunday, 9 October: no egg seen"
    assert lines(week)[:3] == [
        "📅 The week, 3–9 Oct: 1 egg and 1 probable egg",
        "🥚 Ginger 1, Olive 1 (1 probable)",
        "No egg seen while I watched: Blanche.",
    ]
    assert lines(week)[3].startswith("👁 I watched 2")


# What was missed


def away(coop: Coop, **fields: Any) -> None:
    """While the bot is off: two sittings, a look and an egg of nobody's."""
    lays(coop, "ginger", 9, **fields)
    coop.bout("o", "olive", oct4(11), left=oct4(12), settled=oct4(11, 5), verdict="probably")
    coop.bout("b", "blanche", oct4(12), left=oct4(12, 3), verdict="not_laid")
    coop.egg(oct4(12, 30))


async def test_what_was_missed_while_off_is_one_silent_message(coop: Coop, sandbox: Sandbox, bot: ExtBot[int]) -> None:
    coop.set_now(oct4(8, 30))
    coop.bout("first", "blanche", oct4(8), left=oct4(8, 20), verdict="not_laid")
    await publish(publisher(coop, bot))
    coop.set_now(oct4(14))
    away(coop)
    for _ in range(2):
        await publish(publisher(coop, bot))
    _, missed = channel(sandbox)
    assert lines(missed) == [
        "💤 While I was away",
        "9:00–9:50 Ginger – laid",
        "11:00–12:00 Olive – probably laid",
        "12:30 🥚 An egg; I did not see who laid it",
        "Besides, 1 short look into the nest.",
    ]
    assert missed.silent and rings(sandbox) == []


async def test_what_the_camera_tells_late_of_the_time_away_joins_that_message_and_news_are_news(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int]
) -> None:
    coop.set_now(oct4(8, 30))
    coop.bout("first", "blanche", oct4(8), left=oct4(8, 20), verdict="not_laid")
    await publish(publisher(coop, bot))
    coop.set_now(oct4(14))
    working = publisher(coop, bot)
    await publish(working)
    away(coop)
    await publish(working)
    coop.bout("late", "olive", oct4(12, 40), left=oct4(13), settled=oct4(12, 50), verdict="probably")
    coop.bout("now", "olive", oct4(13, 59))
    await publish(working)
    _, missed, now = channel(sandbox)
    assert "12:40–13:00 Olive – probably laid" in lines(missed) and missed.edits == 1
    assert words(now).startswith("🐔 Olive came")


@pytest.mark.parametrize("kind", [PolicyKind.BOARD, PolicyKind.DIGEST])
@pytest.mark.parametrize(("back", "is_told"), [(oct4(14), False), (oct4(23), False), (oct4(14) + DAY, True)])
async def test_who_is_told_by_the_day_is_told_what_was_missed_of_days_whose_digest_comes_no_more(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int], kind: PolicyKind, back: datetime, is_told: bool
) -> None:
    coop.set_now(oct4(8, 30))
    coop.bout("first", "blanche", oct4(8), left=oct4(8, 20), verdict="not_laid")
    await publish(publisher(coop, bot, Policy(kind=kind)))
    away(coop)
    coop.set_now(back)
    await publish(publisher(coop, bot, Policy(kind=kind)))
    missed = [message for message in channel(sandbox) if words(message).startswith("💤 While I was away")]
    assert len(missed) == is_told and rings(sandbox) == []
    if is_told:
        assert [line for line in lines(missed[0]) if "Ginger – laid" in line or "Olive – probably laid" in line]


async def test_a_bot_that_never_told_anything_missed_nothing(coop: Coop, sandbox: Sandbox, bot: ExtBot[int]) -> None:
    away(coop)
    await publish(publisher(coop, bot))
    assert len(rings(sandbox)) == 2 and "While I was away" not in "".join(map(words, channel(sandbox)))
