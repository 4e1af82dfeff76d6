"""The trace of one address or article: every step it went, or where it stopped and what to do."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from difang.console.act.try_page import of_a_channel
from difang.console.act.words import FETCHABLE, WORDS
from difang.console.act.workplace import Workplace
from difang.console.pages import Pages
from difang.console.people.gate import Operator
from difang.crawler.trace import Standing, Trace, trace
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
                found, trouble = None, str(error)
        return pages.show(
            request,
            "trace.html",
            here="act",
            status=400 if trouble else 200,
            target=target,
            found=found,
            trouble=trouble,
            why=_why(found) if found else "",
            fetchable=found is not None and found.standing in FETCHABLE and _is_fetched(place, target),
            tried=found is not None and bool(found.steps or found.indexed or _is_fetched(place, target)),
            keeps_out=found is not None and found.standing is not Standing.FOREIGN,
            **WORDS,
        )

    return routes


def _is_fetched(place: Workplace, target: str) -> bool:
    try:
        return bool(of_a_channel(place, target))
    except UsageError:
        return False


def _why(found: Trace) -> str:
    """What is behind the standing, in the words of whoever decided it; empty where the standing says all."""
    last = found.steps[-1] if found.steps else None
    match found.standing:
        case Standing.SET_ASIDE if last and last.set_aside:
            return last.set_aside.reason
        case Standing.DISCARDED if last:
            return last.history[-1].reason or ""
        case Standing.FAILED | Standing.ENDED if last:
            return last.discovered.reason or ""
        case _:
            return found.refused_by or found.index_away or ""
