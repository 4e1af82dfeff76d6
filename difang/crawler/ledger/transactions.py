"""Transactions of the ledger: one at a time, in words for people where they fail, tried again where the database left.

A database that is restarted, or out of reach for a minute, is waited for: a transaction that broke has done nothing and
is made again from its start.
"""

from __future__ import annotations

import functools
import inspect
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from difang.ingest.errors import RetryLater, UsageError
from difang.ingest.event import Event

PATIENCE = "difang_patience"
"""The engine's option that says how many seconds a database that left is waited for."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 3.0
_WORTH_TELLING = 10.0  # seconds; whoever waits less tells in words of his own that the ledger is away
_LOCK_OF_RUNS = 0x6469_6662  # any number, the same in every process, and another than the lock of the migrations
_WILL_PASS = ("08", "25006", "40", "53300", "57P0")
"""Beginnings of PostgreSQL's codes: connection lost, read-only after a takeover, deadlock, too many, shutting down."""

_IS_REFUSED = (
    "authentication failed",
    "does not exist",
    "no pg_hba.conf entry",
    "no password",
    "not permitted to log",
    "invalid ",
)

_OUT_OF_RANGE = "22003"
_TOO_LARGE = "This number is too large for the ledger; nothing in it bears such a one."

log = logging.getLogger(__name__)
T = TypeVar("T")
Book = TypeVar("Book", bound=type)


class Away(RetryLater):
    """The database left in the middle, or cannot be reached; the transaction has done nothing."""


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction; raises RetryLater where the database is full, locked or out of reach."""
    try:
        with engine.begin() as connection:
            yield connection
    except IntegrityError:
        raise
    except OverflowError as error:
        raise UsageError(_TOO_LARGE) from error
    except (DBAPIError, NoConnectionFree) as error:
        if _code(error) == _OUT_OF_RANGE:
            raise UsageError(_TOO_LARGE) from error
        sentence = f"Writing to the ledger failed ({cause(error)}); free the disk or bring the database back."
        raise (Away if is_away(error) else RetryLater)(sentence) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for queries; raises RetryLater where the database is out of reach."""
    try:
        with engine.connect().execution_options(difang_read=True) as connection:
            yield connection
    except OverflowError as error:
        raise UsageError(_TOO_LARGE) from error
    except (DBAPIError, NoConnectionFree) as error:
        if _code(error) == _OUT_OF_RANGE:
            raise UsageError(_TOO_LARGE) from error
        sentence = f"Reading the ledger failed ({cause(error)}); bring the database back."
        raise (Away if is_away(error) else RetryLater)(sentence) from error


def alone(connection: Connection) -> None:
    """Let no other process be in such a transaction at the same time; SQLite's writers are alone by themselves."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_OF_RUNS})


def patient(book: Book) -> Book:
    """Class decorator: each public method waits for a database that left, as long as its engine's patience lasts.

    The methods must be whole transactions: what one did before it broke is undone, and it is called again.
    """
    for name, method in list(vars(book).items()):
        if inspect.isfunction(method) and not name.startswith("_"):
            setattr(book, name, _waiting(method))
    return book


def wait_for(work: Callable[[], T], patience: float) -> T:
    """What the work returns, tried again for so many seconds while it raises Away."""
    pause, since = _FIRST_PAUSE, time.monotonic()
    told = False
    while True:
        try:
            done = work()
        except Away as error:
            if time.monotonic() - since + pause > patience:
                raise
            if not told and patience >= _WORTH_TELLING:
                log.warning(
                    "%s It is waited for, up to %.0f s; nothing is lost.",
                    error,
                    patience,
                    extra=Event.LEDGER_AWAY.of(where="transaction"),
                )
                told = True
            time.sleep(pause)
            pause = min(pause * 1.6, _LONGEST_PAUSE)
        else:
            if told:
                seconds = time.monotonic() - since
                told_back = Event.LEDGER_BACK.of(seconds=round(seconds, 1))
                log.warning("The ledger answers again after %.1f s.", seconds, extra=told_back)
            return done


def is_away(error: Exception) -> bool:
    """Whether trying again may help: the connection broke, or the server does not take one now."""
    if not isinstance(error, DBAPIError) or type(error.orig).__module__.partition(".")[0] != "psycopg":
        return False
    code = _code(error)
    if code is not None:
        return code.startswith(_WILL_PASS)
    if isinstance(error, ProgrammingError):  # the address itself is wrong, such as an option nobody knows
        return False
    return error.connection_invalidated or not any(words in str(error.orig) for words in _IS_REFUSED)


def _code(error: Exception) -> str | None:
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


def cause(error: Exception) -> str:
    """The database's own words, their first line."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return str(origin).strip().splitlines()[0] if str(origin).strip() else type(origin).__name__


def _waiting(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def waiting(self: Any, *arguments: Any, **named: Any) -> Any:
        patience = self._engine.get_execution_options().get(PATIENCE, 0.0)
        return wait_for(lambda: method(self, *arguments, **named), patience)

    return waiting
