"""The engine and the unit of work. Uncommitted means rolled back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import Session

from henbot.domain.errors import ConfigInvalid

T = TypeVar("T")

BUSY_TIMEOUT_MS = 10_000
"""How long one process waits for the other's transaction; transactions here last milliseconds."""


@dataclass(frozen=True, slots=True)
class Database:
    """A database that both processes share."""

    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and writes nothing."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that holds the right to write from its start; what is not committed is rolled back."""
        with (
            self.engine.connect().execution_options(henbot_writes=True) as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session

    def read(self, work: Callable[[Session], T]) -> T:
        """What some work reads, in a session of its own."""
        with self.reading() as session:
            return work(session)

    def write(self, work: Callable[[Session], T]) -> T:
        """What some work gives, after it was committed in a transaction of its own."""
        with self.writing() as session:
            done = work(session)
            session.commit()
            return done

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open a database by its SQLAlchemy URL; nothing is created but SQLite's file.

    Raises:
        ConfigInvalid: the URL is none, or names a database in memory.
    """
    try:
        parsed = make_url(url)
        engine = create_engine(parsed)
    except (NoSuchModuleError, ModuleNotFoundError) as exc:
        raise ConfigInvalid(
            f"the database {parsed.render_as_string(hide_password=True)} needs a driver that is not installed here: "
            "install it, or use a file like sqlite:///henbot.db (HENBOT_DATABASE or --database)"
        ) from exc
    except ArgumentError as exc:
        raise ConfigInvalid(
            "the database address cannot be read: expected something like sqlite:///henbot.db "
            "(HENBOT_DATABASE or --database)"
        ) from exc
    if parsed.get_backend_name() == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise ConfigInvalid(
                "a database in memory is gone as soon as a process ends, and henbot has two of them: give a file like "
                "sqlite:///henbot.db (HENBOT_DATABASE or --database)"
            )
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    return Database(engine)


def _on_sqlite_connect(connection: Any, record: Any) -> None:
    # The driver must leave BEGIN to us: its own comes late, and a read that turns into a write can fail at once.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("henbot_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
