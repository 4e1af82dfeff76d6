"""Long work asked for in the console, and who is told of issues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "request", "asked_by", "state")),
        sa.Column("holder", sa.Text),
        sa.Column("progress", sa.Text, nullable=False, server_default="{}"),
        *(sa.Column(name, sa.Text) for name in ("result", "sentence", "cancel_by")),
        *(sa.Column(name, _MOMENT, nullable=False) for name in ("started_at", "beat_at")),
        sa.Column("ended_at", _MOMENT),
    )
    running = sa.text("state = 'running'")
    op.create_index("tasks_one", "tasks", ["state"], unique=True, sqlite_where=running, postgresql_where=running)
    op.create_table(
        "telling_rules",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("address", "shown", "severity", "channels")),
        *(sa.Column(name, sa.Integer) for name in ("quiet_from", "quiet_until")),
        sa.Column("wakes", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("window", "remind_hours")),
        sa.Column("tells_end", sa.Boolean, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("sent_at", _MOMENT),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_try_at", _MOMENT),
        sa.Column("trouble", sa.Text),
    )
    op.create_table(
        "told_issues",
        *(sa.Column(name, sa.Integer, primary_key=True, autoincrement=False) for name in ("rule", "issue")),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("told_at", _MOMENT, nullable=False),
        sa.Column("end_told", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("told_issues", "telling_rules", "tasks"):
        op.drop_table(table)
