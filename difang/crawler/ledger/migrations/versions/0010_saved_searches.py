"""Saved searches: where alerts go, the searches, what they found, and its deliveries."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

from difang.crawler.ledger.schema import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "alert_targets",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner", sa.Text, sa.ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("label", "shown", "url")),
        sa.Column("made_at", Moment, nullable=False),
    )
    op.create_index("alert_targets_owner", "alert_targets", ["owner"])
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner", sa.Text, sa.ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("name", "query")),
        sa.Column("target", sa.Integer, sa.ForeignKey("alert_targets.id", ondelete="SET NULL")),
        sa.Column("rhythm", sa.Text, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("old_too", sa.Boolean, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        *(sa.Column(name, Moment, nullable=False) for name in ("made_at", "since", "changed_at")),
        sa.Column("digest_at", Moment),
        sa.Column("sent_at", Moment),
        sa.Column("sent", sa.Integer, nullable=False),
    )
    op.create_index("saved_searches_owner", "saved_searches", ["owner"])
    of_search = partial(sa.Column, "search", sa.Integer)
    op.create_table(
        "alert_hits",
        of_search(_search(), primary_key=True),
        sa.Column("article", sa.Text, primary_key=True),
        sa.Column("found_at", Moment, nullable=False),
        sa.Column("delivery", sa.Text),
    )
    op.create_index("alert_hits_delivery", "alert_hits", ["delivery"])
    _partial("alert_hits_waiting", "alert_hits", "delivery IS NULL", unique=False)
    op.create_table(
        "alert_deliveries",
        sa.Column("id", sa.Text, primary_key=True),
        of_search(_search(), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("articles", sa.Integer, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("trouble", sa.Text),
        sa.Column("ended_at", Moment),
    )
    _partial("alert_deliveries_pending", "alert_deliveries", "state = 'pending'", unique=True)


def _search() -> sa.ForeignKey:
    return sa.ForeignKey("saved_searches.id", ondelete="CASCADE")


def _partial(name: str, table: str, where: str, *, unique: bool) -> None:
    condition = sa.text(where)
    op.create_index(name, table, ["search"], unique=unique, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    """Take them away."""
    for table in ("alert_deliveries", "alert_hits", "saved_searches", "alert_targets"):
        op.drop_table(table)
