"""The engine on Elasticsearch."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from difang.ingest.index.elastic import unreachable
from difang.ingest.index.mapping import READ_ALIAS
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

_TRACKED = {"track_total_hits": True}
_MOST_VALUES = 10_000
_PAGE = 500
_KEEP = "5m"
_DIRECTION = {Sort.RELEVANCE: "desc", Sort.NEWEST: "desc", Sort.OLDEST: "asc"}


class ElasticEngine:
    """Asks the read alias; owns the client it is given."""

    def __init__(self, client: Elasticsearch) -> None:
        self._client = client

    def find(self, tree: Tree, *, sort: Sort, limit: int, after: Place | None, facets: bool) -> Found:
        """One search request."""
        try:
            answer = self._client.search(index=READ_ALIAS, **request_body(tree, sort, limit, after, facets)).body
        except NotFoundError:
            return Found()
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        first = after.rank + 1 if after else 1
        return Found(
            total=answer["hits"]["total"]["value"],
            rows=[_row(hit, sort, rank) for rank, hit in enumerate(answer["hits"]["hits"], start=first)],
            counts=_counts(answer.get("aggregations", {})),
        )

    def best(self, tree: Tree, count: int) -> list[str]:
        """One search request, which leaves out what cannot be among the best (block-max WAND)."""
        body = request_body(tree, Sort.RELEVANCE, count, None, facets=False)
        body |= {"track_total_hits": False, "source": False}
        try:
            hits = self._client.search(index=READ_ALIAS, **body)["hits"]["hits"]
        except NotFoundError:
            return []
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        return [hit["sort"][-1] for hit in hits]

    def counts(self, tree: Tree, names: Collection[str]) -> dict[str, list[tuple[str, int]]]:
        """One search request without hits."""
        try:
            answer = self._client.search(index=READ_ALIAS, size=0, query=query_body(tree), aggregations=_asked(names))
        except NotFoundError:
            return {}
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        return _counts(answer["aggregations"])

    def members(self, tree: Tree, stories: Sequence[str], *, sort: Sort) -> list[Member]:
        """One search request for few fields."""
        body = request_body(tree, sort, MOST_MEMBERS, None, facets=False)
        body |= {"query": query_body(All((tree, Told(tuple(stories))))), "source_includes": list(MEMBER_FIELDS)}
        try:
            answer = self._client.search(index=READ_ALIAS, **body)
        except NotFoundError:
            return []
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        return [Member.of(hit["_source"]) for hit in answer["hits"]["hits"]]

    def stream(self, tree: Tree) -> Iterator[dict[str, Any]]:
        """From a point in time, so that what is written meanwhile changes nothing."""
        try:
            point = self._client.open_point_in_time(index=READ_ALIAS, keep_alive=_KEEP)["id"]
        except NotFoundError:
            return
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        try:
            yield from self._pages(point, tree)
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        finally:
            self._client.options(ignore_status=[404]).close_point_in_time(id=point)

    def _pages(self, point: str, tree: Tree) -> Iterator[dict[str, Any]]:
        after: list[Any] | None = None
        while True:
            hits = self._client.search(
                pit={"id": point, "keep_alive": _KEEP},
                query=query_body(tree),
                sort=_sort(Sort.NEWEST),
                size=_PAGE,
                search_after=after,
                track_total_hits=False,
            )["hits"]["hits"]
            yield from (hit["_source"] for hit in hits)
            if len(hits) < _PAGE:
                return
            after = hits[-1]["sort"]

    def documents(self) -> int:
        """By count."""
        try:
            return int(self._client.count(index=READ_ALIAS)["count"])
        except NotFoundError:
            return 0
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


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
        body["aggregations"] = _asked(FACETS)
    return body


def _asked(names: Collection[str]) -> dict[str, Any]:
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


def _counts(aggregations: dict[str, Any]) -> dict[str, list[tuple[str, int]]]:
    return {
        name: [(value_of(bucket["key"]), bucket["doc_count"]) for bucket in counted["buckets"]]
        for name, counted in aggregations.items()
    }
