"""The operators' pages put together: one gathering and one set of live readers for all of them."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI

from difang.console import runs
from difang.console.operating import audits, board, channel, channel_acts, issue_acts, issues, run
from difang.console.operating.gathering import Gathering
from difang.console.operating.live import Live
from difang.console.operating.works import Works
from difang.console.pages import Pages
from difang.console.people.gate import may_still
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.index.port import ArticleIndex
from difang.ingest.queue import PageQueue


def operating(
    app: FastAPI, ledger: Ledger, queue: PageQueue, articles: ArticleIndex, works: Works, pages: Pages
) -> Iterator[APIRouter]:
    """Every router of these pages; the server ends the live pages through `app.state.live`."""
    live = app.state.live = Live(may_still)
    gathering = Gathering(ledger, queue, articles, works)
    yield board.router(ledger, gathering, works, live, pages)
    yield issues.router(ledger, works, live, pages)
    yield issue_acts.router(ledger, gathering)
    yield channel.router(ledger, gathering, works, live, pages)
    yield audits.router(ledger, works, live, pages)
    yield channel_acts.router(ledger, gathering, works)
    yield runs.router(ledger, queue, live, pages, works.channels)  # before the run, whose id may be any word
    yield run.router(ledger, gathering, works, live, pages)
