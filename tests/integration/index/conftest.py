"""The same articles in an index of each kind, to search in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.search.elastic import ElasticEngine
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.integration.conftest import clear, client
from tests.integration.index.searching import ARTICLES, TODAY, Both
from tests.made_articles import document


@pytest.fixture(scope="module")
def both(elasticsearch_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """600 articles, each written twice, some by way of an older version."""
    folder = tmp_path_factory.mktemp("index")
    clear(elasticsearch_url)
    for index in (EmbeddedIndex(folder), ElasticIndex(client(elasticsearch_url))):
        for _ in range(2):
            index.write([document(article) for article in ARTICLES.values()])
        index.refresh()
        index.close()
    engines = (EmbeddedEngine(folder), ElasticEngine(client(elasticsearch_url)))
    embedded, elasticsearch = (SearchIndex(engine, lambda: TODAY) for engine in engines)
    yield Both(embedded, elasticsearch, engines)
    elasticsearch.close()
    embedded.close()
    clear(elasticsearch_url)


@pytest.fixture(params=["embedded", "elasticsearch"])
def search(request: pytest.FixtureRequest, both: Both) -> SearchIndex:
    """One of both."""
    index: SearchIndex = getattr(both, request.param)
    return index
