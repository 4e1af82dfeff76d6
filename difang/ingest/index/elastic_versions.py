"""Older versions in Elasticsearch: an index of their own, which no search of articles reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from difang.ingest.article import Article
from difang.ingest.errors import RetryLater
from difang.ingest.index.bulk_request import reason_of, unreachable
from difang.ingest.index.mapping import VERSIONS, create

_MOST = 1_000  # of one article; nothing is corrected more often
_CONFLICT = 409


class ElasticVersions:
    """Reads and writes through the alias of the versions; does not own its client."""

    def __init__(self, client: Elasticsearch) -> None:
        self._client = client
        self._ready = False

    def keep(self, articles: Sequence[Article]) -> None:
        """Keep these; of one article and time the first is kept."""
        operations: list[dict[str, Any]] = []
        for article in articles:
            operations += [{"create": {"_id": f"{article.id} {article.fetched_at}"}}, _source(article)]
        self._bulk(operations)

    def of(self, article_id: str) -> list[Article]:
        """What is kept of this article, as of the last refresh, in no certain order."""
        return [Article.from_dict(hit["_source"]["record"]) for hit in self._search([article_id])]

    def forget(self, ids: Sequence[str]) -> None:
        """Keep nothing of these articles."""
        try:
            self.refresh()
            while hits := self._search(ids):
                self._bulk([{"delete": {"_id": hit["_id"]}} for hit in hits])
                self.refresh()
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error

    def refresh(self) -> None:
        """Make what was kept visible; raises what the client raises."""
        self._client.options(ignore_status=[404]).indices.refresh(index=VERSIONS.read)

    def _search(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        try:
            answer = self._client.search(index=VERSIONS.read, query={"terms": {"article_id": list(ids)}}, size=_MOST)
        except NotFoundError:
            return []
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        hits: list[dict[str, Any]] = answer["hits"]["hits"]
        return hits

    def _bulk(self, operations: list[dict[str, Any]]) -> None:
        try:
            if not self._ready and not self._client.indices.exists_alias(name=VERSIONS.write):
                create(self._client, VERSIONS)
            self._ready = True
            answer = self._client.bulk(operations=operations, index=VERSIONS.write, require_alias=True)
        except (ApiError, TransportError) as error:
            self._ready = False
            raise unreachable(error) from error
        for (item,) in (item.values() for item in answer["items"]):
            if "error" in item and item["status"] != _CONFLICT:
                self._ready = False
                raise RetryLater(f"Elasticsearch could not keep a version now: {reason_of(item['error'])}.")


def _source(article: Article) -> dict[str, Any]:
    return {
        "article_id": article.id,
        "channel": article.channel,
        "fetched_at": article.fetched_at,
        "record": article.to_dict(),
    }
