"""Issues: one with its figures and pages, and all of them."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from difang.console.operating.board import LABELS
from difang.console.operating.works import Works
from difang.console.pages import Pages
from difang.console.people.gate import Operator
from difang.crawler.ledger.issues import Wanted
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.tables import IssueState, Severity
from difang.ingest.errors import UsageError

_MOST = 200
Text = Annotated[str, Query(max_length=100)]


def router(ledger: Ledger, works: Works, pages: Pages) -> APIRouter:
    """The routes of these pages."""
    routes = APIRouter(prefix="/issues", include_in_schema=False)
    names = {channel.slug: channel.name for channel in works.channels}

    @routes.get("")
    def show_all(
        request: Request,
        _: Operator,
        state: Text = "",
        severity: Text = "",
        kind: Text = "",
        channel: Text = "",
        before: int | None = None,
    ) -> Response:
        chosen = {"state": state, "severity": severity, "kind": kind, "channel": channel}
        found = ledger.issues.select(_wanted(chosen, before), _MOST)
        kept = {name: value for name, value in chosen.items() if value}
        older = urlencode(kept | {"before": found[-1].id}) if len(found) == _MOST else ""
        values: dict[str, Any] = {"issues": found, "names": names, "chosen": chosen, "older": older}
        return pages.show(request, "issues.html", here="board", **values, **LABELS)

    @routes.get("/{number}")
    def show(request: Request, _: Operator, number: int) -> Response:
        issue = ledger.issues.get(number)
        return pages.show(request, "issue.html", here="board", issue=issue, names=names, **LABELS)

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
