"""Taking results away: all hits as a file, streamed, and feeds of any query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from difang.console.asked_days import Since, Until
from difang.console.feed import feed_of
from difang.console.index_threads import IndexRoute, pieces_of
from difang.console.pages import LOOKING
from difang.console.problem import PROBLEMS, TOKEN
from difang.console.search_form import Chosen, Form
from difang.search.engine import Sort
from difang.search.export import FORMATS
from difang.search.index import SearchIndex

EXPORT = "/api/v1/export"
FEED_HITS = 50
_PIECE = 64 * 1024  # bytes
_TYPES = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}

Words = Annotated[str, Query(alias="q", description="The query; docs/query-language.md")]


class Format(StrEnum):
    """The forms of a file of hits."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


def router(search: SearchIndex, names: Mapping[str, str]) -> APIRouter:
    """The routes of exports and feeds; `names` are the channels' names by slug."""
    routes = APIRouter(route_class=IndexRoute)

    files = {200: {"content": {kind.partition(";")[0]: {} for kind in _TYPES.values()}}, **PROBLEMS}

    @routes.head(EXPORT, include_in_schema=False, dependencies=[TOKEN])
    @routes.get(EXPORT, response_class=StreamingResponse, responses=files, dependencies=[TOKEN])
    def export(
        request: Request,
        chosen: Chosen,
        words: Words = "",
        since: Since = None,
        until: Until = None,
        form: Annotated[Format, Query(alias="format", description="The form of the file")] = Format.JSONL,
    ) -> Response:
        """Every article the query finds, newest first, whole; of any size, made while it is sent."""
        records = search.export(words, since=since, until=until, within=chosen)
        first = next(records, None)  # an index that is down is told with its status, before anything was sent
        everything = records if first is None else chain([first], records)
        name = f"difang-{datetime.now(UTC):%Y%m%d-%H%M%S}.{form}"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        body = iter(()) if request.method == "HEAD" else _gathered(FORMATS[form](everything))
        return StreamingResponse(pieces_of(body), media_type=_TYPES[form], headers=headers)

    @routes.api_route("/feed/{form}", methods=LOOKING, include_in_schema=False)
    def feed(
        request: Request, form: str, chosen: Chosen, words: Words = "", since: Since = None, until: Until = None
    ) -> Response:
        if form not in ("atom", "rss"):
            raise HTTPException(404)
        result = search.search(
            words, since=since, until=until, sort=Sort.NEWEST, limit=FEED_HITS, facets=False, within=chosen
        )
        root = f"{request.url.scheme}://{request.url.netloc}"
        asked = replace(Form.of(request), sort=Sort.NEWEST)
        made = feed_of(result.hits, asked, root=root, own=str(request.url), names=names)
        if form == "atom":
            return Response(made.atom_str(pretty=True), media_type="application/atom+xml")
        return Response(made.rss_str(pretty=True), media_type="application/rss+xml")

    return routes


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces worth sending."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= _PIECE:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)
