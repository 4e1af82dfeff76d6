"""The index on Elasticsearch, write side: one index behind a read and a write alias, external versions."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from functools import partial

import orjson
from elasticsearch import ApiError, AuthorizationException, Elasticsearch, NotFoundError, TransportError

from difang.ingest.article import Article
from difang.ingest.errors import RetryLater
from difang.ingest.index import elastic_removal, names
from difang.ingest.index.bulk import BulkWriter, Operation
from difang.ingest.index.bulk_request import (
    foreign,
    is_no_index,
    operation_of,
    part_of,
    reason_of,
    send,
    unreachable,
    word_of,
)
from difang.ingest.index.elastic_status import made_by, status
from difang.ingest.index.elastic_versions import ElasticVersions
from difang.ingest.index.entry import document_of, entries_of
from difang.ingest.index.mapping import ARTICLES, WRITE_ALIAS, create
from difang.ingest.index.port import Document, IndexStatus, WriteResult, Written
from difang.ingest.index.versions import Version, history
from difang.ingest.turns import Turns

__all__ = ["ElasticIndex", "unreachable"]


class ElasticIndex:
    """The write side on Elasticsearch; owns the client it is given."""

    def __init__(
        self, client: Elasticsearch, turns: Turns | None = None, *, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        """`turns` are shared with the worker that writes; `sleep` is how pauses are made while the server is busy."""
        self._client = client
        self._turns = turns or Turns()
        self._sleep = sleep
        self._ready = False
        self._versions = ElasticVersions(client, sleep=sleep)
        self._bulk = BulkWriter(partial(send, client, WRITE_ALIAS), sleep=sleep)

    def get(self, ids: Sequence[str]) -> dict[str, Document]:
        """Realtime, by id: sees every acknowledged write, refreshed or not."""
        if not ids:
            return {}
        try:
            with self._turns.waiting():
                found = self._client.mget(index=WRITE_ALIAS, ids=list(dict.fromkeys(ids)))
        except NotFoundError as error:
            if is_no_index(error):
                self._refuse_lost()
                return {}
            raise unreachable(error) from error
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        docs = part_of(found, "docs")
        for item in docs:
            if "error" in item and item["error"].get("type") == "index_not_found_exception":
                self._refuse_lost()
                return {}
            if "error" in item:
                raise RetryLater(f"Elasticsearch could not read {item['_id']}: {reason_of(item['error'])}.")
        return {item["_id"]: document_of(orjson.dumps(item["_source"])) for item in docs if item.get("found")}

    def _refuse_lost(self) -> None:
        """Returns where no index was made yet; one that lost its alias is no empty one."""
        try:
            names.refuse_lost(self._client, ARTICLES)
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error

    def write(self, documents: Sequence[Document]) -> list[WriteResult]:
        """In bulk requests, several at a time (bulk.py)."""
        results: dict[str, WriteResult] = {}
        operations: list[Operation] = []
        for document, entry in zip(documents, entries_of(documents), strict=True):
            if isinstance(entry, ValueError):
                id_ = document.article.id
                results[id_] = WriteResult(id=id_, written=Written.REJECTED, reason=str(entry))
            else:
                operations.append(operation_of(entry))
        if operations:
            self._make_ready()
            with self._turns.waiting():
                results |= {result.id: result for result in self._write(operations)}
        return [results[document.article.id] for document in documents]

    def _write(self, operations: Sequence[Operation]) -> list[WriteResult]:
        try:
            results = elastic_removal.retaken(
                self._bulk.write(operations), operations, write=self._bulk.write, held=self._held, sleep=self._sleep
            )
        except RetryLater:
            self._ready = False
            raise
        if any(result.written is Written.RETRY for result in results):
            self._ready = False  # look again whether the alias still stands
        return results

    def _held(self, ids: Collection[str]) -> Collection[str]:
        try:
            return elastic_removal.held_versions(self._client, WRITE_ALIAS, ids)
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error

    def remove(self, ids: Sequence[str]) -> int:
        """By id."""
        if not ids:
            return 0
        try:
            self._versions.forget(ids)  # first: whoever is stopped between the two finds the articles, and does both
        finally:  # what is to be seen no more does not wait for it
            removed = self._remove(ids)
        return removed

    def _remove(self, ids: Sequence[str]) -> int:
        try:
            if not self._client.indices.exists_alias(name=WRITE_ALIAS):
                self._refuse_lost()
                return 0
            self._make_ready()
            return elastic_removal.remove(self._client, WRITE_ALIAS, ids)
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error

    def keep_versions(self, articles: Sequence[Article]) -> None:
        """In an index of their own."""
        if articles:
            self._versions.keep(articles)

    def kept_versions(self, ids: Sequence[str]) -> dict[str, list[Article]]:
        """After a refresh of their index, or as of the last one where the user may not ask for it."""
        return self._versions.kept(ids)

    def drop_versions(self, articles: Sequence[Article]) -> None:
        """By id and time."""
        if articles:
            self._versions.drop(articles)

    def versions(self, article_id: str) -> list[Version]:
        """The newest realtime, the older ones as of the last refresh."""
        newest = self.get([article_id]).get(article_id)
        return history(newest.article, self._versions.of(article_id)) if newest else []

    def refresh(self) -> None:
        """Costs a segment; the index refreshes by itself every second."""
        try:
            self._client.options(ignore_status=[404]).indices.refresh(index=WRITE_ALIAS)
            self._versions.refresh()
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error

    def status(self) -> IndexStatus:
        """Documents and bytes of the index behind the read alias, and all that is known of server and mapping."""
        return status(self._client)

    def close(self) -> None:
        """Close the connections."""
        self._versions.close()
        self._bulk.close()
        self._client.close()

    def _create(self) -> None:
        try:
            create(self._client, ARTICLES)
        except AuthorizationException as error:
            word = word_of(error)
            raise RetryLater(
                f"There is no index yet, and Elasticsearch does not let this user make it ({word}); run"
                " `difang index migrate` with the role difang_migrator, and the work goes on by itself."
            ) from error

    def _make_ready(self) -> None:
        """Make the index with both aliases in one action where there is none; many processes may do so at once."""
        if self._ready:
            return
        try:
            if not self._client.indices.exists_alias(name=WRITE_ALIAS):
                self._create()
            found = self._client.indices.get_mapping(index=WRITE_ALIAS).body
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        if not isinstance(found, dict):
            raise foreign()
        if len(found) != 1 or made_by(next(iter(found.values()))) != ARTICLES.hash:
            raise RetryLater(
                f"The alias {WRITE_ALIAS} leads to {', '.join(sorted(found))}, but this version of difang writes to"
                f" {ARTICLES.name}; run `difang index migrate`, and the work goes on by itself."
            )
        self._ready = True
