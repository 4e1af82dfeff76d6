"""The readers' pages: search with facets, and one article."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from difang.console.pages import Pages
from difang.ingest.errors import RetryLater, UsageError
from difang.ingest.index.port import ArticleIndex
from difang.search.engine import Sort
from difang.search.index import SearchIndex

_HITS = 10
_WORDS = ("channel", "editor", "source", "section")


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What the reader filled in, as text; `since` and `until` are days like 2026-11-23 or empty."""

    q: str = ""
    since: str = ""
    until: str = ""
    sort: str = Sort.RELEVANCE

    @classmethod
    def of(cls, request: Request) -> Form:
        """Read off an address; a sort nobody knows is relevance."""
        given = request.query_params
        sort = given.get("sort", "")
        return cls(
            q=given.get("q", ""),
            since=given.get("from", ""),
            until=given.get("to", ""),
            sort=sort if sort in list(Sort) else Sort.RELEVANCE,
        )

    def address(self, **more: str) -> str:
        """The address of this search."""
        values = {"q": self.q, "from": self.since, "to": self.until, "sort": self.sort, **more}
        return "/?" + urlencode({name: value for name, value in values.items() if value})

    def narrowed(self, facet: str, value: str) -> str:
        """The address of this search within one value of a facet."""
        if facet in _WORDS:
            return replace(self, q=f'{self.q} {facet}:"{value}"'.strip()).address()
        year, month = (int(part) for part in value.split("-"))
        return replace(self, since=f"{value}-01", until=f"{value}-{monthrange(year, month)[1]}").address()


def router(search: SearchIndex, articles: ArticleIndex, pages: Pages) -> APIRouter:
    """The routes of these pages."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def find(request: Request) -> HTMLResponse:
        form = Form.of(request)
        result, trouble, status = None, None, 200
        try:
            result = search.search(
                form.q,
                since=_day(form.since),
                until=_day(form.until),
                sort=Sort(form.sort),
                limit=_HITS,
                cursor=request.query_params.get("cursor"),
            )
        except UsageError as error:
            trouble, status = str(error), 400
        except RetryLater as error:
            trouble, status = str(error), 503
        return pages.show("search.html", here="search", status=status, form=form, result=result, trouble=trouble)

    @routes.get("/article/{article_id}")
    def article(article_id: str) -> HTMLResponse:
        found = articles.get([article_id]).get(article_id)
        if found is None:
            return pages.show("message.html", here="", status=404, trouble=f"没有编号为 {article_id} 的文章。")
        return pages.show("article.html", here="", article=found.article)

    return routes


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{text} is no day; write it like 2026-11-23.") from error
