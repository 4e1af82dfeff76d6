"""Formats of an export: articles as JSON lines, as CSV that opens right in a spreadsheet, or as Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

from difang.ingest.article import Article

Record = dict[str, Any]

COLUMNS = tuple(Article.__dataclass_fields__)
"""In CSV and Parquet, lists of words are joined by 、 and what has parts is JSON."""

_ROWS_A_GROUP = 2_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write_jsonl(records: Iterable[Record], out: IO[bytes]) -> int:
    """One article a line, as `difang index load` reads them; how many there were."""
    count = 0
    for record in records:
        out.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        count += 1
    return count


def write_csv(records: Iterable[Record], out: IO[bytes]) -> int:
    """With a byte order mark, so that Excel reads UTF-8; cells that a spreadsheet would compute begin with '."""
    out.write(b"\xef\xbb\xbf")
    out.write(_line(COLUMNS))
    count = 0
    for record in records:
        out.write(_line([_guarded(cell) for cell in _cells(record)]))
        count += 1
    return count


def write_parquet(records: Iterable[Record], out: IO[bytes]) -> int:
    """Text columns, page_count an integer, in row groups of 2,000."""
    import pyarrow
    from pyarrow import parquet

    types = [(name, pyarrow.int64() if name == "page_count" else pyarrow.string()) for name in COLUMNS]
    schema = pyarrow.schema(types)
    count = 0
    rows = iter(records)
    with parquet.ParquetWriter(out, schema) as writer:
        while group := list(islice(rows, _ROWS_A_GROUP)):
            columns = zip(*(_cells(record) for record in group), strict=True)
            writer.write_table(pyarrow.table([list(column) for column in columns], schema=schema))
            count += len(group)
    return count


FORMATS = {"jsonl": write_jsonl, "csv": write_csv, "parquet": write_parquet}


def _cells(record: Record) -> Iterator[str | int | None]:
    for name in COLUMNS:
        value = record[name]
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            yield "、".join(value)
        elif isinstance(value, list | dict):
            yield json.dumps(value, ensure_ascii=False)
        else:
            yield value


def _guarded(cell: str | int | None) -> str | int | None:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _line(cells: Iterable[str | int | None]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(list(cells))
    return text.getvalue().encode()
