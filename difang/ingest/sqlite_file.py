"""One way to open an SQLite file and to write to it: WAL, durable commits, a sentence where the disk does not play."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from difang.ingest.errors import RetryLater, UsageError

_WAIT_SECONDS = 30.0
_TRY_AGAIN_SECONDS = 0.02


def connect(path: Path, schema: str) -> sqlite3.Connection:
    """A connection in autocommit mode on a file that has the tables of `schema`, made where they lack.

    A commit is on disk when it returns (synchronous FULL): a page must not be forgotten by the queue that the ledger
    knows as fetched. Usable from any thread, one at a time. Raises RetryLater where the disk does not let it
    be opened, UsageError where the file is no such database.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        switch_to_wal(db, seconds=_WAIT_SECONDS)
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(schema)
    except (OSError, sqlite3.OperationalError) as error:
        raise RetryLater(f"{path} cannot be opened ({error}); check the disk, the folder and its rights.") from error
    except sqlite3.Error as error:
        raise UsageError(f"{path} is no database of difang ({error}); move it away or name another file.") from error
    return db


def switch_to_wal(db: sqlite3.Connection, *, seconds: float) -> None:
    """Switch a file to WAL, in which it stays; the turn is waited for so long, then sqlite3's OperationalError raised.

    SQLite does not wait by itself here: of processes that open a new file at once all but one are refused.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_TRY_AGAIN_SECONDS)
        else:
            return


@contextmanager
def transaction(db: sqlite3.Connection, what: str) -> Iterator[sqlite3.Connection]:
    """All or nothing; raises RetryLater naming `what` when the disk is full or the file stays locked."""
    try:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise RetryLater(f"Writing to {what} failed ({error}); free the disk or end what holds the file.") from error
