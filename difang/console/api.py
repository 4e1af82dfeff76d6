"""The API: the search result and the article, as JSON, in the form the contracts give them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from difang.console.answers import Suggestions, ToldVersion
from difang.console.articles import find_article
from difang.console.asked_days import Since, Until
from difang.console.index_threads import IndexRoute
from difang.console.problem import NOT_FOUND, PROBLEMS, TOKEN
from difang.console.search_form import Chosen
from difang.ingest.article import Article
from difang.ingest.index.port import ArticleIndex
from difang.search.engine import MoreFacet, Sort
from difang.search.index import SearchIndex
from difang.search.result import SearchResult

MOST_HITS = 100
NONE_MORE: list[MoreFacet] = []
MOST_SUGGESTIONS = 20


def router(search: SearchIndex, articles: ArticleIndex) -> APIRouter:
    """The routes under /api/v1."""
    routes = APIRouter(route_class=IndexRoute, prefix="/api/v1", responses=PROBLEMS, dependencies=[TOKEN])

    @routes.head("/search", include_in_schema=False)
    @routes.get("/search", responses={200: {"model": SearchResult}}, response_model=None)
    def find(
        chosen: Chosen,
        q: Annotated[str, Query(description="The query; docs/query-language.md")] = "",
        since: Since = None,
        until: Until = None,
        sort: Sort = Sort.RELEVANCE,
        limit: Annotated[int, Query(ge=0, le=MOST_HITS)] = 10,
        cursor: Annotated[str | None, Query(description="`next` of the page before")] = None,
        fold: Annotated[bool, Query(description="One hit a story, or every article")] = True,
        facet: Annotated[
            list[MoreFacet], Query(max_length=2, description="A facet to count besides the usual ones")
        ] = NONE_MORE,
    ) -> dict[str, Any]:
        """One page of what the query finds, with exact total and facets."""
        found = search.search(
            q, since=since, until=until, sort=sort, limit=limit, cursor=cursor, fold=fold, within=chosen, also=facet
        )
        return found.to_dict()

    @routes.head("/versions/{article_id:path}", include_in_schema=False)
    @routes.get(
        "/versions/{article_id:path}", responses={200: {"model": list[ToldVersion]}, **NOT_FOUND}, response_model=None
    )
    def versions(article_id: str) -> list[dict[str, Any]]:
        """How an article stood, newest first, with what each version changed."""
        if find_article(articles, article_id) is None:
            raise HTTPException(404, f"There is no article {article_id[:80]}.")
        return [version.to_dict() for version in articles.versions(article_id)]

    @routes.head("/articles/{article_id:path}", include_in_schema=False)
    @routes.get("/articles/{article_id:path}", responses={200: {"model": Article}, **NOT_FOUND}, response_model=None)
    def article(article_id: str) -> dict[str, Any]:
        """One article, whole."""
        found = find_article(articles, article_id)
        if found is None:
            raise HTTPException(404, f"There is no article {article_id[:80]}.")
        return found.to_dict()

    return routes


def suggest_router(search: SearchIndex) -> APIRouter:
    """The route of suggestions, apart because it is asked at every few letters and has a rate limit of its own."""
    routes = APIRouter(route_class=IndexRoute, prefix="/api/v1", responses=PROBLEMS, dependencies=[TOKEN])

    @routes.head("/suggest", include_in_schema=False)
    @routes.get("/suggest", responses={200: {"model": Suggestions}}, response_model=None)
    def suggest(
        q: Annotated[str, Query(description="What was typed so far, in characters or pinyin")] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_SUGGESTIONS)] = 8,
    ) -> dict[str, Any]:
        """Names (channels, editors, reporters, sources, sections) and headlines for what is typed, with queries."""
        return asdict(Suggestions(query=q, suggestions=search.suggest(q, most=limit)))

    return routes
