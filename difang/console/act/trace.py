"""The trace of one address or article: every step it went, or where it stopped and what to do."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from difang.console.act.workplace import Workplace
from difang.console.pages import Pages
from difang.console.people.gate import Operator
from difang.crawler.trace import trace
from difang.ingest.errors import UsageError

_LONGEST = 2_000


def router(place: Workplace, pages: Pages) -> APIRouter:
    """The routes of this page."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/trace")
    def follow(request: Request, _: Operator) -> HTMLResponse:
        target = request.query_params.get("target", "").strip()[:_LONGEST]
        found, trouble = None, ""
        if target:
            try:
                with place.places() as places:
                    found = trace(target, places)
            except UsageError as error:
                trouble = str(error)
        status = 400 if trouble else 200
        return pages.show(request, "trace.html", here="act", status=status, target=target, found=found, trouble=trouble)

    return routes
