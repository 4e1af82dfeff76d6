"""The schedule: operators' changes, the timings in force, firings taken back, stretches of missed ones, leases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the five tables."""
    op.create_table(
        "schedule_changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("every", sa.Integer),
        sa.Column("cron", sa.Text),
        sa.Column("jitter", sa.Integer),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_index("schedule_changes_channel", "schedule_changes", ["channel", "id"])
    op.create_table(
        "schedule_timings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("every", sa.Integer),
        sa.Column("cron", sa.Text),
        sa.Column("offset", sa.Integer, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
    )
    op.create_index("schedule_timings_channel", "schedule_timings", ["channel", "id"])
    op.create_table(
        "withdrawn_firings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("withdrawn_at", _MOMENT, nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
    )
    op.create_index("withdrawn_firings_channel", "withdrawn_firings", ["channel", "due_at"])
    op.create_table(
        "missed_stretches",
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("until_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("beat", sa.Integer, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("watched_since", _MOMENT, nullable=False),
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("leases", "missed_stretches", "withdrawn_firings", "schedule_timings", "schedule_changes"):
        op.drop_table(table)
