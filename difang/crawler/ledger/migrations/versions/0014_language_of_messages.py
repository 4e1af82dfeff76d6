"""The language in which a rule tells of issues; rules that told in English before go on in English."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("telling_rules", sa.Column("language", sa.Text, nullable=False, server_default="zh"))
    op.execute("UPDATE telling_rules SET language = 'en'")


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("telling_rules") as table:
        table.drop_column("language")
