"""The operators' page: what each crawl did, and how full the queue is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from difang.console.pages import Pages
from difang.crawler.ledger.discoveries import Counts
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.tables import RunState
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

STATES = {
    RunState.PLANNED: "待开始",
    RunState.RUNNING: "进行中",
    RunState.FINISHED: "完成",
    RunState.FAILED: "失败",
    RunState.CANCELLED: "已停止",
    RunState.MISSED: "错过",
    RunState.LOST: "中断",
}


def router(ledger: Ledger, queue: PageQueue, pages: Pages) -> APIRouter:
    """The routes of this page."""
    routes = APIRouter()

    @routes.get("/runs", include_in_schema=False)
    def show_runs() -> HTMLResponse:
        newest = ledger.runs.newest(MOST)
        counts = ledger.runs.counts(newest)
        waiting = queue.counts()
        return pages.show(
            "runs.html",
            here="runs",
            runs=newest,
            counts=counts,
            sum=_sum(newest, counts),
            labels=LABELS,
            states=STATES,
            queue=waiting,
            busy=bool(waiting.ready or waiting.claimed) or any(run.state is RunState.RUNNING for run in newest),
        )

    return routes


def _sum(of: Sequence[Run], counts: dict[str, Counts]) -> dict[str, Any]:
    """The bottom line of the table: requests, discovered, each outcome, and what has not ended yet."""
    every = list(counts.values())
    return {
        "requests": sum(run.requests for run in of),
        "discovered": sum(count.discovered for count in every),
        "outcomes": {outcome: sum(count.outcomes.get(outcome, 0) for count in every) for outcome in LABELS},
        "open": sum(count.unfetched + count.queued for count in every),
    }
