"""Opening the ledger's database: SQLite or PostgreSQL, brought to the newest migration by whoever comes first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from difang.crawler.ledger.transactions import PATIENCE, Away, cause, is_away, reading, wait_for, writing
from difang.ingest.errors import UsageError
from difang.ingest.sqlite_file import switch_to_wal

__all__ = ["NEWEST", "open_engine", "reading", "writing"]

NEWEST = "0018"
"""The newest migration; a test holds it equal to the scripts in migrations/versions."""

_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
_NO_FILE = (":memory:", "file:")
_KNOWN = "SQLite and PostgreSQL"
_FORMS = "write sqlite:////folder/ledger.db or postgresql+psycopg://user:password@host:5432/name"

_BUSY_SECONDS = 30
_CACHE_KB = 64_000
"""A connection's pages in memory at most: the bands of stories are looked up all over their table (2 MB by default)."""

_LOG_PAGES = 4_000
"""Of 4 kB in the log before they go into the file, by default 1,000: the more batches wrote to a page, the less often
it is written there."""

_STALLED_SECONDS = 10
_LOCK = 0x6469_6661  # any number, the same in every process


def open_engine(address: str, *, patience: float = 0.0) -> Engine:
    """An engine on a database that has the newest tables; one that is away is waited for so many seconds.

    Raises UsageError where the address or the file is wrong, RetryLater where the database stays away.
    """
    try:
        url = _url(address)
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = _postgresql(url) if url.get_backend_name() == "postgresql" else _sqlite(url)
        engine.update_execution_options(**{PATIENCE: patience})
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        elif engine.dialect.name == "postgresql":
            _prepare_postgresql(engine)
        try:
            wait_for(lambda: _migrate(engine), patience)
        except BaseException:
            engine.dispose()
            raise
    except (OSError, DBAPIError) as error:
        raise _refused(error) from error
    return engine


def refuse_new_folder(address: str, var: Path) -> None:
    """Raises UsageError where the address is of a file whose folder does not exist; only `var` makes itself."""
    folder = folder_of(address)
    if folder and not folder.exists() and not folder.resolve().is_relative_to(var.resolve()):
        raise UsageError(f"The folder {folder} of the ledger does not exist; make it, or correct the setting database.")


def folder_of(address: str) -> Path | None:
    """The folder in which a database of one file lies, None of any other; raises UsageError where it is none."""
    url = _url(address)
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith(_NO_FILE):
        return None
    return Path(url.database).parent


def _url(address: str) -> URL:
    """The parsed address, which may hold a password and is therefore never repeated in a sentence."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise UsageError(f"The setting database cannot be read as an address; {_FORMS}.") from None
    if url.drivername == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in _DRIVERS:
        raise UsageError(f"The setting database asks for {url.drivername}, but difang knows only {_KNOWN}; {_FORMS}.")
    return url


def _refused(error: Exception) -> UsageError:
    return UsageError(
        f"The ledger cannot be opened ({cause(error)}); check the setting database, the folder and its rights."
    )


def _sqlite(url: URL) -> Engine:
    """The connection to a file used last is used next: what one writes, the others have to read again."""
    in_file = url.database and not url.database.startswith(_NO_FILE)
    return create_engine(url, hide_parameters=True, **({"pool_use_lifo": True} if in_file else {}))


def _postgresql(url: URL) -> Engine:
    """A connection that a silent network took away is noticed after some 20 s, not after TCP's two hours."""
    wanted = {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 20_000,
        "application_name": "difang",
    }
    own = {name: value for name, value in wanted.items() if name not in url.query}
    return create_engine(url, hide_parameters=True, pool_pre_ping=True, max_overflow=35, connect_args=own)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(db: Any, _record: Any) -> None:
        db.isolation_level = None  # the driver must not begin transactions by itself
        db.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
        switch_to_wal(db, seconds=_BUSY_SECONDS)
        # A power cut may take the last commits, a crash of ours never does. What they said is said again: a page
        # archived but not marked is fetched again, an ending is told before its page leaves the queue, which is FULL.
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        db.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        db.execute("PRAGMA temp_store = MEMORY")  # what a statement of many rows may have to undo went into files

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A write transaction takes the lock at its start: one that reads first and writes later can be refused.
        reads = connection.get_execution_options().get("difang_read")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(db: Any, _record: Any) -> None:
        # A process that is stopped within a transaction would hold its locks, and with them the schedule, for ever.
        db.execute(f"SET idle_in_transaction_session_timeout = {_STALLED_SECONDS * 1000}")
        db.commit()


def _migrate(engine: Engine) -> None:
    try:
        _migrate_or_break(engine)
    except DBAPIError as error:
        if is_away(error):
            raise Away(f"The ledger is out of reach ({cause(error)}); bring the database back.") from error
        raise


def _migrate_or_break(engine: Engine) -> None:
    with engine.connect().execution_options(difang_read=True) as connection:
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
