"""The tables of the takedown list: its entries, and the article ids and addresses each covers."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from difang.crawler.ledger.tables import Moment, metadata

takedowns = Table(
    "takedowns",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("removed_at", Moment),  # out of the index since
    Column("undone_by", Text),
    Column("undone_at", Moment),
)

takedown_names = Table(
    "takedown_names",
    metadata,
    Column("number", Integer, ForeignKey("takedowns.number"), primary_key=True),
    Column("name", Text, primary_key=True),  # an article id or an address
    Index("takedown_names_name", "name"),
)
