"""Whether two Elasticsearch indexes hold the same: counts, samples, and what only the new one has left."""

from __future__ import annotations

import json
from typing import Any

from difang.ingest.errors import DifangError
from difang.ingest.index.analysis import tokens
from difang.ingest.index.elastic_removal import remove
from difang.ingest.index.entry import document_of
from difang.ingest.index.mapping import ARTICLES
from difang.ingest.index.moving.server import Server

_SAMPLES = 200
_SEARCHED = 20
"""Of the samples so many are searched by their titles too."""


def remove_surplus(server: Server, source: str, target: str) -> int:
    """Take out of the target what the source no longer has; how many. The target must hold all the source does."""
    surplus = server.count(target) - server.count(source)
    removed = 0
    if surplus <= 0:
        return 0
    for ids in server.ids(target):
        if gone := sorted(set(ids) - server.versions_of(source, ids).keys()):
            removed += remove(server.client, target, gone)
    return removed


def compare(server: Server, source: str, target: str, *, may_be_newer: bool) -> tuple[int, int]:
    """How many documents both have, and how many samples were the same; raises DifangError where they differ."""
    documents, others = server.count(source), server.count(target)
    if documents != others:
        raise DifangError(
            f"{target} holds {others:,} documents and {source} {documents:,}; nothing was swapped, begin again with"
            " --rebuild."
        )
    ids = server.some(source, _SAMPLES)
    if not ids:
        return documents, 0
    expected, found = ({hit["_id"]: hit for hit in server.documents(index, ids)} for index in (source, target))
    for id_ in ids:
        if id_ not in found or not _same(server, expected[id_], found[id_], may_be_newer):
            raise DifangError(f"{id_} is not the same in {target} as in {source}; nothing was swapped.")
    if server.family is ARTICLES:
        _check_searchable(server, target, {id_: hit["_source"]["title"] for id_, hit in found.items()})
    return documents, len(ids)


def _same(server: Server, one: dict[str, Any], other: dict[str, Any], may_be_newer: bool) -> bool:
    if server.family is not ARTICLES:
        return bool(one["_source"] == other["_source"])
    if may_be_newer:  # it was read anew, and of the same page or a newer one
        return bool(one["_version"] <= other["_version"])
    first, second = (document_of(json.dumps(hit["_source"])) for hit in (one, other))
    return bool(first == second and one["_version"] == other["_version"])


def _check_searchable(server: Server, target: str, titles: dict[str, str]) -> None:
    """In one request, because writers wait meanwhile."""
    phrases = {id_: " ".join(tokens(title)) for id_, title in list(titles.items())[:_SEARCHED]}
    asked = {id_: phrase for id_, phrase in phrases.items() if phrase}
    each = [
        {"bool": {"filter": [{"ids": {"values": [id_]}}, {"match_phrase": {"search.text": phrase}}]}}
        for id_, phrase in asked.items()
    ]
    query = {"bool": {"should": each, "minimum_should_match": 1}}
    answer = server.client.search(index=target, query=query, size=len(each), source=False)
    if lacking := sorted(asked.keys() - {hit["_id"] for hit in answer["hits"]["hits"]}):
        raise DifangError(f"{lacking[0]} is not found by its title in {target}; nothing was swapped.")
