"""What people tell of eggs and treatments, in a real bot: written down, said back, undone; only by who may."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from henbot.bot.asking import ask
from henbot.bot.language import phrases
from henbot.domain.observations import HenId
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Message
from henbot.services.egg_balance import eggs_there
from henbot.services.told_facts import Said, tell_collected, tell_treatment
from henbot.storage.tables import EggCountRow, EventRow, NestRow
from henbot.storage.told import CollectionRow, FoundEggRow, TreatmentRow
from tests.coop_builder import Coop, build_coop, oct4
from tests.sandbox_bots import GROUP_ID, cast_with_group, checked_sandbox
from tests.talks import Talk, talking

NOW = oct4(17, 30)


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(NOW, speed=1)
    built.seen(oct4(7), oct4(17, 30))
    for number, (hen, hour) in enumerate([("ginger", 9), ("blanche", 11)]):
        built.bout(f"b{number}", hen, oct4(hour), settled=oct4(hour, 5), left=oct4(hour, 50), verdict="laid")
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    with checked_sandbox(cast=cast_with_group()) as sandbox:
        async with talking(coop, sandbox) as running:
            yield running


def said(message: Message) -> str:
    return message.text or ""


def collections(coop: Coop) -> list[CollectionRow]:
    with coop.database.reading() as session:
        query = select(CollectionRow).where(CollectionRow.undone_at.is_(None)).order_by(CollectionRow.id)
        return list(session.execute(query).scalars())


async def test_eggs_taken_are_noted_by_command_by_sentence_and_by_button(talk: Talk) -> None:
    answer = await talk.asked(ADMIN_ID, "/collected 1")
    assert said(answer) == "🧺 Noted: 1 egg collected (today, 17:30).\nAs far as I know, 1 egg is still there."
    ledger = await talk.asked(ADMIN_ID, "/eggs")
    assert ledger.buttons == ["🧺 All taken (1)"]
    before = len(talk.answers(ADMIN_ID))
    assert await talk.pressed(ADMIN_ID, ledger, "🧺 All taken (1)") == ""
    await talk.sandbox.until(lambda: len(talk.answers(ADMIN_ID)) > before)
    assert said(talk.answers(ADMIN_ID)[-1]).startswith("🧺 Noted: 1 egg collected (today, 17:30).")
    assert [row.eggs for row in collections(talk.coop)] == [1, 1]
    more = await talk.asked(ADMIN_ID, "собрали 5 яиц")
    assert "That is more than I knew of: I saw none there." in said(more)
    assert (await talk.asked(ADMIN_ID, "/eggs")).buttons == []


async def test_what_was_told_can_be_undone_once(talk: Talk) -> None:
    answer = await talk.asked(ADMIN_ID, "collected all")
    assert answer.buttons == ["↩️ Undo"] and len(collections(talk.coop)) == 1
    assert await talk.pressed(ADMIN_ID, answer, "↩️ Undo") == ""
    await talk.sandbox.until(lambda: said(talk.message(ADMIN_ID, answer)).startswith("↩️"))
    assert said(talk.message(ADMIN_ID, answer)) == "↩️ Taken back: 2 eggs collected"
    assert collections(talk.coop) == [] and talk.message(ADMIN_ID, answer).buttons == []


async def test_who_may_not_tell_is_told_so_and_nothing_is_written(talk: Talk) -> None:
    refusal = phrases("ru").say("may-not-tell")
    for text in ("/collected 5", "собрали 5 яиц", "/egg Рыжуха под кустом", "/treated все от глистов 7"):
        assert said(await talk.asked(SUBSCRIBER_ID, text)) == refusal
    ledger = await talk.asked(SUBSCRIBER_ID, "/eggs")
    assert ledger.buttons == []
    with talk.coop.database.reading() as session:
        assert not any(session.execute(select(table)).all() for table in (CollectionRow, FoundEggRow, TreatmentRow))


async def test_in_a_group_the_button_is_for_the_whole_family_and_nobody_else(talk: Talk) -> None:
    ledger = await talk.asked(GROUP_ID, f"/eggs@{talk.sandbox.cast.bot_username}", by=ADMIN_ID)
    popped = await talk.pressed(GROUP_ID, ledger, "🧺 All taken (2)", by=SUBSCRIBER_ID)
    assert popped == phrases("ru").say("may-not-tell") and collections(talk.coop) == []
    await talk.pressed(GROUP_ID, ledger, "🧺 All taken (2)", by=ADMIN_ID)
    await talk.sandbox.until(lambda: len(talk.answers(GROUP_ID)) == 2)
    assert [row.eggs for row in collections(talk.coop)] == [2]


async def test_an_egg_outside_is_of_its_hen_and_undone_whole(talk: Talk) -> None:
    answer = await talk.asked(ADMIN_ID, "/egg 2 Olive under the <b>bush</b>")
    assert said(answer) == "🥚 Noted: 2 eggs of Olive, under the <b>bush</b> (today, 17:30)."
    assert "under the" in ask(talk.coop.database, "when did Olive last lay")
    await talk.pressed(ADMIN_ID, answer, "↩️ Undo")
    await talk.sandbox.until(lambda: said(talk.message(ADMIN_ID, answer)).startswith("↩️"))
    with talk.coop.database.reading() as session:
        rows = session.execute(select(FoundEggRow)).scalars().all()
    assert len(rows) == 2 and all(row.undone_at for row in rows)


async def test_what_is_not_clear_is_asked_back(talk: Talk) -> None:
    for text, begins in [
        ("/яйцо", "Where was the egg"),
        ("/egg Henrietta under the bush", "I know no hen called Henrietta"),
        ("/treated Ginger wormer", "Which hen (or all)"),
        ("/treated", "No treatment is noted"),
        ("/collected some", "How many eggs did you take?"),
        ("/collected 1000", "How many eggs did you take?"),
        ("/collected", "How many eggs did you take?"),
    ]:
        assert said(await talk.asked(ADMIN_ID, text)).startswith(begins), text


async def test_eggs_after_a_treatment_are_marked_until_its_days_are_over(talk: Talk) -> None:
    answer = await talk.asked(ADMIN_ID, "/treated Рыжуха от глистов 7")
    assert said(answer) == "💊 Noted: Ginger, от глистов. Her eggs are not for eating before 11 October (7 days)."
    ledger = said(await talk.asked(ADMIN_ID, "/eggs"))
    assert "⚠️ 1 of them is not for eating: Ginger." in ledger
    assert "not to be eaten before 11 October" in ledger
    assert "before 11 October" in said(await talk.asked(ADMIN_ID, "collected 2"))
    listed = await talk.asked(ADMIN_ID, "/treated")
    assert listed.buttons == ["↩️ Ginger: от глистов"]
    await talk.pressed(ADMIN_ID, listed, listed.buttons[0])
    await talk.sandbox.until(lambda: said(talk.message(ADMIN_ID, listed)).startswith("↩️"))
    assert "⚠️" not in said(await talk.asked(ADMIN_ID, "/eggs"))


async def test_two_people_who_tell_of_the_same_eggs_are_asked(talk: Talk) -> None:
    await talk.asked(ADMIN_ID, "/start")
    await talk.asked(ADMIN_ID, "collected 2")
    assert "Keeper told me of 2 eggs at 17:30" in said(await talk.asked(ADMIN_ID, "collected 2"))


def test_all_of_them_is_what_lies_there_since_all_were_taken(coop: Coop) -> None:
    with coop.database.writing() as session:
        session.get_one(NestRow, "nest").dummy_eggs = 1
        session.add(EggCountRow(nest_id="nest", at=oct4(7), eggs=1))
        session.add(EggCountRow(nest_id="nest", at=oct4(12), eggs=3))
        session.commit()
    answer = ask(coop.database, "how many eggs are in the nest")
    assert "There: 3" in answer and "Dummy eggs, not counted: 1" in answer


def test_an_egg_of_nobody_by_name_may_be_a_treated_hens(coop: Coop) -> None:
    coop.bout("u", "unknown", oct4(14), settled=oct4(14, 5), left=oct4(14, 50), verdict="laid")
    with coop.database.writing() as session:
        said_now = Said(ADMIN_ID, NOW)
        tell_treatment(session, None, "x", NOW.date() - timedelta(days=9), 2, said_now)
        session.commit()
    assert "⚠️" not in ask(coop.database, "how many eggs are in the nest")
    with coop.database.writing() as session:
        tell_treatment(session, HenId("olive"), "x", NOW.date(), 2, said_now)
        session.commit()
    assert "1 egg is perhaps not for eating" in ask(coop.database, "how many eggs are in the nest")


def test_of_a_day_that_nobody_watched_the_ledger_claims_no_zero(coop: Coop) -> None:
    with coop.database.writing() as session:
        session.add(EggCountRow(nest_id="nest", at=oct4(16), eggs=2))
        tell_collected(session, 2, oct4(12) + timedelta(days=1), Said(ADMIN_ID, NOW))
        session.commit()
    answer = ask(coop.database, "how many eggs are in the nest", oct4(20) + timedelta(days=1))
    assert "Appeared" not in answer and "I did not watch" in answer
    assert "Collected: 2" in answer and "At the last count (yesterday, 16:00): 0" in answer


def test_a_treated_hen_is_told_of_where_she_is_asked_about(coop: Coop) -> None:
    with coop.database.writing() as session:
        tell_treatment(session, HenId("ginger"), "wormer", NOW.date(), 7, Said(ADMIN_ID, NOW))
        session.commit()
    told = "⚠️ Ginger: eggs are not to be eaten before 11 October (wormer)."
    assert told in ask(coop.database, "how is Ginger doing?", NOW)
    assert "⚠️" not in ask(coop.database, "how is Olive doing?", NOW)


def test_eggs_that_somebody_took_after_the_last_count_are_not_there_any_more(coop: Coop) -> None:
    with coop.database.writing() as session:
        session.add(EggCountRow(nest_id="nest", at=oct4(6), eggs=0))
        session.add(EggCountRow(nest_id="nest", at=oct4(16), eggs=2))
        session.add(EventRow(nest_id="nest", kind="egg_laid", at=oct4(16), details={"eggs": 2}))
        tell_collected(session, 2, oct4(17), Said(ADMIN_ID, NOW))
        session.commit()
        assert eggs_there(session, NOW) == 0
    answer = ask(coop.database, "how many eggs are in the nest", NOW)
    assert "There: 0" in answer and "❓" not in answer


def test_where_eggs_cannot_be_counted_all_are_those_since_all_were_taken(coop: Coop) -> None:
    with coop.database.writing() as session:
        assert eggs_there(session, NOW) == 2
        tell_collected(session, 2, NOW, Said(ADMIN_ID, NOW), everything=True)
        session.commit()
    days = timedelta(days=2)
    coop.bout("later", "olive", oct4(9) + days / 2, left=oct4(10) + days / 2, verdict="laid")
    with coop.database.reading() as session:
        assert eggs_there(session, NOW + timedelta(minutes=1)) == 0
        assert eggs_there(session, NOW + days) == 1
