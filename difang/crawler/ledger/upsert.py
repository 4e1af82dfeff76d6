"""Many rows at once on either database: INSERT … ON CONFLICT, long IN lists and answers, statements for the driver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, TypeVar

import orjson
from sqlalchemy import ColumnElement, Connection, Select, Table, any_, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

_ROWS_A_STEP = 50

Value = TypeVar("Value")


def insert(connection: Connection, table: Table) -> Any:
    """The dialect's INSERT, which has on_conflict_do_update and on_conflict_do_nothing."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def pieces(values: Sequence[Value], size: int = 500) -> Iterator[Sequence[Value]]:
    """The values, `size` at a time: databases limit the parameters of one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def among(
    connection: Connection, column: ColumnElement[Any], values: Sequence[str] | Sequence[int]
) -> ColumnElement[bool]:
    """Whether the column holds one of these; they are one parameter, however many, and each is looked up by index."""
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam(None, list(values), type_=postgresql.ARRAY(column.type)))
    rows = func.json_each(orjson.dumps(values).decode()).table_valued("value")
    return column.in_(select(rows.c.value))


def fetched(connection: Connection, query: Select[Any]) -> list[list[Any]]:
    """All rows of a query for numbers and texts, in any order.

    SQLite gives them as one value: with each row its driver lets go of the interpreter, and a thread that waits for
    it wakes up in vain, which takes longer than the row.
    """
    if connection.dialect.name == "postgresql":
        return list(map(list, connection.execute(query)))
    rows = query.subquery()
    whole = connection.execute(select(func.json_group_array(func.json_array(*rows.c))).select_from(rows)).scalar_one()
    found: list[list[Any]] = orjson.loads(whole)
    return found


def many(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """A statement for each row, a ? for each value, which must be as the driver takes it.

    SQLAlchemy's own preparation of a row costs some ten times as much as what SQLite does with it; a step for every
    row as much again as the row, so that inserts take _ROWS_A_STEP at once.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(statement.replace("?", "%s"), list(rows))
        return
    before, values, row, after = _parts(statement)
    left = len(rows) % _ROWS_A_STEP if values else len(rows)
    if whole := rows[: len(rows) - left]:
        several = f"{before}{values}{','.join([row] * _ROWS_A_STEP)}{after}"
        connection.exec_driver_sql(several, [tuple(chain.from_iterable(some)) for some in pieces(whole, _ROWS_A_STEP)])
    if left:
        connection.exec_driver_sql(statement, list(rows[len(rows) - left :]))


def _parts(statement: str) -> tuple[str, str, str, str]:
    """What stands before the VALUES of an insert, that word, the row and what follows; no word where there is none."""
    before, values, after = statement.partition("VALUES ")
    row, bracket, after = after.partition(")")
    return before, values, row + bracket, after
