"""Learning from chat and by night, with the detector's side played by the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Message
from henbot.services import jobs, learning, models
from henbot.services.coop_clock import wall_now
from henbot.services.jobs import Ending, JobState
from henbot.services.label_counts import count_labels
from henbot.services.learning import Nightly
from henbot.services.media import MediaFolder
from henbot.services.models import FoundVersion, Origin
from henbot.storage.acts import LabelRow
from henbot.storage.tables import AuditRow
from tests.coop_builder import Coop, build_coop, oct4
from tests.sandbox_bots import checked_sandbox, picture
from tests.talks import Talk, talking

NOW = oct4(20)
NEW = "20161004-190000-new"


def report(sheet: str | None = None) -> dict[str, Any]:
    question = {"pictures": 10, "better": 3, "worse": 0, "luck": 0.25}
    return {
        "labelled": 41,
        "labels": {"hens": {"ginger": 12, "olive": 9}, "occupied": 21, "empty": 20},
        "held_out": "2016-10-03",
        "learned_by_serving": False,
        "comparison": {
            "questions": [
                question | {"name": "hen", "candidate": 9, "serving": 6, "outcome": "perhaps_better"},
                question | {"name": "eggs", "candidate": 7, "serving": 8, "better": 0, "worse": 7, "luck": 0.004,
                            "outcome": "worse"},
            ],
            "hens": {"ginger": [6, 6, 4], "olive": [4, 3, 2]},
            "confusions": [{"truth": "olive", "said": "ginger", "times": 1, "pictures": []}],
        },
        "curve": [{"share": share, "labels": round(40 * share), "right": {"hen": share, "hens": 0.9}}
                  for share in (0.25, 0.5, 0.75, 1.0)],
        "sheet": {"path": sheet, "shown": [{"question": "hen", "truth": "olive", "said": "ginger"}]} if sheet else None,
    }  # fmt: skip


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(NOW)
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    with checked_sandbox() as sandbox:
        async with talking(coop, sandbox) as running:
            yield running


def label(coop: Coop, number: int, **values: str) -> None:
    """So many pictures of which an admin tells the same."""
    with coop.database.writing() as session:
        first = session.query(LabelRow).count()
        for place in range(first, first + number):
            at = oct4(8) + timedelta(seconds=place)
            for field, value in values.items():
                session.add(
                    LabelRow(nest_id="nest", at=at, field=field, value=value, said_by=ADMIN_ID, said_at=wall_now())
                )
        session.commit()


def enough(coop: Coop) -> None:
    label(coop, 10, hen="ginger")
    label(coop, 10, hen="olive")
    label(coop, 10, hens="0")


def said(message: Message) -> str:
    return message.text or message.caption or ""


async def ticked(talk: Talk, name: str = "versions") -> None:
    queue = talk.application.job_queue
    assert queue is not None
    (job,) = queue.get_jobs_by_name(name)
    await job.run(talk.application)


async def told(talk: Talk, message: Message, words: str) -> Message:
    """The message, once the bot has looked and these words stand in it."""
    await ticked(talk)
    shown = await talk.sandbox.until(
        lambda: (now := talk.message(message.chat_id, message)) and words in said(now) and now
    )
    assert isinstance(shown, Message)
    return shown


def taken(coop: Coop) -> tuple[int, str]:
    with coop.database.writing() as session:
        job, lease = jobs.take_next(session, NOW) or pytest.fail("nothing was asked for")
        session.commit()
    return job.id, lease


def done(coop: Coop, job: int, lease: str, told: dict[str, Any]) -> None:
    found = FoundVersion(NEW, f"models/{NEW}", NOW, {"hens": ["ginger", "olive"], "size": 1_900_000})
    with coop.database.writing() as session:
        models.note_new(session, found, Origin.CANDIDATE, told)
        jobs.finish(session, job, lease, {"version": NEW, "report": told}, NOW)
        session.commit()


def killed(coop: Coop, ending: Ending = Ending.KILLED) -> None:
    job, lease = taken(coop)
    with coop.database.writing() as session:
        jobs.note_progress(session, job, lease, "learning", 0.4)
        jobs.take_back(session, job, ending, "its process ended with code -9", NOW)
        session.commit()


def open_jobs(coop: Coop) -> int:
    return len(coop.database.read(jobs.open_jobs))


async def test_with_too_few_labels_it_is_said_how_many_of_whom_are_missing(coop: Coop, talk: Talk) -> None:
    label(coop, 3, hen="ginger")
    answer = await talk.asked(ADMIN_ID, "/train")
    assert "Blanche 0 of 10, Olive 0 of 10, Ginger 3 of 10, an empty nest 0 of 3" in said(answer)
    assert "/label" in said(answer)
    await talk.pressed(ADMIN_ID, answer, "🏷 Show me pictures")
    await talk.sandbox.until(lambda: len(talk.answers(ADMIN_ID)) == 2)  # there is nothing to be asked here yet
    assert open_jobs(coop) == 0


async def test_training_is_told_in_one_message_which_becomes_the_report(coop: Coop, talk: Talk) -> None:
    enough(coop)
    asked = await talk.asked(ADMIN_ID, "/train")
    assert "as soon as the detector is free" in said(asked)
    job, lease = taken(coop)
    with coop.database.writing() as session:
        jobs.note_progress(session, job, lease, "learning", 0.6)
        session.commit()
    shown = await told(talk, asked, "60 % – learning")
    assert "I cannot say yet how long" in said(shown)
    coop.set_now(NOW + timedelta(minutes=3))
    await told(talk, asked, "about 2 minutes left")
    sheet = MediaFolder(coop.media).put(picture(), ".jpg")
    done(coop, job, lease, report(sheet.path))
    shown = await told(talk, asked, "is a candidate")
    for words in ("41 pictures that you labelled", "Ginger 12, Olive 9, an empty nest 20",
                  "which hen: 90 % right, the one that serves 60 % – perhaps better",
                  "in 3 stays it gets more right, in 0 fewer; luck alone makes so uneven a split in 25 of 100 cases",
                  "fewer than 1 of 100", "Better: which hen, Ginger, Olive", "Worse: eggs",
                  "Olive: 3 of 4 right, before 2", "Took Olive for Ginger once"):  # fmt: skip
        assert words in said(shown)
    assert "Let it serve" in shown.buttons
    _, curve, mistakes = talk.answers(ADMIN_ID)
    assert (curve.photo is not None, "learning curve" in said(curve)) == (True, True)
    assert "1. Olive, taken for Ginger" in said(mistakes)
    await ticked(talk)
    assert len(talk.answers(ADMIN_ID)) == 3


async def test_two_admins_who_ask_at_once_are_both_told(coop: Coop, talk: Talk) -> None:
    enough(coop)
    first = await talk.asked(ADMIN_ID, "/train")
    second = await talk.asked(ADMIN_ID, "учись")
    job, lease = taken(coop)
    done(coop, job, lease, report())
    await told(talk, first, "is a candidate")
    await told(talk, second, "is a candidate")


async def test_a_training_is_called_off_by_its_button(coop: Coop, talk: Talk) -> None:
    enough(coop)
    asked = await talk.asked(ADMIN_ID, "учись")
    job, _ = taken(coop)
    await talk.pressed(ADMIN_ID, asked, "Stop")
    await told(talk, asked, "Learning was stopped")
    with coop.database.reading() as session:
        found = jobs.job_by_id(session, job)
        actions = [row.action for row in session.execute(select(AuditRow)).scalars()]
    assert found is not None
    assert found.state is JobState.CANCELLED
    assert {"job.train", "job.stop"} <= set(actions)


async def test_what_killed_a_training_is_told_when_it_begins_again_and_when_it_is_given_up(
    coop: Coop, talk: Talk
) -> None:
    enough(coop)
    asked = await talk.asked(ADMIN_ID, "/train")
    killed(coop, Ending.LOST)
    await told(talk, asked, "At 40 % henbot was killed. I began again")
    killed(coop)
    await told(talk, asked, "At 40 % the system killed it, mostly for want of memory. I began again")
    killed(coop)
    await told(talk, asked, "3 times it did not come to its end")
    assert coop.database.read(models.known_versions) == []


async def test_by_night_new_labels_are_learned_once_and_admins_are_told_in_silence(coop: Coop, talk: Talk) -> None:
    enough(coop)
    coop.set_now(oct4(1, 59))
    await ticked(talk, "night")
    assert open_jobs(coop) == 0
    coop.set_now(oct4(2, 1))
    await ticked(talk, "night")
    await ticked(talk, "night")
    assert open_jobs(coop) == 1
    job, lease = taken(coop)
    done(coop, job, lease, report())
    await ticked(talk)
    answer, _ = talk.answers(ADMIN_ID)
    assert "is a candidate" in said(answer)
    assert answer.silent
    coop.set_now(oct4(2) + timedelta(days=1))
    await ticked(talk, "night")
    assert open_jobs(coop) == 0  # nothing is new


NIGHT = Nightly(oct4(2).time(), 30)


@pytest.mark.parametrize(
    ("labels", "hour", "learns"), [(30, 2, True), (29, 2, False), (30, 6, True), (30, 7, False), (30, 1, False)]
)
def test_the_night_s_training_needs_enough_labels_and_its_hours(
    labels: int, hour: int, learns: bool, coop: Coop
) -> None:
    label(coop, 10, hen="ginger")
    label(coop, 3, hens="0")
    label(coop, labels - 13, hens="1")
    with coop.database.writing() as session:
        assert bool(learning.learn_by_night(session, NIGHT, oct4(hour), [ADMIN_ID])) is learns


def test_labels_are_counted_once_a_picture_by_their_newest_word(coop: Coop) -> None:
    label(coop, 2, hen="ginger", hens="1")
    label(coop, 1, hen="ginger", hens="2")
    label(coop, 1, hens="0")
    with coop.database.writing() as session:
        again = session.query(LabelRow).filter_by(field="hen").first()
        assert again is not None
        session.add(LabelRow(nest_id="nest", at=again.at, field="hen", value="olive", said_by=2, said_at=wall_now()))
        undone = session.query(LabelRow).filter_by(value="0").one()
        undone.undone_at = wall_now()
        session.commit()
    counts = coop.database.read(count_labels)
    assert (counts.hens, counts.occupied, counts.empty) == ({"blanche": 0, "olive": 1, "ginger": 1}, 3, 0)
    assert not counts.can_learn


@pytest.mark.parametrize("text", ["/train", "учись"])
async def test_who_may_not_teach_gets_nothing_and_leaves_a_line_in_the_audit(text: str, coop: Coop, talk: Talk) -> None:
    enough(coop)
    answer = await talk.asked(SUBSCRIBER_ID, text)
    assert "Учат меня только хозяева" in said(answer)
    with coop.database.reading() as session:
        rows = [(row.actor, row.action) for row in session.execute(select(AuditRow)).scalars()]
    assert (str(SUBSCRIBER_ID), "command.refused") in rows
    assert open_jobs(coop) == 0
