"""The captures of an address that one WARC file holds besides the last of them; those of files read before lack."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from difang.crawler.ledger.schema import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "further_captures",
        sa.Column("file", sa.Text, primary_key=True),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("queued_at", Moment, nullable=False),
    )
    op.create_index("further_captures_url", "further_captures", ["url"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("further_captures")
