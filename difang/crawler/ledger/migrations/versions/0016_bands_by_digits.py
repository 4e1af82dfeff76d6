"""The bands of stories, made anew: two of them tell bulletins of different days apart by their digits."""

from __future__ import annotations

from alembic import op
from sqlalchemy import select, text

from difang.crawler.ledger.story_tables import story_articles as articles
from difang.crawler.ledger.upsert import many
from difang.ingest.stories.bands import bands_of
from difang.ingest.stories.text import Text

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_AT_ONCE = 2_000


def upgrade() -> None:
    """From the texts that stand in the ledger, some 5,000 articles a second; what is linked stays so."""
    connection = op.get_bind()
    connection.execute(text("DELETE FROM story_bands"))
    columns = (articles.c.number, articles.c.title, articles.c.body, articles.c.dateline)
    last = 0
    while some := connection.execute(
        select(*columns).where(articles.c.number > last).order_by(articles.c.number).limit(_AT_ONCE)
    ).all():
        bands = bands_of([Text(title=row.title, body=row.body, dateline=row.dateline) for row in some])
        rows = sorted((band, row.number) for row, of in zip(some, bands, strict=True) for band in of)
        many(connection, "INSERT INTO story_bands (band, number) VALUES (?,?)", rows)
        last = some[-1].number


def downgrade() -> None:
    """They stay: an earlier version finds candidates by the other six, which are the same."""
