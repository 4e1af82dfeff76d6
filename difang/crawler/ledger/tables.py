"""The ledger's tables: runs, discoveries, addresses, listings, the hosts' turns, how pages were read, issues."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeDecorator


class RunState(StrEnum):
    """The life of a run."""

    PLANNED = "planned"  # in the ledger, not begun
    RUNNING = "running"  # its process lives and says so
    FINISHED = "finished"  # walked to its end
    FAILED = "failed"  # ended by something an operator must read
    CANCELLED = "cancelled"  # stopped by a person, cleanly
    MISSED = "missed"  # planned, but its time passed without it
    LOST = "lost"  # its process died without a word


class IssueState(StrEnum):
    """The life of an issue."""

    OPEN = "open"  # nobody has taken it up
    ACKNOWLEDGED = "acknowledged"  # somebody has
    RESOLVED = "resolved"  # what it says is so no more


class Moment(TypeDecorator[datetime]):
    """An aware time, kept in UTC; SQLite has no time zones, so they are put on again when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Into the database: UTC; a naive time is a bug."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot go into the ledger")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Out of the database: aware, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("channel_name", Text, nullable=False),
    Column("started_by", Text, nullable=False),  # operator, schedule, backfill
    Column("scope", Text, nullable=False),  # what was asked for, for people: "since 2026-01-01", "3 addresses"
    Column("asked_for", Boolean, nullable=False, default=False),  # given addresses only, no listing
    Column("state", Text, nullable=False),
    Column("sentence", Text),  # why it failed, was cancelled or lost
    Column("machine", Text),
    Column("pid", Integer),
    Column("planned_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("heartbeat_at", Moment),
    Column("ended_at", Moment),
    Column("requests", Integer, nullable=False, default=0),
    Column("bytes", BigInteger, nullable=False, default=0),
    Column("known", Integer, nullable=False, default=0),  # links to addresses known before, not fetched again
    Column("warnings", Integer, nullable=False, default=0),
    Column("log", Text),
    Index("runs_channel", "channel", "planned_at"),
    Index("runs_state", "state"),
)

discoveries = Table(
    "discoveries",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("found_on", Text),  # the listing, sitemap or page that linked it
    Column("found_at", Moment, nullable=False),
    Column("file", Text),  # where the archive keeps it
    Column("start", BigInteger),
    Column("length", BigInteger),
    Column("queued_at", Moment),  # in the page queue since; the worker tells the outcome
    Column("outcome", Text),
    Column("reason", Text),
    Column("article_id", Text),
    Column("ended_at", Moment),
    Index("discoveries_url", "url"),
    Index("discoveries_outcome", "run_id", "outcome"),
)

addresses = Table(
    "addresses",
    metadata,
    Column("url", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("run_id", Text, nullable=False),  # the last that had to do with it
    Column("due_at", Moment),  # the next run after this time fetches it; NULL: not due
    Column("failures", Integer, nullable=False, default=0),  # in a row
    Column("outcome", Text),
    Column("article_id", Text),
    Column("fetched_at", Moment),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("lastmod", Moment),  # as the sitemap said when it was fetched last
    Index("addresses_key", "key", "page"),
    Index("addresses_due", "channel", "due_at"),
)

listings = Table(
    "listings",
    metadata,
    Column("url", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("walked_at", Moment),  # the end of the last walk that came to its end
    Column("due_at", Moment),  # not before; set where it was empty or gone
    Column("misses", Integer, nullable=False, default=0),  # visits in a row that showed no article
    Column("etag", Text),
    Column("last_modified", Text),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("holder", Text),  # the process whose turn it is
    Column("held_until", Float, nullable=False, default=0.0),  # seconds since the epoch; then the holder counts as dead
    Column("wanted_until", Float, nullable=False, default=0.0),  # another process waits
    Column("next_at", Float, nullable=False, default=0.0),  # no request before
    Column("day", Text, nullable=False, default=""),  # the day `requests` counts, Asia/Shanghai
    Column("requests", Integer, nullable=False, default=0),
    Column("robots_status", Integer),
    Column("robots", Text),
    Column("robots_at", Float),
)

readings = Table(
    "readings",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("day", Date, primary_key=True),  # of the fetch, Asia/Shanghai
    Column("sign", Text, primary_key=True),  # what the pages have in common, see readings.py
    Column("pages", Integer, nullable=False),
    Column("examples", Text, nullable=False),  # a few of their addresses, one a line
)

issues = Table(
    "issues",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("key", Text, nullable=False),  # what the issue is about, within its kind and channel
    Column("sentence", Text, nullable=False),
    Column("examples", Text, nullable=False),  # JSON: a list of addresses
    Column("figures", Text, nullable=False),  # JSON: the numbers behind the sentence
    Column("state", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("acknowledged_by", Text),
    Column("acknowledged_at", Moment),
    Column("resolved_at", Moment),
    Index(
        "issues_unresolved",
        "kind",
        "channel",
        "key",
        unique=True,
        sqlite_where=text("state <> 'resolved'"),
        postgresql_where=text("state <> 'resolved'"),
    ),
)
