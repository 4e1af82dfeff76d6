"""What moving asks of Elasticsearch: who stands behind a name, sequence numbers, pages in their order, blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, Elasticsearch, TransportError

from difang.ingest.errors import DifangError, UsageError
from difang.ingest.index import names
from difang.ingest.index.bulk_request import unreachable
from difang.ingest.index.mapping import Family

PAGE = 1_500
"""Documents read at a time: three bulk requests."""

_KEEP = "5m"
Hit = dict[str, Any]


class Server:
    """One family of indexes on one server; raises what the client raises (see `told_in_a_sentence`)."""

    def __init__(self, client: Elasticsearch, family: Family) -> None:
        self.client = client
        self.family = family

    def indexes(self) -> dict[str, dict[str, Any]]:
        """Every index of a name that begins as the family's, and what difang wrote about it."""
        return names.indexes(self.client, self.family)

    def made(self) -> dict[str, dict[str, Any]]:
        """Those of them that difang made."""
        return names.made(self.client, self.family)

    def active(self) -> str | None:
        """The index behind the aliases, None where there is none."""
        return names.bearer(self.client, self.family)[0]

    def named(self) -> tuple[str | None, list[str]]:
        """The same after names that were lost are given back, and which these were.

        Raises UsageError where several indexes may have borne them.
        """
        index, missing = names.bearer(self.client, self.family)
        if index is None:
            index = names.the_nameless(self.client, self.family)
        if index is None:
            return None, []
        if missing:
            names.give(self.client, index, missing)
        return index, missing

    def note(self, index: str, move: dict[str, Any]) -> None:
        """Write down in the index's mapping how far its making is."""
        meta = self.client.indices.get_mapping(index=index).body[index]["mappings"].get("_meta", {})
        self.client.indices.put_mapping(index=index, meta={**meta, "move": move})

    def sequence(self, index: str) -> tuple[int, int]:
        """The number up to which every write is settled, and the highest given out."""
        shards = self.client.indices.stats(index=index, metric="docs", level="shards")["indices"][index]["shards"]
        if len(shards) != 1:
            raise UsageError(f"{index} has {len(shards)} shards; difang moves indexes of one, as it makes them.")
        primary = next(copy for copy in shards["0"] if copy["routing"]["primary"])
        return int(primary["seq_no"]["global_checkpoint"]), int(primary["seq_no"]["max_seq_no"])

    def written_since(self, index: str, number: int) -> Iterator[list[Hit]]:
        """Documents written after that sequence number, in the order of writing, as they are now."""
        self.client.indices.refresh(index=index)
        yield from self._pages(index, {"range": {"_seq_no": {"gt": number}}}, [{"_seq_no": "asc"}], source=True)

    def ids(self, index: str) -> Iterator[list[str]]:
        """All ids, some thousands at a time."""
        for hits in self._pages(index, {"match_all": {}}, [{"_seq_no": "asc"}], source=False):
            yield [hit["_id"] for hit in hits]

    def versions_of(self, index: str, ids: Sequence[str]) -> dict[str, int]:
        """Which of these the index holds, as of the last refresh, and as which version."""
        answer = self.client.search(
            index=index, query={"ids": {"values": list(ids)}}, size=len(ids), version=True, source=False
        )
        return {hit["_id"]: hit["_version"] for hit in answer["hits"]["hits"]}

    def documents(self, index: str, ids: Sequence[str]) -> list[Hit]:
        """These documents, realtime; those that are not there are left out."""
        return [item for item in self.client.mget(index=index, ids=list(ids))["docs"] if item.get("found")]

    def some(self, index: str, count: int) -> list[str]:
        """So many ids at random."""
        chance: dict[str, Any] = {"function_score": {"random_score": {}}}
        return [hit["_id"] for hit in self.client.search(index=index, query=chance, size=count)["hits"]["hits"]]

    def count(self, index: str) -> int:
        """Documents as of now."""
        self.client.indices.refresh(index=index)
        return int(self.client.count(index=index)["count"])

    def block(self, index: str) -> None:
        """Let nobody write; when this returns, every write under way has ended."""
        self.client.indices.add_block(index=index, block="write")

    def unblock(self, index: str) -> None:
        """Let writes in again."""
        self.client.indices.put_settings(index=index, settings={"index.blocks.write": None})

    def blocked(self, index: str) -> bool:
        """Whether nobody may write."""
        return bool(self.client.indices.get_settings(index=index, name="index.blocks.write").body)

    def swap(self, source: str, target: str) -> None:
        """Both aliases from one index to the other, in one action."""
        actions = []
        for alias in (self.family.read, self.family.write):
            actions.append({"remove": {"index": source, "alias": alias, "must_exist": True}})
            actions.append({"add": {"index": target, "alias": alias}})
        self.client.indices.update_aliases(actions=actions)

    def _pages(self, index: str, query: dict[str, Any], sort: list[Any], *, source: bool) -> Iterator[list[Hit]]:
        point = self.client.open_point_in_time(index=index, keep_alive=_KEEP)["id"]
        after: list[Any] | None = None
        try:
            while True:
                hits: list[Hit] = self.client.search(
                    pit={"id": point, "keep_alive": _KEEP},
                    query=query,
                    sort=sort,
                    size=PAGE if source else 5 * PAGE,
                    search_after=after,
                    source=source,
                    seq_no_primary_term=True,
                    track_total_hits=False,
                )["hits"]["hits"]
                if not hits:
                    return
                yield hits
                after = hits[-1]["sort"]
        finally:
            self.client.options(ignore_status=[404]).close_point_in_time(id=point)


def batched(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many ids at a time as one asks documents of."""
    for start in range(0, len(ids), PAGE):
        yield ids[start : start + PAGE]


@contextmanager
def told_in_a_sentence() -> Iterator[None]:
    """What the client raises becomes a sentence for people."""
    try:
        yield
    except ApiError as error:
        if error.status_code == 404 and "alias" in str(error.error):
            raise DifangError("Another migration gave the names away meanwhile; see `difang index status`.") from error
        if "resource_already_exists" in str(error.error):
            raise DifangError("Another migration begins at the same moment; see `difang index status`.") from error
        raise unreachable(error) from error
    except TransportError as error:
        raise unreachable(error) from error
