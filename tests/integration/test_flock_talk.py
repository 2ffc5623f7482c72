"""Who lives here, told to the bot by admins in commands and plain words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from henbot.bot.questions.flock_statements import pairs_in, renaming_of
from henbot.domain.observations import HenId
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Message
from henbot.services.acts import newest_standing, take_back
from henbot.services.coop_clock import wall_now
from henbot.services.reports import flock_of
from henbot.services.undoing import UNDOING
from henbot.storage.tables import AuditRow, HenRow
from tests.coop_builder import HENS, Coop, build_coop, oct4
from tests.sandbox_bots import checked_sandbox
from tests.talks import Talk, talking

NAMES = {name: HenId(hen) for hen, names in HENS.items() for name in (hen, *names.values())}


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(oct4(20))
    built.bout("a", "ginger", oct4(8), left=oct4(9), verdict="laid")
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    with checked_sandbox() as sandbox:
        async with talking(coop, sandbox) as running:
            yield running


def flock(coop: Coop) -> dict[str, str]:
    return {hen.id: hen.name_in("en") for hen in coop.database.read(flock_of)}


def buttons(message: Message) -> list[str]:
    rows = (message.markup or {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


async def shown(talk: Talk, message: Message, words: str) -> str:
    """What a message says, once the bot has edited it."""
    found = await talk.sandbox.until(lambda: words in (talk.message(message.chat_id, message).text or ""))
    assert found
    return talk.message(message.chat_id, message).text or ""


def undone(coop: Coop) -> None:
    with coop.database.writing() as session:
        act = newest_standing(session, ADMIN_ID) or pytest.fail("nothing was done")
        take_back(session, act.id, ADMIN_ID, wall_now(), UNDOING)
        session.commit()


@pytest.mark.parametrize(
    ("text", "hen", "name"),
    [
        ("Ginger Foxy", "ginger", "Foxy"),
        ("Ginger to Red Fox", "ginger", "Red Fox"),
        ("Рыжуху в «Лиса»", "ginger", "Лиса"),
        ("Gingre -> Foxy", "ginger", "Foxy"),
    ],
)
def test_a_renaming_is_read(text: str, hen: str, name: str) -> None:
    renaming = renaming_of(text, NAMES)
    assert renaming is not None
    assert (renaming.hens, renaming.name) == ((hen,), name)


@pytest.mark.parametrize("text", ["Ginger and Olive", "Рыжуха и Олив", "Рыжуху с Олив", "ginger = olive"])
def test_two_hens_are_read(text: str) -> None:
    assert pairs_in(text, NAMES) == (("ginger", "olive"),)


async def test_a_hen_is_called_otherwise_and_keeps_her_past(coop: Coop, talk: Talk) -> None:
    answer = await talk.asked(ADMIN_ID, "/rename Gingr Foxy")
    assert "now called Foxy" in (answer.text or "")
    assert flock(coop)["ginger"] == "Foxy"
    assert "Foxy" in ((await talk.asked(ADMIN_ID, "who laid today?")).text or "")
    undone(coop)
    assert flock(coop)["ginger"] == "Ginger"


async def test_a_name_that_is_taken_or_unknown_or_none_changes_nothing(coop: Coop, talk: Talk) -> None:
    before = flock(coop)
    for text, words in (
        ("/rename Ginger Olive", "is called so already"),
        ("/rename Zzyzx Foxy", "no hen called Zzyzx"),
        ("/rename", "/rename Blanche"),
        ("/rename Ginger 🤷‍♀️" + "x" * 50, "at most"),
    ):
        assert words in ((await talk.asked(ADMIN_ID, text)).text or "")
    assert flock(coop) == before


async def test_where_two_may_be_meant_it_is_asked(coop: Coop, talk: Talk) -> None:
    with coop.database.writing() as session:
        session.add(HenRow(id="gingerly", coop_id=1, names={"en": "Gingerly"}, look="", added_at=oct4(7)))
        session.commit()
    answer = await talk.asked(ADMIN_ID, "/rename Gingerl Foxy & Co")
    assert buttons(answer)[:2] == ["Ginger", "Gingerly"]
    await talk.pressed(ADMIN_ID, answer, "Gingerly")
    await shown(talk, answer, "is now called")
    assert flock(coop)["gingerly"] == "Foxy & Co"


async def test_a_hen_goes_once_that_is_confirmed(coop: Coop, talk: Talk) -> None:
    for text in ("/retire Ginger", "/retire", "Рыжуха умерла", "выбыла Рыжуха"):
        answer = await talk.asked(ADMIN_ID, text)
        assert "ginger" in flock(coop)
        if text == "/retire":
            await talk.pressed(ADMIN_ID, answer, "Ginger")
            await shown(talk, answer, "what became of her")
            answer = talk.message(ADMIN_ID, answer)
        assert ("🤝 Sold" in buttons(answer)) == ("умерла" not in text)
        await talk.pressed(ADMIN_ID, answer, "Died")
        told = await shown(talk, answer, "I am sorry")
        assert "!" not in told
        assert "ginger" not in flock(coop)
        with coop.database.reading() as session:
            assert session.get_one(HenRow, "ginger").retired_why == "died"
        undone(coop)
        assert "ginger" in flock(coop)
    await talk.pressed(ADMIN_ID, await talk.asked(ADMIN_ID, "/retire Ginger"), "‹ No, nothing")
    assert "ginger" in flock(coop)


async def test_two_hens_are_one_once_the_name_that_stays_is_chosen(coop: Coop, talk: Talk) -> None:
    for text in ("/merge Ginger Olive", "Ginger and Olive are the same hen", "объедини Рыжуху и Олив"):
        answer = await talk.asked(ADMIN_ID, text)
        assert set(flock(coop)) == {"blanche", "olive", "ginger"}
        await talk.pressed(ADMIN_ID, answer, "One hen: Olive")
        await shown(talk, answer, "Done")
        assert set(flock(coop)) == {"blanche", "olive"}
        assert "Olive" in ((await talk.asked(ADMIN_ID, "who laid today?")).text or "")
        undone(coop)
        assert "Ginger" in ((await talk.asked(ADMIN_ID, "who laid today?")).text or "")


async def test_whoever_is_no_admin_changes_nothing_and_is_noted(coop: Coop, talk: Talk) -> None:
    theirs = await talk.asked(ADMIN_ID, "/retire Ginger")
    before = flock(coop)
    for text in ("/rename Ginger Foxy", "/retire Ginger", "/merge Ginger Olive", "Ginger died"):
        assert "только хозяева" in ((await talk.asked(SUBSCRIBER_ID, text)).text or "")
    data = [one["callback_data"] for row in (theirs.markup or {})["inline_keyboard"] for one in row]
    own = await talk.asked(SUBSCRIBER_ID, "/hens")
    for forged in data:
        assert "только хозяева" in await talk.forged(SUBSCRIBER_ID, own, forged)
    assert flock(coop) == before
    with coop.database.reading() as session:
        noted = [row.action for row in session.execute(select(AuditRow)).scalars() if row.actor == str(SUBSCRIBER_ID)]
    assert noted.count("command.refused") == 4
    assert noted.count("press.refused") == len(data)


async def test_a_forged_press_of_an_admin_does_no_harm(coop: Coop, talk: Talk) -> None:
    theirs = await talk.asked(ADMIN_ID, "/retire Ginger")
    before = flock(coop)
    for data in ("flock:gone:0123456789:died", "flock:one::", "flock:call:x:", "flock:gone:", "flock:burn:a:b"):
        await talk.forged(ADMIN_ID, theirs, data)
    assert flock(coop) == before


async def test_what_names_no_hen_is_a_question_as_before(talk: Talk) -> None:
    for text in ("who died?", "Zzyzx died", "one hen", "call me tomorrow"):
        assert "только хозяева" not in ((await talk.asked(SUBSCRIBER_ID, text)).text or "")
