"""The database: times, transactions, two writers at once, and how its schema is brought up."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from henbot.domain.errors import ConfigInvalid, DatabaseOutdated, DatabaseTooNew
from henbot.domain.watch import NestWatch
from henbot.services.evidence import Evidence
from henbot.services.recording import CameraStep, NestStep, Recorder
from henbot.services.reports import bout_report, day_report
from henbot.services.sitting import sitting_since
from henbot.storage import schema
from henbot.storage.database import BUSY_TIMEOUT_MS, Database, open_database
from henbot.storage.schema import check_schema, migrate
from henbot.storage.tables import ClockRow, HeartbeatRow, MarkRow, NestRow
from tests.builders import NEST, NINE, bird, look
from tests.coop_builder import build_coop, oct4


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "henbot.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    migrate(url)
    opened = open_database(url)
    yield opened
    opened.close()


def copies(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.before-*"))


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def beat(database: Database, at: datetime) -> None:
    with database.writing() as session:
        session.merge(HeartbeatRow(name="test", at=at, details={}))
        session.commit()


def last_beat(database: Database) -> datetime | None:
    with database.reading() as session:
        row = session.get(HeartbeatRow, "test")
        return row.at if row else None


# -- times and transactions -------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.datetimes(timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))))
def test_every_time_comes_back_as_the_same_moment_in_utc(database: Database, at: datetime) -> None:
    if not timedelta(days=1) < at.replace(tzinfo=None) - datetime.min < timedelta(days=3_600_000):  # noqa: DTZ901
        return
    beat(database, at)
    assert last_beat(database) == at
    assert (last_beat(database) or NINE).tzinfo is UTC


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        beat(database, NINE.replace(tzinfo=None))
    assert last_beat(database) is None


def test_times_of_different_zones_are_compared_as_moments(database: Database) -> None:
    beat(database, NINE)
    in_tokyo = NINE.astimezone(timezone(timedelta(hours=9)))
    with database.reading() as session:
        found = select(HeartbeatRow.name).where(HeartbeatRow.at >= in_tokyo, HeartbeatRow.at <= in_tokyo)
        assert session.execute(found).scalars().all() == ["test"]


def test_what_is_not_committed_is_rolled_back(database: Database) -> None:
    with database.writing() as session:
        session.add(HeartbeatRow(name="test", at=NINE, details={}))
        session.flush()
    assert last_beat(database) is None


def test_an_error_in_the_middle_rolls_back_what_came_before_it(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            session.add(HeartbeatRow(name="test", at=NINE, details={}))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert last_beat(database) is None


def test_a_row_that_points_nowhere_is_refused(database: Database) -> None:
    with database.writing() as session:
        session.add(NestRow(id="nest", camera_id="no such camera", kind="nest", names={}))
        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            session.commit()


def test_every_connection_has_a_write_ahead_log_foreign_keys_and_patience(database: Database) -> None:
    with database.reading() as session, database.reading() as other:
        for one in (session, other):
            asked = [one.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "foreign_keys")]
            assert asked == ["wal", 1]
            assert one.execute(text("PRAGMA busy_timeout")).scalar() == BUSY_TIMEOUT_MS


def test_a_reader_sees_one_state_while_another_writes(database: Database) -> None:
    beat(database, NINE)
    with database.reading() as session:
        assert session.execute(select(HeartbeatRow.at)).scalar() == NINE
        beat(database, NINE + timedelta(minutes=1))
        session.expire_all()
        assert session.execute(select(HeartbeatRow.at)).scalar() == NINE
    assert last_beat(database) == NINE + timedelta(minutes=1)


COUNTING = """
import sys
from henbot.storage.database import open_database
from henbot.storage.tables import MarkRow
database = open_database(sys.argv[1])
for _ in range(100):
    with database.writing() as session:
        session.get_one(MarkRow, "count").value += 1
        session.commit()
"""


def test_processes_and_threads_that_write_at_once_wait_for_each_other(database: Database, url: str) -> None:
    with database.writing() as session:
        session.add(MarkRow(name="count", value=0))
        session.commit()
    failed: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(100):
                with database.writing() as session:
                    session.get_one(MarkRow, "count").value += 1
                    session.commit()
        except BaseException as exc:  # noqa: BLE001 - whatever it is, the test tells it
            failed.append(exc)

    other = subprocess.Popen([sys.executable, "-W", "error", "-c", COUNTING, url])
    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert other.wait(timeout=30) == 0
    assert failed == []
    with database.reading() as session:
        assert session.get_one(MarkRow, "count").value == 300


# -- questions --------------------------------------------------------------------------------------------------------


SMALL = {"coops", "cameras", "nests", "hens"}


@contextmanager
def asked(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """What SQLite is asked meanwhile, with the values."""
    questions: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            questions.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    yield questions
    event.remove(database.engine, "before_cursor_execute", note)


def scanned(path: Path, questions: list[tuple[str, Any]]) -> list[str]:
    """Steps of the plans in which a whole table that grows is read."""
    with closing(sqlite3.connect(path)) as connection:
        plans = [connection.execute(f"EXPLAIN QUERY PLAN {words}", values) for words, values in questions]
        steps = [step[3] for plan in plans for step in plan]
    return [step for step in steps if step.startswith("SCAN") and step.split()[1] not in SMALL]


def a_step(minutes: float) -> CameraStep:
    """She is there at this minute, with a picture."""
    moment = oct4(9) + timedelta(minutes=minutes)
    watch = NestWatch(NEST)
    events = watch.observe(look(moment, bird("ginger")))
    (seen,) = watch.touched.values()
    evidence = Evidence(seen.id, "arrived", moment, "0" * 64, "no.jpg", 1)
    nest = NestStep(NEST, watch.state, [seen], events, look(moment, bird("ginger")), [evidence])
    return CameraStep("cam", moment, [nest], (moment, "frame.jpg"))


def test_the_days_questions_read_no_table_that_grows_as_a_whole(tmp_path: Path) -> None:
    coop = build_coop(tmp_path)
    Recorder(coop.database).record(a_step(0))
    with asked(coop.database) as questions, coop.database.reading() as session:
        report = day_report(session, date(2016, 10, 4), oct4(18))
        sitting_since(session, [one.id for one in report.bouts], oct4(18))
        bout_report(session, report.bouts[0].id)
    assert len(questions) > 8
    assert scanned(tmp_path / "henbot.db", questions) == []
    coop.database.close()


def test_a_days_coverage_is_found_by_when_spans_end_not_by_all_that_began_before(tmp_path: Path) -> None:
    coop = build_coop(tmp_path)
    with asked(coop.database) as questions, coop.database.reading() as session:
        day_report(session, date(2016, 10, 4), oct4(18))
    ((spans, values),) = [one for one in questions if "FROM seen_spans" in one[0]]
    with closing(sqlite3.connect(tmp_path / "henbot.db")) as connection:
        (plan,) = connection.execute(f"EXPLAIN QUERY PLAN {spans}", values)
    assert "ix_seen_spans_nest_id_end_at (nest_id=? AND end_at>?)" in plan[3]
    coop.database.close()


def test_recording_a_frame_reads_no_table_that_grows_as_a_whole(tmp_path: Path) -> None:
    coop = build_coop(tmp_path)
    Recorder(coop.database).record(a_step(0))
    with asked(coop.database) as questions:
        Recorder(coop.database).record(a_step(5))
    assert len(questions) > 8
    assert scanned(tmp_path / "henbot.db", questions) == []
    coop.database.close()


# -- the schema -------------------------------------------------------------------------------------------------------


def test_migrate_makes_a_new_database_in_a_new_folder_without_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder" / "henbot.db"
    revision = migrate(f"sqlite:///{path}")
    assert {"visits", "bouts", "changes", "alembic_version"} <= tables(path)
    opened = open_database(f"sqlite:///{path}")
    check_schema(opened)
    opened.close()
    assert copies(path) == []
    assert revision == schema._script().get_current_head()


def test_migrating_again_changes_nothing_and_copies_nothing(database: Database, path: Path, url: str) -> None:
    beat(database, NINE)
    database.close()
    assert migrate(url) == migrate(url)
    assert copies(path) == []
    assert last_beat(database) == NINE


@pytest.mark.parametrize("is_empty_file", [True, False])
def test_bot_and_worker_say_what_to_do_about_a_database_without_tables(
    path: Path, url: str, is_empty_file: bool
) -> None:
    if is_empty_file:
        path.touch()
    opened = open_database(url)
    with pytest.raises(DatabaseOutdated, match="run `henbot migrate`"):
        check_schema(opened)
    opened.close()


def newer_henbot(folder: Path, monkeypatch: pytest.MonkeyPatch, *statements: str) -> None:
    """Let this be a henbot whose schema is one step further; the step is these statements, then it fails."""
    import migrations

    scripts = folder / "newer"
    shutil.copytree(Path(migrations.__file__).parent, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    head = schema._script().get_current_head()
    lines = [f"    op.execute({statement!r})" for statement in statements]
    (scripts / "versions" / "9999_next.py").write_text(
        "\n".join(
            [
                "from alembic import op",
                f"revision, down_revision, branch_labels, depends_on = '9999', {head!r}, None, None",
                "def upgrade():",
                *lines,
            ]
        )
    )

    def config(url: str) -> Config:
        made = Config()
        made.set_main_option("script_location", str(scripts))
        made.attributes["url"] = url
        return made

    monkeypatch.setattr(schema, "alembic_config", config)


def test_an_upgrade_keeps_a_whole_copy_of_what_was_there(
    database: Database, path: Path, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = str(schema._script().get_current_head())
    newer_henbot(tmp_path, monkeypatch, "CREATE TABLE eggs (id INTEGER)")
    beat(database, NINE)
    with pytest.raises(DatabaseOutdated, match="run `henbot migrate`"):
        check_schema(database)
    # A reader that is still at it keeps the write-ahead log from being folded in.
    with database.reading() as session:
        session.execute(select(HeartbeatRow)).all()
        beat(database, NINE + timedelta(minutes=1))
        assert migrate(url) == "9999"
    (copy,) = copies(path)
    assert f".before-{before}-" in copy.name
    assert "eggs" in tables(path)
    assert "eggs" not in tables(copy)
    kept = open_database(f"sqlite:///{copy}")
    assert last_beat(kept) == NINE + timedelta(minutes=1)
    kept.close()


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    database: Database, path: Path, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat(database, NINE)
    with monkeypatch.context() as newer:
        newer_henbot(tmp_path, newer, "CREATE TABLE eggs (id INTEGER)", "INSERT INTO nowhere VALUES (1)")
        with pytest.raises(Exception, match="nowhere"):
            migrate(url)
    assert "eggs" not in tables(path)
    check_schema(database)
    assert last_beat(database) == NINE
    assert len(copies(path)) == 1


def test_a_database_from_a_newer_version_is_refused_and_left_alone(database: Database, path: Path, url: str) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '2099'"))
        session.commit()
    with pytest.raises(DatabaseTooNew, match=r"schema 2099.*newer version.*Install that version"):
        check_schema(database)
    database.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseTooNew, match="2099"):
        migrate(url)
    assert path.read_bytes() == before
    assert copies(path) == []


def test_two_processes_that_migrate_at_once_both_succeed(path: Path, url: str) -> None:
    command = [sys.executable, "-m", "henbot", "migrate", "--database", url]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    said = [one.communicate(timeout=60)[1].decode() for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    opened = open_database(url)
    check_schema(opened)
    opened.close()
    assert copies(path) == []


@pytest.mark.parametrize("ask", [migrate, lambda url: check_schema(open_database(url))])
def test_what_is_no_database_is_refused_in_a_sentence(path: Path, url: str, ask: object) -> None:
    path.write_bytes(b"This is a letter to the hens, and no database at all. " * 40)
    with pytest.raises(ConfigInvalid, match=r"cannot be opened \(file is not a database\).*HENBOT_DATABASE"):
        ask(url)  # type: ignore[operator]


def test_an_address_that_is_none_is_refused_in_a_sentence() -> None:
    with pytest.raises(ConfigInvalid, match="sqlite:///henbot"):
        migrate("henbot.db")


def test_a_folder_that_is_not_there_is_named_before_it_is_asked_of(tmp_path: Path) -> None:
    opened = open_database(f"sqlite:///{tmp_path / 'nowhere' / 'henbot.db'}")
    with pytest.raises(ConfigInvalid, match=r"nowhere/henbot\.db cannot be opened"):
        check_schema(opened)
    opened.close()


def test_looking_for_a_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    opened = open_database(f"sqlite:///{tmp_path / 'henbot.db'}")
    with pytest.raises(DatabaseOutdated, match="henbot migrate"):
        check_schema(opened)
    opened.close()
    assert list(tmp_path.iterdir()) == []


def test_a_replays_clock_keeps_its_microseconds(database: Database) -> None:
    at = NINE + timedelta(microseconds=123_457)
    with database.writing() as session:
        session.add(ClockRow(id=1, origin=at, started=at, speed=720.5))
        session.commit()
    with database.reading() as session:
        row = session.get_one(ClockRow, 1)
        assert (row.origin, row.started, row.speed) == (at, at, 720.5)
