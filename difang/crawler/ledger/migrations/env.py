"""Alembic's way in: runs the migrations on the connection that opening.py holds, inside its transaction."""

from __future__ import annotations

from alembic import context

from difang.crawler.ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
