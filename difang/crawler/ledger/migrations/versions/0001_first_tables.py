"""The first tables: runs, discoveries, addresses, listings, hosts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "addresses",
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("first_seen", _MOMENT, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("due_at", _MOMENT),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("article_id", sa.Text),
        sa.Column("fetched_at", _MOMENT),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("lastmod", _MOMENT),
    )
    op.create_index("addresses_due", "addresses", ["channel", "due_at"])
    op.create_index("addresses_key", "addresses", ["key", "page"])
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text),
        sa.Column("held_until", sa.Float, nullable=False),
        sa.Column("wanted_until", sa.Float, nullable=False),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("robots_status", sa.Integer),
        sa.Column("robots", sa.Text),
        sa.Column("robots_at", sa.Float),
    )
    op.create_table(
        "listings",
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("walked_at", _MOMENT),
        sa.Column("due_at", _MOMENT),
        sa.Column("misses", sa.Integer, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("channel_name", sa.Text, nullable=False),
        sa.Column("started_by", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("asked_for", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sentence", sa.Text),
        sa.Column("machine", sa.Text),
        sa.Column("pid", sa.Integer),
        sa.Column("planned_at", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT),
        sa.Column("heartbeat_at", _MOMENT),
        sa.Column("ended_at", _MOMENT),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("known", sa.Integer, nullable=False),
        sa.Column("warnings", sa.Integer, nullable=False),
        sa.Column("log", sa.Text),
    )
    op.create_index("runs_channel", "runs", ["channel", "planned_at"])
    op.create_index("runs_state", "runs", ["state"])
    op.create_table(
        "discoveries",
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("found_on", sa.Text),
        sa.Column("found_at", _MOMENT, nullable=False),
        sa.Column("file", sa.Text),
        sa.Column("start", sa.BigInteger),
        sa.Column("length", sa.BigInteger),
        sa.Column("queued_at", _MOMENT),
        sa.Column("outcome", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("article_id", sa.Text),
        sa.Column("ended_at", _MOMENT),
    )
    op.create_index("discoveries_outcome", "discoveries", ["run_id", "outcome"])
    op.create_index("discoveries_url", "discoveries", ["url"])


def downgrade() -> None:
    """Take them away."""
    for table in ("hosts", "listings", "addresses", "discoveries", "runs"):
        op.drop_table(table)
