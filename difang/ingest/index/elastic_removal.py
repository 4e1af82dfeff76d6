"""Removing documents from Elasticsearch so that any page of theirs may come again, at once and in any order.

A removed document leaves its version behind for a while, and a write below it is refused as if something newer were
there: a removal therefore takes no number of its own, and a write refused by a document that is gone is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from elasticsearch import Elasticsearch

from difang.ingest.errors import RetryLater
from difang.ingest.index.bulk import Operation
from difang.ingest.index.bulk_request import part_of, reason_of
from difang.ingest.index.port import WriteResult, Written

_CONFLICT = 409
_ROUNDS = 10
_TRIES = 4
_PAUSE_SECONDS = 0.25
"""The server's clock for removals moves every 200 ms; with `index.gc_deletes` of 0 it then forgets them."""


def held_versions(client: Elasticsearch, name: str, ids: Collection[str]) -> dict[str, int]:
    """Which of these the index or alias holds, and as which version; realtime. Raises as `remove` does."""
    found = part_of(client.mget(index=name, ids=list(ids), source=False), "docs") if ids else []
    return {item["_id"]: item["_version"] for item in found if item.get("found")}


def remove(client: Elasticsearch, name: str, ids: Sequence[str]) -> int:
    """Take these out; how many there were.

    Raises what the client raises, and RetryLater where the server removes one not now.
    """
    removed, left = 0, list(dict.fromkeys(ids))
    for _ in range(_ROUNDS):
        held = held_versions(client, name, left)
        if not held:
            return removed
        version = {"version_type": "external_gte"}
        operations = [{"delete": {"_id": id_, "version": number, **version}} for id_, number in held.items()]
        done = [item["delete"] for item in part_of(client.bulk(operations=operations, index=name), "items")]
        removed += sum(item.get("result") == "deleted" for item in done)
        left = [item["_id"] for item in done if item["status"] == _CONFLICT]  # written anew since it was asked
        _check([item for item in done if "error" in item and item["status"] != _CONFLICT])
    raise RetryLater(f"{left[0]} could not be removed: it is written again and again; try it later.")


def _check(failed: Sequence[dict[str, Any]]) -> None:
    for item in failed:
        raise RetryLater(f"Elasticsearch could not remove now: {reason_of(item['error'])}.")


def retaken(
    results: list[WriteResult],
    operations: Sequence[Operation],
    *,
    write: Callable[[Sequence[Operation]], list[WriteResult]],
    held: Callable[[Collection[str]], Collection[str]],
    sleep: Callable[[float], object],
) -> list[WriteResult]:
    """The results, where those STALE of which nothing is held were written again; RETRY where that does not help.

    Raises what `write` and `held` raise.
    """
    for _ in range(_TRIES):
        gone = _gone(results, held)
        if not gone:
            return results
        sleep(_PAUSE_SECONDS)
        again = {result.id: result for result in write([one for one in operations if one.id in gone])}
        results = [again.get(result.id, result) for result in results]
    gone, word = _gone(results, held), "it was removed less than a minute ago; an older page is taken after that"
    return [replace(result, written=Written.RETRY, reason=word) if result.id in gone else result for result in results]


def _gone(results: Sequence[WriteResult], held: Callable[[Collection[str]], Collection[str]]) -> set[str]:
    stale = {result.id for result in results if result.written is Written.STALE}
    return stale - set(held(stale)) if stale else stale
