"""The takedown list; WARC files read in; by which template and edition of the code a page was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables and the columns."""
    op.create_table(
        "takedowns",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("removed_at", _MOMENT),
        sa.Column("undone_by", sa.Text),
        sa.Column("undone_at", _MOMENT),
    )
    op.create_table(
        "takedown_names",
        sa.Column("number", sa.Integer, sa.ForeignKey("takedowns.number"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
    )
    op.create_index("takedown_names_name", "takedown_names", ["name"])
    op.create_table(
        "warc_files",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("series", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("troubles", sa.Text, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.UniqueConstraint("path", "size", "changed"),
    )
    op.create_table(
        "warc_records",
        sa.Column("record", sa.Text, primary_key=True),
        sa.Column("file", sa.Integer, sa.ForeignKey("warc_files.id"), nullable=False),
    )
    op.add_column("discoveries", sa.Column("template", sa.Text))
    op.add_column("discoveries", sa.Column("read_by", sa.Text))


def downgrade() -> None:
    """Take them away."""
    for table in ("warc_records", "warc_files", "takedown_names", "takedowns"):
        op.drop_table(table)
    op.drop_column("discoveries", "read_by")
    op.drop_column("discoveries", "template")
