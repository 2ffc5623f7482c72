"""Versions in shadow, compared, explained and given up, as admins read of them; the detector's side is played."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Message, Sandbox
from henbot.services import jobs, models
from henbot.services.coop_clock import wall_now
from henbot.services.jobs import JobKind
from henbot.services.models import FoundVersion, Origin
from henbot.services.shadows import Looks, add_looks, drop_shadow, open_shadow
from henbot.services.switches import untold_switches
from henbot.services.version_notices import untold_notices
from henbot.storage.tables import AuditRow
from tests.coop_builder import Coop, build_coop, oct4
from tests.sandbox_bots import checked_sandbox, picture
from tests.talks import Talk, talking

NOW = oct4(20)
OLD, NEW = "20161003-120000-old", "20161004-190000-new"
QUESTION: dict[str, Any] = {
    "name": "hen", "pictures": 120, "candidate": 111, "serving": 100, "gained": 14, "lost": 3, "better": 9, "worse": 1,
    "luck": 0.02, "outcome": "better",
}  # fmt: skip
COMPARISON: dict[str, Any] = {"questions": [QUESTION], "hens": {"ginger": [60, 57, 50]}, "confusions": []}
REPORT: dict[str, Any] = {"labelled": 300, "held_out": "2016-10-03", "against": OLD, "comparison": COMPARISON}


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(NOW)
    with built.database.writing() as session:
        models.register_versions(session, [found(OLD, 1)])
        models.note_serving(session, OLD, NOW)
        models.note_new(session, found(NEW, 0), Origin.CANDIDATE, REPORT)
        session.commit()
    yield built
    built.database.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with checked_sandbox() as running:
        yield running


@pytest.fixture
async def talk(coop: Coop, sandbox: Sandbox) -> AsyncIterator[Talk]:
    async with talking(coop, sandbox) as running:
        yield running


def found(version: str, days: int) -> FoundVersion:
    told = {"hens": ["ginger", "olive"], "size": 1_900_000, "pictures": 250, "metrics": {"held_out_occupied": 0.94}}
    return FoundVersion(version, f"models/{version}", NOW - timedelta(days=days), told)


def said(message: Message) -> str:
    return message.text or message.caption or ""


async def ticked(talk: Talk) -> None:
    queue = talk.application.job_queue
    assert queue is not None
    (job,) = queue.get_jobs_by_name("versions")
    await job.run(talk.application)


async def shown(talk: Talk, words: str, chat: int = ADMIN_ID) -> Message:
    """The latest message with these words, once the bot has looked."""
    await ticked(talk)
    found_message = await talk.sandbox.until(
        lambda: next((one for one in reversed(talk.answers(chat)) if words in said(one)), None)
    )
    assert found_message is not None
    return found_message


async def page_of(talk: Talk, version: str = NEW) -> Message:
    listed = await talk.asked(ADMIN_ID, "/models")
    await talk.forged(ADMIN_ID, listed, f"model:show:{version}")
    return await shown_in(talk, listed, version)


async def shown_in(talk: Talk, message: Message, words: str) -> Message:
    """A message, once it says something."""
    await talk.sandbox.until(lambda: words in said(talk.message(ADMIN_ID, message)))
    return talk.message(ADMIN_ID, message)


def audit(coop: Coop) -> list[str]:
    with coop.database.reading() as session:
        return [row.action for row in session.execute(select(AuditRow).order_by(AuditRow.id)).scalars()]


async def done(talk: Talk, kind: JobKind, result: dict[str, Any]) -> None:
    """The detector does what was asked for."""
    coop = talk.coop
    await talk.sandbox.until(lambda: coop.database.read(jobs.open_jobs) or None)
    job, lease = coop.database.write(lambda session: jobs.take_next(session, NOW)) or pytest.fail("nothing was asked")
    assert job.kind is kind
    assert job.arguments["version"] == NEW
    coop.database.write(lambda session: jobs.finish(session, job.id, lease, result, NOW))


async def test_the_list_tells_state_age_labels_accuracy_and_size(talk: Talk) -> None:
    words = said(await talk.asked(ADMIN_ID, "/models"))
    for each in ("today, 20:00 – candidate", "300 labels · which hen 92 % · 1.9 MB",
                 "yesterday, 20:00 – serves", "250 labels · hen or none 94 % · 1.9 MB"):  # fmt: skip
        assert each in words


async def test_a_version_looks_on_in_shadow_until_it_is_told_to_end_and_its_page_counts(coop: Coop, talk: Talk) -> None:
    page = await page_of(talk)
    assert await talk.pressed(ADMIN_ID, page, "👥 Let it look on") == "It looks on from now, without posting anything."
    asked = coop.database.read(open_shadow)
    assert asked is not None
    assert asked.version == NEW
    looks = Looks(1240, 31, hens=12, names=19)
    coop.database.write(lambda session: add_looks(session, asked.id, looks, OLD, wall_now()))
    page = await page_of(talk)
    assert "👥 In shadow since" in said(page)
    assert "1,240 pictures, 31 said otherwise (hen or none 12, which hen 19)." in said(page)
    assert await talk.pressed(ADMIN_ID, page, "👥 Look on no more") == "It looks on no more."
    assert coop.database.read(open_shadow) is None
    assert "Was in shadow from" in said(await page_of(talk))
    assert audit(coop)[-2:] == ["model.shadow", "model.unshadow"]


async def test_what_serves_cannot_look_on_in_its_own_shadow(coop: Coop, talk: Talk) -> None:
    page = await page_of(talk, OLD)
    assert not any("look on" in button for button in page.buttons)
    assert await talk.forged(ADMIN_ID, page, f"model:shadow:{OLD}") == "It serves or is about to."
    assert coop.database.read(open_shadow) is None


async def test_a_shadow_that_was_dropped_is_told_once_with_the_reason(coop: Coop, talk: Talk) -> None:
    page = await page_of(talk)
    await talk.pressed(ADMIN_ID, page, "👥 Let it look on")
    asked = coop.database.read(open_shadow)
    assert asked is not None
    coop.database.write(lambda session: drop_shadow(session, asked.id, "it gave no numbers for a picture", wall_now()))
    told = await shown(talk, "looks on no more: it gave no numbers for a picture. The one that serves")
    await ticked(talk)
    assert [one.message_id for one in talk.answers(ADMIN_ID) if said(one) == said(told)] == [told.message_id]
    assert coop.database.read(untold_notices) == []


async def test_the_page_of_the_one_that_serves_leads_back_once_it_was_confirmed(coop: Coop, talk: Talk) -> None:
    coop.database.write(lambda session: models.want(session, NEW))
    coop.database.write(lambda session: models.note_serving(session, NEW, NOW + timedelta(hours=1)))
    page = await page_of(talk)
    await talk.pressed(ADMIN_ID, page, "↩️ Roll back")
    sure = await shown_in(talk, page, "Shall this version look")
    assert OLD in said(sure)
    await talk.pressed(ADMIN_ID, sure, "Yes, switch")
    await shown(talk, "being loaded")
    desired = coop.database.read(models.desired_version)
    assert desired is not None
    assert desired.id == OLD


async def test_where_none_was_before_what_is_shipped_serves_again_once_it_was_confirmed(coop: Coop, talk: Talk) -> None:
    page = await page_of(talk, OLD)
    await talk.pressed(ADMIN_ID, page, "↩️ Roll back")
    sure = await shown_in(talk, page, "Shall what I came with look")
    assert "What was shipped with me" in await talk.pressed(ADMIN_ID, sure, "Yes, switch")
    assert coop.database.read(models.desired_version) is None
    assert audit(coop)[-1] == "model.switch"


async def test_a_report_against_the_one_that_serves_is_the_comparison(coop: Coop, talk: Talk) -> None:
    page = await page_of(talk)
    await talk.pressed(ADMIN_ID, page, "⚖️ Compare")
    words = said(await shown_in(talk, page, "Compared with the one that serves"))
    assert "which hen: better in 14 of 120 pictures, worse in 3; that is no luck." in words
    assert coop.database.read(jobs.open_jobs) == []


async def test_against_another_version_it_is_compared_anew(coop: Coop, talk: Talk) -> None:
    report = REPORT | {"against": "20161001-000000-older"}
    coop.database.write(lambda session: models.note_new(session, found(NEW, 0), Origin.CANDIDATE, report))
    page = await page_of(talk)
    await talk.pressed(ADMIN_ID, page, "⚖️ Compare")
    same = QUESTION | {"name": "hens", "gained": 0, "lost": 0, "outcome": "same"}
    told = {"questions": [QUESTION | {"outcome": "perhaps_better"}, same], "hens": {}, "confusions": []}
    looks = {"pictures": 40, "differing": 1, "hens": 1, "names": 0, "eggs": 0}
    await done(talk, JobKind.COMPARE, {"version": NEW, "pictures": 120, "comparison": told, "shadow": looks})
    words = said(await shown(talk, "compared with the one that serves"))
    assert "On 120 labelled pictures that neither of the two has learned:" in words
    assert "worse in 3; that may be luck." in words
    assert "hen or none: no difference in 120 pictures." in words
    assert "40 pictures, 1 said otherwise (hen or none 1)." in words


async def test_where_all_was_learned_by_one_of_them_that_is_said(coop: Coop, talk: Talk) -> None:
    coop.database.write(lambda session: models.note_new(session, found(NEW, 0), Origin.IMPORTED))
    await talk.pressed(ADMIN_ID, await page_of(talk), "⚖️ Compare")
    await done(talk, JobKind.COMPARE, {"version": NEW, "pictures": 0, "comparison": None, "shadow": None})
    await shown(talk, "one of the two has learned every picture that you labelled")


async def test_why_is_answered_with_a_picture_of_the_newest_hens(coop: Coop, talk: Talk) -> None:
    coop.bout("v1", "ginger", oct4(9), settled=oct4(9, 5), left=oct4(10))
    content = picture()
    coop.picture("v1", content, "settled")
    await talk.pressed(ADMIN_ID, await page_of(talk), "🔎 Why?")
    (coop.media / "why.png").write_bytes(content)
    reasons = [
        {"nest": "nest", "at": oct4(9, 5).isoformat(), "hen": "ginger", "said": "ginger", "probability": 0.923},
        {"nest": "nest", "at": oct4(8).isoformat(), "hen": "olive", "said": "hen", "probability": 0.7},
    ]
    await done(talk, JobKind.EXPLAIN, {"version": NEW, "path": "why.png", "shown": reasons})
    told = await shown(talk, "speaks for what version")
    assert told.photo
    assert "1. Nest, 9:05: Ginger, 92 %" in said(told)
    assert "2. Nest, 8:00: a hen, 70 % (told as Olive)" in said(told)


async def test_before_any_hen_was_seen_why_says_so(coop: Coop, talk: Talk) -> None:
    assert await talk.pressed(ADMIN_ID, await page_of(talk), "🔎 Why?") == "No picture of a hen has been kept yet."
    assert coop.database.read(jobs.open_jobs) == []


async def test_who_waits_for_a_switch_is_told_its_fate_by_a_bot_that_was_started_anew(
    coop: Coop, sandbox: Sandbox
) -> None:
    async with talking(coop, sandbox) as talk:
        page = await page_of(talk)
        await talk.forged(ADMIN_ID, page, f"model:sure:{NEW}")
        await shown(talk, "being loaded")
    coop.database.write(lambda session: models.give_up(session, NEW, "heads.npz: its sha256 differs", OLD, wall_now()))
    async with talking(coop, sandbox) as talk:
        await shown(talk, "so the one before goes on: heads.npz: its sha256 differs")
        assert coop.database.read(untold_switches) == []
        assert coop.database.read(untold_notices) == []


async def test_a_version_that_is_given_up_hours_later_is_told_to_the_admins_by_a_bot_that_was_started_anew(
    coop: Coop, sandbox: Sandbox
) -> None:
    async with talking(coop, sandbox) as talk:
        await talk.forged(ADMIN_ID, await page_of(talk), f"model:sure:{NEW}")
        await shown(talk, "being loaded")
        coop.database.write(lambda session: models.note_serving(session, NEW, wall_now()))
        await shown(talk, "It serves now")
    reason = "it takes 90 ms a look, the one before took 20 ms"
    coop.database.write(lambda session: models.give_up(session, NEW, reason, OLD, wall_now()))
    coop.database.write(lambda session: models.note_serving(session, OLD, wall_now()))
    async with talking(coop, sandbox) as talk:
        told = await shown(talk, f"The version of today, 20:00 serves no more: {reason}. The one before looks at")
        await ticked(talk)
        assert talk.answers(ADMIN_ID)[-1].message_id == told.message_id
        assert [one for one in talk.answers(SUBSCRIBER_ID) if "serves no more" in said(one)] == []
    assert coop.database.read(untold_notices) == []
    assert "model.fell_back" in audit(coop)


async def test_who_asked_for_one_version_and_then_another_is_told_of_both(coop: Coop, talk: Talk) -> None:
    page = await page_of(talk)
    await talk.forged(ADMIN_ID, page, f"model:sure:{NEW}")
    await talk.forged(ADMIN_ID, page, f"model:sure:{OLD}")
    await shown(talk, "Another version was asked for since")
    await shown(talk, "It serves now")


@pytest.mark.parametrize("what", ["shadow", "unshadow", "compare", "why", "eat", ""])
async def test_a_stranger_s_press_does_nothing_and_leaves_what_was_pressed_in_the_audit(
    what: str, coop: Coop, talk: Talk
) -> None:
    page = await talk.asked(SUBSCRIBER_ID, "/help")
    assert await talk.forged(SUBSCRIBER_ID, page, f"model:{what}:{NEW}")
    assert coop.database.read(open_shadow) is None
    assert coop.database.read(jobs.open_jobs) == []
    with coop.database.reading() as session:
        (row,) = session.execute(select(AuditRow)).scalars()
    assert (row.actor, row.action, row.details) == (
        str(SUBSCRIBER_ID), "press.refused", {"what": f"model:{what}:{NEW}"}
    )  # fmt: skip
