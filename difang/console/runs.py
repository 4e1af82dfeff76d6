"""The operators' page of runs: what each crawl did, filtered, and how full the queue is; live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from difang.console.languages import N_, language_of
from difang.console.operating.labels import CAUSES
from difang.console.operating.live import Fragments, Live
from difang.console.pages import BEIJING, Pages
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """What was chosen in the form, as written."""

    channel: str = ""
    state: str = ""
    cause: str = ""


def router(ledger: Ledger, queue: PageQueue, live: Live, pages: Pages, channels: Sequence[Channel] = ()) -> APIRouter:
    """The routes of this page."""
    routes = APIRouter(prefix="/runs", include_in_schema=False, dependencies=[Depends(OPERATOR)])

    @routes.get("")
    def show_runs(
        request: Request, channel: str = "", state: str = "", cause: str = "", before: datetime | None = None
    ) -> HTMLResponse:
        asked = _Asked(channel=channel, state=state, cause=cause)
        values = _found(ledger, queue, asked, before)
        runs: list[Run] = values["runs"]
        last = runs[-1].started_at or runs[-1].due_at if len(runs) == MOST else None
        return pages.show(
            request,
            "runs.html",
            here="runs",
            channels=channels,
            chosen=asked,
            older=urlencode(asdict(asked) | {"before": last.isoformat()}) if last else "",
            live=f"/runs/events?{urlencode(asdict(asked))}" if before is None else "",
            **values,
        )

    @routes.get("/events")
    async def events(request: Request, channel: str = "", state: str = "", cause: str = "") -> Response:
        asked, language = _Asked(channel=channel, state=state, cause=cause), language_of(request)
        _wanted(asked, None)
        make = partial(_fragments, ledger, queue, pages, language, asked)
        return live.answer(request, ("runs", asked, language), make)

    return routes


def _found(ledger: Ledger, queue: PageQueue, asked: _Asked, before: datetime | None) -> dict[str, Any]:
    runs = ledger.run_lists.select(_wanted(asked, before), MOST)
    counts = ledger.runs.counts(runs)
    return {
        "runs": runs,
        "counts": counts,
        "sum": _sum(runs, counts),
        "queue": queue.counts(),
        "labels": LABELS,
        "states": STATES,
        "causes": CAUSES,
    }


def _fragments(ledger: Ledger, queue: PageQueue, pages: Pages, language: str, asked: _Asked) -> Fragments:
    values = _found(ledger, queue, asked, None)
    rows = {f"run-{run.id}": pages.fragment(language, "runs_row.html", run=run, **values) for run in values["runs"]}
    return {
        "queue": pages.fragment(language, "runs_queue.html", **values),
        "sum": pages.fragment(language, "runs_sum.html", **values),
        **rows,
        "order": " ".join(rows),
    }


def _wanted(asked: _Asked, before: datetime | None) -> WantedRuns:
    try:
        return WantedRuns(
            channel=asked.channel or None,
            state=RunState(asked.state) if asked.state else None,
            cause=RunCause(asked.cause) if asked.cause else None,
            before=_moment(before),
        )
    except ValueError as error:
        raise UsageError("There is no such state or cause of a run; choose one of the lists.") from error


def _moment(asked: datetime | None) -> datetime | None:
    """The same in UTC; one without a zone is Beijing's."""
    try:
        aware = asked.replace(tzinfo=BEIJING) if asked and asked.tzinfo is None else asked
        return aware.astimezone(UTC) if aware else None
    except (OverflowError, ValueError) as error:
        raise UsageError("There can be no run at that time; follow the link to older ones.") from error


def _sum(of: Sequence[Run], counts: dict[str, Counts]) -> dict[str, Any]:
    """The bottom line of the table: requests, discovered, each outcome, and what has not ended yet."""
    every = list(counts.values())
    return {
        "requests": sum(run.requests for run in of),
        "discovered": sum(count.discovered for count in every),
        "outcomes": {outcome: sum(count.outcomes.get(outcome, 0) for count in every) for outcome in LABELS},
        "open": sum(count.unfetched + count.queued for count in every),
    }
