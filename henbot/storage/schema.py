"""Bringing a database's schema up to this program's, safely."""

import shutil
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import make_url

from henbot.domain.errors import DatabaseOutdated, DatabaseTooNew
from henbot.storage.database import Database, open_database

LOCK_TIMEOUT_S = 120


def migrate(url: str) -> str:
    """Upgrade a database to this program's schema, under a file lock and after a copy; returns the revision.

    Raises:
        DatabaseTooNew: it was made by a newer henbot; nothing was touched.
    """
    path = _file_of(url)
    if path is None:
        return _upgrade(url, None)
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock", timeout=LOCK_TIMEOUT_S):
        return _upgrade(url, path)


def check_schema(database: Database) -> None:
    """Check that a database has this program's schema.

    Raises:
        DatabaseOutdated: it is older, or new and empty.
        DatabaseTooNew: it was made by a newer henbot.
    """
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
    """Copy a database with its write-ahead log folded in."""
    database = open_database(f"sqlite:///{path}")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.close()
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    shutil.copy2(path, path.with_name(f"{path.name}.before-{revision}-{stamp}"))


def _file_of(url: str) -> Path | None:
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return Path(str(parsed.database)) if is_file else None


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config("sqlite://"))


def _known() -> set[str]:
    return {script.revision for script in _script().walk_revisions()}


def _found(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _shown(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=True)


def _too_new(database: Database, found: str) -> DatabaseTooNew:
    return DatabaseTooNew(
        f"the database {_shown(database)} has schema {found}, which this henbot does not know: it was made by a newer "
        "version. Install that version again, or restore the copy that was made before the upgrade "
        "(the file next to it with `.before-` in its name)"
    )
