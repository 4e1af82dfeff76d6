"""Saved searches find an article as it comes in exactly where a search of either index finds it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.entry import entry_of
from difang.search.alerts.matcher import Matcher
from difang.search.elastic import ElasticEngine
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.integration.conftest import clear, client
from tests.made_articles import CHANNELS, EDITORS, SECTIONS, SOURCES, document, made_articles

TODAY = date(2026, 11, 23)
ARTICLES = list(made_articles(150, seed=21))
QUERIES = 120


@pytest.fixture(scope="module", params=["embedded", "elasticsearch"])
def search(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    folder: Path = tmp_path_factory.mktemp("matching")
    if request.param == "embedded":
        index, engine = EmbeddedIndex(folder), EmbeddedEngine(folder)
        index.write([document(article) for article in ARTICLES])
        index.close()
        yield SearchIndex(engine, lambda: TODAY)
        return
    url = request.getfixturevalue("elasticsearch_url")
    clear(url)
    elastic = ElasticIndex(client(url))
    elastic.write([document(article) for article in ARTICLES])
    elastic.refresh()
    elastic.close()
    found = SearchIndex(ElasticEngine(client(url)), lambda: TODAY)
    yield found
    found.close()
    clear(url)


def term(chance: random.Random) -> str:
    """A term of any sort, most of them cut out of an article."""
    article = chance.choice(ARTICLES)
    text = chance.choice([article.title, article.body, article.body])
    start = chance.randrange(max(1, len(text) - 4))
    cut = text[start : start + chance.choice([1, 2, 3, 4, 7, 12, 25])].replace('"', "").replace("\n", " ")
    names = [f"editor:{chance.choice(EDITORS)[:2]}*", f"source:{chance.choice(SOURCES)}"]
    names += [f"channel:{chance.choice(list(CHANNELS))}", f"section:{chance.choice(SECTIONS).strip()}"]
    dates = [f"from:{chance.randint(2016, 2025)}", f"to:{chance.randint(2016, 2025)}-0{chance.randint(1, 9)}"]
    return chance.choice(
        [cut, cut, f'"{cut}"', f"title:{cut.split(' ')[0]}", chance.choice(names), chance.choice(dates)]
    )


def query(chance: random.Random) -> str:
    words = []
    for _ in range(chance.randint(1, 3)):
        word = f"({term(chance)} OR {term(chance)})" if chance.random() < 0.25 else term(chance)
        words.append(f"-{word}" if chance.random() < 0.2 else word)
    return " ".join(words)


def test_matching_is_searching(search: SearchIndex) -> None:
    chance = random.Random(5)
    queries = {number: query(chance) for number in range(QUERIES)}
    matcher = Matcher(queries, TODAY)
    matched: dict[int, set[str]] = {number: set() for number in queries}
    for article in ARTICLES:
        for number in matcher.matches(entry_of(document(article))):
            matched[number].add(article.id)
    assert sum(0 < len(ids) < len(ARTICLES) for ids in matched.values()) > QUERIES / 3
    for number, asked in queries.items():
        assert {record["id"] for record in search._engine.stream(search.read(asked).tree)} == matched[number], asked
