"""The takedown list: taking an article out of the index and keeping it out, and ending that. For admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from difang.console.act.workplace import Workplace
from difang.console.pages import Pages
from difang.console.people.gate import Admin, Operator
from difang.crawler.takedown import take_down, undo
from difang.ingest.errors import UsageError

Target = Annotated[str, Form(min_length=1, max_length=2_000)]


def router(place: Workplace, pages: Pages) -> APIRouter:
    """The routes of this page."""
    routes = APIRouter(include_in_schema=False, prefix="/takedowns")

    @routes.get("")
    def listed(request: Request, _: Operator) -> HTMLResponse:
        entries = place.ledger.takedowns.every()[::-1]
        target = request.query_params.get("target", "")[:2_000]
        return pages.show(request, "takedowns.html", here="act", entries=entries, target=target)

    @routes.post("")
    def take(admin: Admin, target: Target, reason: Annotated[str, Form(max_length=500)]) -> Response:
        if not reason.strip():
            raise UsageError("Say why; it is told wherever the article is refused.")
        with place.index() as index:
            done = take_down(
                target.strip(),
                reason=reason.strip(),
                by=admin.signature,
                channels=place.channels,
                ledger=place.ledger,
                index=index,
            )
        place.ledger.deeds.note(
            admin.signature,
            "takedown",
            target.strip(),
            entry=done.entry.number,
            ids=list(done.ids),
            reason=reason.strip(),
        )
        return RedirectResponse("/takedowns", 303)

    @routes.post("/undo")
    def end(admin: Admin, target: Target) -> Response:
        with place.index() as index, place.queue() as queue:
            undone = undo(
                target.strip(),
                by=admin.signature,
                channels=place.channels,
                ledger=place.ledger,
                index=index,
                archive=place.archive,
                queue=queue,
            )
        place.ledger.deeds.note(admin.signature, "takedown.undo", target.strip(), queued=undone.queued)
        undone.whole()
        return RedirectResponse("/takedowns", 303)

    return routes
