"""The readers' page of one article, and the page of its versions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from difang.console.citation import bibtex, gbt7714
from difang.console.index_threads import IndexRoute
from difang.console.languages import N_
from difang.console.marking import marked
from difang.console.pages import LOOKING, Pages, beijing
from difang.console.pictures import Pictures, blocks, origins
from difang.console.search_form import Form
from difang.ingest.article import Article
from difang.ingest.index.port import ArticleIndex, Document
from difang.search.engine import Sort
from difang.search.index import SearchIndex, today_in_beijing
from difang.search.result import Hit
from difang.search.within import Within

_MOST_SHOWN = 80
_MOST_VERSIONS = 50
_LONGEST_ID = 512  # bytes, as Elasticsearch has it
_MORE = 5
_MOST_EDITORS = 2
KINDS = {"gallery": N_("图集"), "video": N_("视频"), "interview": N_("访谈"), "special": N_("专题")}


Shown = Annotated[bool, Query(description="Whether the site's pictures are loaded into the page")]


def router(search: SearchIndex, articles: ArticleIndex, pages: Pages, pictures: Pictures, policy: str) -> APIRouter:
    """The routes of these pages; `policy` is their content security policy, to which hosts of pictures are added."""
    routes = APIRouter(route_class=IndexRoute, include_in_schema=False)

    @routes.api_route("/article/{article_id:path}", methods=LOOKING)
    def article(request: Request, article_id: str, images: Shown = False) -> HTMLResponse:
        held = find_document(articles, article_id)
        if held is None:
            return _missing(request, article_id)
        found = held.article
        seen = today_in_beijing()
        within = Within(channel=(found.channel,))
        hosts = origins(found)
        shown, unplaced = blocks(found, pictures.places(found))
        values: dict[str, Any] = {
            "article": found,
            "sections": sections_of(found),
            "kind": KINDS.get(found.kind),
            "facts": _facts(found),
            "of_channel": Form(sort=Sort.NEWEST, within=within).address(),
            "versions": len(articles.versions(found.id)),
            "story": _story(search, held),
            "more": _more(search, found),
            "archived": pictures.read_page is not None,
            "blocks": shown,
            "unplaced": unplaced,
            "hosts": hosts,
            "loaded": images and bool(hosts),
            "citation": gbt7714(found, seen=seen),
            "bibtex": bibtex(found, seen=seen),
        }
        page = pages.show(request, "article.html", here="", **values)
        if values["loaded"]:
            page.headers["content-security-policy"] = f"{policy}; img-src 'self' {' '.join(hosts)}"
        return page

    @routes.api_route("/versions/{article_id:path}", methods=LOOKING)
    def versions(request: Request, article_id: str) -> HTMLResponse:
        held = find_document(articles, article_id)
        if held is None:
            return _missing(request, article_id)
        known = articles.versions(held.article.id)
        shown = known[:_MOST_VERSIONS]
        rows = [
            (datetime.fromisoformat(version.article.fetched_at), version.article.title, changes)
            for version, changes in zip(shown, marked(shown), strict=True)
        ]
        return pages.show(request, "versions.html", here="", article=held.article, versions=rows, count=len(known))

    def _missing(request: Request, article_id: str) -> HTMLResponse:
        return pages.trouble(request, f"There is no article {article_id[:_MOST_SHOWN]}.", 404)

    return routes


def find_document(articles: ArticleIndex, article_id: str) -> Document | None:
    """What is held under this id; None also for what can be no id, which the index would refuse to look for."""
    if not article_id or len(article_id.encode(errors="surrogatepass")) > _LONGEST_ID:
        return None
    return articles.get([article_id]).get(article_id)


def find_article(articles: ArticleIndex, article_id: str) -> Article | None:
    """The article with this id, None as in find_document."""
    held = find_document(articles, article_id)
    return held.article if held else None


def _story(search: SearchIndex, held: Document) -> list[tuple[Hit, timedelta]]:
    """The articles of the same story, this one too, each with its delay behind the first; empty for one alone."""
    told = search.of_story(held.story) if held.story else []
    if len(told) < 2:
        return []
    first = datetime.fromisoformat(told[0].published_at)
    return [(hit, datetime.fromisoformat(hit.published_at) - first) for hit in told]


def _more(search: SearchIndex, article: Article) -> list[tuple[str, str, list[Hit]]]:
    """For each of the first editors: the name, the address of all their articles, their newest others."""
    found = []
    for editor in article.editors[:_MOST_EDITORS]:
        hits = [hit for hit in search.by_editor(editor, most=_MORE + 1) if hit.id != article.id][:_MORE]
        address = Form(sort=Sort.NEWEST, within=Within(editor=(editor,))).address()
        found += [(editor, address, hits)] if hits else []
    return found


def sections_of(article: Article) -> list[str]:
    """The sections below the channel, which many pages print as the first of them."""
    return [section for section in article.sections if section != article.channel_name]


def _facts(article: Article) -> list[tuple[str, str | None]]:
    """What else is known of it: label and value, in the order of the page."""
    edition, line = article.print_edition, article.dateline
    return [
        (N_("栏目"), " › ".join(sections_of(article))),
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
