"""Where `difang extract` keeps what it read until every page has come: on disk, so that memory stays flat."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from difang.ingest.article import Article
from difang.ingest.errors import DifangError
from difang.ingest.extract.result import PageReading, Trace

_SCHEMA = """
PRAGMA journal_mode = OFF;
CREATE TABLE pages (
    article_id TEXT, mirrored INTEGER, page INTEGER,
    fetched_at TEXT, url TEXT, article TEXT, parts TEXT, file TEXT, explained TEXT,
    UNIQUE (article_id, mirrored, page)
);
BEGIN;
"""
_KEEP = """
INSERT INTO pages VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET fetched_at = excluded.fetched_at,
url = excluded.url, article = excluded.article, parts = excluded.parts, file = excluded.file,
explained = excluded.explained
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a page came from: its number in the article, its address, its file or record; the last two may be empty."""

    page: int
    url: str
    file: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A page of an article as it is kept: the article's JSON line, and what explains it, where that is wanted.

    `url` is the address the page was seen at, `file` the file or record it came from, empty where it was fetched;
    `explained` are its traces as JSON.
    """

    article_id: str
    mirrored: bool
    page: int
    fetched_at: str
    url: str
    article: str
    parts: tuple[str, ...]
    file: str
    explained: str | None

    def source(self) -> Source:
        """Where it came from."""
        return Source(page=self.page, url=self.url, file=self.file)

    def traces(self) -> list[Trace]:
        """What explains it; empty where that is not wanted."""
        return [Trace(**trace) for trace in json.loads(self.explained or "[]")]

    def reading(self) -> PageReading:
        """The page as it was read, without the places of its images."""
        return PageReading(article=Article.from_dict(json.loads(self.article)), page=self.page, parts=self.parts)


def kept(reading: PageReading, traces: Sequence[Trace] | None, file: str) -> Kept:
    """What is to be kept of a page."""
    article = reading.article
    return Kept(
        article_id=article.id,
        mirrored=reading.is_mirrored,
        page=reading.page,
        fetched_at=article.fetched_at,
        url=article.urls[0] if article.urls else article.url,
        article=article.to_json(),
        parts=reading.parts,
        file=file,
        explained=None if traces is None else json.dumps([asdict(trace) for trace in traces], ensure_ascii=False),
    )


class Shelf:
    """Keeps of each page of each article the one fetched last, the mirror's apart from the original's."""

    def __init__(self) -> None:
        """The file is SQLite's own temporary one, which goes with the process."""
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_SCHEMA)
        self._elsewhere: defaultdict[str, set[str]] = defaultdict(set)

    def keep(self, page: Kept) -> None:
        """Keep this page unless a newer one is there; raises DifangError where the disk is full."""
        place = (page.article_id, page.mirrored, page.page)
        try:
            held = self._db.execute(
                "SELECT fetched_at, url, article FROM pages WHERE article_id = ? AND mirrored = ? AND page = ?", place
            ).fetchone()
            if held and page.page == 1:
                self._elsewhere[page.article_id] |= _further(held[1], held[2], page)
            if held is None or held[0] <= page.fetched_at:
                values = page.url, page.article, json.dumps(page.parts), page.file, page.explained
                self._db.execute(_KEEP, (*place, page.fetched_at, *values))
        except sqlite3.Error as error:
            raise DifangError(
                f"The pages read so far cannot be kept: {error}; make room, or name a folder in TMPDIR."
            ) from error

    def pages_of(self, article_id: str) -> list[Kept]:
        """The article's pages, the original's before the mirror's."""
        rows = self._db.execute("SELECT * FROM pages WHERE article_id = ? ORDER BY mirrored, page", (article_id,))
        return [
            Kept(
                article_id=article_id,
                mirrored=bool(mirrored),
                page=page,
                fetched_at=fetched_at,
                url=url,
                article=article,
                parts=tuple(json.loads(parts)),
                file=file,
                explained=explained,
            )
            for _, mirrored, page, fetched_at, url, article, parts, file, explained in rows
        ]

    def elsewhere(self, article_id: str) -> set[str]:
        """The addresses at which its first page was seen, where captures of it differ in that."""
        return self._elsewhere.get(article_id, set())

    def articles(self) -> Iterator[list[Kept]]:
        """The pages of one article after the other, in the order in which the first of each came."""
        order = self._db.execute("SELECT article_id FROM pages GROUP BY article_id ORDER BY min(rowid)")
        for (article_id,) in order:
            yield self.pages_of(article_id)


def _further(url: str, article: str, page: Kept) -> set[str]:
    # all addresses of two captures of one page, where they are not the same
    held, new = {url, *json.loads(article)["urls"]}, {page.url, *json.loads(page.article)["urls"]}
    return set() if held == new else {address for address in held | new if address}
