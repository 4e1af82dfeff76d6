"""Stories: articles as stories see them, their bands, what is linked, what the index must be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "story_articles",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("published", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("story", sa.Text),
    )
    op.create_index(
        "story_articles_story",
        "story_articles",
        ["story"],
        sqlite_where=sa.text("story IS NOT NULL"),
        postgresql_where=sa.text("story IS NOT NULL"),
    )
    for table, columns in (("story_bands", ("band", "number")), ("story_links", ("one", "other"))):
        types = {"band": sa.BigInteger}
        op.create_table(
            table,
            *(sa.Column(name, types.get(name, sa.Integer), primary_key=True, autoincrement=False) for name in columns),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "story_changes",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("story_changes", "story_links", "story_bands", "story_articles"):
        op.drop_table(table)
