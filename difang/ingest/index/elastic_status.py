"""How the index on Elasticsearch is: server, plugins, mapping, size, and a migration under way."""

from __future__ import annotations

from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from difang.ingest.index import names
from difang.ingest.index.bulk_request import unreachable
from difang.ingest.index.mapping import ARTICLES, VERSIONS, Family, plugins_of, word_analyzer
from difang.ingest.index.port import IndexStatus

_HEALTH = {"green": "green (all copies are there)", "yellow": "yellow (a copy is missing: one node, or one is away)",
           "red": "red (a part of the index is missing: see the server's log)"}  # fmt: skip


def status(client: Elasticsearch) -> IndexStatus:
    """Raises RetryLater where the server is out of reach."""
    details: dict[str, str] = {}
    try:
        nodes = client.nodes.info(metric="plugins")["nodes"].values()
        details["server"] = ", ".join(sorted({node["version"] for node in nodes}))
        plugins = plugins_of(nodes)
        details["plugins"] = ", ".join(sorted(set().union(*plugins))) or "none"
        details["health"] = _HEALTH[client.cluster.health()["status"]]
        if wrong := names.state(client, ARTICLES):
            return IndexStatus(
                kind="elasticsearch", documents=0, size=0, details={**details, "index": wrong}, wrong=wrong
            )
        documents, size = _counted(client, ARTICLES)
        details |= _made(client, word_analyzer(plugins)) | _moves(client)
        wrong = names.state(client, VERSIONS)
        details["versions"] = wrong or f"{_counted(client, VERSIONS)[0]:,} older"
    except NotFoundError:
        return IndexStatus(kind="elasticsearch", documents=0, size=0, details={**details, "index": "not made yet"})
    except (ApiError, TransportError) as error:
        raise unreachable(error) from error
    return IndexStatus(kind="elasticsearch", documents=documents, size=size, details=details, wrong=wrong)


def _moves(client: Elasticsearch) -> dict[str, str]:
    """What a migration left: an index to go back to, or one that is being made."""
    active = next(iter(client.indices.get_alias(name=ARTICLES.write).body), None)
    moves = {name: meta.get("move") or {} for name, meta in names.indexes(client, ARTICLES).items()}
    told = {}
    before = moves.get(active or "", {}).get("source")
    if before in moves:
        told["previous"] = f"{before} (`difang index rollback` goes back to it)"
    settings = client.indices.get_settings(index=active, name="index.blocks.write").body if active else {}
    if settings:
        told["writes"] = "wait, because a migration was interrupted: run it again"
    for name, move in moves.items():
        if move.get("source") == active and (move["own"] is None or settings):
            done = f"{move['read']:,}"
            if not move["back"]:
                told["migration"] = f"{name} is being made, read up to {done}; `difang index migrate` goes on"
                continue
            told["migration"] = f"{name} is being gone back to, read up to {done}; `difang index rollback` goes on"
            if settings:
                told["writes"] = "wait, because a rollback was interrupted: run it again"
    return told


def made_by(index: dict[str, Any]) -> str:
    """The hash of the mapping an index was made with."""
    return str(meta_of(index).get("difang", "unknown"))


def meta_of(index: dict[str, Any]) -> dict[str, Any]:
    """What difang wrote about the index into its mapping."""
    meta: dict[str, Any] = index["mappings"].get("_meta", {})
    return meta


def _counted(client: Elasticsearch, family: Family) -> tuple[int, int]:
    if not client.indices.exists_alias(name=family.read) and family is VERSIONS:
        return 0, 0
    count = int(client.count(index=family.read)["count"])
    store = client.indices.stats(index=family.read, metric="store")["_all"]["primaries"]["store"]
    return count, int(store["size_in_bytes"])


def _made(client: Elasticsearch, analyzer: str | None) -> dict[str, str]:
    found = client.indices.get_mapping(index=ARTICLES.read).body
    hashes = {made_by(index) for index in found.values()}
    words = next((meta_of(index).get("words") for index in found.values()), None)
    current = "current" if hashes == {ARTICLES.hash} else "of another version of difang: run `difang index migrate`"
    if words == analyzer:
        field = f"analyzed by {words}" if words else "none (no analysis plugin on every node)"
    else:
        field = f"{words or 'none'}, but the server offers {analyzer or 'none'}: run `difang index migrate`"
    return {"index": ", ".join(sorted(found)), "mapping": f"{', '.join(sorted(hashes))} ({current})", "words": field}
