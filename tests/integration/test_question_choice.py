"""Choosing what to ask people about, and what becomes of their answers in a dataset to learn from."""

import csv
import shutil
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from detector import doing_jobs
from detector.doing_jobs import do_job
from detector.export import export_dataset
from detector.training.dataset import load_dataset
from henbot.config import Settings
from henbot.domain.labelling import Draft
from henbot.domain.observations import HenId, Posture
from henbot.services import jobs
from henbot.services.acts import take_back
from henbot.services.jobs import JobKind
from henbot.services.label_questions import (
    Question,
    State,
    answer,
    asking_by_id,
    begin_asking,
    note_draft,
    question_by_id,
    questions,
)
from henbot.services.media import MediaFolder
from henbot.services.next_questions import next_question, number_waiting
from henbot.services.question_queue import FEW, want_questions
from henbot.services.undoing import UNDOING
from henbot.storage.database import Database, open_database

NOW = datetime(2024, 5, 6, 9, tzinfo=UTC)
ANN, BORIS, CARL = 1, 2, 3


@pytest.fixture
def settings(replayed_days: Path, tmp_path: Path) -> Settings:
    folder = Path(shutil.copytree(replayed_days, tmp_path / "coop"))
    return Settings(
        config=folder / "coop.yaml",
        database=f"sqlite:///{folder / 'henbot.db'}",
        media=folder / "media",
        models=folder / "models",
    )


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = open_database(settings.database)
    yield opened
    opened.close()


def tell(database: Database, user: int, question: Question, draft: Draft, minute: int = 0) -> int:
    """Somebody tells what a picture shows; by which act."""
    with database.writing() as session:
        asking = begin_asking(session, question, user, NOW)
        asking = note_draft(session, asking.id, draft)
        act = answer(session, asking, NOW + timedelta(minutes=minute), settles=user == CARL)
        session.commit()
    return act.id


def asked(database: Database, user: int = ANN) -> Question:
    with database.writing() as session:
        found = next_question(session, user, NOW, settles=False)
        session.commit()
    assert found is not None
    return found


def exported(
    database: Database, settings: Settings, folder: Path, told: Mapping[str, Question]
) -> dict[str, dict[str, str]]:
    """The rows of labels.csv of questions' pictures, by name."""
    with database.reading() as session:
        export_dataset(session, MediaFolder(settings.media), folder)
    load_dataset(folder)
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as lines:
        rows = {(row["nest"], row["captured_at"]): row for row in csv.DictReader(lines)}
    return {
        name: rows[one.pictured.nest, one.pictured.at.isoformat().replace("+00:00", "Z")] for name, one in told.items()
    }


def sure(row: dict[str, str]) -> dict[str, str]:
    """What may be learned of a row."""
    doubted = set(row["uncertain"].split(";"))
    return {name: row[name] for name in ("hens", "hen", "posture", "hen2", "posture2", "eggs")
            if row[name] and name not in doubted}  # fmt: skip


def learned(database: Database, settings: Settings, folder: Path, question: Question) -> dict[str, str]:
    return sure(exported(database, settings, folder, {"it": question})["it"])


def test_few_waiting_questions_are_chosen_anew_by_the_detectors_side(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doing_jobs, "NICENESS", 0)
    assert database.write(lambda session: want_questions(session, NOW))
    assert not database.write(lambda session: want_questions(session, NOW))
    job, lease = database.write(lambda session: jobs.take_next(session, NOW)) or pytest.fail("nothing was asked for")
    assert job.kind is JobKind.CHOOSE
    assert do_job(job.id, lease, database, settings)
    with database.reading() as session:
        done = jobs.job_by_id(session, job.id)
        assert done is not None
        assert done.result.get("questions", 0) >= FEW, done.failure
        assert not jobs.told_jobs(session)
        waiting = questions(session)
        assert number_waiting(session) == len(waiting)
    assert len({one.pictured.visit_id for one in waiting if one.pictured.visit_id}) == len(
        [one for one in waiting if one.pictured.visit_id]
    )
    assert not database.write(lambda session: want_questions(session, NOW + timedelta(days=1)))


def test_a_question_that_waits_comes_at_once_and_one_whose_neighbour_was_told_does_not(database: Database) -> None:
    begun = time.perf_counter()
    first = asked(database)
    assert time.perf_counter() - begun < 2.0
    tell(database, ANN, first, Draft().with_hen(HenId("snow")).with_posture(Posture.SITTING))
    second = asked(database)
    assert second.id != first.id
    is_near = abs(second.pictured.at - first.pictured.at) < timedelta(minutes=5)
    assert not (is_near and second.pictured.nest == first.pictured.nest)


def test_answers_come_out_of_an_export_as_they_were_told(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    two = Draft().with_two().with_hen(HenId("snow")).with_hen(HenId("pepper"))
    drafts = {
        "one": Draft().with_hen(HenId("snow")).with_posture(Posture.SITTING),
        "empty": Draft().with_nobody().counting(3).counting(-1).with_eggs(),
        "two": two.passed().with_posture(Posture.STANDING).passed(),
    }
    told = {}
    for name, draft in drafts.items():
        told[name] = asked(database)
        assert draft.step is None
        tell(database, ANN, told[name], draft)
    rows = {name: sure(row) for name, row in exported(database, settings, tmp_path / "out", told).items()}
    assert rows["one"] == {"hens": "1", "hen": "snow", "posture": "sitting"}
    assert rows["empty"] == {"hens": "0", "eggs": "2"}
    assert rows["two"] == {"hens": "2", "hen": "snow", "hen2": "pepper", "posture2": "standing"}


def test_who_is_not_sure_tells_nothing_that_is_learned(database: Database, settings: Settings, tmp_path: Path) -> None:
    question = asked(database)
    tell(database, ANN, question, Draft())
    assert learned(database, settings, tmp_path / "out", question) == {}
    assert asked(database).id != question.id
    with database.reading() as session:
        assert question_by_id(session, question.id).state is State.OPEN


def test_what_two_people_disagree_about_is_not_learned_until_it_is_settled(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    question = asked(database)
    tell(database, ANN, question, Draft().with_hen(HenId("snow")).with_posture(Posture.SITTING))
    tell(database, BORIS, question, Draft().with_hen(HenId("pepper")).with_posture(Posture.SITTING), minute=1)
    agreed = {"hens": "1", "posture": "sitting"}
    with database.writing() as session:
        assert question_by_id(session, question.id).state is State.DISPUTED
        shown = next_question(session, CARL, NOW, settles=True)
        assert shown is not None
        assert shown.id == question.id
    assert learned(database, settings, tmp_path / "disputed", question) == agreed
    act = tell(database, CARL, question_of(database, question), Draft().with_hen(HenId("pepper")).passed(), minute=2)
    assert learned(database, settings, tmp_path / "settled", question) == {"hens": "1", "hen": "pepper"}
    with database.writing() as session:
        take_back(session, act, CARL, NOW, UNDOING)
        session.commit()
    assert learned(database, settings, tmp_path / "again", question) == agreed


def question_of(database: Database, question: Question) -> Question:
    with database.reading() as session:
        return question_by_id(session, question.id)


def test_a_taken_back_answer_is_not_learned_and_is_asked_again(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    question = asked(database)
    act = tell(database, ANN, question, Draft().with_hen(HenId("snow")).passed())
    with database.writing() as session:
        take_back(session, act, ANN, NOW, UNDOING)
        session.commit()
    assert learned(database, settings, tmp_path / "out", question) == {}
    with database.reading() as session:
        asking = asking_by_id(session, 1)
    assert asking is not None
    assert (asking.state, asking.draft.told, asking.act_id) == ("open", {}, None)
