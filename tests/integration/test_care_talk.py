"""Care hints in a real bot: told once, with buttons that teach, to admins alone; and few over a simulated season."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from benchmarks.care_year import expected, run
from henbot.bot.asking import ask
from henbot.domain.care import CareRules, Hint, HintKind
from henbot.domain.observations import HenId
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Fault, Message
from henbot.services.care_hints import Decision, due_hints, remember, resting
from henbot.services.next_eggs import next_eggs
from henbot.simulation import Setting, write_coop
from henbot.storage.care import CareHintRow, CarePostRow
from henbot.storage.tables import EggCountRow, EventRow, EvidenceRow, ObservationRow
from henbot.storage.told import CollectionRow
from tests.coop_builder import Coop, build_coop, oct4
from tests.sandbox_bots import GROUP_ID, cast_with_group, checked_sandbox, picture
from tests.talks import Talk, talking

GINGER = HenId("ginger")
RULES = CareRules()
DAY = timedelta(days=1)
NOON = oct4(13, 30)


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    """Ginger has sat since 9:30."""
    built = build_coop(tmp_path)
    built.set_now(NOON)
    built.seen(oct4(7), NOON)
    built.bout("long", "ginger", oct4(9, 20), settled=oct4(9, 30), last_seen=oct4(13, 25))
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    with checked_sandbox(cast=cast_with_group()) as sandbox:
        async with talking(coop, sandbox) as running:
            await running.asked(ADMIN_ID, "/start")
            yield running


async def looked(talk: Talk) -> list[Message]:
    """What the bot tells the admin when it looks."""
    before = len(talk.answers(ADMIN_ID))
    await talk.tick()
    return talk.answers(ADMIN_ID)[before:]


def note(coop: Coop, *hints: Hint) -> None:
    with coop.database.writing() as session:
        remember(session, hints, NOON, RULES)
        session.commit()


def said(message: Message) -> str:
    return message.text or message.caption or ""


async def test_a_hen_that_sits_too_long_rings_once_even_over_a_restart(talk: Talk) -> None:
    (hint,) = await looked(talk)
    assert said(hint).startswith(
        "Ginger has sat on the nest for 4 h 0 min, and no egg was seen. Worth a look.\nSitting since 9:30 (nest)."
    )
    assert not hint.silent and hint.buttons == ["👁 Seen", "Not so", "⏰ Later"]
    assert talk.answers(SUBSCRIBER_ID) == []
    assert await looked(talk) == []
    async with talking(talk.coop, talk.sandbox) as again:
        assert await looked(again) == []


async def test_a_hint_cut_off_on_its_way_is_not_repeated_and_one_refused_is_tried_again(talk: Talk) -> None:
    talk.sandbox.inject(Fault("502"), "sendMessage")
    assert await looked(talk) == []
    assert len(await looked(talk)) == 1
    with talk.coop.database.writing() as session:
        for row in session.execute(select(CarePostRow)).scalars():
            row.message_id = None  # the process died before Telegram answered
        session.commit()
    assert await looked(talk) == []


async def test_who_may_not_answer_changes_nothing(talk: Talk) -> None:
    shown = await talk.asked(GROUP_ID, f"/sit@{talk.sandbox.cast.bot_username} Ginger", by=ADMIN_ID)
    popped = await talk.pressed(GROUP_ID, shown, "Ginger is done", by=SUBSCRIBER_ID)
    assert popped.startswith("Это могут сказать мне только свои")
    with talk.coop.database.reading() as session:
        assert resting(session, NOON + DAY) == {GINGER: HintKind.BROODY}
    assert await talk.pressed(GROUP_ID, shown, "Ginger is done", by=ADMIN_ID) == "Noted."
    with talk.coop.database.reading() as session:
        assert resting(session, NOON + DAY) == {}


async def test_not_so_teaches_and_later_asks_again(talk: Talk) -> None:
    (hint,) = await looked(talk)
    await talk.pressed(ADMIN_ID, hint, "⏰ Later")
    await talk.sandbox.until(lambda: talk.message(ADMIN_ID, hint).buttons == [])
    assert "I ask again today, 14:30" in said(talk.message(ADMIN_ID, hint))
    talk.coop.set_now(NOON + timedelta(minutes=61))
    talk.coop.bout("long", "ginger", oct4(9, 20), settled=oct4(9, 30), last_seen=oct4(14, 25))
    talk.coop.seen(oct4(13, 40), oct4(14, 25))
    (again,) = await looked(talk)
    await talk.pressed(ADMIN_ID, again, "Not so")
    await talk.sandbox.until(lambda: "Quiet about this until 3 November" in said(talk.message(ADMIN_ID, again)))
    sits = Hint(HintKind.LONG_SITTING, GINGER, "ginger tomorrow")
    with talk.coop.database.writing() as session:
        assert remember(session, [sits], NOON + DAY, RULES) == []
        assert remember(session, [replace(sits, hen=HenId("olive"))], NOON + DAY, RULES) != []
        assert remember(session, [sits], NOON + 31 * DAY, RULES) != []


async def test_a_broody_hen_is_let_sit_until_she_is_done(talk: Talk) -> None:
    note(talk.coop, Hint(HintKind.BROODY, GINGER, "2016-10-03", facts={"days": 2}))
    hints = await looked(talk)
    (hint,) = [one for one in hints if "She may want to hatch eggs" in said(one)]
    assert hint.silent and hint.buttons == ["👁 Seen", "🪺 Let her sit", "Not so", "⏰ Later"]
    await talk.pressed(ADMIN_ID, hint, "🪺 Let her sit")
    await talk.sandbox.until(lambda: talk.message(ADMIN_ID, hint).buttons == ["She is done"])
    assert "until 25 October" in said(talk.message(ADMIN_ID, hint))
    follows = [Hint(kind, GINGER, "x") for kind in (HintKind.LONG_SITTING, HintKind.STOPPED, HintKind.MOULT)]
    follows.append(Hint(HintKind.UNACCOUNTED, None, "x", facts={"eggs": 1, "day": "2016-10-04"}))
    with talk.coop.database.writing() as session:
        assert resting(session, NOON + DAY) == {GINGER: HintKind.BROODY}
        assert remember(session, follows, NOON + DAY, RULES) == []
        assert resting(session, NOON + 22 * DAY) == {}
    assert "Ginger – looks broody" in ask(talk.coop.database, "is Ginger not laying?")
    await talk.pressed(ADMIN_ID, talk.message(ADMIN_ID, hint), "She is done")
    await talk.sandbox.until(lambda: talk.message(ADMIN_ID, hint).buttons == [])
    with talk.coop.database.reading() as session:
        assert resting(session, NOON + DAY) == {}


async def test_a_hen_can_be_let_sit_without_a_hint(talk: Talk) -> None:
    answer = await talk.asked(ADMIN_ID, "/наседка Рыжуху")
    assert said(answer) == "🪺 Ginger is let sit until 25 October." and answer.buttons == ["Ginger is done"]
    assert "Only the coop" not in said(await talk.asked(ADMIN_ID, "/sit"))
    assert said(await talk.asked(SUBSCRIBER_ID, "/sit Рыжуха")).startswith("Это могут сказать мне только свои")
    assert await looked(talk) == []


async def test_eggs_that_are_missing_are_asked_about_and_can_be_told(talk: Talk) -> None:
    coop = talk.coop
    coop.seen(oct4(7) - DAY, oct4(18, 45) - DAY)
    with coop.database.writing() as session:
        session.add(EggCountRow(nest_id="nest", at=oct4(6) - DAY, eggs=0))
        session.add(EventRow(nest_id="nest", kind="egg_laid", at=oct4(9) - DAY, details={"eggs": 1}))
        session.add(EggCountRow(nest_id="nest", at=oct4(9) - DAY, eggs=1))
        session.add(EggCountRow(nest_id="nest", at=oct4(12) - DAY, eggs=0))
        session.commit()
    hints = await looked(talk)
    (hint,) = [one for one in hints if "not accounted for" in said(one)]
    assert said(hint).startswith("❓ Yesterday: 1 egg is not accounted for. Did someone collect?")
    assert "appeared: 1, collected: 0, there: 0" in said(hint)
    await talk.pressed(ADMIN_ID, hint, "🧺 Yes, collected (1)")
    await talk.sandbox.until(lambda: "🧺 Collected (Keeper)." in said(talk.message(ADMIN_ID, hint)))
    with coop.database.reading() as session:
        (row,) = session.execute(select(CollectionRow)).scalars()
    assert row.eggs == 1 and row.at.date() == (NOON - DAY).date()
    assert [one for one in await looked(talk) if "not accounted" in said(one)] == []


async def test_a_hint_carries_the_picture_in_which_the_hen_is_confirmed(talk: Talk) -> None:
    talk.coop.picture("long", picture())
    with talk.coop.database.writing() as session:
        session.execute(update(EvidenceRow).values(at=oct4(9, 30)))
        seen = {"nest_id": "nest", "at": oct4(9, 30), "frame": "x", "hens": 1, "birds": [], "eggs": None}
        session.add(ObservationRow(**seen, hens_probabilities=[0.01, 0.99], quality="ok", model_id="test"))
        session.commit()
    (hint,) = await looked(talk)
    assert hint.attachment is not None and hint.attachment.kind == "photo"
    await talk.pressed(ADMIN_ID, hint, "👁 Seen")
    await talk.sandbox.until(lambda: said(talk.message(ADMIN_ID, hint)).endswith("✓ Seen (Keeper)"))


def test_an_admin_is_sent_few_hints_a_day_and_those_that_ring_always(coop: Coop) -> None:
    moults = [Hint(HintKind.MOULT, HenId(f"hen{n}"), "x", facts={"days": 9, "daylight": 11.0}) for n in range(9)]
    note(coop, *moults, Hint(HintKind.LONG_SITTING, GINGER, "x"))
    with coop.database.reading() as session:
        due = due_hints(session, [ADMIN_ID], NOON, RULES)
        assert [one.hint.kind for one in due] == [HintKind.LONG_SITTING] + [HintKind.MOULT] * 4
        assert due_hints(session, [ADMIN_ID], NOON + 3 * DAY, RULES) == []


def test_a_moulting_hen_is_not_awaited_until_she_lays_again(coop: Coop) -> None:
    note(coop, Hint(HintKind.MOULT, GINGER, "2016-09-20", facts={"days": 9, "daylight": 11.0}))
    with coop.database.reading() as session:
        assert resting(session, NOON + DAY) == {GINGER: HintKind.MOULT}
        assert all(due.next is None for due in next_eggs(session, NOON + DAY, GINGER))
    assert "Not awaited now, as they brood or moult: Ginger." in ask(coop.database, "who is due?", NOON + DAY)
    coop.bout("egg", "ginger", NOON + DAY, left=NOON + DAY + timedelta(hours=1), verdict="laid")
    with coop.database.reading() as session:
        assert resting(session, NOON + 2 * DAY) == {}


def test_a_decision_that_does_not_fit_changes_nothing(coop: Coop) -> None:
    assert Decision.LET_SIT == "sit"
    note(coop, Hint(HintKind.STOPPED, GINGER, "x", facts={"days": 9, "usual": 2}))
    with coop.database.reading() as session:
        assert session.execute(select(CareHintRow.kind)).scalars().all() == ["stopped"]


def test_over_a_simulated_season_the_hints_are_right_and_few(coop: Coop, tmp_path: Path) -> None:
    folder = tmp_path / "season"
    folder.mkdir()
    built = build_coop(folder)
    with built.database.writing() as session:
        for table in reversed(CareHintRow.metadata.sorted_tables):
            session.execute(table.delete())
        setting = Setting(hens=4, nests=3, first=date(2024, 8, 1), days=110, closely=False)
        truth = write_coop(session, setting)
        session.commit()
    year = run(built.database, truth, date(2024, 10, 1), setting.last, every=3)
    built.database.close()
    assert year.false == []
    came = {(hint.kind, hint.hen) for hint in year.hints}
    should = {(kind, hen.id) for kind, hen in expected(truth)}
    assert len(should) > 1 and should <= came
    assert year.a_hen_year < 8
