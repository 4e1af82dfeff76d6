"""The ledger's tables of saved searches: where alerts go, the searches, what they found, and its deliveries."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from difang.crawler.ledger.schema import Moment, metadata


class Rhythm(StrEnum):
    """When a saved search tells of what it found."""

    NOW = "now"  # within seconds
    DAILY = "daily"  # once a day, at an hour of Beijing time


class DeliveryState(StrEnum):
    """The life of a delivery."""

    PENDING = "pending"  # to be sent, or sent again after a failure
    SENT = "sent"  # the service took it
    EMPTY = "empty"  # its articles were taken down before it was sent
    DROPPED = "dropped"  # the query that found its articles was changed before it was sent


_WAITS = text("delivery IS NULL")

alert_targets = Table(
    "alert_targets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", Text, ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
    Column("label", Text, nullable=False),
    Column("shown", Text, nullable=False),  # service and host, without secrets
    Column("url", Text, nullable=False),  # with secrets; leaves the ledger only to be sent to
    Column("made_at", Moment, nullable=False),
    Index("alert_targets_owner", "owner"),
)

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", Text, ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("target", Integer, ForeignKey("alert_targets.id", ondelete="SET NULL")),  # NULL: kept, tells nobody
    Column("rhythm", Text, nullable=False),
    Column("hour", Integer, nullable=False),  # of the digest, Beijing time
    Column("old_too", Boolean, nullable=False),  # articles published long before they were first seen
    Column("language", Text, nullable=False),  # of its messages
    Column("paused", Boolean, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("since", Moment, nullable=False),  # articles first seen before are not reported
    Column("changed_at", Moment, nullable=False),
    Column("digest_at", Moment),  # of the next digest
    Column("sent_at", Moment),
    Column("sent", Integer, nullable=False, default=0),  # articles reported in all
    Index("saved_searches_owner", "owner"),
)

alert_hits = Table(
    "alert_hits",
    metadata,
    Column("search", Integer, ForeignKey("saved_searches.id", ondelete="CASCADE"), primary_key=True),
    Column("article", Text, primary_key=True),
    Column("found_at", Moment, nullable=False),
    Column("delivery", Text),  # NULL: waits for one
    Index("alert_hits_delivery", "delivery"),
    Index("alert_hits_waiting", "search", sqlite_where=_WAITS, postgresql_where=_WAITS),
)

alert_deliveries = Table(
    "alert_deliveries",
    metadata,
    Column("id", Text, primary_key=True),  # told to the receiver, who may know by it what comes twice
    Column("search", Integer, ForeignKey("saved_searches.id", ondelete="CASCADE"), nullable=False),
    Column("state", Text, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("trouble", Text),  # why the last try failed, without secrets
    Column("ended_at", Moment),
    Index(
        "alert_deliveries_pending",
        "search",
        unique=True,  # one at a time of each search
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
)
