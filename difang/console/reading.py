"""The readers' page of search: hits, facets, the histogram."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from difang.console.bars import chart
from difang.console.languages import N_
from difang.console.pages import Pages
from difang.console.search_form import Form, day
from difang.ingest.errors import RetryLater, UsageError
from difang.search.engine import Sort
from difang.search.index import SearchIndex, today_in_beijing
from difang.search.relax import RELAXED

_HITS = 10
_MOST_NOTES = 5
_MOST_SHOWN = 80
_NOTES = {RELAXED: N_("各部分都有的文章太少，也列出了只含其中一部分的。")}


def router(search: SearchIndex, pages: Pages) -> APIRouter:
    """The routes of this page."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def find(request: Request) -> HTMLResponse:
        form = Form.of(request)
        values: dict[str, Any] = {"form": form, "result": None, "notes": [], "trouble": None, "bars": None}
        cursor, status = request.query_params.get("cursor"), 200
        try:
            result = search.search(
                form.q,
                since=day(form.since),
                until=day(form.until),
                sort=Sort(form.sort),
                limit=_HITS,
                cursor=cursor,
                within=form.within,
            )
        except UsageError as error:
            values["trouble"], status = str(error), 400
        except RetryLater as error:
            values["trouble"], status = str(error), 503
        else:
            notes = [(_NOTES.get(said, ""), said[:_MOST_SHOWN]) for said in result.ignored[:_MOST_NOTES]]
            bars = chart(result.histogram) if result.histogram and form.narrowable else None
            values |= {"result": result, "notes": notes, "bars": bars}
        values |= {"further": bool(cursor), "today": today_in_beijing()}
        return pages.show(request, "search.html", here="search", status=status, **values)

    return routes
