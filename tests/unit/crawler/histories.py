"""Histories of an invented channel, for whoever judges them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from difang.crawler.channels import Channel
from difang.crawler.ledger.looks import Look, Role
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.watch.finding import EndedRun, History
from tests.unit.crawler.publishing import hours_of

FRONT = "http://sd.people.com.cn/"


def channel(slug: str = "sd", name: str = "山东频道") -> Channel:
    return Channel(
        slug=slug,
        name=name,
        hosts=(f"{slug}.people.com.cn",),
        cities=(),
        front=f"http://{slug}.people.com.cn/",
        sitemap=None,
        volume=(5, 200),
        every=timedelta(minutes=90),
        columns=(),
    )


CHANNEL = channel()


def history(articles: Sequence[datetime], looked: datetime | None, **others: Any) -> History:
    """What is known after these articles, the last look having been then."""
    known: dict[str, Any] = {
        "channel": CHANNEL,
        "since": articles[0] if articles else None,
        "newest": articles[-1] if articles else None,
        "seen_until": looked,
        "hours": hours_of(articles),
    }
    return History(**known | others)


def look(at: datetime, url: str = FRONT, slug: str = "sd", **others: Any) -> Look:
    """A listing that shows 30 links, or whatever else is said of it."""
    known: dict[str, Any] = {
        "url": url,
        "channel": slug,
        "role": Role.FRONT if url.count("/") == 3 else Role.COLUMN,
        "looked_at": at,
        "answered_at": at,
        "shown_at": at,
        "links": 30,
        "empty_since": None,
        "failing_since": None,
        "reason": None,
    }
    return Look(**known | others)


def ended(at: datetime, seen: int = 100, state: RunState = RunState.FINISHED, sentence: str | None = None) -> EndedRun:
    return EndedRun(id=f"run-{at:%d%H%M}", state=state, sentence=sentence, started_at=at, seen=seen)
