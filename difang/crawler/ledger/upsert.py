"""INSERT … ON CONFLICT for either database, and long IN lists in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Value = TypeVar("Value")


def insert(connection: Connection, table: Table) -> Any:
    """The dialect's INSERT, which has on_conflict_do_update and on_conflict_do_nothing."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def pieces(values: Sequence[Value], size: int = 500) -> Iterator[Sequence[Value]]:
    """The values, `size` at a time: databases limit the parameters of one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
