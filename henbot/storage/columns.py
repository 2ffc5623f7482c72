"""Column types: times that are stored in UTC and come back aware, and the numbers that Telegram gives."""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

from sqlalchemy import BigInteger, DateTime, Integer
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

TelegramId: TypeAlias = Annotated[int, mapped_column(BigInteger().with_variant(Integer(), "sqlite"))]
"""The number of a person or a chat: up to 52 bits (TELEGRAM.md), where PostgreSQL's INTEGER has 32; SQLite's has 64."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time; stored in UTC without an offset, which sorts alike on SQLite and PostgreSQL."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse a naive time: nobody could say which moment it is."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Say that it is UTC."""
        return None if value is None else value.replace(tzinfo=UTC)
