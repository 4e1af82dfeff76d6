"""Every route of the operators' deeds and of the monitors."""

from __future__ import annotations

from fastapi import APIRouter

from difang.console.act import set_aside, takedowns, tasks, trace, try_page, work
from difang.console.act.workplace import Workplace
from difang.console.metrics import routes as metrics
from difang.console.metrics.figures import Figures
from difang.console.operating.live import Live
from difang.console.pages import Pages
from difang.console.telling import rules
from difang.ingest.index.port import ArticleIndex


def act_routers(place: Workplace, index: ArticleIndex, live: Live, pages: Pages) -> list[APIRouter]:
    """In the order of the menu; `index` is only read."""
    figures = Figures(ledger=place.ledger, open_queue=place.open_queue, index=index, archive=place.archive.folder)
    return [
        *(part.router(place, pages) for part in (set_aside, try_page, trace, takedowns, work)),
        tasks.router(place, live, pages),
        rules.router(place, pages),
        metrics.router(ledger=place.ledger, open_queue=place.open_queue, index=index, figures=figures),
    ]
