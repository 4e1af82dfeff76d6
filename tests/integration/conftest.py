"""Empty indexes of both kinds, and what a worker works with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.port import ArticleIndex
from tests.integration.parts import Parts, parts_in

OpenIndex = Callable[[], ArticleIndex]


@pytest.fixture(params=["embedded", "elasticsearch"])
def open_index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenIndex]:
    """Opens the same index each time it is called, empty at first; all are closed at the end."""
    with ExitStack() as stack:
        if request.param == "elasticsearch":
            url = request.getfixturevalue("elasticsearch_url")
            clear(url)
            stack.callback(clear, url)

        def opened() -> ArticleIndex:
            index: ArticleIndex = (
                EmbeddedIndex(tmp_path / "index") if request.param == "embedded" else ElasticIndex(client(url))
            )
            stack.callback(index.close)
            return index

        yield opened


@pytest.fixture
def index(open_index: OpenIndex) -> ArticleIndex:
    """An empty index."""
    return open_index()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[ArticleIndex]:
    """An empty embedded index, for what does not depend on the kind."""
    with closing(EmbeddedIndex(tmp_path / "embedded")) as index:
        yield index


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    """Queue, pieces, ledger and archive in a folder of their own."""
    with parts_in(tmp_path) as parts:
        yield parts


def client(url: str) -> Elasticsearch:
    return Elasticsearch(url, max_retries=0, request_timeout=60)  # a busy machine is slow, not broken


def clear(url: str) -> None:
    with client(url) as elasticsearch:
        for name in elasticsearch.indices.get(index="difang-articles*,difang-versions*").body:
            elasticsearch.indices.delete(index=name)
