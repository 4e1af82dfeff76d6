"""The archived copies of an article's page: as source text, never as a page that runs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from difang.console.articles import find_article
from difang.console.index_threads import IndexRoute
from difang.console.languages import N_
from difang.console.pages import LOOKING, Pages
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.traces import Discovered
from difang.ingest.errors import SetAside
from difang.ingest.extract.encoding import decode
from difang.ingest.index.port import ArticleIndex
from difang.ingest.page import Page, ReadPage

_MOST_COPIES = 50
_LONGEST_SHOWN = 300_000  # characters of source

Number = Annotated[int, Query(ge=0, lt=_MOST_COPIES, description="Which copy, the newest is 0")]


def router(articles: ArticleIndex, ledger: Ledger, read_page: ReadPage | None, pages: Pages) -> APIRouter:
    """The routes of these pages; without `read_page` there is no copy to be shown."""
    routes = APIRouter(route_class=IndexRoute, include_in_schema=False)

    def copies(article_id: str) -> list[Discovered]:
        article = find_article(articles, article_id)
        if article is None:
            raise HTTPException(404, f"There is no article {article_id[:80]}.")
        found = ledger.traces.of([article.id], [article.url, *article.urls])
        return [one for one in reversed(found) if one.position][:_MOST_COPIES]

    @routes.api_route("/archived/{article_id:path}", methods=LOOKING)
    def archived(request: Request, article_id: str, copy: Number = 0) -> HTMLResponse:
        found = copies(article_id)
        page, trouble = _read(read_page, found, copy)
        source = decode(page.body).text[:_LONGEST_SHOWN] if page else ""
        values: dict[str, Any] = {
            "article_id": article_id,
            "copies": found,
            "number": copy,
            "page": page,
            "source": source,
            "trouble": trouble,
        }
        return pages.show(request, "archived.html", here="", **values)

    @routes.get("/archived-bytes/{article_id:path}")
    def as_received(article_id: str, copy: Number = 0) -> Response:
        """The bytes as they came, to be kept and not to be shown."""
        page, trouble = _read(read_page, copies(article_id), copy)
        if page is None:
            raise HTTPException(404, trouble)
        headers = {"content-disposition": 'attachment; filename="page.html"'}
        return Response(page.body, media_type="application/octet-stream", headers=headers)

    return routes


def _read(read_page: ReadPage | None, copies: list[Discovered], number: int) -> tuple[Page | None, str | None]:
    position = copies[number].position if number < len(copies) else None
    if position is None or read_page is None:
        return None, N_("存档里没有这个页面。")
    try:
        return read_page(position), None
    except SetAside as error:
        return None, str(error)
