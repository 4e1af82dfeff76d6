"""The folder of the embedded index: its Tantivy schema, and opening it for reading."""

from __future__ import annotations

import hashlib
import inspect
import json
from pathlib import Path

import tantivy

from difang.ingest.errors import RetryLater
from difang.ingest.index.analysis import SAME

NAMES = ("channel", "editor", "reporter", "source", "section", "kind", "template")
FACETS = ("channel", "editor", "reporter", "source", "section", "kind", "template", "month", "year")
_MARK = "difang-schema"


def schema() -> tantivy.Schema:
    """The fields of an entry: `text`, `pairs` and `title` take tokens joined by spaces."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("story", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("record", stored=True)
    builder.add_integer_field("version", fast=True)
    builder.add_integer_field("published", indexed=True, fast=True)
    builder.add_integer_field("order", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("pairs", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("title", tokenizer_name="whitespace", index_option="position")
    for name in NAMES:
        builder.add_text_field(f"name_{name}", tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(f"facet_{name}", fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def schema_hash() -> str:
    """Twelve hex digits that change when the fields do, or how texts are analysed."""
    return hashlib.sha256(f"{inspect.getsource(schema)}{NAMES}{FACETS}{SAME}".encode()).hexdigest()[:12]


def make(folder: Path) -> tantivy.Index:
    """The index in this folder, made where there is none; raises RetryLater where another version made it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not tantivy.Index.exists(str(folder)):
        (folder / _MARK).write_text(schema_hash(), encoding="ascii")
    _check(folder)
    return tantivy.Index(schema(), path=str(folder))


def open_existing(folder: Path, *, any_version: bool = False) -> tantivy.Index | None:
    """The index in this folder to read from, None where none was made yet.

    Raises RetryLater where another version of difang made it, unless `any_version`.
    """
    if not folder.is_dir() or not tantivy.Index.exists(str(folder)):
        return None
    if not any_version:
        _check(folder)
    try:
        return tantivy.Index.open(str(folder))
    except (ValueError, OSError) as error:
        raise RetryLater(f"The index in {folder} cannot be opened ({error}); check the disk and its rights.") from error


def is_current(folder: Path) -> bool:
    """Whether the index in this folder has the fields that this version of difang gives it."""
    mark = folder / _MARK
    return mark.is_file() and mark.read_text(encoding="ascii") == schema_hash()


def fields_of(folder: Path) -> set[str]:
    """The fields of the index in this folder, whichever version of difang made it."""
    return {field["name"] for field in json.loads((folder / "meta.json").read_text(encoding="utf-8"))["schema"]}


def _check(folder: Path) -> None:
    if not is_current(folder):
        raise RetryLater(
            f"The index in {folder} was made by another version of difang; run `difang index migrate`, and all goes on."
        )
