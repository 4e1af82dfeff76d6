"""The set-aside pages in the queue's SQLite file: kept with their reason, their history, and what was discarded."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from difang.ingest.page import PageRef, Position
from difang.ingest.process_names import holder_name
from difang.ingest.set_aside import Attempt, Chosen, Deed, Discarded, SetAsidePage

REF = "url, key, run_id, fetched_at, file, start, length"
SCHEMA = """
CREATE TABLE IF NOT EXISTS set_aside (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL, key TEXT NOT NULL, run_id TEXT NOT NULL, fetched_at TEXT NOT NULL,
    file TEXT, start INTEGER, length INTEGER,
    reason TEXT NOT NULL, traceback TEXT, since TEXT NOT NULL, attempts INTEGER NOT NULL,
    UNIQUE (run_id, url, fetched_at)
);
CREATE TABLE IF NOT EXISTS discarded (
    number INTEGER PRIMARY KEY,
    url TEXT NOT NULL, key TEXT NOT NULL, run_id TEXT NOT NULL, fetched_at TEXT NOT NULL,
    file TEXT, start INTEGER, length INTEGER,
    reason TEXT NOT NULL, traceback TEXT, since TEXT NOT NULL, attempts INTEGER NOT NULL,
    by TEXT NOT NULL, why TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS attempts (
    url TEXT NOT NULL, run_id TEXT NOT NULL, fetched_at TEXT NOT NULL,
    at TEXT NOT NULL, by TEXT NOT NULL, deed TEXT NOT NULL, reason TEXT, traceback TEXT
);
CREATE INDEX IF NOT EXISTS attempts_page ON attempts (url, run_id, fetched_at);
"""

_PAGE = f"number, reason, traceback, since, attempts, {REF}"


def put_apart(db: sqlite3.Connection, ref: PageRef, moment: float, why: tuple[str, str | None], attempts: int) -> None:
    """Keep a page with its reason and traceback; `moment` in seconds since 1970."""
    reason, traceback = why
    db.execute(
        f"INSERT OR REPLACE INTO set_aside ({REF}, reason, traceback, since, attempts) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (*ref_row(ref), reason, traceback, _time(moment), attempts),
    )
    note(db, ref, moment, Deed.SET_ASIDE, by=holder_name(), reason=reason, traceback=traceback)


def note(
    db: sqlite3.Connection,
    ref: PageRef,
    moment: float,
    deed: Deed,
    *,
    by: str,
    reason: str | None,
    traceback: str | None = None,
) -> None:
    """Add to the page's history."""
    page = (ref.url, ref.run_id, ref.fetched_at.isoformat())
    db.execute(
        "INSERT INTO attempts VALUES (?,?,?,?,?,?,?,?)", (*page, _time(moment), by, deed.value, reason, traceback)
    )


def history(db: sqlite3.Connection, ref: PageRef) -> list[Attempt]:
    """What was tried with the page, oldest first."""
    rows = db.execute(
        "SELECT at, by, deed, reason, traceback FROM attempts WHERE url = ? AND run_id = ? AND fetched_at = ?"
        " ORDER BY rowid",
        (ref.url, ref.run_id, ref.fetched_at.isoformat()),
    )
    return [
        Attempt(at=datetime.fromisoformat(at), by=by, deed=Deed(deed), reason=reason, traceback=traceback)
        for at, by, deed, reason, traceback in rows
    ]


def pages(db: sqlite3.Connection, chosen: Chosen, most: int) -> list[SetAsidePage]:
    """The chosen pages, newest first."""
    where, values = _condition(chosen)
    rows = db.execute(f"SELECT {_PAGE} FROM set_aside {where} ORDER BY number DESC LIMIT ?", (*values, most))
    return [_page(row) for row in rows]


def reasons(db: sqlite3.Connection, chosen: Chosen, *, discarded: bool) -> dict[str, int]:
    """Each reason and how many of the chosen pages have it, the most frequent first."""
    where, values = _condition(chosen)
    table = "discarded" if discarded else "set_aside"
    rows = db.execute(
        f"SELECT reason, COUNT(*) FROM {table} {where} GROUP BY reason ORDER BY COUNT(*) DESC, reason", values
    )
    return dict(rows.fetchall())


def take(db: sqlite3.Connection, numbers: Sequence[int]) -> list[SetAsidePage]:
    """Take these pages out; those that are there."""
    taken: list[SetAsidePage] = []
    for number in numbers:
        row = db.execute(f"SELECT {_PAGE} FROM set_aside WHERE number = ?", (number,)).fetchone()
        if row is not None:
            taken.append(_page(row))
            db.execute("DELETE FROM set_aside WHERE number = ?", (number,))
    return taken


def keep(db: sqlite3.Connection, reasons: Mapping[int, str], moment: float, *, by: str) -> None:
    """Another reason for these pages, by number, where it is another."""
    for page in pages(db, Chosen(numbers=tuple(reasons)), len(reasons)):
        if (reason := reasons[page.number]) != page.reason:
            db.execute("UPDATE set_aside SET reason = ?, traceback = NULL WHERE number = ?", (reason, page.number))
            note(db, page.ref, moment, Deed.SET_ASIDE, by=by, reason=reason)


def keep_discarded(db: sqlite3.Connection, page: SetAsidePage, moment: float, *, by: str, why: str) -> None:
    """Remember a page that was discarded."""
    db.execute(
        f"INSERT OR REPLACE INTO discarded ({_PAGE}, by, why, at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            *(page.number, page.reason, page.traceback, page.since.isoformat(), page.attempts),
            *(*ref_row(page.ref), by, why, _time(moment)),
        ),
    )


def discarded(db: sqlite3.Connection, chosen: Chosen, most: int) -> list[Discarded]:
    """The chosen ones of what was discarded, newest first."""
    where, values = _condition(chosen)
    rows = db.execute(
        f"SELECT by, why, at, {_PAGE} FROM discarded {where} ORDER BY at DESC, number DESC LIMIT ?", (*values, most)
    )
    return [Discarded(by=r[0], why=r[1], at=datetime.fromisoformat(r[2]), page=_page(r[3:])) for r in rows]


def ref_row(ref: PageRef) -> tuple[str | int | None, ...]:
    """The columns REF of a reference."""
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


def ref_of(row: Sequence[object]) -> PageRef:
    """The reference of the columns REF."""
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


def _page(row: Sequence[object]) -> SetAsidePage:
    number, reason, traceback, since, attempts = row[:5]
    return SetAsidePage(
        number=int(str(number)),
        reason=str(reason),
        traceback=None if traceback is None else str(traceback),
        since=datetime.fromisoformat(str(since)),
        attempts=int(str(attempts)),
        ref=ref_of(row[5:]),
    )


def _condition(chosen: Chosen) -> tuple[str, list[str | int]]:
    parts: list[str] = []
    values: list[str | int] = []
    if chosen.numbers is not None:
        parts.append(f"number IN ({','.join('?' * len(chosen.numbers))})")
        values += chosen.numbers
    if chosen.reason is not None:
        parts.append("INSTR(LOWER(reason), LOWER(?)) > 0")
        values.append(chosen.reason)
    if chosen.url is not None:
        parts.append("INSTR(url, ?) > 0")
        values.append(chosen.url)
    if chosen.run_id is not None:
        parts.append("run_id = ?")
        values.append(chosen.run_id)
    if chosen.hosts is not None:
        parts.append(f"({' OR '.join(['url LIKE ?'] * len(chosen.hosts)) or '0'})")
        values += [f"http://{host}/%" for host in chosen.hosts]
    if chosen.since is not None:
        parts.append("since >= ?")
        values.append(chosen.since.astimezone(UTC).isoformat())
    return ("WHERE " + " AND ".join(parts) if parts else ""), values


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
