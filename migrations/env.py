"""Alembic's entry: run the migrations on the database that `henbot.storage.schema` names."""

import pkgutil
from importlib import import_module
from typing import Any

from alembic import context

from henbot import storage
from henbot.storage.columns import UtcDateTime
from henbot.storage.database import open_database
from henbot.storage.tables import Row


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Name our own column types in new migrations."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen_context.imports.add("from henbot.storage.columns import UtcDateTime")
        return "UtcDateTime()"
    return False


def run() -> None:
    """Run on a live connection; writing SQL to a file is not supported."""
    for module in pkgutil.iter_modules(storage.__path__, "henbot.storage."):
        import_module(module.name)  # wherever a table is defined, it is known
    database = open_database(context.config.attributes["url"])
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Row.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    database.close()


run()
