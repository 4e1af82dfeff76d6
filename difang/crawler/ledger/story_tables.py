"""The ledger's tables of stories: articles as stories see them, bands, links, and what the index must be told."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

from difang.crawler.ledger.tables import metadata

story_articles = Table(
    "story_articles",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("version", BigInteger, nullable=False),
    Column("published", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),  # grows when the text changes
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("dateline", Text, nullable=False, server_default=""),
    Column("story", Text),  # None: it stands alone
    Index(
        "story_articles_story",
        "story",
        sqlite_where=text("story IS NOT NULL"),
        postgresql_where=text("story IS NOT NULL"),
    ),
)

story_bands = Table(
    "story_bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

story_links = Table(  # each link from both its ends
    "story_links",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("other", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

story_changes = Table(  # stories the index has not been told yet
    "story_changes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
