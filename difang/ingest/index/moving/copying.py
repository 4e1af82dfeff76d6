"""Documents from one Elasticsearch index into another: made anew on the way, or fitted to an older mapping."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from difang.ingest.errors import DifangError, RetryLater
from difang.ingest.index.bulk import BulkWriter, Operation
from difang.ingest.index.bulk_request import operation_of, send
from difang.ingest.index.elastic_removal import held_versions, remove, retaken
from difang.ingest.index.entry import document_of, entry_of
from difang.ingest.index.mapping import ARTICLES
from difang.ingest.index.moving.server import Hit, Server
from difang.ingest.index.port import Document, WriteResult, Written


class Copying:
    """Writes hits of one index into another by its name; ends its threads on close."""

    def __init__(self, server: Server, target: str, *, may_be_newer: bool) -> None:
        """`may_be_newer`: the target was filled from the archive, which may be ahead of the source."""
        self._client, self._target = server.client, target
        self._may_be_newer = may_be_newer
        self._articles = server.family is ARTICLES
        self._properties = self._fields_of(server, target)
        self._bulk = BulkWriter(partial(send, server.client, target, require_alias=False))

    def write(self, hits: Sequence[Hit]) -> int:
        """Write these; how many. Raises RetryLater where the server cannot now, DifangError where it never will."""
        return self._send([self._operation(hit) for hit in hits])

    def put(self, documents: Sequence[Document]) -> None:
        """Write what was read from the archive; raises as `write` does."""
        self._send([operation_of(entry_of(document)) for document in documents])

    def close(self) -> None:
        """End the threads."""
        self._bulk.close()

    def _send(self, operations: Sequence[Operation]) -> int:
        results = self._taken(operations)
        for result in results:
            if result.written is Written.RETRY:
                raise RetryLater(f"Elasticsearch takes no documents now ({result.reason}); call it again to go on.")
            if result.written is Written.REJECTED:
                raise DifangError(f"{result.id} cannot be moved: {result.reason}; nothing was swapped.")
        return sum(result.written is Written.KEPT for result in results)

    def _taken(self, operations: Sequence[Operation]) -> list[WriteResult]:
        """What was removed from the source and came back with an older page takes the place of the newer one here."""
        results = self._bulk.write(operations)
        stale = [result.id for result in results if result.written is Written.STALE]
        if stale and not self._may_be_newer:
            remove(self._client, self._target, stale)
        held = partial(held_versions, self._client, self._target)
        return retaken(results, operations, write=self._bulk.write, held=held, sleep=time.sleep)

    def _operation(self, hit: Hit) -> Operation:
        if not self._articles:
            action = {"index": {"_id": hit["_id"]}}
            return Operation(id=hit["_id"], action=_line(action), source=_line(hit["_source"]))
        try:
            operation = operation_of(entry_of(document_of(json.dumps(hit["_source"]))))
        except (ValueError, KeyError, TypeError) as error:
            raise DifangError(f"{hit['_id']} cannot be moved ({error}); nothing was swapped.") from error
        if self._properties is None:
            return operation
        fitted = fitting(json.loads(operation.source), self._properties)
        return Operation(id=operation.id, action=operation.action, source=_line(fitted))

    @staticmethod
    def _fields_of(server: Server, target: str) -> dict[str, Any] | None:
        """The fields of an index that another version of difang made; None where it takes all there is."""
        mappings = server.client.indices.get_mapping(index=target).body[target]["mappings"]
        if mappings["_meta"]["difang"] == server.family.hash:
            return None
        properties: dict[str, Any] = mappings["properties"]
        return properties


def fitting(source: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    """The source without the fields that a strict mapping of another version does not know."""
    fitted: dict[str, Any] = {}
    for name, value in source.items():
        if name in properties:
            inner = properties[name].get("properties")
            fitted[name] = fitting(value, inner) if inner and isinstance(value, dict) else value
    return fitted


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
