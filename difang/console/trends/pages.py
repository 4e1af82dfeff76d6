"""The page of trends, its figures as CSV, and the same in the API."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from difang.console.asked_days import Since, Until
from difang.console.ignored import notes
from difang.console.index_threads import IndexRoute
from difang.console.outage import outage
from difang.console.pages import LOOKING, Pages
from difang.console.problem import PROBLEMS, TOKEN
from difang.console.trends.asked import LONGEST_QUERY, Asked
from difang.console.trends.figures import MOST_QUERIES, Figures, Step, end_of, figures_of
from difang.console.trends.plot import plot_of
from difang.console.trends.tiles import tiles_of
from difang.ingest.errors import RetryLater, UsageError
from difang.search.export import guarded
from difang.search.index import SearchIndex


class Over(StrEnum):
    """What the rows of a CSV are."""

    TIME = "time"
    CHANNEL = "channel"


def router(search: SearchIndex, pages: Pages, names: Mapping[str, str]) -> APIRouter:
    """The pages; `names` are the channels' names by slug."""
    routes = APIRouter(route_class=IndexRoute, include_in_schema=False)
    short = {slug: name.removesuffix("频道") for slug, name in names.items()}

    @routes.api_route("/trends", methods=LOOKING)
    def trends(request: Request) -> HTMLResponse:
        asked, figures, trouble, status = Asked.of(request), None, None, 200
        try:
            figures = _figures(search, asked) if asked.queries else None
        except UsageError as error:
            trouble, status = str(error), 400
        except RetryLater as error:
            trouble, status = outage(request, error), 503
        return pages.show(
            request,
            "trends.html",
            here="trends",
            status=status,
            trend=asked,
            figures=figures,
            trouble=trouble,
            plot=plot_of(figures) if figures and figures.periods else None,
            notes=[notes(series.ignored) for series in figures.series] if figures else [],
            tiles=[tiles_of(series.channels, short) for series in figures.series] if figures else [],
            most=MOST_QUERIES,
            longest=LONGEST_QUERY,
            end_of=end_of,
        )

    @routes.api_route("/trends.csv", methods=LOOKING)
    def figures_as_csv(request: Request, over: Over = Over.TIME) -> Response:
        figures = _figures(search, Asked.of(request))
        rows = _by_time(figures) if over is Over.TIME else _by_channel(figures, names)
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        headers = {"content-disposition": f'attachment; filename="difang-trends-{over}.csv"'}
        return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)

    return routes


def api_router(search: SearchIndex) -> APIRouter:
    """The route under /api/v1."""
    routes = APIRouter(route_class=IndexRoute, prefix="/api/v1", responses=PROBLEMS, dependencies=[TOKEN])

    @routes.head("/trends", include_in_schema=False)
    @routes.get("/trends", responses={200: {"model": Figures}}, response_model=None)
    def trends(
        q: Annotated[list[str], Query(min_length=1, max_length=MOST_QUERIES, description="One to five queries")],
        by: Annotated[Step, Query(description="The length of a period; weeks begin on Monday")] = Step.MONTH,
        since: Since = None,
        until: Until = None,
    ) -> dict[str, Any]:
        """How many articles each query finds in each period and channel; exact."""
        figures = figures_of(search, [words[:LONGEST_QUERY] for words in q], by, since=since, until=until)
        return asdict(figures)

    return routes


def _figures(search: SearchIndex, asked: Asked) -> Figures:
    first, last = asked.days()
    return figures_of(search, asked.queries, asked.step, since=first, until=last)


def _by_time(figures: Figures) -> Iterable[list[str | int]]:
    queries = [str(guarded(series.query)) for series in figures.series]
    yield ["first day", "last day", *queries]
    for at, first in enumerate(figures.periods):
        counts = [series.counts[at] for series in figures.series]
        yield [first.isoformat(), end_of(first, figures.step).isoformat(), *counts]


def _by_channel(figures: Figures, names: Mapping[str, str]) -> Iterable[list[str | int]]:
    known = {**names, **figures.names}
    yield ["channel", "name", *(str(guarded(series.query)) for series in figures.series)]
    for slug, name in known.items():
        yield [slug, str(guarded(name)), *(series.channels.get(slug, 0) for series in figures.series)]
