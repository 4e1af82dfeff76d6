"""The two indexes of the ingest bench, each with the other ways of storing: in bulk, and one document a call."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch, helpers

from difang.command.ingest import BATCH
from difang.ingest.extract.encoding import decode
from difang.ingest.index import embedded
from difang.ingest.index.bulk_request import operation_of
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.entry import Entry, document_of
from difang.ingest.index.folder import make
from difang.ingest.index.mapping import ARTICLES, READ_ALIAS, WRITE_ALIAS, create
from difang.ingest.index.port import ArticleIndex
from difang.ingest.page import Page
from difang.ingest.turns import Turns
from tests.integration.conftest import clear

FOREIGN = "news-please-current"


@dataclass(frozen=True, kw_only=True)
class Ways:
    """One index: how it is opened and emptied, and how ready-made documents are stored without us.

    `server` tells the processor time in seconds of the process that holds the index, where it is not ours.
    """

    open: Callable[[Turns | None], ArticleIndex]
    empty: Callable[[], None]
    bulk: Callable[[Sequence[Entry]], None]
    one_by_one: Callable[[Iterable[Entry]], None]
    server: Callable[[], float] = lambda: 0.0
    news_please: Callable[[Sequence[Page]], None] | None = None


def on_elasticsearch(url: str) -> Ways:
    """Through the official client."""
    client = Elasticsearch(url, request_timeout=60)
    [node] = client.nodes.info(metric="process")["nodes"].values()

    made: dict[str, dict[str, Any]] = {}

    def ready(entries: Sequence[Entry]) -> list[dict[str, Any]]:
        """Made once, in the first round, which only warms."""
        for entry in entries:
            if entry.id not in made:
                version = {"_version": entry.version, "_version_type": "external_gte"}
                made[entry.id] = {"_id": entry.id, **version, "_source": json.loads(operation_of(entry).source)}
        return [made[entry.id] for entry in entries]

    def bulk(entries: Sequence[Entry]) -> None:
        deque(helpers.parallel_bulk(client, ready(entries), index=WRITE_ALIAS), maxlen=0)
        client.indices.refresh(index=READ_ALIAS)

    def one_by_one(entries: Iterable[Entry]) -> None:
        for entry in entries:
            [document] = ready([entry])
            client.search(index=READ_ALIAS, query={"term": {"id": document["_id"]}})
            client.index(index=WRITE_ALIAS, id=document["_id"], document=document["_source"])

    def news_please(pages: Sequence[Page]) -> None:
        """As its pipeline ElasticsearchStorage does, with its mapping left to Elasticsearch."""
        extract = importlib.import_module("newsplease").NewsPlease.from_html
        for page in pages:
            article = extract(decode(page.body).text, url=page.url).get_serializable_dict()
            client.search(index=FOREIGN, query={"match": {"url.keyword": page.url}})
            client.index(index=FOREIGN, document=article)

    def empty() -> None:
        clear(url)
        client.options(ignore_status=404).indices.delete(index=FOREIGN)
        client.indices.create(index=FOREIGN)
        create(client, ARTICLES)

    return Ways(
        open=lambda turns: ElasticIndex(Elasticsearch(url, max_retries=0, request_timeout=60), turns),
        empty=empty,
        bulk=bulk,
        one_by_one=one_by_one,
        server=lambda: processor_of(node["process"]["id"]),
        news_please=news_please if importlib.util.find_spec("newsplease") else None,
    )


def processor_of(pid: int) -> float:
    """Seconds of processor time of another process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def on_embedded(folder: Path) -> Ways:
    """Straight into Tantivy."""

    def bulk(entries: Sequence[Entry]) -> None:
        writer = make(folder).writer(embedded.HEAP, 1)
        for start in range(0, len(entries), BATCH):
            for entry in entries[start : start + BATCH]:
                writer.add_document(embedded.as_tantivy(entry))
            writer.commit()
        writer.wait_merging_threads()

    def one_by_one(entries: Iterable[Entry]) -> None:
        with closing(EmbeddedIndex(folder)) as index:
            for entry in entries:
                index.get([entry.id])
                index.write([document_of(entry.record)])

    return Ways(
        open=lambda turns: EmbeddedIndex(folder, turns),
        empty=lambda: shutil.rmtree(folder, ignore_errors=True),
        bulk=bulk,
        one_by_one=one_by_one,
    )
