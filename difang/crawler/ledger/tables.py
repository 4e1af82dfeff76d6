"""The ledger's other tables: addresses, listings, the hosts' turns, how pages were read, issues."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Column, Date, Float, Index, Integer, Table, Text, text

from difang.crawler.ledger.run_tables import RunCause, RunState, discoveries, runs
from difang.crawler.ledger.schema import Moment, metadata

__all__ = [
    "IssueState",
    "Moment",
    "RunCause",
    "RunState",
    "Severity",
    "addresses",
    "discoveries",
    "hosts",
    "issues",
    "listings",
    "metadata",
    "readings",
    "runs",
]


class IssueState(StrEnum):
    """The life of an issue."""

    OPEN = "open"  # nobody has taken it up
    ACKNOWLEDGED = "acknowledged"  # somebody has
    RESOLVED = "resolved"  # what it says is so no more


class Severity(StrEnum):
    """How soon somebody must look at an issue."""

    LOW = "low"  # when there is time
    MEDIUM = "medium"  # today
    HIGH = "high"  # now: articles are being missed


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
    Column("held_until", Float, nullable=False, default=0.0),  # epoch: then the holder is dead; the last end where none
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
    Column("severity", Text, nullable=False, default=Severity.MEDIUM.value, server_default=Severity.MEDIUM.value),
    Column("state", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("acknowledged_by", Text),
    Column("acknowledged_at", Moment),
    Column("resolved_at", Moment),
    Column("resolved_by", Text),  # NULL: by itself
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
