"""The datelines of stories: what else is the same printed on another day is another story."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; an article gets its dateline when it is written the next time."""
    op.add_column("story_articles", sa.Column("dateline", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("story_articles") as table:
        table.drop_column("dateline")
