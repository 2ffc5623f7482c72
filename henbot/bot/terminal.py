"""Questions at a terminal: `henbot ask`."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from henbot.bot.asking import Acquaintance, acquaintance, ask, explain, hens_by_name
from henbot.config import load_coop
from henbot.domain.errors import ConfigInvalid, DatabaseOutdated, HenbotError
from henbot.domain.flock import Hen
from henbot.services.coop_clock import clock_setting, wall_now
from henbot.storage.database import Database, open_database
from henbot.storage.schema import check_schema


def answer_all(questions: Iterable[str], url: str, at: datetime | None, language: str | None) -> Iterator[str]:
    """The answer to each question.

    Raises:
        ConfigInvalid, DatabaseOutdated, DatabaseTooNew: the database cannot be asked.
        CoopUnknown: it holds no coop.
    """
    database = open_database(url)
    try:
        check_schema(database)
        for question in questions:
            yield ask(database, question, at, language)
    finally:
        database.close()


def explain_all(questions: Iterable[str], url: str, config: Path, at: datetime | None) -> Iterator[str]:
    """What is understood of each question, as a line of JSON: of the database's flock, else of the configured one.

    Raises:
        ConfigInvalid: there is neither a database with a coop nor a `coop.yaml`.
    """
    database = open_database(url)
    try:
        coop, now = _coop_and_time(database, config)
    finally:
        database.close()
    for understood in explain(questions, coop, at or now):
        yield json.dumps(understood, ensure_ascii=False)


def _coop_and_time(database: Database, config: Path) -> tuple[Acquaintance, datetime]:
    try:
        check_schema(database)
        coop = acquaintance(database)
    except DatabaseOutdated as exc:
        coop, reason = None, str(exc)
    else:
        reason = "the database holds no coop yet"
    if coop is None:
        return _configured(config, reason), wall_now()
    with database.reading() as session:
        return coop, clock_setting(session).coop_time(wall_now())


def _configured(config: Path, reason: str) -> Acquaintance:
    try:
        read = load_coop(config)
    except HenbotError as exc:
        raise ConfigInvalid(f"{reason}, and there is no coop to be had from {config}: {exc}") from exc
    return Acquaintance(hens_by_name(Hen(hen.id, hen.names) for hen in read.hens), read.coop.timezone)
