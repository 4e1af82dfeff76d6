"""Taking results away: all hits as a file, streamed, and feeds of any query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Query
from feedgen.feed import FeedGenerator
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from difang.console.pages import article_page
from difang.console.problem import PROBLEMS, TOKEN
from difang.console.search_form import Chosen
from difang.search.engine import Sort
from difang.search.export import FORMATS
from difang.search.index import SearchIndex
from difang.search.result import Hit

EXPORT = "/api/v1/export"
FEED_HITS = 50
_PIECE = 64 * 1024  # bytes
_LONGEST_TITLE = 200
_TYPES = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}

Words = Annotated[str, Query(alias="q", description="The query; docs/query-language.md")]
Since = Annotated[date | None, Query(alias="from", description="First day, Beijing time")]
Until = Annotated[date | None, Query(alias="to", description="Last day, Beijing time")]


class Format(StrEnum):
    """The forms of a file of hits."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


def router(search: SearchIndex) -> APIRouter:
    """The routes of exports and feeds."""
    routes = APIRouter()

    files = {200: {"content": {kind.partition(";")[0]: {} for kind in _TYPES.values()}}, **PROBLEMS}

    @routes.get(EXPORT, response_class=StreamingResponse, responses=files, dependencies=[TOKEN])
    def export(
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
        return StreamingResponse(_gathered(FORMATS[form](everything)), media_type=_TYPES[form], headers=headers)

    @routes.get("/feed/{form}", include_in_schema=False)
    def feed(
        request: Request, form: str, chosen: Chosen, words: Words = "", since: Since = None, until: Until = None
    ) -> Response:
        result = search.search(
            words, since=since, until=until, sort=Sort.NEWEST, limit=FEED_HITS, facets=False, within=chosen
        )
        root = f"{request.url.scheme}://{request.url.netloc}"
        made = _feed(result.hits, words, root=root, own=str(request.url))
        if form == "atom":
            return Response(made.atom_str(pretty=True), media_type="application/atom+xml")
        return Response(made.rss_str(pretty=True), media_type="application/rss+xml")

    return routes


def _feed(hits: list[Hit], words: str, *, root: str, own: str) -> FeedGenerator:
    feed = FeedGenerator()
    title = _printable(words[:_LONGEST_TITLE]) or "全部文章"
    feed.title(f"地方频道：{title}")
    feed.id(_printable(own))
    feed.link(href=_printable(own), rel="self")
    feed.description(f"difang 地方：{title}")
    feed.language("zh-CN")
    feed.updated(hits[0].published_at if hits else datetime.now(UTC))
    for hit in hits:
        entry = feed.add_entry(order="append")
        entry.id(_printable(hit.id))
        entry.guid(_printable(hit.id), permalink=False)
        entry.title(_printable(hit.title))
        entry.link(href=root + article_page(hit.id))
        entry.published(hit.published_at)
        entry.updated(hit.published_at)
        entry.author(name=hit.channel_name)
        entry.summary(_printable(" … ".join(hit.passages)), type="html")
    return feed


def _printable(text: str) -> str:
    """The text without characters XML cannot hold."""
    return "".join(character for character in text if character.isprintable() or character in "\n\t")


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces worth sending."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= _PIECE:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)
