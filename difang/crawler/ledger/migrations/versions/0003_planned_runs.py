"""Runs planned ahead: when due, why, what is asked for, the time limit, cancelling, catching up, the newest article."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("cause", sa.Text, nullable=False, server_default="operator"),
        sa.Column("request", sa.Text, nullable=False, server_default="{}"),
        sa.Column("due_at", _MOMENT),
        sa.Column("time_limit", sa.Float),
        sa.Column("runner", sa.Text),
        sa.Column("exit_code", sa.Integer),
        sa.Column("cancel_at", _MOMENT),
        sa.Column("cancel_by", sa.Text),
        sa.Column("caught_up_by", sa.Text),
        sa.Column("retry_of", sa.Text),
        sa.Column("new_articles", sa.Integer, nullable=False, server_default="0"),
        sa.Column("first_article", sa.Date),
        sa.Column("last_article", sa.Date),
    ]


def upgrade() -> None:
    """Add the columns; runs of before count as an operator's, and were due when they were planned."""
    for column in _columns():
        op.add_column("runs", column)
    op.execute("UPDATE runs SET due_at = planned_at")
    op.drop_index("runs_state", "runs")
    op.create_index("runs_state", "runs", ["state", "due_at"])
    op.create_index(
        "runs_firing",
        "runs",
        ["channel", "due_at"],
        unique=True,
        sqlite_where=sa.text("cause = 'schedule'"),
        postgresql_where=sa.text("cause = 'schedule'"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("runs_firing", "runs")
    op.drop_index("runs_state", "runs")
    for column in _columns():
        op.drop_column("runs", column.name)
    op.create_index("runs_state", "runs", ["state"])
