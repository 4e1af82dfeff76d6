"""Issues: one with its figures and pages, and all of them; live."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from difang.console.languages import language_of
from difang.console.operating.board import LABELS
from difang.console.operating.live import Fragments, Live
from difang.console.operating.works import Works
from difang.console.pages import Pages
from difang.console.people.gate import Operator
from difang.crawler.ledger.issues import Wanted
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.tables import IssueState, Severity
from difang.ingest.errors import UsageError

_MOST = 200
Text = Annotated[str, Query(max_length=100)]


def _chosen(state: Text = "", severity: Text = "", kind: Text = "", channel: Text = "") -> dict[str, str]:
    return {"state": state, "severity": severity, "kind": kind, "channel": channel}


Chosen = Annotated[dict[str, str], Depends(_chosen)]


def router(ledger: Ledger, works: Works, live: Live, pages: Pages) -> APIRouter:
    """The routes of these pages."""
    routes = APIRouter(prefix="/issues", include_in_schema=False)
    names = {channel.slug: channel.name for channel in works.channels}

    @routes.get("")
    def show_all(request: Request, _: Operator, chosen: Chosen, before: int | None = None) -> Response:
        found = ledger.issues.select(_wanted(chosen, before), _MOST)
        kept = {name: value for name, value in chosen.items() if value}
        older = urlencode(kept | {"before": found[-1].id}) if len(found) == _MOST else ""
        live_at = f"/issues/events?{urlencode(kept)}" if before is None else ""
        values: dict[str, Any] = {"issues": found, "names": names, "chosen": chosen, "older": older, "live": live_at}
        return pages.show(request, "issues.html", here="board", **values, **LABELS)

    @routes.get("/events")
    async def all_events(request: Request, _: Operator, chosen: Chosen) -> Response:
        language, wanted = language_of(request), _wanted(chosen, None)

        def make() -> Fragments:
            found = ledger.issues.select(wanted, _MOST)
            return {"list": pages.fragment(language, "issues_table.html", issues=found, names=names, **LABELS)}

        return live.answer(request, ("issues", language, *chosen.values()), make)

    @routes.get("/{number}")
    def show(request: Request, _: Operator, number: int) -> Response:
        issue = ledger.issues.get(number)
        return pages.show(request, "issue.html", here="board", issue=issue, names=names, **LABELS)

    @routes.get("/{number}/events")
    async def events(request: Request, _: Operator, number: int) -> Response:
        language = language_of(request)
        await run_in_threadpool(ledger.issues.get, number)  # what is not there is told at once, by no stream

        def make() -> Fragments:
            issue = ledger.issues.get(number)
            return {"issue": pages.fragment(language, "issue_state.html", issue=issue, names=names, **LABELS)}

        return live.answer(request, ("issue", number, language), make)

    return routes


def _wanted(chosen: dict[str, str], before: int | None) -> Wanted:
    """What the form chose; of any state where none is, unlike elsewhere."""
    try:
        return Wanted(
            states=(IssueState(chosen["state"]),) if chosen["state"] else (),
            severities=(Severity(chosen["severity"]),) if chosen["severity"] else (),
            kinds=(chosen["kind"],) if chosen["kind"] else (),
            channels=(chosen["channel"],) if chosen["channel"] else (),
            before=before,
        )
    except ValueError as error:
        raise UsageError("There is no such state or severity of an issue; choose one of the lists.") from error
