"""Formats of an export: articles as JSON lines, as CSV that opens right in a spreadsheet, or as Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from difang.ingest.article import Article

Record = dict[str, Any]

COLUMNS = tuple(Article.__dataclass_fields__)
"""In CSV, lists of words are joined by 、; there and in Parquet, what has parts is JSON."""
_LISTS = tuple(name for name, field in Article.__dataclass_fields__.items() if field.type == "tuple[str, ...]")

_ROWS_A_GROUP = 2_000
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_CONTROL = ("\t", "\r", "\n")
_LONGEST_CELL = 32_767  # units of UTF-16
_CUT = "……（单元格到此为止，全文见 JSON Lines 或 Parquet）"


def jsonl(records: Iterable[Record]) -> Iterator[bytes]:
    """One article a line, as `difang index load` reads them."""
    for record in records:
        yield json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def csv_lines(records: Iterable[Record]) -> Iterator[bytes]:
    """With a byte order mark, so that Excel reads UTF-8; cells that a spreadsheet would compute begin with '.

    A cell is cut where Excel's ends, 32,767 characters, and says so: the rest would run into the next rows.
    """
    rows = iter(records)
    first = list(islice(rows, 1))  # an index that is down says so before anything was written
    yield b"\xef\xbb\xbf" + _line(COLUMNS)
    for record in chain(first, rows):
        yield _line([_fitting(guarded(cell)) for cell in _cells(record)])


def parquet(records: Iterable[Record]) -> Iterator[bytes]:
    """Text columns, lists of texts where a field is one, page_count an integer, in row groups of 2,000."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    types = dict.fromkeys(COLUMNS, pyarrow.string())
    types |= {"page_count": pyarrow.int64(), **dict.fromkeys(_LISTS, pyarrow.list_(pyarrow.string()))}
    schema = pyarrow.schema(list(types.items()))
    rows = iter(records)
    out = _Pieces()
    with ParquetWriter(out, schema) as writer:
        while group := list(islice(rows, _ROWS_A_GROUP)):
            columns = zip(*(_values(record) for record in group), strict=True)
            writer.write_table(pyarrow.table([list(column) for column in columns], schema=schema))
            yield out.taken()
    yield out.taken()


FORMATS: dict[str, Callable[[Iterable[Record]], Iterator[bytes]]] = {
    "jsonl": jsonl,
    "csv": csv_lines,
    "parquet": parquet,
}
"""Format → what makes the bytes of a file of it, piece by piece."""


class _Pieces(io.RawIOBase):
    """A file of which is kept only what was written since it was taken last."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        self._written += len(data)
        return len(data)

    def taken(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def _cells(record: Record) -> Iterator[str | int | None]:
    for value in _values(record):
        yield "、".join(value) if isinstance(value, list) else value


def _values(record: Record) -> Iterator[str | int | list[str] | None]:
    for name in COLUMNS:
        value = record[name]
        is_whole = name in _LISTS or not isinstance(value, list | dict)
        yield value if is_whole else json.dumps(value, ensure_ascii=False)


def guarded(cell: str | int | None) -> str | int | None:
    """The cell with a ' before it where a spreadsheet would compute it."""
    if not isinstance(cell, str):
        return cell
    return f"'{cell}" if cell.startswith(_CONTROL) or cell.lstrip().startswith(_FORMULA) else cell


def _fitting(cell: str | int | None) -> str | int | None:
    """The cell, cut where a spreadsheet's cell ends."""
    if not isinstance(cell, str) or len(cell) * 2 <= _LONGEST_CELL:
        return cell
    units = cell.encode("utf-16-le", "surrogatepass")
    if len(units) <= _LONGEST_CELL * 2:
        return cell
    kept = (_LONGEST_CELL - len(_CUT)) * 2
    return units[:kept].decode("utf-16-le", "ignore") + _CUT


def _line(cells: Iterable[str | int | None]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(list(cells))
    return text.getvalue().encode()
