"""Bringing a database's schema up to this program's, safely."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout
from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError

from henbot.domain.errors import ConfigInvalid, DatabaseOutdated, DatabaseTooNew, HenbotError
from henbot.storage.database import Database, open_database

LOCK_TIMEOUT_S = 120


class DatabaseBusy(HenbotError):
    """A database that another process does not let go of."""


def migrate(url: str) -> str:
    """Upgrade a database to this program's schema, under a file lock and after a copy; returns the revision.

    Raises:
        ConfigInvalid: the URL is none, or what it names cannot be opened as a database.
        DatabaseTooNew: it was made by a newer henbot; nothing was touched.
        DatabaseBusy: another process has been at it for minutes.
    """
    open_database(url).close()  # refuses an address that is none, and connects to nothing
    path = _file_of(url)
    if path is None:
        return _upgrade(url, None)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(f"{path}.lock", timeout=LOCK_TIMEOUT_S):
            return _upgrade(url, path)
    except Timeout as exc:
        raise DatabaseBusy(
            f"another process has been migrating the database {path} for {LOCK_TIMEOUT_S} s: let it end, then try again"
        ) from exc


def check_schema(database: Database) -> None:
    """Check that a database has this program's schema.

    Raises:
        DatabaseOutdated: it is older, or new and empty.
        DatabaseTooNew: it was made by a newer henbot.
    """
    path = _file_of(database.engine.url.render_as_string(hide_password=False))
    if path is not None and path.parent.is_dir() and not path.exists():  # Looking would make an empty one.
        raise DatabaseOutdated(f"there is no database {path} yet: run `henbot migrate`")
    found, wanted = _found(database), _script().get_current_head()
    if found == wanted:
        return
    if found is not None and found not in _known():
        raise _too_new(database, found)
    raise DatabaseOutdated(
        f"the database {_shown(database)} has schema {found or 'none'}, this henbot needs {wanted}: "
        "run `henbot migrate`"
    )


def alembic_config(url: str) -> Config:
    """Alembic's settings for a database, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(resources.files("migrations")))
    config.attributes["url"] = url
    return config


def _upgrade(url: str, path: Path | None) -> str:
    database = open_database(url)
    try:
        found, head = _found(database), _script().get_current_head()
        if found is not None and found not in _known():
            raise _too_new(database, found)
    finally:
        database.close()
    if found != head:
        if path is not None and path.exists() and found is not None:
            _copy(path, found)
        command.upgrade(alembic_config(url), "head")
    return str(head)


def _copy(path: Path, revision: str) -> None:
    """Copy a database as it stands, its write-ahead log included, even while another process writes to it."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    copy = path.with_name(f"{path.name}.before-{revision}-{stamp}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _file_of(url: str) -> Path | None:
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return Path(str(parsed.database)) if is_file else None


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config("sqlite://"))


def _known() -> set[str]:
    return {script.revision for script in _script().walk_revisions()}


def _found(database: Database) -> str | None:
    try:
        with database.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DatabaseError as exc:
        raise ConfigInvalid(
            f"the database {_shown(database)} cannot be opened ({exc.orig}): see that its folder is there and can be "
            "written, that the file is henbot's, or give another address (HENBOT_DATABASE or --database)"
        ) from exc


def _shown(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=True)


def _too_new(database: Database, found: str) -> DatabaseTooNew:
    return DatabaseTooNew(
        f"the database {_shown(database)} has schema {found}, which this henbot does not know: it was made by a newer "
        "version. Install that version again, or restore the copy that was made before the upgrade "
        "(the file next to it with `.before-` in its name)"
    )
