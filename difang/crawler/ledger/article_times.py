"""When a run's first and last article were published, which the ingest worker reads off the pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, case, literal, update

from difang.crawler.ledger.run_tables import runs
from difang.ingest.note import Note
from difang.ingest.outcome import Ending, Outcome

_NEWS = (Outcome.INDEXED, Outcome.UPDATED)


def keep_article_times(connection: Connection, endings: Sequence[Ending], notes: Sequence[Note]) -> None:
    """Widen each run's span by the articles it brought; told twice it stays the same. Days without a clock are left."""
    news = {(ending.run_id, ending.url) for ending in endings if ending.outcome in _NEWS}
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for note in notes:
        if note.published_at and (note.run_id, note.url) in news:
            times[note.run_id].append(note.published_at)
    first, last = runs.c.first_published, runs.c.last_published
    for run_id, here in sorted(times.items()):  # in one order, so that two workers never lock crosswise
        low, high = literal(min(here), first.type), literal(max(here), last.type)
        wider = {
            "first_published": case((first < low, first), else_=low),
            "last_published": case((last > high, last), else_=high),
        }
        connection.execute(update(runs).where(runs.c.id == run_id).values(wider))
