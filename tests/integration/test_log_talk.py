"""The audit: each thing that is written down has words, and admins read it by pages and take it as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from henbot.bot.language import languages, phrases
from henbot.bot.log_words import LINES, phrase_of, read_log_press
from henbot.domain.observations import HenId
from henbot.domain.people import Role
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Message
from henbot.services.acts import ActKind
from henbot.services.audit import AuditAction, note
from henbot.services.coop_clock import wall_now
from henbot.services.correcting import correct_hen
from henbot.services.jobs import JobKind
from henbot.services.people import Member, give_role
from henbot.storage.tables import AuditRow
from tests.coop_builder import Coop, build_coop, oct4
from tests.sandbox_bots import checked_sandbox
from tests.talks import Talk, talking


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    with checked_sandbox() as sandbox:
        async with talking(coop, sandbox) as running:
            yield running


def said(message: Message) -> str:
    return message.text or ""


@pytest.mark.parametrize("language", languages())
def test_each_action_that_is_written_down_has_words(language: str) -> None:
    told = {action: phrases(language).say(phrase_of(action), what="WHAT") for action in AuditAction}
    assert len(set(told.values())) == len(AuditAction)
    assert {f"act.{kind.value}" for kind in ActKind} | {f"job.{kind.value}" for kind in JobKind} <= set(AuditAction)


async def test_the_log_says_who_did_what_the_newest_first(talk: Talk, coop: Coop) -> None:
    coop.set_now(oct4(10))
    coop.bout("b1", "ginger", oct4(9), left=oct4(9, 40))
    now = wall_now()

    def do(session) -> None:  # type: ignore[no-untyped-def]
        give_role(session, Member(SUBSCRIBER_ID, Role.FAMILY, "Ann"), ADMIN_ID, now)
        correct_hen(session, ADMIN_ID, "b1", HenId("olive"), now)
        note(session, ADMIN_ID, AuditAction.MODEL_SWITCH, now, version="v-<1>", before=None)
        session.add(AuditRow(at=now, actor="henbot", action="of.old", details={}))

    coop.database.write(do)
    lines = said(await talk.asked(ADMIN_ID, "/log")).splitlines()
    told = [line.partition(" ")[2] for line in lines if "–" in line]
    assert told[0] == "henbot itself – of.old"
    assert told[1].endswith("– switched to version v-<1>")
    assert "– correction: it was Olive (" in told[2] and "9:00" in told[2]
    assert told[3].endswith("– role given: 2002, family")


async def test_a_subscriber_reads_no_log(talk: Talk, coop: Coop) -> None:
    assert said(await talk.asked(SUBSCRIBER_ID, "журнал")) == phrases("ru").say("may-not-log")


async def test_many_lines_are_turned_by_pages_and_taken_as_a_table(talk: Talk, coop: Coop) -> None:
    now = wall_now()

    def do(session) -> None:  # type: ignore[no-untyped-def]
        for number in range(LINES + 2):
            note(session, SUBSCRIBER_ID, AuditAction.PRESS_REFUSED, now, what=f"=cmd{number}")
        note(session, ADMIN_ID, AuditAction.JOB_TRAIN, now - timedelta(days=30), job=3)

    coop.database.write(do)
    page = await talk.asked(ADMIN_ID, "/log")
    assert page.buttons == ["Older ›", "📄 CSV"]
    assert said(page).count("pressed a button") == LINES - 1  # the line that was written last is of an earlier day
    await talk.pressed(ADMIN_ID, page, "Older ›")
    await talk.sandbox.until(lambda: said(talk.message(ADMIN_ID, page)) != said(page))
    older = talk.message(ADMIN_ID, page)
    assert said(older).count("pressed a button") == 3 and older.buttons == ["« Newest", "📄 CSV"]
    lately = await talk.asked(ADMIN_ID, "/log 7 days")
    assert "training" not in said(lately)
    await talk.pressed(ADMIN_ID, lately, "📄 CSV")
    await talk.sandbox.until(lambda: talk.answers(ADMIN_ID)[-1].attachment is not None)
    document = talk.answers(ADMIN_ID)[-1].attachment
    assert document is not None
    rows = list(csv.DictReader(io.StringIO(document.content.decode("utf-8-sig"))))
    assert len(rows) == LINES + 2
    assert rows[0]["action"] == "press.refused" and rows[0]["id"] == str(SUBSCRIBER_ID)
    assert rows[0]["what"].endswith(f"=cmd{LINES + 1}")


def test_a_button_of_the_log_that_no_button_says_is_none() -> None:
    assert read_log_press("log:older:2016-10-01:2016-10-04:7") is not None
    for data in ("log:older:1:2:3", "log:eat:::", "log:older:::-1", "log", None):
        assert read_log_press(data) is None
