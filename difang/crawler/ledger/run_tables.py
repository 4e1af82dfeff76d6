"""The tables of runs and of what they discovered."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Index, Integer, Table, Text, text

from difang.crawler.ledger.schema import Moment, metadata


class RunCause(StrEnum):
    """Why a run is made."""

    SCHEDULE = "schedule"  # a firing of the schedule
    OPERATOR = "operator"  # somebody wants it now
    BACKFILL = "backfill"  # a step back in time
    CATCH_UP = "catch_up"  # in place of missed runs
    RETRY = "retry"  # the failed addresses of another run
    AUDIT = "audit"  # what an audit found missing


class RunState(StrEnum):
    """The life of a run."""

    PLANNED = "planned"  # in the ledger, not begun
    RUNNING = "running"  # its process lives and says so
    FINISHED = "finished"  # walked to its end
    FAILED = "failed"  # ended by something an operator must read
    CANCELLED = "cancelled"  # stopped by a person, cleanly
    MISSED = "missed"  # planned, but its time passed without it
    LOST = "lost"  # its process died without a word


runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("channel_name", Text, nullable=False),
    Column("started_by", Text, nullable=False),  # who: schedule, backfill, or the name of a person
    Column("cause", Text, nullable=False, server_default="operator"),
    Column("request", Text, nullable=False, server_default="{}"),  # JSON: what is asked for, see span.py
    Column("scope", Text, nullable=False),  # the same for people: "since 2026-01-01", "3 addresses"
    Column("asked_for", Boolean, nullable=False, default=False),  # given addresses only, no listing
    Column("state", Text, nullable=False),
    Column("sentence", Text),  # why it failed, was cancelled or lost
    Column("machine", Text),
    Column("pid", Integer),
    Column("planned_at", Moment, nullable=False),  # written down
    Column("due_at", Moment),  # to begin, not before
    Column("started_at", Moment),
    Column("heartbeat_at", Moment),
    Column("ended_at", Moment),
    Column("requests", Integer, nullable=False, default=0),
    Column("bytes", BigInteger, nullable=False, default=0),
    Column("known", Integer, nullable=False, default=0),  # links to addresses known before, not fetched again
    Column("warnings", Integer, nullable=False, default=0),
    Column("log", Text),
    Column("time_limit", Float),  # seconds it may run; NULL: as long as it takes
    Column("runner", Text),  # the process that started its crawl, see process_names.py
    Column("exit_code", Integer),  # of its crawl process, where a runner saw the end
    Column("cancel_at", Moment),  # somebody wants it to end, since
    Column("cancel_by", Text),
    Column("caught_up_by", Text),  # of a missed run: the run that made up for it
    Column("retry_of", Text),  # the run whose failed addresses it fetches again
    Column("new_articles", Integer, nullable=False, server_default="0"),  # first pages at addresses never fetched
    Column("first_article", Date),  # the oldest and the newest day of these, by their addresses
    Column("last_article", Date),
    Column("first_published", Moment),  # as the site prints it on the articles the run brought; the worker tells
    Column("last_published", Moment),
    Index("runs_channel", "channel", "planned_at"),
    Index("runs_state", "state", "due_at"),
    Index(  # a firing is planned once, whoever plans it
        "runs_firing",
        "channel",
        "due_at",
        unique=True,
        sqlite_where=text("cause = 'schedule'"),
        postgresql_where=text("cause = 'schedule'"),
    ),
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
    Column("template", Text),  # of an article's first page: which template read it
    Column("read_by", Text),  # and the edition of the code
    Index("discoveries_url", "url"),
    Index("discoveries_outcome", "run_id", "outcome"),
)

further_captures = Table(  # pages a run archived of an address besides the last one: a WARC file may hold several
    "further_captures",
    metadata,
    Column("file", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("length", BigInteger, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("queued_at", Moment, nullable=False),
    Index("further_captures_url", "url"),
)
