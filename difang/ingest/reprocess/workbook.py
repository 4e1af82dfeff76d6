"""The workbook: what extraction made of the archive's pages, in an SQLite file, so that no page is read twice."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from difang.ingest.extract.result import NoArticle, PageReading, Reading
from difang.ingest.outcome import Outcome
from difang.ingest.page import PageRef, Position
from difang.ingest.pieces import reading_from_json, reading_to_json
from difang.ingest.sqlite_file import connect, transaction
from difang.ingest.warc import Span

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spans (
    file TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0, trouble TEXT,
    PRIMARY KEY (file, start)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages (
    file TEXT NOT NULL, start INTEGER NOT NULL, length INTEGER NOT NULL,
    url TEXT NOT NULL, key TEXT NOT NULL, run_id TEXT NOT NULL, fetched_at TEXT NOT NULL,
    article_id TEXT, outcome TEXT, reason TEXT, reading BLOB,
    PRIMARY KEY (file, start)
);
CREATE INDEX IF NOT EXISTS pages_article ON pages (article_id);
CREATE INDEX IF NOT EXISTS pages_key ON pages (key);
CREATE TABLE IF NOT EXISTS filled (target TEXT PRIMARY KEY, last TEXT NOT NULL) WITHOUT ROWID;
"""
_WHAT = "the workbook of the reprocessing"
_COLUMNS = "file, start, length, url, key, run_id, fetched_at, article_id, outcome, reason, reading"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One page of the archive and what extraction made of it now; `reading` is packed, None for no article."""

    ref: PageRef
    article_id: str | None
    outcome: Outcome | None
    reason: str | None
    reading: bytes | None

    def read(self) -> PageReading:
        """The article's page."""
        return reading_from_json(zlib.decompress(self.reading or b"").decode())


def row_of(ref: PageRef, reading: Reading) -> Row:
    """The row of a page as it was read."""
    if isinstance(reading, NoArticle):
        return Row(ref=ref, article_id=None, outcome=reading.outcome, reason=reading.reason, reading=None)
    packed = zlib.compress(reading_to_json(reading).encode(), 1)
    return Row(ref=ref, article_id=reading.article.id, outcome=None, reason=None, reading=packed)


class Workbook:
    """One file; a part of the archive is in it as a whole or not at all."""

    def __init__(self, path: Path) -> None:
        """Open or make the file."""
        self._path = path
        self._db = connect(path, _SCHEMA)

    def plan(self, file: str, spans: Sequence[Span]) -> None:
        """These parts of a file are to be read, where they are not planned yet."""
        with transaction(self._db, _WHAT) as db:
            rows = [(file, span.start, span.end) for span in spans]
            db.executemany("INSERT OR IGNORE INTO spans (file, start, end) VALUES (?,?,?)", rows)

    def planned(self) -> set[str]:
        """The files that are planned."""
        return {file for (file,) in self._db.execute("SELECT DISTINCT file FROM spans")}

    def left(self) -> list[tuple[str, Span]]:
        """The parts that were not read yet."""
        rows = self._db.execute("SELECT file, start, end FROM spans WHERE NOT done ORDER BY file, start")
        return [(file, Span(start=start, end=end)) for file, start, end in rows]

    def keep(self, file: str, span: Span, rows: Sequence[Row], trouble: str | None) -> None:
        """A part was read, all of it or until the trouble."""
        with transaction(self._db, _WHAT) as db:
            db.executemany(
                f"INSERT OR REPLACE INTO pages ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)", map(_values, rows)
            )
            db.execute(
                "UPDATE spans SET done = 1, trouble = ? WHERE file = ? AND start = ?", (trouble, file, span.start)
            )

    def troubles(self) -> list[str]:
        """Why parts could not be read to their end."""
        rows = self._db.execute("SELECT trouble FROM spans WHERE trouble IS NOT NULL ORDER BY file, start")
        return list(dict.fromkeys(text for (text,) in rows))

    def counts(self) -> tuple[int, int]:
        """How many pages were read, and how many articles they make."""
        pages, articles = self._db.execute("SELECT COUNT(*), COUNT(DISTINCT article_id) FROM pages").fetchone()
        return int(pages), int(articles)

    def filled(self, target: str) -> str:
        """The last article that was written into this index; empty for none."""
        row = self._db.execute("SELECT last FROM filled WHERE target = ?", (target,)).fetchone()
        return str(row[0]) if row else ""

    def fill(self, target: str, last: str) -> None:
        """All articles up to this one were written into that index."""
        with transaction(self._db, _WHAT) as db:
            db.execute("INSERT OR REPLACE INTO filled VALUES (?,?)", (target, last))

    def articles(self, size: int, *, last: str = "") -> Iterator[dict[str, list[Row]]]:
        """The pages of each article, so many articles at a time, by id, behind the one called `last`."""
        while True:
            some = self._db.execute(
                "SELECT DISTINCT article_id FROM pages WHERE article_id > ? ORDER BY article_id LIMIT ?", (last, size)
            )
            ids = [id_ for (id_,) in some]
            if not ids:
                return
            last = ids[-1]
            yield {id_: self._rows("article_id = ?", id_) for id_ in ids}

    def refused(self, size: int) -> Iterator[list[Row]]:
        """The pages that are no article now, so many at a time."""
        yield from self._in_order("article_id IS NULL", size)

    def strayed(self, size: int) -> Iterator[list[Row]]:
        """The pages whose address names an article that no page is part of now, so many at a time."""
        held = "EXISTS (SELECT 1 FROM pages AS other WHERE other.article_id = pages.key)"
        yield from self._in_order(f"(article_id IS NULL OR article_id <> key) AND NOT {held}", size)

    def holds(self, ids: Sequence[str]) -> set[str]:
        """Those of these articles that pages are part of now."""
        query = "SELECT 1 FROM pages WHERE article_id = ? LIMIT 1"
        return {id_ for id_ in ids if self._db.execute(query, (id_,)).fetchone()}

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def remove(self) -> None:
        """Close and delete the file."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _rows(self, condition: str, *values: str | int) -> list[Row]:
        query = f"SELECT {_COLUMNS} FROM pages WHERE {condition}"
        return [_row(values) for values in self._db.execute(query, values)]

    def _in_order(self, condition: str, size: int) -> Iterator[list[Row]]:
        last = 0
        while True:
            query = f"SELECT rowid, {_COLUMNS} FROM pages WHERE {condition} AND rowid > ? ORDER BY rowid LIMIT ?"
            rows = self._db.execute(query, (last, size)).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield [_row(row[1:]) for row in rows]


def _values(row: Row) -> tuple[object, ...]:
    ref, place = row.ref, row.ref.position
    assert place is not None  # noqa: S101 - for the type checker: every page of the workbook lies in the archive
    return (
        *(place.file, place.offset, place.length, ref.url, ref.key, ref.run_id, ref.fetched_at.isoformat()),
        *(row.article_id, row.outcome.value if row.outcome else None, row.reason, row.reading),
    )


def _row(values: Sequence[object]) -> Row:
    file, start, length, url, key, run_id, fetched_at, article_id, outcome, reason, reading = values
    ref = PageRef(
        url=str(url),
        key=str(key),
        run_id=str(run_id),
        fetched_at=datetime.fromisoformat(str(fetched_at)),
        position=Position(file=str(file), offset=int(str(start)), length=int(str(length))),
    )
    return Row(
        ref=ref,
        article_id=None if article_id is None else str(article_id),
        outcome=None if outcome is None else Outcome(str(outcome)),
        reason=None if reason is None else str(reason),
        reading=reading if isinstance(reading, bytes) else None,
    )
