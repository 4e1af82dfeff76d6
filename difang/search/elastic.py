"""The engine on Elasticsearch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from difang.ingest.index.bulk_request import foreign, is_no_index, unreachable
from difang.ingest.index.mapping import ARTICLES, READ_ALIAS
from difang.ingest.index.names import refuse_lost
from difang.search.days import day_buckets, value_of
from difang.search.elastic_query import query_body
from difang.search.engine import (
    FACETS,
    MEMBER_FIELDS,
    MOST_MEMBERS,
    Found,
    Member,
    Place,
    Row,
    Sort,
)
from difang.search.tree import All, Told, Tree, understood

T = TypeVar("T")

_TRACKED = {"track_total_hits": True}
_MOST_VALUES = 10_000
_PAGE = 500
_KEEP = "5m"
_LAST_WORD = 1.0  # seconds; nobody waits for a server that hangs only to tell it that he is done
_DIRECTION = {Sort.RELEVANCE: "desc", Sort.NEWEST: "desc", Sort.OLDEST: "asc"}


class ElasticEngine:
    """Asks the read alias; owns the client it is given."""

    def __init__(self, client: Elasticsearch) -> None:
        self._client = client

    def find(self, tree: Tree, *, sort: Sort, limit: int, after: Place | None, facets: bool) -> Found:
        """One search request."""
        first = after.rank + 1 if after else 1

        def read(answer: Any) -> Found:
            return Found(
                total=int(answer["hits"]["total"]["value"]),
                rows=[_row(hit, sort, rank) for rank, hit in enumerate(answer["hits"]["hits"], start=first)],
                counts=_counts(answer["aggregations"], FACETS) if facets else {},
            )

        return self._asked(read, Found(), **request_body(tree, sort, limit, after, facets))

    def best(self, tree: Tree, count: int) -> list[str]:
        """One search request, which leaves out what cannot be among the best (block-max WAND)."""
        body = request_body(tree, Sort.RELEVANCE, count, None, facets=False)
        body |= {"track_total_hits": False, "source": False}
        return self._asked(lambda answer: [str(hit["sort"][-1]) for hit in answer["hits"]["hits"]], [], **body)

    def counts(self, tree: Tree, names: Collection[str]) -> dict[str, list[tuple[str, int]]]:
        """One search request without hits."""
        body = {"size": 0, "query": query_body(tree), "aggregations": _asked_for(names)}
        return self._asked(lambda answer: _counts(answer["aggregations"], names), {}, **body)

    def members(self, tree: Tree, stories: Sequence[str], *, sort: Sort) -> list[Member]:
        """One search request for few fields."""
        body = request_body(tree, sort, MOST_MEMBERS, None, facets=False)
        body |= {"query": query_body(All((tree, Told(tuple(stories))))), "source_includes": list(MEMBER_FIELDS)}
        return self._asked(lambda answer: [Member.of(hit["_source"]) for hit in answer["hits"]["hits"]], [], **body)

    def _asked(self, read: Callable[[Any], T], empty: T, **body: Any) -> T:
        """What is read of the answer to a search request; `empty` where there is no index yet."""
        with _understood_or_told():
            try:
                return read(self._client.search(index=READ_ALIAS, allow_partial_search_results=False, **body))
            except NotFoundError as error:
                self._refuse_unless_new(error)
                return empty

    def stream(self, tree: Tree) -> Iterator[dict[str, Any]]:
        """From a point in time, so that what is written meanwhile changes nothing."""
        with _understood_or_told():
            try:
                point = str(self._client.open_point_in_time(index=READ_ALIAS, keep_alive=_KEEP)["id"])
            except NotFoundError as error:
                self._refuse_unless_new(error)
                return
        try:
            yield from self._pages(point, tree)
        finally:
            self._let_go(point)

    def _pages(self, point: str, tree: Tree) -> Iterator[dict[str, Any]]:
        query, after = query_body(tree), None
        while True:
            with _understood_or_told():
                hits = self._client.search(
                    pit={"id": point, "keep_alive": _KEEP},
                    query=query,
                    sort=_sort(Sort.NEWEST),
                    size=_PAGE,
                    search_after=after,
                    track_total_hits=False,
                )["hits"]["hits"]
                records: list[dict[str, Any]] = [dict(hit["_source"]) for hit in hits]
                after = hits[-1]["sort"] if hits else None
            yield from records
            if len(records) < _PAGE:
                return

    def _let_go(self, point: str) -> None:
        with suppress(ApiError, TransportError):  # Elasticsearch lets go of it by itself after _KEEP
            self._client.options(request_timeout=_LAST_WORD).close_point_in_time(id=point)

    def documents(self) -> int:
        """By count."""
        with _understood_or_told():
            try:
                return int(self._client.count(index=READ_ALIAS)["count"])
            except NotFoundError as error:
                self._refuse_unless_new(error)
                return 0

    def _refuse_unless_new(self, error: NotFoundError) -> None:
        """Returns where no index was made yet; one that lost its alias is no empty one."""
        if not is_no_index(error):
            raise error
        refuse_lost(self._client, ARTICLES)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


@contextmanager
def _understood_or_told() -> Iterator[None]:
    """Requests that fail, and answers of success that somebody else gave, as RetryLater.

    A gateway's page to sign in or of maintenance may come with the status 200, and so may `{}`.
    """
    try:
        yield
    except (ApiError, TransportError) as error:
        raise unreachable(error) from error
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise foreign() from error


def request_body(tree: Tree, sort: Sort, limit: int, after: Place | None, facets: bool) -> dict[str, Any]:
    """The whole search request, as the client's keyword arguments."""
    # The same copy of a shard scores the same query the same way, page after page.
    same_copy = hashlib.blake2b(understood(tree).encode(), digest_size=8).hexdigest()
    body: dict[str, Any] = {
        "query": query_body(tree),
        "size": limit,
        "sort": _sort(sort),
        "preference": same_copy,
        "track_scores": True,
        **_TRACKED,
    }
    if after is not None:
        body["search_after"] = [*([after.score] if sort is Sort.RELEVANCE else []), after.order, after.id]
    if facets:
        body["aggregations"] = _asked_for(FACETS)
    return body


def _asked_for(names: Collection[str]) -> dict[str, Any]:
    return {
        name: day_buckets("search.published")
        if name == "day"
        else {"terms": {"field": f"search.facets.{name}", "size": _MOST_VALUES}}
        for name in names
    }


def _sort(sort: Sort) -> list[Any]:
    by_time = [{"search.order": _DIRECTION[sort]}, {"id": "asc"}]
    return [{"_score": "desc"}, *by_time] if sort is Sort.RELEVANCE else by_time


def _row(hit: dict[str, Any], sort: Sort, rank: int) -> Row:
    score = hit["sort"][0] if sort is Sort.RELEVANCE else hit["_score"] or 0.0
    return Row(record=hit["_source"], place=Place(score=score, order=hit["sort"][-2], id=hit["sort"][-1], rank=rank))


def _counts(aggregations: dict[str, Any], names: Collection[str]) -> dict[str, list[tuple[str, int]]]:
    return {
        name: [(value_of(bucket["key"]), int(bucket["doc_count"])) for bucket in aggregations[name]["buckets"]]
        for name in names
    }
