"""The page queue in an SQLite file (WAL): any number of processes of one machine put and claim."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import orjson

from difang.ingest import sqlite_set_aside as apart
from difang.ingest.page import PageRef
from difang.ingest.process_names import holder_died, holder_name
from difang.ingest.queue import NO_REASONS, Claim, QueueCounts
from difang.ingest.set_aside import EVERY, Attempt, Chosen, Deed, Discarded, SetAsidePage
from difang.ingest.sqlite_file import connect, transaction
from difang.ingest.sqlite_set_aside import REF

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL, key TEXT NOT NULL, run_id TEXT NOT NULL, fetched_at TEXT NOT NULL,
    file TEXT, start INTEGER, length INTEGER,
    due REAL NOT NULL, lease_until REAL NOT NULL DEFAULT 0, holder TEXT, attempt INTEGER NOT NULL DEFAULT 0,
    UNIQUE (run_id, url, fetched_at)
);
CREATE INDEX IF NOT EXISTS pages_leased ON pages (lease_until, key) WHERE lease_until > 0;
"""

_THESE = "number IN (SELECT value FROM json_each(?))"
_DUE = f"""
SELECT json_group_array(json_array(number, attempt, {REF})) FROM (
    SELECT * FROM pages WHERE (due <= ? OR due > ?) AND lease_until <= ?
    AND key NOT IN (SELECT key FROM pages WHERE lease_until > ?) ORDER BY number LIMIT ?
)
"""
"""All as one value: with each row the driver lets go of the interpreter, and the reading thread wakes up in vain."""

_AT_ONCE = 0.0
_IN_HAND_SECONDS = 30.0
"""Whoever holds a page that is put again has then done with it: a batch takes seconds."""

LONGEST_SECONDS = 900.0
"""No delay and no lease is as long; a time further ahead was written before the clock was set back."""


class SqliteQueue:
    """The port PageQueue on one file; every call is one transaction, on disk when it returns."""

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        """Open or make the file; `now` gives seconds since the epoch."""
        self._db = connect(path, _SCHEMA + apart.SCHEMA)
        self._now = now

    def put(self, refs: Sequence[PageRef], *, again: bool = False) -> None:
        """Append; the same url of the same run and fetch time is taken once.

        `again`: one in somebody's hands too; it has another number then, which he does not let go of.
        """
        now = self._now()
        with self._write() as db:
            in_hand = {ref for ref in refs if again and _taken_from_a_hand(db, ref, now)}
            db.executemany(
                f"INSERT OR IGNORE INTO pages ({REF}, due) VALUES (?,?,?,?,?,?,?,?)",
                [(*apart.ref_row(ref), now + _IN_HAND_SECONDS if ref in in_hand else _AT_ONCE) for ref in refs],
            )

    def claim(self, most: int, *, lease_seconds: float) -> list[Claim]:
        """Up to `most` due pages, oldest first; keys that are in somebody's hands wait.

        A lease ends with its holder's process, so that after a crash nobody waits for it to run out.
        """
        now = self._now()
        with self._write() as db:
            _release_the_dead(db, now)
            (found,) = db.execute(_DUE, (now, now + LONGEST_SECONDS, now, now, most)).fetchone()
            rows = sorted(orjson.loads(found))
            db.execute(
                f"UPDATE pages SET lease_until = ?, holder = ?, attempt = attempt + 1 WHERE {_THESE}",
                (now + lease_seconds, holder_name(), json.dumps([row[0] for row in rows])),
            )
        return [Claim(number=row[0], attempt=row[1] + 1, ref=apart.ref_of(row[2:])) for row in rows]

    def done(self, claims: Sequence[Claim]) -> None:
        """These pages are finished."""
        with self._write() as db:
            db.execute(f"DELETE FROM pages WHERE {_THESE}", (json.dumps([claim.number for claim in claims]),))

    def retry_later(
        self,
        claims: Sequence[Claim],
        *,
        delay_seconds: float,
        counted: bool = True,
        reasons: Mapping[int, str] = NO_REASONS,
    ) -> None:
        """Give these back, due again after the delay; not `counted`, this delivery was no attempt."""
        now = self._now()
        due = now + delay_seconds if delay_seconds else _AT_ONCE
        with self._write() as db:
            db.executemany(
                "UPDATE pages SET due = ?, lease_until = 0, attempt = attempt - ? WHERE number = ?",
                [(due, not counted, claim.number) for claim in claims],
            )
            for claim in claims:
                if reason := reasons.get(claim.number):
                    apart.note(db, claim.ref, now, Deed.TRIED, by=holder_name(), reason=reason)

    def set_aside(self, claim: Claim, *, reason: str, traceback: str | None = None) -> None:
        """Keep this page apart with the reason."""
        with self._write() as db:
            apart.put_apart(db, claim.ref, self._now(), (reason, traceback), claim.attempt)
            db.execute("DELETE FROM pages WHERE number = ?", (claim.number,))

    def set_aside_pages(self, *, most: int = 100, chosen: Chosen = EVERY) -> list[SetAsidePage]:
        """The chosen set-aside pages, newest first."""
        return apart.pages(self._db, chosen, most)

    def set_aside_reasons(self, *, chosen: Chosen = EVERY, discarded: bool = False) -> dict[str, int]:
        """Each reason and how many of the chosen pages (`discarded`: of those) have it, the most frequent first."""
        return apart.reasons(self._db, chosen, discarded=discarded)

    def history(self, ref: PageRef) -> list[Attempt]:
        """What was tried with a page that gave trouble, oldest first."""
        return apart.history(self._db, ref)

    def retry_set_aside(self, numbers: Sequence[int], *, by: str = "operator") -> int:
        """Put these set-aside pages back into the queue; how many there were."""
        now = self._now()
        with self._write() as db:
            pages = apart.take(db, numbers)
            for page in pages:
                db.execute(
                    f"INSERT OR IGNORE INTO pages ({REF}, due) VALUES (?,?,?,?,?,?,?,?)",
                    (*apart.ref_row(page.ref), _AT_ONCE),
                )
                apart.note(db, page.ref, now, Deed.RETRIED, by=by, reason=page.reason)
        return len(pages)

    def discard_set_aside(self, numbers: Sequence[int], *, by: str = "operator", why: str = "") -> int:
        """Give these set-aside pages up for good; how many there were."""
        now = self._now()
        with self._write() as db:
            pages = apart.take(db, numbers)
            for page in pages:
                apart.keep_discarded(db, page, now, by=by, why=why)
                apart.note(db, page.ref, now, Deed.DISCARDED, by=by, reason=why)
        return len(pages)

    def settle_set_aside(self, numbers: Sequence[int], *, by: str, why: str) -> int:
        """These set-aside pages were read by other means; how many there were."""
        now = self._now()
        with self._write() as db:
            pages = apart.take(db, numbers)
            for page in pages:
                apart.note(db, page.ref, now, Deed.SETTLED, by=by, reason=why)
        return len(pages)

    def keep_set_aside(self, reasons: Mapping[int, str], *, by: str) -> None:
        """These set-aside pages, by number, stay for another reason now; one that is there already changes nothing."""
        now = self._now()
        with self._write() as db:
            apart.keep(db, reasons, now, by=by)

    def discarded_pages(self, *, most: int = 100, chosen: Chosen = EVERY) -> list[Discarded]:
        """The chosen ones of what was discarded, newest first."""
        return apart.discarded(self._db, chosen, most)

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

    def oldest(self) -> datetime | None:
        """When the page was fetched that waits longest; None where none waits."""
        (at,) = self._db.execute("SELECT MIN(fetched_at) FROM pages").fetchone()
        return datetime.fromisoformat(at) if at else None

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with transaction(self._db, "the page queue") as db:
            yield db


def _taken_from_a_hand(db: sqlite3.Connection, ref: PageRef, now: float) -> bool:
    held = (ref.run_id, ref.url, ref.fetched_at.isoformat(), now)
    query = "DELETE FROM pages WHERE run_id = ? AND url = ? AND fetched_at = ? AND lease_until > ?"
    return db.execute(query, held).rowcount > 0


def _release_the_dead(db: sqlite3.Connection, now: float) -> None:
    db.execute("UPDATE pages SET lease_until = 0 WHERE lease_until > ?", (now + LONGEST_SECONDS,))
    holders = db.execute("SELECT DISTINCT holder FROM pages WHERE lease_until > ?", (now,)).fetchall()
    db.executemany(
        "UPDATE pages SET lease_until = 0 WHERE lease_until > ? AND holder = ?",
        [(now, holder) for (holder,) in holders if holder_died(holder)],
    )
