"""People: users, sessions, invitations, tokens, guesses at passwords, the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def _of_a_user() -> sa.Column[str]:
    return sa.Column("user", sa.Text, sa.ForeignKey("users.name", ondelete="CASCADE"), nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "users",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("mail", sa.Text),
        sa.Column("barred", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT),
    )
    op.create_table(
        "sessions",
        sa.Column("secret", sa.Text, primary_key=True),
        _of_a_user(),
        sa.Column("csrf", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("begun_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Index("sessions_user", "user"),
    )
    op.create_table(
        "invitations",
        sa.Column("secret", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("user", sa.Text),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("secret", sa.Text, nullable=False, unique=True),
        _of_a_user(),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT),
        sa.Index("api_tokens_user", "user"),
    )
    op.create_table(
        "guesses",
        sa.Column("about", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "deeds",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("deed", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Index("deeds_at", "at"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("deeds", "guesses", "api_tokens", "invitations", "sessions", "users"):
        op.drop_table(table)
