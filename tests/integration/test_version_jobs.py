"""A version compared with the one that serves, and asked why: jobs on pictures and labels of two drawn days."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from detector import doing_jobs, version_jobs
from detector.doing_jobs import do_job
from detector.serving import found_version
from detector.versions import read_manifest
from henbot.config import Settings
from henbot.services import jobs, models
from henbot.services.coop_clock import CoopClock
from henbot.services.jobs import Job, JobKind, JobState
from henbot.services.models import Origin
from henbot.services.shadows import Looks, add_looks, begin_shadow, open_shadow
from henbot.services.sightings import newest_sightings
from henbot.storage.acts import LabelRow
from henbot.storage.database import Database, open_database
from henbot.storage.tables import EvidenceRow, VisitRow

LATER = datetime(2100, 1, 1, tzinfo=UTC)
"""After every version was made."""


@pytest.fixture(scope="module")
def watched(replayed_days: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two drawn days that were replayed, and of whose pictures somebody told what they show."""
    folder = Path(shutil.copytree(replayed_days, tmp_path_factory.mktemp("watched") / "coop"))
    database = open_database(f"sqlite:///{folder / 'henbot.db'}")
    with database.writing() as session:
        shown = select(EvidenceRow, VisitRow).join(VisitRow, VisitRow.id == EvidenceRow.visit_id)
        for row, visit in session.execute(shown).all():
            field, value = ("hen", visit.hen_id) if row.role in ("arrived", "settled") else ("hens", "0")
            told = {"nest_id": visit.nest_id, "at": row.at, "media_sha256": row.media_sha256, "said_by": 1}
            session.add(LabelRow(field=field, value=value, said_at=row.at, **told))
        session.commit()
    database.close()
    return folder


@pytest.fixture
def settings(watched: Path, drawn_coop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A coop that was watched for two days, and of whose pictures somebody told what they show."""
    monkeypatch.setattr(doing_jobs, "NICENESS", 0)
    folder = Path(shutil.copytree(watched, tmp_path / "coop"))
    shutil.copy(drawn_coop / "coop.yaml", folder)
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


@pytest.fixture
def version(settings: Settings, database: Database, drawn_version: Path) -> str:
    """One that learned these very labels, as a candidate."""
    folder = Path(shutil.copytree(drawn_version, settings.models / drawn_version.name))
    found = found_version(folder, read_manifest(folder))
    database.write(lambda session: models.note_new(session, found, Origin.CANDIDATE))
    return found.id


def done(kind: JobKind, version: str, database: Database, settings: Settings) -> Job:
    now = CoopClock(database).now()
    database.write(lambda session: jobs.ask(session, kind, {"version": version}, 7, now))
    job, lease = database.write(lambda session: jobs.take_next(session, now)) or pytest.fail("nothing was asked")
    assert do_job(job.id, lease, database, settings)
    return database.read(lambda session: jobs.job_by_id(session, job.id)) or pytest.fail("it is gone")


def test_labels_that_were_told_since_both_were_made_compare_them_and_the_shadow_s_counts_come_along(
    settings: Settings, database: Database, version: str
) -> None:
    def told_later(session: Session) -> None:
        session.execute(update(LabelRow).values(said_at=LATER))
        begin_shadow(session, version, LATER)
        shadow = open_shadow(session)
        assert shadow is not None
        add_looks(session, shadow.id, Looks(40, 3, hens=3), None, LATER)

    database.write(told_later)
    ended = done(JobKind.COMPARE, version, database, settings)
    assert ended.state is JobState.DONE, ended.failure
    questions = {question["name"]: question for question in ended.result["comparison"]["questions"]}
    hen = questions["hen"]
    assert hen["candidate"] > hen["serving"] == 0  # the shipped version knows none of these hens
    assert (hen["gained"], hen["lost"], hen["outcome"]) == (hen["candidate"], 0, "better")
    assert ended.result["pictures"] >= hen["pictures"]
    assert ended.result["shadow"]["differing"] == 3


def test_what_one_of_them_has_learned_is_no_test(settings: Settings, database: Database, version: str) -> None:
    ended = done(JobKind.COMPARE, version, database, settings)
    assert ended.state is JobState.DONE, ended.failure
    assert (ended.result["pictures"], ended.result["comparison"]) == (0, None)


def test_why_is_answered_with_the_newest_hens_and_where_the_answer_lies(
    settings: Settings, database: Database, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version_jobs, "newest_sightings", partial(newest_sightings, most=2))
    ended = done(JobKind.EXPLAIN, version, database, settings)
    assert ended.state is JobState.DONE, ended.failure
    shown = ended.result["shown"]
    assert [one["said"] for one in shown] == [one["hen"] for one in shown]
    assert len(shown) == 2
    assert all(0.0 <= one["probability"] <= 1.0 for one in shown)
    with database.reading() as session:
        newest = session.execute(select(VisitRow).order_by(VisitRow.arrived_at.desc()).limit(1)).scalar_one()
        assert datetime.fromisoformat(shown[0]["at"]) >= newest.arrived_at - timedelta(hours=2)
    sheet = cv2.imdecode(np.frombuffer((settings.media / ended.result["path"]).read_bytes(), np.uint8), 1)
    assert sheet is not None
    assert sheet.shape[1] > 600


def test_without_a_picture_of_a_hen_why_says_so(settings: Settings, database: Database, version: str) -> None:
    database.write(lambda session: session.execute(delete(EvidenceRow)) and None)
    ended = done(JobKind.EXPLAIN, version, database, settings)
    assert ended.state is JobState.FAILED
    assert "no picture of a hen" in str(ended.failure)
