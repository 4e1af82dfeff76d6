"""The table of an export: nothing a spreadsheet computes, nothing beyond what a cell of it holds."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, replace

import pytest
from pyarrow.parquet import read_table

from difang.search.export import csv_lines, guarded, parquet
from tests.made_articles import made_article


def body_in_table(body: str) -> str:
    record = asdict(replace(made_article(), body=body))
    text = b"".join(csv_lines([record])).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    return row["body"]


@pytest.mark.parametrize("cell", ["=1+1", "\n=1+1", " =1+1", "\u3000@x", "\r\n-1", "\tx", "\nx", "＝1", " \n＋1"])
def test_what_a_spreadsheet_would_compute_begins_with_a_mark(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "正文", "1=1", "x\n=1", 3, None])
def test_any_other_cell_stays_as_it_is(cell: str | int | None) -> None:
    assert guarded(cell) == cell


@pytest.mark.parametrize("body", ["字" * 32_767, "👍" * 16_383, "字" * 20_000])
def test_a_cell_that_fits_is_whole(body: str) -> None:
    assert body_in_table(body) == body


@pytest.mark.parametrize("body", ["字" * 54_003, "👍" * 16_384, "字" + "👍" * 30_000, "=" * 32_767])
def test_a_cell_ends_where_that_of_a_spreadsheet_does_and_says_so(body: str) -> None:
    cell = body_in_table(body)
    assert 32_765 <= len(cell.encode("utf-16-le")) // 2 <= 32_767
    kept, mark, told = cell.partition("……")
    assert guarded(body)[: len(kept)] == kept  # type: ignore[index]
    assert mark
    assert "Parquet" in told


def test_the_lists_of_a_parquet_file_are_lists() -> None:
    """Of texts, empty ones too; what is not there is null, and what has parts is JSON."""
    record = json.loads(made_article(editors=("萧云", "赵 一"), keywords=(), dateline=None).to_json())
    table = read_table(io.BytesIO(b"".join(parquet([record]))))
    (row,) = table.to_pylist()
    assert (row["editors"], row["keywords"], row["dateline"]) == (["萧云", "赵 一"], [], None)
    assert str(table.schema.field("urls").type).startswith("list<")
    assert row["images"] == "[]"
