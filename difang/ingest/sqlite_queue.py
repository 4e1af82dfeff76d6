"""The page queue in an SQLite file (WAL): any number of processes of one machine put and claim."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from difang.ingest.page import PageRef, Position
from difang.ingest.process_names import holder_died, holder_name
from difang.ingest.queue import Claim, QueueCounts, SetAsidePage
from difang.ingest.sqlite_file import connect, transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL, key TEXT NOT NULL, run_id TEXT NOT NULL, fetched_at TEXT NOT NULL,
    file TEXT, start INTEGER, length INTEGER,
    due REAL NOT NULL, lease_until REAL NOT NULL DEFAULT 0, holder TEXT, attempt INTEGER NOT NULL DEFAULT 0,
    UNIQUE (run_id, url, fetched_at)
);
CREATE INDEX IF NOT EXISTS pages_leased ON pages (lease_until, key) WHERE lease_until > 0;
CREATE TABLE IF NOT EXISTS set_aside (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL, key TEXT NOT NULL, run_id TEXT NOT NULL, fetched_at TEXT NOT NULL,
    file TEXT, start INTEGER, length INTEGER,
    reason TEXT NOT NULL, traceback TEXT, since TEXT NOT NULL, attempts INTEGER NOT NULL,
    UNIQUE (run_id, url, fetched_at)
);
"""

_REF = "url, key, run_id, fetched_at, file, start, length"


class SqliteQueue:
    """The port PageQueue on one file; every call is one transaction, on disk when it returns."""

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        """Open or make the file; `now` gives seconds since the epoch."""
        self._db = connect(path, _SCHEMA)
        self._now = now

    def put(self, refs: Sequence[PageRef]) -> None:
        """Append; the same url of the same run and fetch time is taken once."""
        due = self._now()
        with self._write() as db:
            db.executemany(
                f"INSERT OR IGNORE INTO pages ({_REF}, due) VALUES (?,?,?,?,?,?,?,?)",
                [(*_row(ref), due) for ref in refs],
            )

    def claim(self, most: int, *, lease_seconds: float) -> list[Claim]:
        """Up to `most` due pages, oldest first; keys that are in somebody's hands wait.

        A lease ends with its holder's process, so that after a crash nobody waits for it to run out.
        """
        now = self._now()
        with self._write() as db:
            _release_the_dead(db, now)
            rows = db.execute(
                f"SELECT number, attempt, {_REF} FROM pages WHERE due <= ? AND lease_until <= ?"
                " AND key NOT IN (SELECT key FROM pages WHERE lease_until > ?) ORDER BY number LIMIT ?",
                (now, now, now, most),
            ).fetchall()
            db.executemany(
                "UPDATE pages SET lease_until = ?, holder = ?, attempt = attempt + 1 WHERE number = ?",
                [(now + lease_seconds, holder_name(), row[0]) for row in rows],
            )
        return [Claim(number=row[0], attempt=row[1] + 1, ref=_ref(row[2:])) for row in rows]

    def done(self, claims: Sequence[Claim]) -> None:
        """These pages are finished."""
        with self._write() as db:
            db.executemany("DELETE FROM pages WHERE number = ?", [(claim.number,) for claim in claims])

    def retry_later(self, claims: Sequence[Claim], *, delay_seconds: float, counted: bool = True) -> None:
        """Give these back, due again after the delay; not `counted`, this delivery was no attempt."""
        due = self._now() + delay_seconds
        with self._write() as db:
            db.executemany(
                "UPDATE pages SET due = ?, lease_until = 0, attempt = attempt - ? WHERE number = ?",
                [(due, not counted, claim.number) for claim in claims],
            )

    def set_aside(self, claim: Claim, *, reason: str, traceback: str | None = None) -> None:
        """Keep this page apart with the reason."""
        since = datetime.fromtimestamp(self._now(), UTC).isoformat()
        with self._write() as db:
            db.execute(
                f"INSERT OR REPLACE INTO set_aside ({_REF}, reason, traceback, since, attempts)"
                " VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                (*_row(claim.ref), reason, traceback, since, claim.attempt),
            )
            db.execute("DELETE FROM pages WHERE number = ?", (claim.number,))

    def set_aside_pages(self, *, most: int = 100) -> list[SetAsidePage]:
        """The set-aside pages, newest first."""
        rows = self._db.execute(
            f"SELECT number, reason, traceback, since, attempts, {_REF} FROM set_aside ORDER BY number DESC LIMIT ?",
            (most,),
        )
        return [
            SetAsidePage(
                number=row[0],
                reason=row[1],
                traceback=row[2],
                since=datetime.fromisoformat(row[3]),
                attempts=row[4],
                ref=_ref(row[5:]),
            )
            for row in rows
        ]

    def retry_set_aside(self, numbers: Sequence[int]) -> int:
        """Put these set-aside pages back into the queue; how many there were."""
        with self._write() as db:
            back = 0
            for number in numbers:
                back += db.execute(
                    f"INSERT OR IGNORE INTO pages ({_REF}, due) SELECT {_REF}, ? FROM set_aside WHERE number = ?",
                    (self._now(), number),
                ).rowcount
                db.execute("DELETE FROM set_aside WHERE number = ?", (number,))
        return back

    def discard_set_aside(self, numbers: Sequence[int]) -> int:
        """Forget these set-aside pages; how many there were."""
        with self._write() as db:
            return sum(db.execute("DELETE FROM set_aside WHERE number = ?", (number,)).rowcount for number in numbers)

    def counts(self) -> QueueCounts:
        """How full the queue is, now."""
        now = self._now()
        ready, later, claimed = self._db.execute(
            "SELECT COALESCE(SUM(due <= ?1 AND lease_until <= ?1), 0),"
            " COALESCE(SUM(due > ?1 AND lease_until <= ?1), 0), COALESCE(SUM(lease_until > ?1), 0) FROM pages",
            (now,),
        ).fetchone()
        (apart,) = self._db.execute("SELECT COUNT(*) FROM set_aside").fetchone()
        return QueueCounts(ready=ready, later=later, claimed=claimed, set_aside=apart)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with transaction(self._db, "the page queue") as db:
            yield db


def _release_the_dead(db: sqlite3.Connection, now: float) -> None:
    holders = db.execute("SELECT DISTINCT holder FROM pages WHERE lease_until > ?", (now,)).fetchall()
    db.executemany(
        "UPDATE pages SET lease_until = 0 WHERE lease_until > ? AND holder = ?",
        [(now, holder) for (holder,) in holders if holder_died(holder)],
    )


def _row(ref: PageRef) -> tuple[str | int | None, ...]:
    place = ref.position
    return (
        ref.url,
        ref.key,
        ref.run_id,
        ref.fetched_at.isoformat(),
        place.file if place else None,
        place.offset if place else None,
        place.length if place else None,
    )


def _ref(row: Sequence[object]) -> PageRef:
    url, key, run_id, fetched_at, file, start, length = row
    position = None
    if file is not None:
        position = Position(file=str(file), offset=int(str(start)), length=int(str(length)))
    return PageRef(
        url=str(url),
        key=str(key),
        run_id=str(run_id),
        fetched_at=datetime.fromisoformat(str(fetched_at)),
        position=position,
    )
