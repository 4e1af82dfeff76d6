"""Older versions in Elasticsearch: an index of their own, which no search of articles reads."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import orjson
from elasticsearch import ApiError, AuthorizationException, Elasticsearch, NotFoundError, TransportError

from difang.ingest.article import Article
from difang.ingest.errors import RetryLater
from difang.ingest.event import Event
from difang.ingest.index import names
from difang.ingest.index.bulk import BulkWriter, Operation
from difang.ingest.index.bulk_request import is_no_index, part_of, reason_of, send, unreachable
from difang.ingest.index.mapping import VERSIONS, create
from difang.ingest.index.port import Written

log = logging.getLogger(__name__)

_MOST = 1_000  # of one article; nothing is corrected more often


class ElasticVersions:
    """Reads and writes through the alias of the versions; does not own its client."""

    def __init__(self, client: Elasticsearch, *, sleep: Callable[[float], object] = time.sleep) -> None:
        """`sleep` is how the pauses are made while the server is busy."""
        self._client = client
        self._ready = False
        self._writer = BulkWriter(partial(send, client, VERSIONS.write), sleep=sleep)

    def keep(self, articles: Sequence[Article]) -> None:
        """Keep these; of one article and time the first is kept.

        In bulk requests as articles are (bulk.py). A version the server will never take is told in the log and left
        out: what corrects it must not wait for it.
        """
        operations: dict[str, Operation] = {}
        for article in articles:
            id_ = _name(article)
            action = orjson.dumps({"create": {"_id": id_}})
            operations.setdefault(id_, Operation(id=id_, action=action, source=orjson.dumps(_source(article))))
        with self._ready_or_not():
            results = self._writer.write(list(operations.values()))
            if again := next((result for result in results if result.written is Written.RETRY), None):
                raise RetryLater(f"Elasticsearch could not keep a version now: {again.reason}.")
        for result in results:
            if result.written is Written.REJECTED:
                told = Event.VERSION_LOST.of(version=result.id, reason=result.reason)
                log.warning("An older version is not kept, the index does not take it: %s.", result.reason, extra=told)

    def of(self, article_id: str) -> list[Article]:
        """What is kept of this article, as of the last refresh, in no certain order."""
        return [Article.from_dict(hit["_source"]["record"]) for hit in self._search([article_id])]

    def kept(self, ids: Sequence[str]) -> dict[str, list[Article]]:
        """What is kept of these articles, in no certain order; articles that have none are left out."""
        try:
            with suppress(AuthorizationException):  # who may only read sees what was kept a second ago
                self.refresh()
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        found: dict[str, list[Article]] = defaultdict(list)
        waiting = [list(ids)] if ids else []
        while waiting:
            some = waiting.pop()
            hits = self._search(some)
            if len(hits) >= _MOST and len(some) > 1:
                waiting += [some[: len(some) // 2], some[len(some) // 2 :]]
                continue
            for hit in hits:
                found[hit["_source"]["article_id"]].append(Article.from_dict(hit["_source"]["record"]))
        return dict(found)

    def drop(self, articles: Sequence[Article]) -> None:
        """Keep these no more, by id and time."""
        self._delete([_name(article) for article in articles])

    def forget(self, ids: Sequence[str]) -> None:
        """Keep nothing of these articles."""
        try:
            self.refresh()
            while hits := self._search(ids):
                self._delete([hit["_id"] for hit in hits])
                self.refresh()
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error

    def refresh(self) -> None:
        """Make what was kept visible; raises what the client raises."""
        self._client.options(ignore_status=[404]).indices.refresh(index=VERSIONS.read)

    def _search(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        try:
            answer = self._client.search(index=VERSIONS.read, query={"terms": {"article_id": list(ids)}}, size=_MOST)
        except NotFoundError as error:
            if not is_no_index(error):
                raise unreachable(error) from error
            self._refuse_lost()
            return []
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        hits: list[dict[str, Any]] = part_of(answer, "hits")["hits"]
        return hits

    def _refuse_lost(self) -> None:
        try:
            names.refuse_lost(self._client, VERSIONS)
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error

    def close(self) -> None:
        """End the writer's threads."""
        self._writer.close()

    def _delete(self, ids: Sequence[str]) -> None:
        with self._ready_or_not():
            operations = [{"delete": {"_id": id_}} for id_ in ids]
            answer = self._client.bulk(operations=operations, index=VERSIONS.write, require_alias=True)
            for item in part_of(answer, "items"):
                if "error" in item["delete"]:
                    reason = reason_of(item["delete"]["error"])
                    raise RetryLater(f"Elasticsearch could not forget a version now: {reason}.")

    @contextmanager
    def _ready_or_not(self) -> Iterator[None]:
        """The index is there; after an error it is looked for again."""
        try:
            if not self._ready and not self._client.indices.exists_alias(name=VERSIONS.write):
                create(self._client, VERSIONS)
            self._ready = True
            yield
        except (ApiError, TransportError) as error:
            self._ready = False
            raise unreachable(error) from error
        except RetryLater:
            self._ready = False
            raise


def _name(article: Article) -> str:
    return f"{article.id} {article.fetched_at}"


def _source(article: Article) -> dict[str, Any]:
    return {
        "article_id": article.id,
        "channel": article.channel,
        "fetched_at": article.fetched_at,
        "record": article.to_dict(),
    }
