"""No answer looks through a whole table that grows with the years: SQLite is asked how it would read each query."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from benchmarks.asked import Asked, all_asked
from henbot.bot.asking import answer_command, answer_suggestion, charts_for, day_answer, respond
from henbot.bot.handlers import QUESTIONS
from henbot.bot.questions import Intent, suggestions_for
from henbot.domain.care import CareRules
from henbot.services.care_findings import day_hints, sitting_hints
from henbot.services.digests import day_digest, week_digest
from henbot.services.eggs import forget_kept_months
from henbot.simulation import Setting, write_coop
from henbot.simulation.flock import NAMES
from henbot.storage.database import Database, open_database
from henbot.storage.tables import Row
from tests.databases import migrated

SETTING = Setting(hens=5, days=45)
SMALL = {
    "clock", "coops", "cameras", "nests", "hens", "heartbeats", "marks", "model_versions", "pauses", "subscribers",
}  # fmt: skip
"""Tables of a row for each hen, nest, person or process: they do not grow with the years."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = open_database(migrated(tmp_path_factory.mktemp("plans") / "henbot.db"))
    with database.writing() as session:
        write_coop(session, SETTING)
        session.commit()
    yield database
    database.close()


@pytest.fixture
def queries(database: Database) -> Iterator[dict[str, Any]]:
    """What is read from the database meanwhile: arguments by statement."""
    found: dict[str, Any] = {}

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            found[statement] = parameters

    event.listen(database.engine, "before_cursor_execute", note)
    forget_kept_months(database.engine)
    yield found
    event.remove(database.engine, "before_cursor_execute", note)


def growing() -> set[str]:
    return set(Row.metadata.tables) - SMALL


def scans(database: Database, statement: str, parameters: Any) -> list[str]:
    """Steps of a query's plan that go through a whole growing table, or a whole index of one."""
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    steps = [str(row[3]) for row in rows]
    is_sorted = not any("ORDER BY" in step for step in steps)
    names = {step: re.match(r"SCAN (\w+)", step) for step in steps}
    found = [step for step, name in names.items() if name and re.sub(r"_\d+$", "", name[1]) in growing()]
    # The first entry of an index is no walk through it.
    takes_first = is_sorted and re.search(r"ORDER BY [^()]*LIMIT", statement, re.DOTALL) is not None
    return [step for step in found if not (takes_first and "USING" in step and "INDEX" in step)]


def looked_through(database: Database, queries: Mapping[str, Any]) -> dict[str, list[str]]:
    """The statements that look through a whole table, with the steps that do."""
    found = {statement: scans(database, statement, parameters) for statement, parameters in queries.items()}
    return {statement: steps for statement, steps in found.items() if steps}


def evening() -> datetime:
    return datetime.combine(SETTING.last, datetime.min.time(), UTC) + timedelta(hours=16)


@pytest.mark.parametrize("asked", list(all_asked()), ids=lambda asked: f"{asked.language}: {asked.text}")
def test_an_answer_reads_what_it_needs_by_an_index(database: Database, queries: dict[str, Any], asked: Asked) -> None:
    name = NAMES[0][1 if asked.language == "en" else 2]
    answer = respond(database, asked.text.format(hen=name), asked.language, evening())
    assert answer.text and (queries or asked.intent in (Intent.HELP, Intent.OFF_TOPIC))
    assert looked_through(database, queries) == {}


def test_commands_and_buttons_read_by_an_index(database: Database, queries: dict[str, Any]) -> None:
    for intent in QUESTIONS.values():
        for words in ("", "Ginger 2024-01"):
            answer_command(database, intent, words, "en", at=evening())
    for hens in ("", "Ginger"):
        for suggestion in suggestions_for(hens, {"Ginger": "ginger"}):  # type: ignore[dict-item]
            answer_suggestion(database, suggestion, "en", evening())
    day_answer(database, -1, "ru")
    assert looked_through(database, queries) == {}


def test_charts_are_read_by_an_index(database: Database, queries: dict[str, Any]) -> None:
    for words in ("stats", "stats this month", "calendar", "calendar of Ginger"):
        charting = respond(database, words, "en", evening()).charting
        assert charting is not None and charts_for(database, charting, at=evening())
    assert looked_through(database, queries) == {}


def test_digests_and_care_hints_are_read_by_an_index(database: Database, queries: dict[str, Any]) -> None:
    with database.reading() as session:
        day_digest(session, SETTING.last, evening())
        week_digest(session, SETTING.last, evening())
        day_hints(session, evening(), CareRules())
        sitting_hints(session, evening(), CareRules())
    assert looked_through(database, queries) == {}


def test_a_look_through_a_whole_table_is_found(database: Database) -> None:
    for statement in (
        "SELECT * FROM bouts WHERE sat_s > 1",
        "SELECT hen_id, count(*) FROM visits GROUP BY hen_id",
        "SELECT at FROM events ORDER BY origin LIMIT 1",
    ):
        assert scans(database, statement, ()) != []
    assert scans(database, "SELECT at FROM events ORDER BY at LIMIT 1", ()) == []
