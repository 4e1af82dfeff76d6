"""When the first and the last article of a run were published, as the site prints it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NAMES = ("first_published", "last_published")


def upgrade() -> None:
    """Add the columns; of runs of before it is not known."""
    for name in _NAMES:
        op.add_column("runs", sa.Column(name, sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Take them away."""
    for name in _NAMES:
        op.drop_column("runs", name)
