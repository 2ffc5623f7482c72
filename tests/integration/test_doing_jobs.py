"""What the bot asks of the detector: candidates from labels, versions sent and brought, and deaths in between."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from detector import doing_jobs
from detector.archive import pack
from detector.doing_jobs import do_job
from detector.job_desk import LOST, JobDesk, job_environment
from detector.landing import reveal
from detector.starter import starter_folder
from detector.training import candidate
from detector.training.candidate import Candidate
from detector.training.fit import Recipe
from detector.training.stages import Report
from detector.versions import MANIFEST, list_versions, read_manifest
from henbot.config import Settings
from henbot.services import jobs, models
from henbot.services.coop_clock import CoopClock
from henbot.services.jobs import Ending, Job, JobKind, JobState
from henbot.services.label_counts import LabelCounts
from henbot.services.media import MediaFolder
from henbot.services.models import Origin
from henbot.storage.acts import LabelRow
from henbot.storage.database import Database, open_database
from henbot.storage.tables import EvidenceRow, VisitRow
from tests.conftest import few_copies
from tests.databases import migrated

ADMIN = 7


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
def settings(watched: Path, tmp_path: Path) -> Settings:
    folder = Path(shutil.copytree(watched, tmp_path / "coop"))
    return Settings(
        config=folder / "coop.yaml",
        database=f"sqlite:///{folder / 'henbot.db'}",
        media=folder / "media",
        models=folder / "models",
    )


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    """A coop of which nothing is known yet."""
    url = migrated(tmp_path / "henbot.db")
    return Settings(config=tmp_path / "none.yaml", database=url, media=tmp_path / "media", models=tmp_path / "models")


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    wanted: Settings = request.getfixturevalue(getattr(request, "param", "settings"))
    opened = open_database(wanted.database)
    yield opened
    opened.close()


of_an_empty_coop = pytest.mark.parametrize("database", ["empty"], indirect=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One copy of each picture, and the tests' own process stays as it is."""
    monkeypatch.setattr(doing_jobs, "NICENESS", 0)
    with few_copies():
        yield


def shipped_id(folder: Path) -> str:
    return read_manifest(folder).id


def asked(database: Database, kind: JobKind, **arguments: str) -> int:
    with database.writing() as session:
        job = jobs.ask(session, kind, arguments, ADMIN, CoopClock(database).now())
        session.commit()
    return job.id


def taken(database: Database) -> tuple[int, str]:
    with database.writing() as session:
        job, lease = jobs.take_next(session, CoopClock(database).now()) or pytest.fail("nothing was asked")
        session.commit()
    return job.id, lease


def job(database: Database, job_id: int) -> Job:
    with database.reading() as session:
        return jobs.job_by_id(session, job_id) or pytest.fail("there is no such job")


def test_labels_become_a_candidate_that_is_compared_and_waits_for_the_admin(
    settings: Settings, database: Database
) -> None:
    asked(database, JobKind.TRAIN)
    job_id, lease = taken(database)
    assert do_job(job_id, lease, database, settings)
    ended = job(database, job_id)
    assert ended.state is JobState.DONE, ended.failure
    (folder,) = list_versions(settings.models)
    assert ended.result["version"] == folder.name
    report = ended.result["report"]
    assert report["labelled"] > 10
    assert report["held_out"]
    questions = {question["name"]: question for question in report["comparison"]["questions"]}
    assert questions["hens"]["candidate"] >= 0.8 * questions["hens"]["pictures"] > 0
    with database.reading() as session:
        (version,) = models.known_versions(session)
    assert (version.origin, version.desired, version.serving) == (Origin.CANDIDATE, False, False)
    assert [folder.name for folder in settings.models.iterdir()] == [folder.name]
    assert report["labels"]["empty"] > 3
    assert all(number > 3 for number in report["labels"]["hens"].values())
    *_, half, three_quarters, whole = report["curve"]
    assert half["labels"] < three_quarters["labels"] < whole["labels"]
    assert whole["right"]["hens"] == pytest.approx(
        questions["hens"]["candidate"] / questions["hens"]["pictures"], abs=1e-3
    )


def test_without_labels_the_admin_is_told_what_is_missing(settings: Settings, database: Database) -> None:
    with database.writing() as session:
        session.execute(delete(LabelRow))
        session.commit()
    asked(database, JobKind.TRAIN)
    job_id, lease = taken(database)
    assert do_job(job_id, lease, database, settings)
    ended = job(database, job_id)
    assert ended.state is JobState.FAILED
    assert "nobody has told what the pictures show" in str(ended.failure)
    assert list_versions(settings.models) == []


@of_an_empty_coop
def test_a_version_is_brought_in_and_sent_out_again(empty: Settings, database: Database, tmp_path: Path) -> None:
    shipped = starter_folder()
    assert shipped is not None
    sent = pack(shipped, tmp_path / "shipped.zip").read_bytes()
    stored = MediaFolder(empty.media).put(sent, ".zip")
    asked(database, JobKind.IMPORT, path=stored.path)
    do_job(*taken(database), database, empty)
    with database.reading() as session:
        (version,) = models.known_versions(session)
    assert (version.origin, version.desired) == (Origin.IMPORTED, False)
    export = asked(database, JobKind.EXPORT, version=version.id)
    do_job(*taken(database), database, empty)
    packed = MediaFolder(empty.media).path_of(job(database, export).result["path"])
    assert packed.read_bytes() == sent


@of_an_empty_coop
def test_the_same_version_brought_in_again_stays_as_it_is(empty: Settings, database: Database, tmp_path: Path) -> None:
    """So ends also a job that was begun again because its process died after the version had landed."""
    shipped = starter_folder()
    assert shipped is not None
    stored = MediaFolder(empty.media).put(pack(shipped, tmp_path / "shipped.zip").read_bytes(), ".zip")
    for _ in range(2):
        job_id = asked(database, JobKind.IMPORT, path=stored.path)
        do_job(*taken(database), database, empty)
        assert job(database, job_id).state is JobState.DONE
    assert [folder.name for folder in list_versions(empty.models)] == [shipped_id(shipped)]


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


@of_an_empty_coop
@pytest.mark.parametrize("killed_at", ["waiting", "before the end is written", "after it"])
def test_wherever_a_job_is_killed_a_version_is_there_whole_or_not_at_all(
    killed_at: str, empty: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = asked(database, JobKind.IMPORT, path=an_archive(empty))
    kill(killed_at, monkeypatch)
    with pytest.raises(Killed):
        do_job(*taken(database), database, empty)
    monkeypatch.undo()
    known = database.read(models.known_versions)
    assert list_versions(empty.models) == []
    assert bool(known) is (killed_at == "after it") is (job(database, job_id).state is JobState.DONE)
    reveal(database, empty.models)  # as every start does
    assert [one.id for one in known] == [folder.name for folder in list_versions(empty.models)]
    if not known:
        assert jobs_again(database, empty, job_id).state is JobState.DONE
    (version,) = database.read(models.known_versions)
    assert (version.origin, version.desired) == (Origin.IMPORTED, False)
    assert [folder.name for folder in empty.models.iterdir()] == [version.id]


def kill(at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise Killed

    if at == "waiting":
        monkeypatch.setattr(Path, "replace", killed)
    else:
        monkeypatch.setattr(doing_jobs, "finish" if at == "before the end is written" else "reveal", killed)


def an_archive(settings: Settings) -> str:
    shipped = starter_folder()
    assert shipped is not None
    content = pack(shipped, settings.media.parent / "shipped.zip").read_bytes()
    return MediaFolder(settings.media).put(content, ".zip").path


def jobs_again(database: Database, settings: Settings, job_id: int) -> Job:
    with database.writing() as session:
        jobs.take_back_all(session, LOST, CoopClock(database).now())
        session.commit()
    assert do_job(*taken(database), database, settings)
    return job(database, job_id)


@of_an_empty_coop
def test_a_process_that_was_forgotten_lands_no_version(
    empty: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker was killed, and another one has begun the job again."""
    asked(database, JobKind.IMPORT, path=an_archive(empty))
    forgotten = taken(database)
    with database.writing() as session:
        jobs.take_back_all(session, LOST, CoopClock(database).now())
        session.commit()
    monkeypatch.setattr(doing_jobs, "TELL_EVERY_S", 60.0)
    assert not do_job(*forgotten, database, empty)
    assert (database.read(models.known_versions), list_versions(empty.models)) == ([], [])


@of_an_empty_coop
def test_a_broken_file_is_refused_with_the_reason(empty: Settings, database: Database) -> None:
    stored = MediaFolder(empty.media).put(b"no archive", ".zip")
    job_id = asked(database, JobKind.IMPORT, path=stored.path)
    do_job(*taken(database), database, empty)
    ended = job(database, job_id)
    assert ended.state is JobState.FAILED
    assert "no whole archive of a version" in str(ended.failure)
    assert list_versions(empty.models) == []


@of_an_empty_coop
def test_what_was_called_off_writes_nothing_more(empty: Settings, database: Database) -> None:
    job_id = asked(database, JobKind.TRAIN)
    _, lease = taken(database)
    with database.writing() as session:
        jobs.cancel(session, job_id, CoopClock(database).now())
        session.commit()
    assert not do_job(job_id, lease, database, empty)
    assert job(database, job_id).state is JobState.CANCELLED


def sleeping(_: int, __: str) -> Sequence[str]:
    return [sys.executable, "-c", "import time; time.sleep(60)"]


def dying(_: int, __: str) -> Sequence[str]:
    return [sys.executable, "-c", f"import os; os.kill(os.getpid(), {signal.SIGKILL:d})"]


def desk_of(database: Database, settings: Settings, command: Callable[[int, str], Sequence[str]]) -> JobDesk:
    return JobDesk(database, CoopClock(database), command, job_environment(settings, os.environ))


def look_until(desk: JobDesk, done: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not done():
        assert time.monotonic() < until, "it did not happen within half a minute"
        desk.look()
        time.sleep(0.02)


@of_an_empty_coop
def test_a_job_whose_process_dies_each_time_is_given_up_and_says_how_it_died(
    empty: Settings, database: Database
) -> None:
    job_id = asked(database, JobKind.TRAIN)
    desk = desk_of(database, empty, dying)
    look_until(desk, lambda: not job(database, job_id).is_open)
    assert job(database, job_id).state is JobState.FAILED
    assert "ended with code -9" in str(job(database, job_id).failure)
    assert {stop.ending for stop in job(database, job_id).stops} == {Ending.KILLED}


@of_an_empty_coop
def test_calling_a_job_off_ends_its_process(empty: Settings, database: Database) -> None:
    job_id = asked(database, JobKind.TRAIN)
    desk = desk_of(database, empty, sleeping)
    desk.look()
    assert job(database, job_id).state is JobState.RUNNING
    with database.writing() as session:
        jobs.cancel(session, job_id, CoopClock(database).now())
        session.commit()
    other = asked(database, JobKind.EXPORT, version="v1")
    look_until(desk, lambda: job(database, other).state is JobState.RUNNING)
    assert job(database, job_id).state is JobState.CANCELLED
    desk.close()


@of_an_empty_coop
def test_what_ran_when_henbot_stopped_is_begun_again(empty: Settings, database: Database) -> None:
    job_id = asked(database, JobKind.TRAIN)
    desk = desk_of(database, empty, sleeping)
    desk.look()
    desk.close()
    assert job(database, job_id).state is JobState.ASKED
    assert job(database, job_id).attempts == 0  # that henbot was stopped is not the job's fault
    killed = desk_of(database, empty, sleeping)
    killed.look()  # and this worker is killed: it closes nothing
    after = desk_of(database, empty, sleeping)
    after.open()
    assert job(database, job_id).state is JobState.ASKED
    killed.close()
    assert LOST not in str(job(database, job_id).failure)


def test_a_job_s_process_is_told_no_token(empty: Settings) -> None:
    told = job_environment(empty, {"HENBOT_TOKEN": "123:secret", "HENBOT_TOKEN_FILE": "/run/secret", "PATH": "/bin"})
    assert not any("secret" in value for value in told.values())
    assert told["HENBOT_DATABASE"] == empty.database


PHASES = ("reading", "half a version", "comparing", "done")


@pytest.mark.parametrize("killed_in", PHASES)
def test_a_training_killed_in_any_phase_leaves_no_version_and_the_next_one_says_so(
    killed_in: str, settings: Settings, database: Database, drawn_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doing_jobs, "TELL_EVERY_S", 0.0)
    monkeypatch.setattr(candidate, "make_candidate", lambda *given: pretended(*given, drawn_version, killed_in))
    job_id = asked(database, JobKind.TRAIN)
    with monkeypatch.context() as patch:
        patch.setattr(doing_jobs.Doing, "clear", lambda doing: None)  # a `kill -9` tidies nothing
        with pytest.raises(Killed):
            do_job(*taken(database), database, settings)
    assert (database.read(models.known_versions), list_versions(settings.models)) == ([], [])
    monkeypatch.setattr(candidate, "make_candidate", lambda *given: pretended(*given, drawn_version, ""))
    again = jobs_again(database, settings, job_id)
    assert again.state is JobState.DONE
    assert [(stop.ending, stop.progress) for stop in again.stops] == [(Ending.LOST, PHASES.index(killed_in) / 3)]
    assert [folder.name for folder in settings.models.iterdir()] == [again.result["version"]]


def pretended(
    _: Path, scratch: Path, __: Path | None, report: Report, ___: Recipe, version: Path, killed_in: str
) -> Candidate:
    """A training that takes no time, and is killed in one of its phases."""

    def reach(phase: str) -> None:
        report(phase, PHASES.index(phase) / 3)
        if phase == killed_in:
            raise Killed

    reach("reading")
    folder = scratch / "versions" / version.name
    folder.mkdir(parents=True)
    shutil.copy(version / MANIFEST, folder)
    reach("half a version")
    shutil.copytree(version, folder, dirs_exist_ok=True)
    reach("comparing")
    reach("done")
    return Candidate(folder, LabelCounts())
