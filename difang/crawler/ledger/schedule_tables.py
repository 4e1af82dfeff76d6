"""The schedule's tables: what operators changed, what was in force when, what was taken back, who leads."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from difang.crawler.ledger.schema import Moment, metadata

schedule_changes = Table(  # what operators said; the newest of a channel is in force, none is ever changed
    "schedule_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("every", Integer),  # seconds; neither this nor cron: as the channel table says
    Column("cron", Text),
    Column("jitter", Integer),  # seconds; NULL: as usual
    Column("paused", Boolean, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index("schedule_changes_channel", "channel", "id"),
)

schedule_timings = Table(  # what the leader planned by, from when on; the proof that no firing was left out needs it
    "schedule_timings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("every", Integer),  # seconds
    Column("cron", Text),
    Column("offset", Integer, nullable=False),  # seconds
    Column("paused", Boolean, nullable=False),
    Index("schedule_timings_channel", "channel", "id"),
)

withdrawn_firings = Table(  # planned and taken back before they began
    "withdrawn_firings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("withdrawn_at", Moment, nullable=False),
    Column("sentence", Text, nullable=False),
    Index("withdrawn_firings_channel", "channel", "due_at"),
)

missed_stretches = Table(  # where too many were missed to stand one by one: this missed run stands for all of them
    "missed_stretches",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("until_at", Moment, nullable=False),  # every firing from the run's due_at up to here
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text),  # see process_names.py; NULL: let go of
    Column("number", Integer, nullable=False),  # one more with each holder: the fence against an old one
    Column("beat", Integer, nullable=False),  # one more with each sign of life
    Column("seen_at", Moment, nullable=False),  # the last sign of life, by the holder's clock; for people
    Column("since", Moment, nullable=False),  # when this holder took it
    Column("watched_since", Moment, nullable=False),  # from when on some holder or other was always there
)
