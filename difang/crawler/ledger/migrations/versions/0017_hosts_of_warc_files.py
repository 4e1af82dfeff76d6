"""Which hosts were known when a WARC file was read; a file read before counts as read with others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("warc_files", sa.Column("hosts", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("warc_files") as table:
        table.drop_column("hosts")
