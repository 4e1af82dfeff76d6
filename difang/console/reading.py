"""The readers' pages: search with facets, and one article."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from difang.console.citation import bibtex, gbt7714
from difang.console.languages import N_
from difang.console.pages import Pages, beijing
from difang.ingest.article import Article
from difang.ingest.errors import RetryLater, UsageError
from difang.ingest.index.port import ArticleIndex
from difang.search.engine import Sort
from difang.search.index import SearchIndex, today_in_beijing
from difang.search.relax import RELAXED

_HITS = 10
_MOST_NOTES = 5
_MOST_SHOWN = 80
_LONGEST_ID = 512  # bytes, as Elasticsearch has it
_LONGEST_NARROWED = 1_000  # characters
_NOTES = {RELAXED: N_("各部分都有的文章太少，也列出了只含其中一部分的。")}
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

    @property
    def blank(self) -> bool:
        """Whether the reader has asked for nothing yet."""
        return not (self.q or self.since or self.until)

    @property
    def narrowable(self) -> bool:
        """Whether facets can be links: each repeats the query, so a very long one would make a page of many MB."""
        return len(self.q) <= _LONGEST_NARROWED

    def away(self, path: str, **more: str) -> str:
        """The address of a feed or an export of this search."""
        values = {**more, "q": self.q, "from": self.since, "to": self.until}
        return path + "?" + urlencode({name: value for name, value in values.items() if value})

    def narrowed(self, facet: str, value: str) -> str:
        """The address of this search within one value of a facet."""
        if facet in _WORDS:
            plain = value.replace('"', " ")  # the query language knows no quotation mark within quotation marks
            return replace(self, q=f'{self.q} {facet}:"{plain}"'.strip()).address()
        year, month = (int(part) for part in value.split("-"))
        return replace(self, since=f"{value}-01", until=f"{value}-{monthrange(year, month)[1]}").address()


def router(search: SearchIndex, articles: ArticleIndex, pages: Pages) -> APIRouter:
    """The routes of these pages."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def find(request: Request) -> HTMLResponse:
        form = Form.of(request)
        cursor = request.query_params.get("cursor")
        result, notes, trouble, status = None, [], None, 200
        try:
            result = search.search(
                form.q,
                since=_day(form.since),
                until=_day(form.until),
                sort=Sort(form.sort),
                limit=_HITS,
                cursor=cursor,
            )
            notes = [(_NOTES.get(said, ""), said[:_MOST_SHOWN]) for said in result.ignored[:_MOST_NOTES]]
        except UsageError as error:
            trouble, status = str(error), 400
        except RetryLater as error:
            trouble, status = str(error), 503
        return pages.show(
            request,
            "search.html",
            here="search",
            status=status,
            form=form,
            result=result,
            notes=notes,
            trouble=trouble,
            further=bool(cursor),
        )

    @routes.get("/article/{article_id:path}")
    def article(request: Request, article_id: str) -> HTMLResponse:
        found = find_article(articles, article_id)
        if found is None:
            return pages.trouble(request, f"没有编号为 {article_id[:_MOST_SHOWN]} 的文章。", 404)
        of_channel = Form(q=f"channel:{found.channel}", sort=Sort.NEWEST).address()
        seen = today_in_beijing()
        cited = {"citation": gbt7714(found, seen=seen), "bibtex": bibtex(found, seen=seen)}
        values: dict[str, Any] = {"article": found, "facts": _facts(found), "of_channel": of_channel, **cited}
        return pages.show(request, "article.html", here="", **values)

    return routes


def find_article(articles: ArticleIndex, article_id: str) -> Article | None:
    """The article with this id; None also for what can be no id, which the index would refuse to look for."""
    if not article_id or len(article_id.encode()) > _LONGEST_ID:
        return None
    found = articles.get([article_id]).get(article_id)
    return found.article if found else None


def _facts(article: Article) -> list[tuple[str, str | None]]:
    """What else is known of it: label and value, in the order of the page."""
    edition, line = article.print_edition, article.dateline
    return [
        (N_("栏目"), " › ".join(article.sections)),
        (N_("关键词"), " ".join(article.keywords)),
        (N_("记者"), "、".join(article.reporters)),
        (N_("通讯员"), "、".join(article.correspondents)),
        (N_("电头"), " ".join(filter(None, (line.agency, line.place, line.date))) if line else None),
        (N_("原标题"), article.original_title),
        (N_("报纸"), f"《{edition.paper}》{edition.date} 第 {edition.page} 版" if edition else None),
        (N_("页数"), str(article.page_count) if article.page_count > 1 else None),
        (N_("编号"), article.id),
        (N_("采集时间"), beijing(datetime.fromisoformat(article.fetched_at))),
        (N_("提示"), "，".join(article.warnings)),
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{text[:_MOST_SHOWN]} 不是日期，请写成 2026-11-23 这样。") from error
