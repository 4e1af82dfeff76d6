"""One run: how far it is, its log, what failed in it, the runs before it; ending it, trying again what failed."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from difang.console.languages import N_, language_of
from difang.console.operating.doing import Back, conflicts_told, done
from difang.console.operating.gathering import Gathering
from difang.console.operating.labels import CAUSES
from difang.console.operating.live import Fragments, Live
from difang.console.operating.works import Works
from difang.console.pages import Pages
from difang.console.people.gate import Operator
from difang.console.runs import LABELS, STATES
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.log_tail import read_back, read_on
from difang.crawler.retry import plan_retry
from difang.crawler.run_log import log_file
from difang.ingest.errors import DifangError

_FAILURES, _BEFORE, _LINES = 200, 10, 200
_ENDLESS = (RunState.PLANNED, RunState.RUNNING)


def router(ledger: Ledger, gathering: Gathering, works: Works, live: Live, pages: Pages) -> APIRouter:
    """The routes of this page."""
    routes = APIRouter(prefix="/runs/{run_id}", include_in_schema=False)

    @routes.get("")
    def show(
        request: Request,
        _: Operator,
        run_id: str,
        find: Annotated[str, Query(max_length=200)] = "",
        before: Annotated[int | None, Query(ge=0)] = None,
        after: Annotated[int | None, Query(ge=0)] = None,
    ) -> Response:
        run = ledger.runs.get(run_id)
        earlier = ledger.run_lists.before(run, _BEFORE)
        now = _now(ledger, run)
        return pages.show(
            request,
            "run.html",
            here="runs",
            earlier=earlier,
            live=_goes_on(now) and not find and before is None and after is None,
            find=find,
            **now,
            **_log(works, run, find, before, after),
            all_counts=ledger.runs.counts([run, *earlier]),
        )

    @routes.get("/events")
    async def events(request: Request, _: Operator, run_id: str) -> Response:
        language = language_of(request)
        make = partial(_fragments, ledger, works, pages, language, run_id)
        return live.answer(request, ("run", run_id, language), make)

    @routes.post("/cancel")
    def cancel(visitor: Operator, run_id: str, back: Back = "") -> Response:
        with conflicts_told():
            if (run := ledger.runs.get(run_id)).ended_at is not None:
                raise DifangError(f"The run {run_id} has ended already ({run.state}); there is nothing to cancel.")
            ledger.runs.ask_cancel(run_id, visitor.signature)
        gathering.forget()
        return done(ledger, visitor, "run.cancel", run_id, back=back or f"/runs/{run_id}")

    @routes.post("/retry")
    def retry(visitor: Operator, run_id: str) -> Response:
        with conflicts_told():
            run = plan_retry(ledger, run_id, visitor.signature, datetime.now(UTC)).run
        details = {"run": run.id, "addresses": len(run.request.urls)}
        return done(ledger, visitor, "run.retry", run_id, back=f"/runs/{run.id}", details=details)

    return routes


def _now(ledger: Ledger, run: Run) -> dict[str, Any]:
    count = ledger.runs.counts([run])[run.id]
    return {
        "run": run,
        "count": count,
        "handled": sum(count.outcomes.values()),
        "ends": run.state in _ENDLESS and run.cancel_at is None,
        "failures": ledger.run_lists.failures(run.id, _FAILURES),
        "left": len(ledger.discoveries.failed(run.id)) if run.ended_at else 0,
        "labels": LABELS,
        "states": STATES,
        "causes": CAUSES,
    }


def _goes_on(now: dict[str, Any]) -> bool:
    """Whether its page may change: after its end pages wait to be read, and what failed may be fetched by a retry."""
    return now["run"].state in _ENDLESS or now["left"] > 0 or now["count"].queued > 0


def _log(works: Works, run: Run, find: str = "", before: int | None = None, after: int | None = None) -> dict[str, Any]:
    """The log, whose place the ledger tells: nothing of a request goes into its path."""
    path = Path(run.log) if run.log else (log_file(works.logs, run.id) if works.logs else None)
    if path is None or (run.machine is not None and run.machine != socket.gethostname()):
        return {"log": None, "no_log": N_("日志在另一台机器上：") if run.machine else N_("还没有日志。")}
    tail = read_back(path, find=find, before=before, most=_LINES)
    if after is not None and (tail := read_on(path, after=after, find=find, most=_LINES)).end >= tail.size:
        tail = read_back(path, find=find, most=_LINES)  # the newest page is a full one
    return {"log": tail, "no_log": "" if tail.size else N_("还没有日志。")}


def _fragments(ledger: Ledger, works: Works, pages: Pages, language: str, run_id: str) -> Fragments:
    run = ledger.runs.get(run_id)
    values = _now(ledger, run)
    values |= _log(works, run)
    templates = {"state": "run_state.html", "failures": "run_failures.html", "log": "run_log.html"}
    return {name: pages.fragment(language, template, **values) for name, template in templates.items()}
