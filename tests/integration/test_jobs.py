"""Jobs between two processes: one at a time, called off at any moment, and none lost with the process that did it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from henbot.services import jobs
from henbot.services.jobs import JobKind, JobState
from henbot.storage.database import open_database
from tests.databases import migrated

NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
ADMIN = 7


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = open_database(migrated(tmp_path / "jobs.db"))
    with database.writing() as session:
        yield session
    database.close()


def asked(session: Session, kind: JobKind = JobKind.TRAIN, **arguments: str) -> int:
    return jobs.ask(session, kind, arguments, ADMIN, NOON).id


def state(session: Session, job_id: int) -> JobState:
    job = jobs.job_by_id(session, job_id)
    assert job is not None
    return job.state


def test_the_oldest_job_is_taken_first_and_the_next_one_only_when_it_has_ended(session: Session) -> None:
    first, second = asked(session), asked(session, JobKind.EXPORT, version="v1")
    taken = jobs.take_next(session, NOON)
    assert taken is not None
    assert taken[0].id == first
    assert jobs.take_next(session, NOON) is None
    assert jobs.finish(session, first, taken[1], {"version": "v2"}, LATER)
    after = jobs.take_next(session, LATER)
    assert after is not None
    assert after[0].id == second


def test_asking_twice_for_the_same_gives_the_same_job(session: Session) -> None:
    assert asked(session) == asked(session)
    assert asked(session, JobKind.EXPORT, version="v1") != asked(session, JobKind.EXPORT, version="v2")


def test_how_far_it_is_can_be_read_and_what_came_out(session: Session) -> None:
    job_id = asked(session)
    _, lease = jobs.take_next(session, NOON) or pytest.fail("nothing to do")
    assert jobs.note_progress(session, job_id, lease, "learning", 0.4)
    job = jobs.job_by_id(session, job_id)
    assert job is not None
    assert (job.phase, job.progress, job.is_open) == ("learning", 0.4, True)
    jobs.finish(session, job_id, lease, {"version": "v2"}, LATER)
    job = jobs.job_by_id(session, job_id)
    assert job is not None
    assert (job.state, job.result["version"], job.is_open) == (JobState.DONE, "v2", False)


def test_whoever_does_a_job_that_was_called_off_is_told_to_stop(session: Session) -> None:
    job_id = asked(session)
    _, lease = jobs.take_next(session, NOON) or pytest.fail("nothing to do")
    assert jobs.cancel(session, job_id, LATER)
    assert not jobs.note_progress(session, job_id, lease, "learning", 0.5)
    assert not jobs.finish(session, job_id, lease, {"version": "v2"}, LATER)
    assert state(session, job_id) is JobState.CANCELLED
    assert not jobs.cancel(session, job_id, LATER)


def test_a_job_whose_process_died_is_begun_again_and_given_up_in_the_end(session: Session) -> None:
    job_id = asked(session)
    for _ in range(jobs.MOST_ATTEMPTS - 1):
        assert jobs.take_next(session, NOON) is not None
        assert jobs.take_back_all(session, "its process ended", LATER) == [job_id]
        assert state(session, job_id) is JobState.ASKED
    assert jobs.take_next(session, NOON) is not None
    jobs.take_back_all(session, "its process ended", LATER)
    job = jobs.job_by_id(session, job_id)
    assert job is not None
    assert (job.state, job.failure) == (JobState.FAILED, "its process ended")


def test_a_forgotten_process_cannot_end_the_job_of_the_one_that_took_over(session: Session) -> None:
    job_id = asked(session)
    _, old = jobs.take_next(session, NOON) or pytest.fail("nothing to do")
    jobs.take_back_all(session, "its process ended", LATER)
    _, new = jobs.take_next(session, LATER) or pytest.fail("nothing to do")
    assert not jobs.fail(session, job_id, old, "I was forgotten", LATER)
    assert jobs.finish(session, job_id, new, {}, LATER)
