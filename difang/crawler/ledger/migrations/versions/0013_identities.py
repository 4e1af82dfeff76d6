"""Whom another service signs in, and the e-mail address an invitation is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("user", sa.Text, sa.ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("issuer", "user"),
    )
    op.add_column("invitations", sa.Column("mail", sa.Text))


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("invitations") as table:
        table.drop_column("mail")
    op.drop_table("identities")
