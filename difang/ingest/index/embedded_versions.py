"""Older versions beside the embedded index: an SQLite file in its folder."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from difang.ingest.article import Article
from difang.ingest.errors import RetryLater
from difang.ingest.sqlite_file import connect, transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS versions (
    article_id TEXT NOT NULL, fetched_at TEXT NOT NULL, record BLOB NOT NULL, PRIMARY KEY (article_id, fetched_at)
) WITHOUT ROWID;
"""


class EmbeddedVersions:
    """The file is made by the first version kept, and opened for each use, because corrections are few."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def keep(self, articles: Sequence[Article]) -> None:
        """Keep these; of one article and time the first is kept."""
        rows = [(a.id, a.fetched_at, zlib.compress(a.to_json().encode())) for a in articles]
        with closing(connect(self._file, _SCHEMA)) as file, transaction(file, str(self._file)) as db:
            db.executemany("INSERT OR IGNORE INTO versions VALUES (?,?,?)", rows)

    def of(self, article_id: str) -> list[Article]:
        """What is kept of this article, in no certain order."""
        return self.kept([article_id]).get(article_id, [])

    def kept(self, ids: Sequence[str]) -> dict[str, list[Article]]:
        """What is kept of these articles, in no certain order; articles that have none are left out."""
        if not self._file.is_file():
            return {}
        query = "SELECT article_id, record FROM versions WHERE article_id IN (SELECT value FROM json_each(?))"
        try:
            with closing(connect(self._file, _SCHEMA)) as db:
                rows = db.execute(query, (json.dumps(list(ids)),)).fetchall()
        except sqlite3.Error as error:
            raise RetryLater(f"The versions in {self._file} cannot be read now ({error}).") from error
        found: dict[str, list[Article]] = defaultdict(list)
        for id_, record in rows:
            found[id_].append(Article.from_dict(json.loads(zlib.decompress(record))))
        return dict(found)

    def drop(self, articles: Sequence[Article]) -> None:
        """Keep these no more, by id and time."""
        rows = [(article.id, article.fetched_at) for article in articles]
        with closing(connect(self._file, _SCHEMA)) as file, transaction(file, str(self._file)) as db:
            db.executemany("DELETE FROM versions WHERE article_id = ? AND fetched_at = ?", rows)

    def forget(self, ids: Sequence[str]) -> None:
        """Keep nothing of these articles."""
        if self._file.is_file():
            with closing(connect(self._file, _SCHEMA)) as file, transaction(file, str(self._file)) as db:
                db.executemany("DELETE FROM versions WHERE article_id = ?", [(id_,) for id_ in ids])

    def count(self) -> int:
        """How many are kept."""
        if not self._file.is_file():
            return 0
        with closing(connect(self._file, _SCHEMA)) as db:
            return int(db.execute("SELECT count(*) FROM versions").fetchone()[0])
