"""When a run's first and last article were published, which the ingest worker reads off the pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, update

from difang.crawler.ledger.run_tables import runs
from difang.ingest.note import Note
from difang.ingest.outcome import Ending, Outcome

_NEWS = (Outcome.INDEXED, Outcome.UPDATED)

_FIRST, _LAST = runs.c.first_published, runs.c.last_published
_LOW, _HIGH = bindparam("low", type_=_FIRST.type), bindparam("high", type_=_LAST.type)
_WIDER = (
    update(runs)
    .where(runs.c.id == bindparam("run"))
    .values(
        first_published=case((_FIRST < _LOW, _FIRST), else_=_LOW),
        last_published=case((_LAST > _HIGH, _LAST), else_=_HIGH),
    )
)


def keep_article_times(connection: Connection, endings: Sequence[Ending], notes: Sequence[Note]) -> None:
    """Widen each run's span by the articles it brought; told twice it stays the same. Days without a clock are left."""
    news = {(ending.run_id, ending.url) for ending in endings if ending.outcome in _NEWS}
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for note in notes:
        if note.published_at and (note.run_id, note.url) in news:
            times[note.run_id].append(note.published_at)
    if times:  # in one order, so that two workers never lock crosswise
        rows = [{"run": run_id, "low": min(here), "high": max(here)} for run_id, here in sorted(times.items())]
        connection.execute(_WIDER, rows)
