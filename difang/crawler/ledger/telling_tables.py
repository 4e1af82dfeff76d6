"""The ledger's tables of who is told of issues: the rules, and which issue was told under which rule."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table, Text

from difang.crawler.ledger.schema import Moment, metadata

telling_rules = Table(
    "telling_rules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("address", Text, nullable=False),  # holds secrets: never shown again, never logged
    Column("shown", Text, nullable=False),  # where it leads, without secrets
    Column("severity", Text, nullable=False),  # and above
    Column("channels", Text, nullable=False),  # JSON: slugs; empty: all
    Column("quiet_from", Integer),  # minutes of the day, Asia/Shanghai; NULL: no quiet hours
    Column("quiet_until", Integer),
    Column("wakes", Boolean, nullable=False),  # issues of high severity are told in quiet hours too
    Column("window", Integer, nullable=False),  # seconds a new issue waits for others to go in one message
    Column("remind_hours", Integer, nullable=False),  # 0: never
    Column("tells_end", Boolean, nullable=False),
    Column("language", Text, nullable=False, server_default="zh"),  # of its messages
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("tries", Integer, nullable=False, server_default="0"),  # in vain, in a row
    Column("next_try_at", Moment),
    Column("trouble", Text),
)

told_issues = Table(
    "told_issues",
    metadata,
    Column("rule", Integer, primary_key=True, autoincrement=False),
    Column("issue", Integer, primary_key=True, autoincrement=False),
    Column("severity", Text, nullable=False),  # as it was told
    Column("told_at", Moment, nullable=False),  # last
    Column("end_told", Boolean, nullable=False),
)
