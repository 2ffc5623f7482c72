"""Telegram's numbers have up to 52 bits: PostgreSQL's INTEGER has 32."""

import pkgutil
from importlib import import_module

import pytest
from sqlalchemy.dialects import postgresql

from henbot import storage
from henbot.storage.tables import Row

OF_TELEGRAM = {"chat_id", "user_id", "by", "said_by", "asked_by", "given_by", "used_by", "undone_by", "decided_by"}

for module in pkgutil.iter_modules(storage.__path__, "henbot.storage."):
    import_module(module.name)

COLUMNS = [column for table in Row.metadata.sorted_tables for column in table.columns if column.name in OF_TELEGRAM]


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_people_and_chats_have_room_for_their_numbers(column) -> None:
    assert column.type.compile(postgresql.dialect()) == "BIGINT"
