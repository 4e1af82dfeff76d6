"""How fresh the channels are, looks at their listings; issues get a severity and who resolved them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the four tables, and the two columns."""
    op.create_table(
        "new_articles",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("hour", _MOMENT, primary_key=True),
        sa.Column("articles", sa.Integer, nullable=False),
    )
    op.create_table(
        "newest_articles",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("appeared_at", _MOMENT, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
    )
    op.create_table(
        "delays",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True),
        sa.Column("articles", sa.Integer, nullable=False),
    )
    op.create_table(
        "looks",
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("looked_at", _MOMENT, nullable=False),
        sa.Column("answered_at", _MOMENT),
        sa.Column("shown_at", _MOMENT),
        sa.Column("links", sa.Integer, nullable=False),
        sa.Column("empty_since", _MOMENT),
        sa.Column("failing_since", _MOMENT),
        sa.Column("reason", sa.Text),
    )
    op.add_column("issues", sa.Column("severity", sa.Text, nullable=False, server_default="medium"))
    op.add_column("issues", sa.Column("resolved_by", sa.Text))


def downgrade() -> None:
    """Take them away."""
    for column in ("resolved_by", "severity"):
        op.drop_column("issues", column)
    for table in ("looks", "delays", "newest_articles", "new_articles"):
        op.drop_table(table)
