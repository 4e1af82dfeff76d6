"""The ledger's tables of freshness: new articles an hour, their delays, the newest of each, looks at listings."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, Table, Text

from difang.crawler.ledger.schema import Moment, metadata

new_articles = Table(
    "new_articles",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("hour", Moment, primary_key=True),  # its start
    Column("articles", Integer, nullable=False),
)

newest_articles = Table(
    "newest_articles",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("since", Moment, nullable=False),  # the first article was told; what appeared before is known in part
    Column("appeared_at", Moment, nullable=False),
    Column("url", Text, nullable=False),
)

delays = Table(
    "delays",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("day", Date, primary_key=True),  # of the indexing, Asia/Shanghai
    Column("step", Integer, primary_key=True),  # on the scale of freshness.py, not minutes
    Column("articles", Integer, nullable=False),
)

looks = Table(
    "looks",
    metadata,
    Column("url", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("role", Text, nullable=False),  # front, sitemap or column
    Column("looked_at", Moment, nullable=False),
    Column("answered_at", Moment),  # by the host itself, whatever it said
    Column("shown_at", Moment),  # article links, last
    Column("links", Integer, nullable=False),  # so many then
    Column("empty_since", Moment),
    Column("failing_since", Moment),
    Column("reason", Text),  # of either
)
