"""Pieces of articles that arrive apart: pages of one article in any order, and further addresses of an article."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from difang.ingest.article import Article
from difang.ingest.extract.result import PageReading
from difang.ingest.sqlite_file import connect, transaction
from difang.ingest.timeline import same

_SCHEMA = """
CREATE TABLE IF NOT EXISTS parts (
    article_id TEXT NOT NULL, page INTEGER NOT NULL, fetched_at TEXT NOT NULL, reading TEXT NOT NULL,
    PRIMARY KEY (article_id, page)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS earlier (
    article_id TEXT NOT NULL, page INTEGER NOT NULL, fetched_at TEXT NOT NULL, reading TEXT NOT NULL,
    PRIMARY KEY (article_id, page, fetched_at)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sightings (
    article_id TEXT NOT NULL, url TEXT NOT NULL, PRIMARY KEY (article_id, url)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS said_again (
    article_id TEXT NOT NULL, held_at TEXT NOT NULL, said_at TEXT NOT NULL, PRIMARY KEY (article_id, held_at)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS said_between (
    article_id TEXT NOT NULL, held_at TEXT NOT NULL, said_at TEXT NOT NULL, PRIMARY KEY (article_id, held_at, said_at)
) WITHOUT ROWID;
"""
_SAID_AGAIN = """
INSERT INTO said_again VALUES (?,?,?)
ON CONFLICT (article_id, held_at) DO UPDATE SET said_at = max(excluded.said_at, said_at)
"""
_SAID_BETWEEN = """
INSERT OR IGNORE INTO said_between SELECT article_id, held_at, min(said_at, ?) FROM said_again
WHERE article_id = ? AND held_at = ? AND said_at <> ?
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidAgain:
    """An article's page fetched at `said_at` says the same as the one fetched at `held_at`, which the index holds.

    `said_at` is the earlier one where the index holds the original under the time of its mirror's copy.
    """

    article_id: str
    held_at: str
    said_at: str


class Pieces(Protocol):
    """What the worker remembers of articles that do not come in one page at one address."""

    def keep_parts(self, readings: Sequence[PageReading]) -> None:
        """Keep these pages; of one page number the one fetched last counts, the mirror's before any original."""
        ...

    def parts_of(self, ids: Sequence[str]) -> dict[str, list[PageReading]]:
        """All kept pages of these articles, by page number."""
        ...

    def keep_earlier(self, readings: Sequence[PageReading]) -> None:
        """Keep these beside the pages that count, as earlier readings of the same."""
        ...

    def earlier_of(self, ids: Sequence[str]) -> dict[str, list[PageReading]]:
        """Earlier readings of the pages of these articles; articles that have none are left out."""
        ...

    def keep_sightings(self, sightings: Sequence[tuple[str, str]]) -> None:
        """Keep (article id, url) pairs."""
        ...

    def sightings_of(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """Further addresses of these articles, whether the article itself has come or not."""
        ...

    def keep_said_again(self, said: Sequence[SaidAgain]) -> None:
        """Keep these; of one article as it is held the newest counts."""
        ...

    def said_again(self, held: Mapping[str, str]) -> dict[str, str]:
        """When what is held by that time (article id → time) was last said; those known for no other are left out."""
        ...

    def every_said_again(self, ids: Sequence[str]) -> dict[str, dict[str, tuple[str, ...]]]:
        """All times at which each thing that was held of these articles (id → time it was held by) was said again."""
        ...


class SqlitePieces:
    """The port Pieces on an SQLite file, usually the queue's own."""

    def __init__(self, path: Path) -> None:
        """Open or make the file."""
        self._db = connect(path, _SCHEMA)

    def keep_parts(self, readings: Sequence[PageReading]) -> None:
        """Keep these pages; of one page number the one fetched last counts, the mirror's before any original.

        The others are earlier readings; of those that say the same one after another the first is kept whole, of the
        rest when they said so.
        """
        ids = list({reading.article.id for reading in readings})
        with transaction(self._db, "the pieces of articles") as db:
            before = [reading for of in self.parts_of(ids).values() for reading in of]
            db.executemany(
                "INSERT INTO parts VALUES (?,?,?,?) ON CONFLICT (article_id, page) DO UPDATE SET"
                " fetched_at = excluded.fetched_at, reading = excluded.reading"
                " WHERE excluded.fetched_at >= parts.fetched_at",
                [(r.article.id, r.page, _when(r), reading_to_json(r)) for r in readings],
            )
            if before or len({(reading.article.id, reading.page) for reading in readings}) < len(readings):
                self._sort_earlier(db, [*before, *readings], self.parts_of(ids), self.earlier_of(ids))

    def parts_of(self, ids: Sequence[str]) -> dict[str, list[PageReading]]:
        """All kept pages of these articles, by page number."""
        found: dict[str, list[PageReading]] = defaultdict(list)
        for article_id, text in self._among("SELECT article_id, reading FROM parts WHERE {} ORDER BY page", ids):
            found[article_id].append(reading_from_json(text))
        return dict(found)

    def keep_earlier(self, readings: Sequence[PageReading]) -> None:
        """Keep these beside the pages that count, as earlier readings of the same."""
        rows = [(r.article.id, r.page, r.article.fetched_at, reading_to_json(r)) for r in readings]
        with transaction(self._db, "the pieces of articles") as db:
            db.executemany("INSERT OR IGNORE INTO earlier VALUES (?,?,?,?)", rows)

    def earlier_of(self, ids: Sequence[str]) -> dict[str, list[PageReading]]:
        """Earlier readings of the pages of these articles; articles that have none are left out."""
        found: dict[str, list[PageReading]] = defaultdict(list)
        whole: dict[tuple[str, int, str], PageReading] = {}
        for (article_id, page, time), text in self._earlier(ids).items():  # what one says again was fetched before it
            if text.startswith("{"):
                reading = reading_from_json(text)
            else:
                said = whole[article_id, page, text]
                reading = replace(said, article=replace(said.article, fetched_at=time))
            whole[article_id, page, time] = reading
            found[article_id].append(reading)
        return dict(found)

    def keep_sightings(self, sightings: Sequence[tuple[str, str]]) -> None:
        """Keep (article id, url) pairs."""
        with transaction(self._db, "the pieces of articles") as db:
            db.executemany("INSERT OR IGNORE INTO sightings VALUES (?,?)", sightings)

    def sightings_of(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """Further addresses of these articles, whether the article itself has come or not."""
        found: dict[str, list[str]] = defaultdict(list)
        for article_id, url in self._among("SELECT article_id, url FROM sightings WHERE {} ORDER BY url", ids):
            found[article_id].append(url)
        return dict(found)

    def keep_said_again(self, said: Sequence[SaidAgain]) -> None:
        """Keep these; of one article as it is held the newest counts."""
        with transaction(self._db, "the pieces of articles") as db:
            for each in said:
                db.execute(_SAID_BETWEEN, (each.said_at, each.article_id, each.held_at, each.said_at))
                db.execute(_SAID_AGAIN, (each.article_id, each.held_at, each.said_at))

    def said_again(self, held: Mapping[str, str]) -> dict[str, str]:
        """When what was fetched then (article id → time) was last said again; those that never were are left out."""
        query = "SELECT article_id, held_at, said_at FROM said_again WHERE {}"
        return {id_: said_at for id_, held_at, said_at in self._among(query, list(held)) if held[id_] == held_at}

    def every_said_again(self, ids: Sequence[str]) -> dict[str, dict[str, tuple[str, ...]]]:
        """All times at which each thing that was held of these articles (id → time it was held by) was said again."""
        found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
        newest = "SELECT article_id, held_at, said_at FROM said_again WHERE {}"
        between = "SELECT article_id, held_at, said_at FROM said_between WHERE {}"
        for id_, held_at, said_at in (*self._among(newest, ids), *self._among(between, ids)):
            found[id_][held_at] = (*found[id_].get(held_at, ()), said_at)
        return dict(found)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _sort_earlier(
        self,
        db: sqlite3.Connection,
        came: Sequence[PageReading],
        counting: Mapping[str, Sequence[PageReading]],
        earlier: Mapping[str, Sequence[PageReading]],
    ) -> None:
        """What came and does not count is kept; one that says what the one before it says by that one's time."""
        there = self._earlier(list(counting))
        of_page: dict[tuple[str, int], list[PageReading]] = defaultdict(list)
        for reading in (*chain.from_iterable(earlier.values()), *came):
            of_page[reading.article.id, reading.page].append(reading)
        for part in chain.from_iterable(counting.values()):
            of = of_page[part.article.id, part.page]
            of.sort(key=lambda reading: not reading.is_mirrored)  # of the same time the original counts
            at = {r.article.fetched_at: r for r in of if r.article.fetched_at != part.article.fetched_at}
            rows: list[tuple[str, int, str, str]] = []
            whole: PageReading | None = None
            for time in sorted(at):
                if whole and says_same(whole, at[time]):
                    text = whole.article.fetched_at
                else:
                    whole, text = at[time], reading_to_json(at[time])
                if there.get((part.article.id, part.page, time)) != text:
                    rows.append((part.article.id, part.page, time, text))
            db.executemany("INSERT OR REPLACE INTO earlier VALUES (?,?,?,?)", rows)

    def _earlier(self, ids: Sequence[str]) -> dict[tuple[str, int, str], str]:
        """As they are kept, by article, page and time in this order: whole, or the time of the one said again."""
        query = "SELECT article_id, page, fetched_at, reading FROM earlier WHERE {} ORDER BY 1, 2, 3"
        return {(id_, page, time): text for id_, page, time, text in self._among(query, ids)}

    def _among(self, query: str, ids: Sequence[str]) -> list[Any]:
        condition = "article_id IN (SELECT value FROM json_each(?))"
        return self._db.execute(query.format(condition), (json.dumps(list(ids)),)).fetchall()


def says_same(one: PageReading, other: PageReading) -> bool:
    """Whether two readings of one page differ in nothing but when and where they were fetched."""
    alike = (one.parts, one.is_mirrored) == (other.parts, other.is_mirrored)
    return alike and same(one.article, other.article)


def _when(reading: PageReading) -> str:
    time = reading.article.fetched_at
    return f"!{time}" if reading.is_mirrored else time  # older than any time


def reading_to_json(reading: PageReading) -> str:
    """A page of an article as it is kept between processes."""
    record = {"article": reading.article.to_dict(), "page": reading.page, "parts": reading.parts}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def reading_from_json(text: str) -> PageReading:
    """The page of what reading_to_json made."""
    record = json.loads(text)
    return PageReading(article=Article.from_dict(record["article"]), page=record["page"], parts=tuple(record["parts"]))
