"""What clients made to forge a button's words get from a real bot: a word that pops up, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from henbot.bot.language import phrases
from henbot.bot.model_words import ACTIONS
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, running_sandbox
from henbot.storage.tables import AuditRow
from tests.coop_builder import Coop, build_coop
from tests.talks import Talk, talking

TOO_GREAT = 10**19
"""More than SQLite takes as an integer."""

AS_ANOTHER = (
    *(f"{kind}:{value}:{ADMIN_ID}" for kind, value in (("day", "0"), ("ask", "today"), ("help", ""))),
    f"set:kind:digest:{ADMIN_ID}",
    "taken:all",
    *(f"undo:{kind}:1" for kind in ("collected", "found", "treated")),
    *(f"care:1:{value}" for value in ("seen", "not_so", "later")),
    *(f"model:{action}:../../etc" for action in ACTIONS),
)
BROKEN = (
    *(f"day:0:{number}" for number in ("²", "", "-1", TOO_GREAT)),
    *(f"undo:collected:{number}" for number in ("²", "", "-1", TOO_GREAT)),
    *(f"care:{number}:seen" for number in ("²", "", "-1", TOO_GREAT)),
    *(f"set:kind:digest:{number}" for number in ("²", "")),
    "day", "undo", "undo:", "undo:nothing:1", "care:", "set:", "model:", "model:eat:1",
    "who:give:1:admin:1", "owner", "::::", "🥚" * 16,
)  # fmt: skip


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    with running_sandbox() as sandbox:
        async with talking(coop, sandbox) as running:
            yield running


def noted(coop: Coop) -> set[tuple[str, str]]:
    with coop.database.reading() as session:
        return {(row.actor, row.action) for row in session.execute(select(AuditRow)).scalars()}


@pytest.mark.parametrize("forged", [AS_ANOTHER, BROKEN])
async def test_a_stranger_gets_a_word_and_nothing_else_for_a_forged_button(talk: Talk, forged: tuple[str, ...]) -> None:
    page = await talk.asked(SUBSCRIBER_ID, "/help")
    popped = {data: await talk.forged(SUBSCRIBER_ID, page, data) for data in forged}
    assert [data for data, words in popped.items() if not words] == []
    assert talk.answers(SUBSCRIBER_ID) == [page]
    assert noted(talk.coop) == {(str(SUBSCRIBER_ID), "press.refused")}


async def test_broken_words_of_a_button_do_no_harm_in_trusted_hands_either(talk: Talk) -> None:
    page = await talk.asked(ADMIN_ID, "/help")
    spoken = phrases("en")
    outdated = {spoken.say("outdated-button"), spoken.say("not-your-buttons"), spoken.say("nothing-to-undo")}
    popped = {data: await talk.forged(ADMIN_ID, page, data) for data in BROKEN}
    assert {data: words for data, words in popped.items() if words not in outdated} == {}
    assert talk.answers(ADMIN_ID) == [page]
