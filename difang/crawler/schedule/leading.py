"""Who leads the schedule, and whether anybody does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.schedule.scheduler import NAME
from difang.crawler.schedule.timing import ZONE
from difang.ingest.process_names import holder_died

HEARD = timedelta(seconds=60)
"""A leader that said nothing for so long is not there."""


def leading(ledger: Ledger, now: datetime) -> dict[str, Any]:
    """Who leads; `holder` None where nobody does or the last one is not heard of any more."""
    held = ledger.lease_held(NAME)
    if held is None:
        return {"holder": None, "said": "no scheduler has run yet"}
    seen = f"{held.seen_at.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
    if held.holder is None:
        return {"holder": None, "said": f"no scheduler runs since {seen}", "seen_at": held.seen_at.isoformat()}
    gone = holder_died(held.holder) or now - held.seen_at > HEARD
    said = f"nobody leads: {held.holder} was last heard of at {seen}" if gone else f"{held.holder} leads"
    holder = None if gone else held.holder
    times = {"since": held.since.isoformat(), "seen_at": held.seen_at.isoformat()}
    return {"holder": holder, "said": said, "number": held.number, "died": gone} | times
