"""The readers' page of search: hits, facets, the histogram."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from difang.console.alerts import overview as alerts
from difang.console.bars import chart
from difang.console.ignored import notes
from difang.console.index_threads import IndexRoute
from difang.console.outage import outage
from difang.console.pages import LOOKING, Pages
from difang.console.search_form import Form, day
from difang.console.trends import asked as trends
from difang.ingest.errors import RetryLater, UsageError
from difang.search.engine import MoreFacet, Sort
from difang.search.index import SearchIndex, today_in_beijing

_HITS = 10


def router(search: SearchIndex, pages: Pages) -> APIRouter:
    """The routes of this page."""
    routes = APIRouter(route_class=IndexRoute, include_in_schema=False)

    @routes.api_route("/", methods=LOOKING)
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
                also=() if form.blank else [MoreFacet.REPORTER],
            )
        except UsageError as error:
            values["trouble"], status = str(error), 400
        except RetryLater as error:
            values["trouble"], status = outage(request, error), 503
        else:
            bars = chart(result.histogram) if result.histogram and form.narrowable else None
            values |= {"result": result, "notes": notes([*form.ignored, *result.ignored]), "bars": bars}
        spoken = form.narrowable and not form.blank
        values |= {
            "further": bool(cursor),
            "today": today_in_beijing(),
            "saved": form.spoken("/alerts/new", longest=alerts.LONGEST_QUERY, days=False) if spoken else None,
            "compared": form.spoken("/trends", longest=trends.LONGEST_QUERY, days=True) if spoken else None,
        }
        return pages.show(request, "search.html", here="search", status=status, **values)

    return routes
