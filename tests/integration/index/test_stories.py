"""Stories in both indexes: reprints get one, and a list of hits shows each story once, page after page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Barrier

import pytest

from difang.crawler.ledger.ledger import Ledger
from difang.ingest.index.port import ArticleIndex, Written
from difang.ingest.stories import index as stories_index
from difang.ingest.stories.index import StoryIndex
from difang.search.elastic import ElasticEngine
from difang.search.embedded import EmbeddedEngine
from difang.search.engine import Sort
from difang.search.index import SearchIndex
from tests.integration.conftest import OpenIndex, client
from tests.made_articles import document, made_article, made_articles
from tests.made_stories import body, corrected, edition

OpenStories = Callable[[], StoryIndex]


@pytest.fixture
def open_stories(open_index: OpenIndex, tmp_path: Path) -> OpenStories:
    """Opens the same index with the same ledger each time it is called."""
    return lambda: StoryIndex(open_index(), lambda: Ledger(f"sqlite:///{tmp_path / 'ledger.db'}").stories)


@pytest.fixture
def index(open_stories: OpenStories) -> Iterator[StoryIndex]:
    with closing(open_stories()) as index:
        yield index


@pytest.fixture
def search(request: pytest.FixtureRequest, open_index: OpenIndex, tmp_path: Path) -> Iterator[SearchIndex]:
    """The read side of the index of this test."""
    embedded = request.node.callspec.params["open_index"] == "embedded"
    engine = (
        EmbeddedEngine(tmp_path / "index")
        if embedded
        else ElasticEngine(client(request.getfixturevalue("elasticsearch_url")))
    )
    with closing(SearchIndex(engine)) as search:
        yield search


def stories(index: ArticleIndex, *numbers: int) -> list[str | None]:
    """The story each of these articles has in the index, as the number of its article."""
    held = index.get([f"people:L_{number}" for number in numbers])
    told = [held[f"people:L_{number}"].story for number in numbers]
    return [story.removeprefix("people:L_") if story else None for story in told]


def test_a_reprint_that_comes_later_gives_the_first_article_its_story(index: StoryIndex) -> None:
    """And an earlier edition that comes last gives the story its id."""
    index.write([document(edition("a", 2, day=2)), document(edition("b", 9))])
    assert stories(index, 2, 9) == [None, None]
    index.write([document(edition("a", 3, day=3))])
    assert stories(index, 2, 3, 9) == ["2", "2", None]
    index.write([document(edition("a", 1, day=1))])
    assert stories(index, 1, 2, 3) == ["1", "1", "1"]


def test_corrections_and_removals_move_the_story(index: StoryIndex) -> None:
    """Of all its members, in the index."""
    editions = [edition("a", number, day=number) for number in (1, 2, 3)]
    index.write([document(article) for article in editions])
    index.write([document(corrected(editions[0], body("other")))])
    assert stories(index, 1, 2, 3) == [None, "2", "2"]
    assert index.remove(["people:L_3"]) == 1
    assert stories(index, 1, 2) == [None, None]


def test_more_fellows_than_are_told_at_once_are_told_with_the_same_batch(
    index: StoryIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backfill may end with it."""
    monkeypatch.setattr(stories_index, "MOST_FELLOWS", 3)
    index.write([document(edition(f"s{number}", number)) for number in range(1, 9)])
    index.write([document(edition(f"s{number}", 10 + number, day=2)) for number in range(1, 9)])
    assert stories(index, *range(1, 9)) == [str(number) for number in range(1, 9)]


@pytest.mark.parametrize("field", ["source", "title", "body"])
def test_what_the_index_does_not_take_has_no_fellows(index: StoryIndex, field: str) -> None:
    """A half character; the story is of those that are there."""
    good = document(edition("a", 1))
    bad = document(edition("a", 2, day=2, **{field: f"{body('a')} half \ud83d of a pair", "content_hash": ""}))
    kept, rejected = index.write([good, bad])
    assert (kept.written, rejected.written) == (Written.KEPT, Written.REJECTED)
    index.write([document(edition("b", 3))])
    assert stories(index, 1) == [None]


def test_the_index_hears_of_a_story_found_before_a_crash(open_stories: OpenStories) -> None:
    """The ledger knew of it, the index had not been told."""
    with closing(open_stories()) as index:
        index.write([document(edition("a", 1)), document(edition("a", 2, day=2))])
        plain = index._index
        plain.write([document(edition("a", 1)), document(edition("a", 2, day=2))])
        assert stories(index, 1, 2) == [None, None]
        index.write([document(edition("a", 1))])
        assert stories(index, 1) == ["1"]


def test_two_workers_with_a_reprint_each_at_the_same_moment_write_one_story(
    request: pytest.FixtureRequest, open_stories: OpenStories
) -> None:
    """Elasticsearch alone: the embedded index has one writer at a time."""
    if request.node.callspec.params["open_index"] == "embedded":
        with closing(open_stories()) as one:
            one.write([document(edition("at once", 1)), document(edition("at once", 2, day=2))])
            assert stories(one, 1, 2) == ["1", "1"]
        return
    with ExitStack() as stack:
        workers = [stack.enter_context(closing(open_stories())) for _ in range(2)]
        workers[0].write([document(made_article(id="people:L_4000"))])  # or both would make the index at once
        together = Barrier(2)

        def work(index: StoryIndex, day: int) -> None:
            for number in range(6):
                together.wait(timeout=120)
                index.write([document(edition(f"at once {number}", 100 * number + day, day=day))])

        with ThreadPoolExecutor(2) as threads:
            for done in [threads.submit(work, index, day) for day, index in enumerate(workers, start=1)]:
                done.result()
        workers[0].write([document(made_article(id="people:L_5000"))])  # the next batch tells what is left to tell
        for number in range(6):
            first = str(100 * number + 1)
            assert stories(workers[0], 100 * number + 1, 100 * number + 2) == [first, first]


def filled(index: StoryIndex) -> dict[str, set[str]]:
    """Stories of up to 9 editions among 40 others, all of which a search for 海岱 finds; story to its ids."""
    articles = list(made_articles(40, seed=4))
    told = {article.id: {article.id} for article in articles}
    for story in range(14):
        editions = [edition(f"s{story}", 100 * story + day, day=day) for day in range(1, 2 + story % 9)]
        articles += editions
        told[editions[0].id] = {article.id for article in editions}
    index.write([document(article) for article in articles])
    index.refresh()
    return told


def walk(search: SearchIndex, query: str, sort: Sort, page: int, *, fold: bool = True) -> list[str]:
    found, cursor = [], None
    while True:
        result = search.search(query, sort=sort, limit=page, cursor=cursor, facets=False, fold=fold)
        assert len(result.hits) == page or result.next is None
        found += [hit.id for hit in result.hits]
        if (cursor := result.next) is None:
            return found


def test_every_page_shows_each_story_once_and_none_is_lost(index: StoryIndex, search: SearchIndex) -> None:
    """In every order, pages of any size, queries that find some of a story's members only."""
    told = filled(index)
    story_of = {id_: story for story, ids in told.items() for id_ in ids}
    for query in ("", "海岱市公布新规 from:2026-05-03", "channel:js OR title:新规"):
        for sort in Sort:
            every = walk(search, query, sort, 1_000, fold=False)
            first_of_each = list({story_of[id_]: id_ for id_ in reversed(every)}.values())
            expected = sorted(first_of_each, key=every.index)
            for page in (7, 1_000):
                assert walk(search, query, sort, page) == expected, (query, sort, page)


def test_total_and_facets_count_articles_and_hits_say_where_else(index: StoryIndex, search: SearchIndex) -> None:
    """Whether folded or not."""
    told = filled(index)
    folded = search.search("channel:sd OR channel:js OR channel:he OR channel:rmxa", limit=1_000)
    plain = search.search("channel:sd OR channel:js OR channel:he OR channel:rmxa", limit=1_000, fold=False)
    assert folded.total == plain.total == len(plain.hits) == sum(map(len, told.values()))
    assert folded.facets == plain.facets
    assert len(folded.hits) == len(told)
    for hit in plain.hits:
        others = told[hit.story] - {hit.id}
        assert len(hit.also_in) == len(others)
        assert {other["url"].rpartition("-")[2].removesuffix(".html") for other in hit.also_in} == {
            id_.removeprefix("people:L_") for id_ in others
        } or not others


def test_an_export_has_every_article_and_no_word_of_stories(index: StoryIndex, search: SearchIndex) -> None:
    """It is the article contract that is exported."""
    told = filled(index)
    records = list(search.export(""))
    assert {record["id"] for record in records} == set().union(*told.values())
    assert not any("story" in record for record in records)
