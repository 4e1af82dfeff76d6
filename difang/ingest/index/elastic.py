"""The index on Elasticsearch, write side: one index behind a read and a write alias, external versions."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError

from difang.ingest.errors import RetryLater
from difang.ingest.index.bulk import BulkWriter, Operation
from difang.ingest.index.bulk_request import operation_of, reason_of, send, unreachable
from difang.ingest.index.entry import document_of, entry_of
from difang.ingest.index.mapping import READ_ALIAS, WRITE_ALIAS, index_name, mapping, mapping_hash
from difang.ingest.index.port import Document, IndexStatus, WriteResult, Written

__all__ = ["ElasticIndex", "unreachable"]


class ElasticIndex:
    """The write side on Elasticsearch; owns the client it is given."""

    def __init__(self, client: Elasticsearch, *, sleep: Callable[[float], object] = time.sleep) -> None:
        """`sleep` is how the pauses are made while the server is busy."""
        self._client = client
        self._ready = False
        self._bulk = BulkWriter(partial(send, client, WRITE_ALIAS), sleep=sleep)

    def get(self, ids: Sequence[str]) -> dict[str, Document]:
        """Realtime, by id: sees every acknowledged write, refreshed or not."""
        if not ids:
            return {}
        try:
            found = self._client.mget(index=WRITE_ALIAS, ids=list(dict.fromkeys(ids)))
        except NotFoundError:
            return {}
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        for item in found["docs"]:
            if "error" in item and item["error"].get("type") != "index_not_found_exception":
                raise RetryLater(f"Elasticsearch could not read {item['_id']}: {reason_of(item['error'])}.")
        return {item["_id"]: document_of(json.dumps(item["_source"])) for item in found["docs"] if item.get("found")}

    def write(self, documents: Sequence[Document]) -> list[WriteResult]:
        """In bulk requests, several at a time (bulk.py)."""
        results: dict[str, WriteResult] = {}
        operations: list[Operation] = []
        for document in documents:
            try:
                operations.append(operation_of(entry_of(document)))
            except ValueError as error:
                id_ = document.article.id
                results[id_] = WriteResult(id=id_, written=Written.REJECTED, reason=str(error))
        if operations:
            self._make_ready()
            results |= {result.id: result for result in self._write(operations)}
        return [results[document.article.id] for document in documents]

    def _write(self, operations: Sequence[Operation]) -> list[WriteResult]:
        try:
            results = self._bulk.write(operations)
        except RetryLater:
            self._ready = False
            raise
        if any(result.written is Written.RETRY for result in results):
            self._ready = False  # look again whether the alias still stands
        return results

    def remove(self, ids: Sequence[str]) -> int:
        """By id."""
        if not ids:
            return 0
        operations: list[Any] = [json.dumps({"delete": {"_id": id_}}) for id_ in dict.fromkeys(ids)]
        self._make_ready()
        try:
            answer = self._client.bulk(operations=operations, index=WRITE_ALIAS, require_alias=True)
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        return sum(item["delete"].get("result") == "deleted" for item in answer["items"])

    def refresh(self) -> None:
        """Costs a segment; the index refreshes by itself every second."""
        try:
            self._client.indices.refresh(index=WRITE_ALIAS)
        except NotFoundError:
            return
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error

    def status(self) -> IndexStatus:
        """Documents and bytes of the index behind the read alias."""
        try:
            nodes = self._client.nodes.info(metric="plugins")["nodes"].values()
            details = {"server": ", ".join(sorted({node["version"] for node in nodes}))}
            details["plugins"] = ", ".join(sorted({p["name"] for n in nodes for p in n["plugins"]})) or "none"
            details["health"] = self._client.cluster.health()["status"]
            details |= self._mapping_details()
            count = self._client.count(index=READ_ALIAS)["count"]
            size = self._client.indices.stats(index=READ_ALIAS, metric="store")["_all"]["primaries"]
        except NotFoundError:
            return IndexStatus(kind="elasticsearch", documents=0, size=0, details={**details, "index": "not made yet"})
        except (ApiError, TransportError) as error:
            raise unreachable(error) from error
        return IndexStatus(kind="elasticsearch", documents=count, size=size["store"]["size_in_bytes"], details=details)

    def close(self) -> None:
        """Close the connections."""
        self._bulk.close()
        self._client.close()

    def _mapping_details(self) -> dict[str, str]:
        found = self._client.indices.get_mapping(index=READ_ALIAS).body
        made_by = {_made_by(index) for index in found.values()}
        word = "current" if made_by == {mapping_hash()} else "of another version of difang"
        return {"index": ", ".join(sorted(found)), "mapping": f"{', '.join(sorted(made_by))} ({word})"}

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
        if len(found) != 1 or _made_by(next(iter(found.values()))) != mapping_hash():
            raise RetryLater(
                f"The alias {WRITE_ALIAS} leads to {', '.join(sorted(found))}, but this version of difang writes to"
                f" {index_name()}; move the articles into a new index first."
            )
        self._ready = True

    def _create(self) -> None:
        aliases: dict[str, dict[str, Any]] = {READ_ALIAS: {}, WRITE_ALIAS: {}}
        try:
            self._client.indices.create(index=index_name(), **mapping(), aliases=aliases)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise


def _made_by(index: dict[str, Any]) -> str:
    return str(index["mappings"].get("_meta", {}).get("difang", "unknown"))
