"""What comes with the hits, on both indexes: their order, pages and cursors, facets, exports and tallies."""

from __future__ import annotations

import base64
import json
import resource
import zlib
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from difang.ingest.errors import UsageError
from difang.ingest.index.embedded import EmbeddedIndex
from difang.search.embedded import EmbeddedEngine
from difang.search.engine import Sort
from difang.search.index import SearchIndex
from tests.integration.index.searching import ARTICLES, TODAY, found, holds, pages
from tests.made_articles import document


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("query", ["", "图书馆", "海岱市昨日提升招聘会受到居民欢迎"])
def test_the_cursor_reaches_every_hit_once(search: SearchIndex, query: str, sort: Sort) -> None:
    """In the same order as one long page."""
    whole = search.search(query, sort=sort, limit=1_000)
    paged = [id_ for page in pages(search, query, sort, 17) for id_ in page]
    assert paged == [hit.id for hit in whole.hits]
    assert len(set(paged)) == len(paged) == whole.total > 17


def test_hits_stand_in_the_order_asked_for(search: SearchIndex) -> None:
    """By time to the minute, by score."""
    newest = [hit.published_at for hit in search.search("图书馆", sort=Sort.NEWEST, limit=50).hits]
    oldest = [hit.published_at for hit in search.search("图书馆", sort=Sort.OLDEST, limit=50).hits]
    scores = [hit.score for hit in search.search("图书馆 地铁", limit=50).hits]
    assert newest == sorted(newest, reverse=True)
    assert oldest == sorted(oldest)
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1]


def test_facets_count_every_hit(search: SearchIndex) -> None:
    """Not only those of the page; names as printed, channels with their Chinese names."""
    facets = search.search("", limit=1).facets
    articles = ARTICLES.values()
    assert counted(facets["editor"]) == Counter(name for a in articles for name in a.editors)
    assert counted(facets["source"]) == Counter(a.source for a in articles if a.source)
    assert counted(facets["section"]) == Counter(name for a in articles for name in a.sections)
    assert counted(facets["kind"]) == Counter(a.kind.value for a in articles)
    assert counted(facets["month"]) == Counter(a.published_at[:7] for a in articles)
    assert counted(facets["year"]) == Counter(a.published_at[:4] for a in articles)
    assert {(v.value, v.label, v.count) for v in facets["channel"]} == {
        (*channel, count) for channel, count in Counter((a.channel, a.channel_name) for a in articles).items()
    }
    assert [v.value for v in facets["month"]] == sorted({a.published_at[:7] for a in articles}, reverse=True)
    for name, field in (("editor", "editor"), ("source", "source"), ("section", "section"), ("channel", "channel")):
        value = facets[name][0]
        assert search.search(f'{field}:"{value.value}"').total == value.count


def counted(values: list) -> Counter[str]:  # type: ignore[type-arg]
    return Counter({value.value: value.count for value in values})


def test_export_gives_every_hit_whole_and_newest_first(search: SearchIndex) -> None:
    """The record as extraction printed it."""
    exported = list(search.export("图书馆 OR 老城"))
    expected = [a for a in ARTICLES.values() if holds(a, "图书馆") or holds(a, "老城")]
    assert len(exported) > 100
    assert {e["id"]: e for e in exported} == {a.id: json.loads(a.to_json()) for a in expected}
    assert all(one["published_at"] >= other["published_at"] for one, other in pairwise(exported))


def test_a_cursor_of_another_query_or_none_at_all_is_told(search: SearchIndex) -> None:
    """As wrong usage."""
    cursor = search.search("图书馆", limit=5).next
    for query, wrong in (("老城", cursor), ("图书馆", "nonsense"), ("图书馆", "é"), ("图书馆", "W10")):
        with pytest.raises(UsageError, match="begin again"):
            search.search(query, limit=5, cursor=wrong)
    with pytest.raises(UsageError, match="A page holds"):
        search.search("图书馆", limit=10**9)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *((1, score) for score in (float("nan"), float("inf"), 1e300, -1.0)),
        *((2, order) for order in (2**63, -(2**70))),
        (3, "\ud800"),
        *((4, rank) for rank in (-1, 0, len(ARTICLES) + 1, 10**8, 2**31 - 1, 2**40)),
        (5, -1),
        (6, "\ud800"),
    ],
)
@pytest.mark.parametrize("sort", [Sort.RELEVANCE, Sort.NEWEST])
def test_a_cursor_that_no_page_gave_is_told(search: SearchIndex, sort: Sort, place: int, value: object) -> None:
    """It sets no memory aside for hits there are not, and Elasticsearch is never asked for numbers it does not know."""
    cursor = search.search("图书馆", sort=sort, limit=5).next
    assert cursor is not None
    values = json.loads(zlib.decompress(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))
    values[place : place + 1] = [value]
    forged = packed(json.dumps(values).encode())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UsageError, match="The cursor is damaged"):
        search.search("图书馆", sort=sort, limit=5, cursor=forged)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


def packed(text: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text)).decode().rstrip("=")


def test_a_cursor_that_unpacks_to_much_or_names_many_is_told(search: SearchIndex) -> None:
    """30 MB of brackets in 30 kB, and more articles than a relaxed query finds besides; neither is unpacked whole."""
    cursor = search.search("图书馆", limit=5).next
    assert cursor is not None
    values = json.loads(zlib.decompress(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))
    many = packed(json.dumps([*values, *map(str, range(1_000))]).encode())
    for forged in (packed(b"[" * 30_000_000), many):
        with pytest.raises(UsageError, match="The cursor is damaged"):
            search.search("图书馆", limit=5, cursor=forged)


def test_a_page_behind_a_takedown_is_no_damage(tmp_path: Path) -> None:
    """Fewer hits are left than its cursor has counted."""
    index = EmbeddedIndex(tmp_path)
    index.write([document(article) for article in list(ARTICLES.values())[:60]])
    search = SearchIndex(EmbeddedEngine(tmp_path), lambda: TODAY)
    ids = found(search, "图书馆")
    cursor = search.search("图书馆", limit=len(ids) - 1, fold=False).next
    assert 1 < len(ids) < 30
    index.remove(ids)
    assert search.search("图书馆", limit=4, cursor=cursor, fold=False).hits == []
    search.close()
    index.close()


@pytest.mark.parametrize("query", ["", "地铁", "channel:山东 公交 OR 图书馆", "没有这样的词"])
def test_the_tally_counts_every_hit_by_day_and_channel(search: SearchIndex, query: str) -> None:
    hits = [ARTICLES[id_] for id_ in found(search, query)]
    tally = search.tally(query)
    assert tally.days == Counter(date.fromisoformat(hit.published_at[:10]) for hit in hits)
    assert tally.channels == Counter(f"{hit.channel} {hit.channel_name}" for hit in hits)
