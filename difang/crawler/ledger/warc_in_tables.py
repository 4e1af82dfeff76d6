"""The tables of other people's WARC files: how far each file was read, and which of its records were taken."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from difang.crawler.ledger.tables import Moment, metadata

warc_files = Table(
    "warc_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),  # nanoseconds since 1970, as the file system says
    Column("run_id", Text, nullable=False),
    Column("series", Integer, nullable=False, default=0),  # how often reading began; part of the archive files' names
    Column("offset", BigInteger, nullable=False, default=0),  # bytes; everything before was dealt with
    Column("counts", Text, nullable=False, default="{}"),  # JSON: what became of the records so far
    Column("troubles", Text, nullable=False, default="[]"),  # JSON: sentences
    Column("hosts", Text, nullable=False, server_default=""),  # the sign of the hosts known when reading began
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("path", "size", "changed"),
)

warc_records = Table(
    "warc_records",
    metadata,
    Column("record", Text, primary_key=True),  # id, address and time of the one it was copied from
    Column("file", Integer, ForeignKey("warc_files.id"), nullable=False),
)
