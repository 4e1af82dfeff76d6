"""The ledger's table of long work that somebody asked for: reprocessing, moving the index."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Column, Index, Integer, Table, Text, text

from difang.crawler.ledger.schema import Moment, metadata


class TaskKind(StrEnum):
    """What is done."""

    REPROCESS = "reprocess"  # compare the archive with the index, write nothing
    REPROCESS_APPLY = "reprocess-apply"  # and write what differs
    MIGRATE = "migrate"  # into an index as this version makes it
    REBUILD = "rebuild"  # the same where the index is as it should be
    FROM_ARCHIVE = "from-archive"  # into one as today's extraction reads the archive
    ROLLBACK = "rollback"  # to the index before

    @property
    def writes_articles(self) -> bool:
        """Whether it holds the index open for writing, as only one process can where the index is embedded."""
        return self in (TaskKind.REPROCESS_APPLY, TaskKind.FROM_ARCHIVE)


class TaskState(StrEnum):
    """The life of a task."""

    RUNNING = "running"  # its process lives and says so
    DONE = "done"  # its result is there
    FAILED = "failed"  # the sentence says why
    CANCELLED = "cancelled"  # stopped by a person
    LOST = "lost"  # its process died without a word


tasks = Table(
    "tasks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("request", Text, nullable=False),  # JSON: what was asked for
    Column("asked_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("holder", Text),  # the process that does it
    Column("progress", Text, nullable=False, server_default="{}"),  # JSON: step, done, of
    Column("result", Text),  # JSON
    Column("sentence", Text),
    Column("cancel_by", Text),
    Column("started_at", Moment, nullable=False),
    Column("beat_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index(  # one at a time, whoever asks
        "tasks_one",
        "state",
        unique=True,
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
)
