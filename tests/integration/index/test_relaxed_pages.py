"""The pages of a relaxed query while its index is written, on both indexes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.port import ArticleIndex
from difang.search.elastic import ElasticEngine
from difang.search.embedded import EmbeddedEngine
from difang.search.engine import Sort
from difang.search.index import SearchIndex
from difang.search.relax import BEST, RELAXED
from tests.integration.conftest import clear, client
from tests.integration.index.searching import TODAY
from tests.made_articles import document, made_articles


@pytest.fixture(params=["embedded", "elasticsearch"])
def filling(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[ArticleIndex, SearchIndex]]:
    """An index of 250 articles that goes on being written."""
    index: ArticleIndex
    if request.param == "embedded":
        index, engine = EmbeddedIndex(tmp_path), EmbeddedEngine(tmp_path)
    else:
        url = request.getfixturevalue("elasticsearch_url")
        clear(url)
        index, engine = ElasticIndex(client(url)), ElasticEngine(client(url))  # type: ignore[assignment]
    index.write([document(article) for article in made_articles(250, seed=29)])
    index.refresh()
    yield index, SearchIndex(engine, lambda: TODAY)
    index.close()
    engine.close()
    if request.param == "elasticsearch":
        clear(url)


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_its_pages_neither_lose_nor_repeat_while_articles_come(
    filling: tuple[ArticleIndex, SearchIndex], sort: Sort
) -> None:
    """80 newer and older ones that fit better than the hundred of the first page."""
    index, search = filling
    sentence = "龘靐齉爩鱻麤龗图书馆龘靐齉爩鱻麤龗"
    before = [hit.id for hit in search.search(sentence, sort=sort, limit=1_000, fold=False).hits]
    assert len(before) == BEST
    page = search.search(sentence, sort=sort, limit=30, fold=False)
    shown = [hit.id for hit in page.hits]
    made = next(made_articles(1, seed=29))
    days = ("2001-05-01T08:00:00+08:00", "2025-12-01T08:00:00+08:00")
    index.write(
        [
            document(replace(made, id=f"people:L_{number}", title="甲", body="龘靐齉。", published_at=days[number % 2]))
            for number in range(80)
        ]
    )
    index.refresh()
    while page.next:
        assert len(page.next) < 2_000
        page = search.search(sentence, sort=sort, limit=30, fold=False, cursor=page.next)
        assert page.ignored == [RELAXED]
        shown += [hit.id for hit in page.hits]
    assert shown == before
    assert {f"people:L_{number}" for number in range(80)} < {hit.id for hit in search.search(sentence, limit=200).hits}
