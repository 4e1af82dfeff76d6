"""The operators' page: what each crawl did, and how full the queue is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse

from difang.console.languages import N_
from difang.console.pages import Pages
from difang.console.people.gate import OPERATOR
from difang.crawler.ledger.discoveries import Counts
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.tables import RunState
from difang.ingest.outcome import Outcome
from difang.ingest.queue import PageQueue

MOST = 200
LABELS = {
    Outcome.INDEXED: N_("新"),
    Outcome.UPDATED: N_("更正"),
    Outcome.UNCHANGED: N_("未变"),
    Outcome.SIGHTING: N_("再见"),
    Outcome.PART: N_("分页"),
    Outcome.NOT_AN_ARTICLE: N_("非文章"),
    Outcome.GONE: N_("已撤"),
    Outcome.REFUSED: N_("拒绝"),
    Outcome.FAILED: N_("失败"),
    Outcome.SET_ASIDE: N_("搁置"),
}

STATES = {
    RunState.PLANNED: N_("待开始"),
    RunState.RUNNING: N_("进行中"),
    RunState.FINISHED: N_("完成"),
    RunState.FAILED: N_("失败"),
    RunState.CANCELLED: N_("已停止"),
    RunState.MISSED: N_("错过"),
    RunState.LOST: N_("中断"),
}


def router(ledger: Ledger, queue: PageQueue, pages: Pages) -> APIRouter:
    """The routes of this page."""
    routes = APIRouter(dependencies=[Depends(OPERATOR)])

    @routes.get("/runs", include_in_schema=False)
    def show_runs(request: Request) -> HTMLResponse:
        newest = ledger.runs.newest(MOST)
        counts = ledger.runs.counts(newest)
        waiting = queue.counts()
        return pages.show(
            request,
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
