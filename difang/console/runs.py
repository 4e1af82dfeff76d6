"""The operators' page: what each crawl did, and how full the queue is."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from difang.console.pages import Pages
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.outcome import Outcome
from difang.ingest.queue import PageQueue

MOST = 200
LABELS = {
    Outcome.INDEXED: "新",
    Outcome.UPDATED: "更正",
    Outcome.UNCHANGED: "未变",
    Outcome.SIGHTING: "再见",
    Outcome.PART: "分页",
    Outcome.NOT_AN_ARTICLE: "非文章",
    Outcome.GONE: "已撤",
    Outcome.REFUSED: "拒绝",
    Outcome.FAILED: "失败",
    Outcome.SET_ASIDE: "搁置",
}


def router(ledger: Ledger, queue: PageQueue, pages: Pages) -> APIRouter:
    """The routes of this page."""
    routes = APIRouter()

    @routes.get("/runs", include_in_schema=False)
    def show_runs() -> HTMLResponse:
        newest = ledger.runs.newest(MOST)
        return pages.show(
            "runs.html",
            here="runs",
            runs=newest,
            counts=ledger.runs.counts(newest),
            labels=LABELS,
            queue=queue.counts(),
        )

    return routes
