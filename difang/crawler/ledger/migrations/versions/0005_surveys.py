"""Surveys, what they found, and the coverage they prove."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "surveys",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("each", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sentence", sa.Text),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT),
        sa.Column("ended_at", _MOMENT),
        sa.Column("resume_at", _MOMENT),
        sa.Column("run_id", sa.Text),
        sa.Column("columns_known", sa.Boolean, nullable=False),
        sa.Column("doubts_known", sa.Boolean, nullable=False),
        sa.Column("runs", sa.Integer, nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("expected_articles", sa.Integer, nullable=False),
        sa.Column("expected_requests", sa.Integer, nullable=False),
    )
    op.create_index("surveys_state", "surveys", ["state", "channel"])
    op.create_table(
        "survey_listings",
        sa.Column("survey_id", sa.Integer, primary_key=True),
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("strict", sa.Boolean, nullable=False),
        sa.Column("next_url", sa.Text),
        sa.Column("low", sa.Integer, nullable=False),
        sa.Column("high", sa.Integer),
        sa.Column("reached", sa.Date),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("misses", sa.Integer, nullable=False),
        sa.Column("sentence", sa.Text),
    )
    op.create_table(
        "survey_addresses",
        sa.Column("survey_id", sa.Integer, primary_key=True),
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("day", sa.Date),
        sa.Column("found_on", sa.Text, nullable=False),
        sa.Column("found_at", _MOMENT, nullable=False),
        sa.Column("listed", sa.Boolean, nullable=False),
        sa.Column("in_sitemap", sa.Boolean, nullable=False),
        sa.Column("pending", sa.Boolean, nullable=False),
    )
    op.create_index("survey_addresses_pending", "survey_addresses", ["survey_id", "pending", "found_at"])
    op.create_table(
        "coverage",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("found", sa.Integer, nullable=False),
        sa.Column("indexed", sa.Integer, nullable=False),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("taken_down", sa.Integer, nullable=False),
        sa.Column("outcomes", sa.Text, nullable=False),
        sa.Column("checked_at", _MOMENT, nullable=False),
        sa.Column("survey_id", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("coverage", "survey_addresses", "survey_listings", "surveys"):
        op.drop_table(table)
