"""What clients made to forge a button's words get from a real bot: a word that pops up, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from telegram.ext import CallbackQueryHandler, CommandHandler

from henbot.bot.language import phrases
from henbot.bot.limits import Limiter
from henbot.bot.model_words import ACTIONS
from henbot.bot.wiring import ADMIN_COMMANDS, PRIVATE_COMMANDS
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, running_sandbox
from henbot.storage.tables import AuditRow, Row
from tests.coop_builder import Coop, build_coop
from tests.talks import Talk, talking

REFUSED = ("press.refused", "press.unknown")
TOO_GREAT = 10**19
"""More than SQLite takes as an integer."""

AS_ANOTHER = (
    *(f"{kind}:{value}:{ADMIN_ID}" for kind, value in (("day", "0"), ("ask", "today"), ("help", ""))),
    f"set:kind:digest:{ADMIN_ID}",
    "taken:all",
    *(f"undo:{kind}:1" for kind in ("collected", "found", "treated")),
    *(f"care:1:{value}" for value in ("seen", "not_so", "later")),
    *(f"model:{action}:../../etc" for action in ACTIONS),
    *(f"fix:{step}:1" for step in ("who", "none", "egg", "keep")), "fix:is:1:ginger", "back:1",
    *(f"log:{step}:::" for step in ("older", "newest", "csv")),
    *(f"who:{step}:{ADMIN_ID}" for step in (f"give:{SUBSCRIBER_ID}:admin", "take:1:", "list:0:")),
    "flock:died:ginger", "flock:merge:ginger:olive", "newhen:done:1:0:0", "drift:label", "train:label", "label:1:hen:0",
)  # fmt: skip
BROKEN = (
    *(f"day:0:{number}" for number in ("²", "", "-1", TOO_GREAT)),
    *(f"undo:collected:{number}" for number in ("²", "", "-1", TOO_GREAT)),
    *(f"care:{number}:seen" for number in ("²", "", "-1", TOO_GREAT)),
    *(f"set:kind:digest:{number}" for number in ("²", "")),
    "day", "undo", "undo:", "undo:nothing:1", "care:", "set:", "model:", "model:eat:1",
    "who:give:1:admin:1", "owner", "::::", "🥚" * 16, "fix:", "fix:is:1", "fix:who:²", "fix:is:1:nobody-here", "back:",
    "label:", "label:²:hen:0", f"back:{TOO_GREAT}", "log:", "log:older:yesterday::", "log:older:::²",
    "newhen:", f"newhen:done:{TOO_GREAT}:0:0", "flock:",
)  # fmt: skip


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talk]:
    monkeypatch.setattr("henbot.bot.replies.Limiter", lambda: Limiter(burst=1000))  # each press is to be looked at
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
    assert {actor for actor, _ in noted(talk.coop)} == {str(SUBSCRIBER_ID)}
    assert tried(talk.coop) == list(forged)


async def test_broken_words_of_a_button_do_no_harm_in_trusted_hands_either(talk: Talk) -> None:
    page = await talk.asked(ADMIN_ID, "/help")
    spoken = phrases("en")
    outdated = {spoken.say("outdated-button"), spoken.say("not-your-buttons"), spoken.say("nothing-to-undo")}
    popped = {data: await talk.forged(ADMIN_ID, page, data) for data in BROKEN}
    assert {data: words for data, words in popped.items() if words not in outdated} == {}
    assert talk.answers(ADMIN_ID) == [page]


def all_rows(coop: Coop) -> dict[str, list[tuple[Any, ...]]]:
    """What stands in the database, but for the audit."""
    with coop.database.reading() as session:
        tables = [table for table in Row.metadata.sorted_tables if table.name not in ("audit", "heartbeats", "menus")]
        return {table.name: [tuple(row) for row in session.execute(select(table))] for table in tables}


def handlers(talk: Talk, kind: type[Any]) -> list[Any]:
    return [handler for group in talk.application.handlers.values() for handler in group if isinstance(handler, kind)]


async def test_each_button_that_not_everybody_may_press_is_refused_by_name_and_changes_nothing(
    talk: Talk, coop: Coop
) -> None:
    page = await talk.asked(SUBSCRIBER_ID, "/help")
    before = all_rows(coop)
    for data in AS_ANOTHER:
        assert await talk.forged(SUBSCRIBER_ID, page, data)
    assert all_rows(coop) == before
    assert tried(coop) == list(AS_ANOTHER)
    patterns = [handler.pattern for handler in handlers(talk, CallbackQueryHandler) if handler.pattern]
    untried = [one.pattern for one in patterns if not any(one.match(data) for data in AS_ANOTHER)]
    assert untried == [], "add one of its presses to AS_ANOTHER"


async def test_each_command_of_admins_is_refused_to_others_and_leaves_a_line_in_the_audit(
    talk: Talk, coop: Coop
) -> None:
    commands = {name for handler in handlers(talk, CommandHandler) for name in handler.commands}
    assert set(ADMIN_COMMANDS) <= commands <= {*ADMIN_COMMANDS, *PRIVATE_COMMANDS}
    sent = [f"/{name} Ginger" for name in (*ADMIN_COMMANDS, "collected 5", "sit")]
    await talk.asked(SUBSCRIBER_ID, "/help")
    before = all_rows(coop)
    for text in sent:
        await talk.asked(SUBSCRIBER_ID, text)
    assert all_rows(coop) == before
    assert tried(coop) == sent


def tried(coop: Coop) -> list[str]:
    """What the audit says that somebody tried, in order."""
    with coop.database.reading() as session:
        rows = session.execute(select(AuditRow).order_by(AuditRow.id)).scalars()
        return [str(row.details["what"]) for row in rows if row.action in (*REFUSED, "command.refused")]
