"""Wiring: from the settings to the parts; nothing else builds a client or opens a store."""

from __future__ import annotations

from pathlib import Path

from difang.command.settings import Settings
from difang.crawler.channel_table import load_channels
from difang.crawler.channels import Channel, host_table
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.extract.result import Hosts
from difang.ingest.pieces import SqlitePieces
from difang.ingest.sqlite_queue import SqliteQueue


def archive_folder(settings: Settings) -> Path:
    """Where the WARC files lie."""
    return Path(settings.archive) if settings.archive else settings.var / "archive"


def queue_file(settings: Settings) -> Path:
    """The SQLite file of the page queue."""
    return Path(settings.queue) if settings.queue else settings.var / "queue.db"


def database_address(settings: Settings) -> str:
    """The ledger's SQLAlchemy address."""
    return settings.database or f"sqlite:///{settings.var / 'ledger.db'}"


def index_folder(settings: Settings) -> Path:
    """Where the embedded index lies."""
    return settings.var / "index"


def open_queue(settings: Settings) -> SqliteQueue:
    """The page queue of these settings."""
    return SqliteQueue(queue_file(settings))


def open_pieces(settings: Settings) -> SqlitePieces:
    """The pieces of articles that arrive apart; they lie beside the queue."""
    return SqlitePieces(queue_file(settings))


def channel_table(settings: Settings) -> tuple[Channel, ...]:
    """The channels in force; raises UsageError where the table is wrong."""
    return load_channels(Path(settings.channels) if settings.channels else None)


def hosts(settings: Settings) -> Hosts:
    """Every host of the channels, for extraction."""
    return host_table(channel_table(settings))


def open_ledger(settings: Settings) -> Ledger:
    """The ledger, brought to its newest tables; it is also where a worker tells its endings."""
    return Ledger(database_address(settings))
