"""What every table of the ledger is made with: the one metadata, and the column type of times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, MetaData
from sqlalchemy.types import TypeDecorator

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware time, kept in UTC; SQLite has no time zones, so they are put on again when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Into the database: UTC; a naive time is a bug."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot go into the ledger")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Out of the database: aware, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def as_kept(connection: Connection, moment: datetime) -> Any:
    """An aware time as the driver takes it, for statements that go straight to it: text on SQLite, made once."""
    dialect = connection.dialect
    process = Moment().dialect_impl(dialect).bind_processor(dialect)
    return process(moment) if process else moment
