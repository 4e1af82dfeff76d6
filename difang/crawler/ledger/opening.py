"""Opening the ledger's database: SQLite or PostgreSQL, brought to the newest migration by whoever comes first."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from difang.ingest.errors import RetryLater, UsageError

NEWEST = "0004"
"""The newest migration; a test holds it equal to the scripts in migrations/versions."""

_BUSY_SECONDS = 30
_LOCK = 0x6469_6661  # any number, the same in every process
_LOCK_OF_RUNS = _LOCK + 1


def open_engine(address: str) -> Engine:
    """An engine on a database that has the newest tables; raises UsageError where the address or the file is wrong."""
    try:
        url = make_url(address)
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=url.get_backend_name() != "sqlite")
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        try:
            _migrate(engine)
        except BaseException:
            engine.dispose()
            raise
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise UsageError(f"The setting database is no address difang can open: {error}.") from error
    except (OSError, DBAPIError) as error:
        raise UsageError(
            f"The ledger cannot be opened ({_cause(error)}); check the setting database, the folder and its rights."
        ) from error
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction; raises RetryLater where the database is full, locked or out of reach."""
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.IntegrityError):
            raise
        raise RetryLater(
            f"Writing to the ledger failed ({_cause(error)}); free the disk or bring the database back."
        ) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for queries; raises RetryLater where the database is out of reach."""
    try:
        with engine.connect().execution_options(difang_read=True) as connection:
            yield connection
    except DBAPIError as error:
        raise RetryLater(f"Reading the ledger failed ({_cause(error)}); bring the database back.") from error


def alone(connection: Connection) -> None:
    """Let no other process be in such a transaction at the same time; SQLite's writers are alone by themselves."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_OF_RUNS})


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(db: Any, _record: Any) -> None:
        db.isolation_level = None  # the driver must not begin transactions by itself
        db.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
        _switch_to_wal(db)
        # A power cut may take the last commits, a crash of ours never does. What they said is said again: a page
        # archived but not marked is fetched again, an ending is told before its page leaves the queue, which is FULL.
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A write transaction takes the lock at its start: one that reads first and writes later can be refused.
        reads = connection.get_execution_options().get("difang_read")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _switch_to_wal(db: Any) -> None:
    """SQLite does not wait by itself where two processes switch a new file at once; the switch stays in the file."""
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _migrate(engine: Engine) -> None:
    with reading(engine) as connection:
        if _version(connection) == NEWEST:
            return
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        version = _version(connection)
        if version is not None and version > NEWEST:
            raise UsageError(f"The ledger is of a newer difang (migration {version}); use that one, or another ledger.")
        if version != NEWEST:
            _upgrade(connection)


def _version(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _cause(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
