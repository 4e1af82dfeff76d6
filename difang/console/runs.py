"""The operators' page of runs: what each crawl did, filtered, and how full the queue is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse

from difang.console.languages import N_
from difang.console.operating.labels import CAUSES
from difang.console.pages import Pages
from difang.console.people.gate import OPERATOR
from difang.crawler.channels import Channel
from difang.crawler.ledger.discoveries import Counts
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_lists import WantedRuns
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.ingest.errors import UsageError
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


def router(ledger: Ledger, queue: PageQueue, pages: Pages, channels: Sequence[Channel] = ()) -> APIRouter:
    """The routes of this page."""
    routes = APIRouter(dependencies=[Depends(OPERATOR)])

    @routes.get("/runs", include_in_schema=False)
    def show_runs(
        request: Request, channel: str = "", state: str = "", cause: str = "", before: datetime | None = None
    ) -> HTMLResponse:
        wanted = _wanted(channel, state, cause, before)
        found = ledger.run_lists.select(wanted, MOST)
        counts = ledger.runs.counts(found)
        waiting = queue.counts()
        chosen = {"channel": channel, "state": state, "cause": cause}
        last = found[-1].started_at or found[-1].due_at if len(found) == MOST else None
        older = urlencode(chosen | {"before": last.isoformat()}) if last else ""
        return pages.show(
            request,
            "runs.html",
            here="runs",
            runs=found,
            counts=counts,
            sum=_sum(found, counts),
            labels=LABELS,
            states=STATES,
            causes=CAUSES,
            channels=channels,
            chosen=chosen,
            older=older,
            queue=waiting,
            busy=before is None
            and (bool(waiting.ready or waiting.claimed) or any(run.state is RunState.RUNNING for run in found)),
        )

    return routes


def _wanted(channel: str, state: str, cause: str, before: datetime | None) -> WantedRuns:
    try:
        return WantedRuns(
            channel=channel or None,
            state=RunState(state) if state else None,
            cause=RunCause(cause) if cause else None,
            before=before.astimezone(UTC) if before else None,
        )
    except ValueError as error:
        raise UsageError("There is no such state or cause of a run; choose one of the lists.") from error


def _sum(of: Sequence[Run], counts: dict[str, Counts]) -> dict[str, Any]:
    """The bottom line of the table: requests, discovered, each outcome, and what has not ended yet."""
    every = list(counts.values())
    return {
        "requests": sum(run.requests for run in of),
        "discovered": sum(count.discovered for count in every),
        "outcomes": {outcome: sum(count.outcomes.get(outcome, 0) for count in every) for outcome in LABELS},
        "open": sum(count.unfetched + count.queued for count in every),
    }
