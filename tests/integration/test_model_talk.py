"""Learning and switching from chat, with the detector's side played by the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Message
from henbot.services import jobs, models
from henbot.services.jobs import JobKind
from henbot.services.models import FoundVersion, Origin
from henbot.storage.tables import AuditRow
from tests.coop_builder import Coop, build_coop, oct4
from tests.sandbox_bots import checked_sandbox
from tests.talks import Talk, talking

NOW = oct4(20)
OLD, NEW = "20161003-120000-old", "20161004-190000-new"
REPORT: dict[str, Any] = {
    "pictures": 60,
    "labelled": 41,
    "held_out": "2016-10-03",
    "learned_by_serving": False,
    "comparison": {
        "questions": [
            {"name": "hen", "pictures": 10, "candidate": 9, "serving": 6, "better": 3, "worse": 0, "luck": 0.25,
             "outcome": "perhaps_better"},
        ],
        "hens": {"ginger": [6, 6, 4], "olive": [4, 3, 2]},
        "confusions": [{"truth": "olive", "said": "ginger", "times": 1, "pictures": []}],
    },
}  # fmt: skip


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(NOW)
    with built.database.writing() as session:
        models.register_versions(session, [found(OLD, 1)])
        models.note_serving(session, OLD, NOW)
        session.commit()
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    with checked_sandbox() as sandbox:
        async with talking(coop, sandbox) as running:
            yield running


def found(version: str, days: int) -> FoundVersion:
    told = {"hens": ["ginger", "olive"], "size": 1_900_000}
    return FoundVersion(version, f"models/{version}", NOW - timedelta(days=days), told)


def candidate(coop: Coop) -> None:
    with coop.database.writing() as session:
        models.note_new(session, found(NEW, 0), Origin.CANDIDATE, REPORT)
        session.commit()


def said(message: Message) -> str:
    return message.text or ""


async def told(talk: Talk, message: Message, words: str) -> Message:
    """The message, once the bot has looked and these words stand in it."""
    queue = talk.application.job_queue
    assert queue is not None
    (job,) = queue.get_jobs_by_name("versions")
    await job.run(talk.application)

    def now() -> Message | None:
        shown = next(one for one in talk.answers(message.chat_id) if one.message_id == message.message_id)
        return shown if words in said(shown) else None

    shown = await talk.sandbox.until(now)
    assert shown is not None
    return shown


def taken(coop: Coop) -> tuple[int, str]:
    with coop.database.writing() as session:
        job, lease = jobs.take_next(session, NOW) or pytest.fail("nothing was asked for")
        session.commit()
    return job.id, lease


def audit(coop: Coop) -> list[tuple[str, str]]:
    with coop.database.reading() as session:
        return [(row.actor, row.action) for row in session.execute(select(AuditRow)).scalars()]


async def test_a_version_serves_once_it_was_confirmed_and_the_admin_is_told_when_it_does(
    coop: Coop, talk: Talk
) -> None:
    candidate(coop)
    listed = await talk.asked(ADMIN_ID, "/models")
    assert "candidate" in said(listed)
    await talk.pressed(ADMIN_ID, listed, listed.buttons[0])
    shown = await told(talk, listed, NEW)
    assert "Knows Ginger and Olive" in said(shown)
    await talk.pressed(ADMIN_ID, shown, "Let it serve")
    sure = await told(talk, listed, "Shall this version look")
    with coop.database.reading() as session:
        assert models.desired_version(session).id == OLD  # type: ignore[union-attr] - one was registered
    await talk.pressed(ADMIN_ID, sure, "Yes, switch")
    await talk.sandbox.until(lambda: len(talk.answers(ADMIN_ID)) == 2)
    switching = talk.answers(ADMIN_ID)[-1]
    assert "being loaded" in said(switching)
    with coop.database.writing() as session:
        assert models.desired_version(session).id == NEW  # type: ignore[union-attr] - it was just asked for
        models.note_serving(session, NEW, NOW)
        session.commit()
    await told(talk, switching, "It serves now")
    assert ("1001", "model.switch") in audit(coop)


async def test_a_version_that_cannot_serve_is_told_with_the_reason(coop: Coop, talk: Talk) -> None:
    candidate(coop)
    with coop.database.writing() as session:
        models.want(session, NEW)
        models.note_serving(session, NEW, NOW)
        session.commit()
    answer = await talk.asked(ADMIN_ID, "/rollback")
    with coop.database.writing() as session:
        assert models.desired_version(session).id == OLD  # type: ignore[union-attr] - rolled back to
        models.give_up(session, OLD, "heads.npz: its sha256 differs", NEW, NOW)
        session.commit()
    await told(talk, answer, "so the one before goes on: heads.npz: its sha256 differs")


async def test_without_a_version_before_a_rollback_goes_to_what_is_shipped_and_says_so(coop: Coop, talk: Talk) -> None:
    assert "shipped" in said(await talk.asked(ADMIN_ID, "/rollback"))
    assert coop.database.read(models.desired_version) is None
    assert audit(coop) == [(str(ADMIN_ID), "model.switch")]
    assert "being loaded" in said(await talk.asked(ADMIN_ID, "/rollback"))
    assert (wanted := coop.database.read(models.desired_version)) is not None
    assert wanted.id == OLD


async def test_what_serves_cannot_be_removed_and_a_candidate_can(coop: Coop, talk: Talk) -> None:
    candidate(coop)
    listed = await talk.asked(ADMIN_ID, "/models")
    assert await talk.forged(ADMIN_ID, listed, f"model:remove:{OLD}") == "It serves or is about to."
    assert await talk.forged(ADMIN_ID, listed, f"model:remove:{NEW}") == "Removed. What it saw stays."
    with coop.database.reading() as session:
        assert [one.id for one in models.known_versions(session)] == [OLD]


@pytest.mark.parametrize("text", ["/models", "/rollback"])
async def test_who_may_not_gets_nothing_and_leaves_a_line_in_the_audit(text: str, coop: Coop, talk: Talk) -> None:
    answer = await talk.asked(SUBSCRIBER_ID, text)
    assert "Учат меня только хозяева" in said(answer)
    assert (str(SUBSCRIBER_ID), "command.refused") in audit(coop)
    with coop.database.reading() as session:
        assert jobs.open_jobs(session) == []


@pytest.mark.parametrize("number", ["²", "-1", "9" * 30, "none"])
async def test_a_forged_number_of_a_job_stops_nothing(number: str, coop: Coop, talk: Talk) -> None:
    listed = await talk.asked(ADMIN_ID, "/models")
    with coop.database.writing() as session:
        jobs.ask(session, JobKind.TRAIN, {}, ADMIN_ID, NOW)
        session.commit()
    assert await talk.forged(ADMIN_ID, listed, f"model:stop:{number}") == ""
    assert len(talk.answers(ADMIN_ID)) == 1
    with coop.database.reading() as session:
        assert len(jobs.open_jobs(session)) == 1


@pytest.mark.parametrize("what", ["sure", "remove", "export", "stop", "nonsense"])
async def test_a_forged_button_of_who_may_not_does_nothing(what: str, coop: Coop, talk: Talk) -> None:
    candidate(coop)
    answer = await talk.asked(SUBSCRIBER_ID, "/today")
    await talk.forged(SUBSCRIBER_ID, answer, f"model:{what}:{NEW}")
    await asyncio.sleep(0)
    with coop.database.reading() as session:
        assert models.desired_version(session).id == OLD  # type: ignore[union-attr] - one was registered
        assert jobs.open_jobs(session) == []
        assert len(models.known_versions(session)) == 2
