"""The contract of the index's write side, on both indexes."""

from __future__ import annotations

import random
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Barrier

import pytest
from elasticsearch import Elasticsearch

from difang.ingest.errors import RetryLater
from difang.ingest.index import elastic_removal
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.mapping import ARTICLES, VERSIONS
from difang.ingest.index.port import ArticleIndex, Document, Written
from tests.integration.conftest import OpenIndex, clear, client
from tests.made_articles import document, made_article, made_articles
from tests.services.fault_proxy import Fault, fault_proxy

WORKERS = 6
EARLY, LATE = "2020-02-06T10:00:00+00:00", "2020-02-06T10:00:00.000001+00:00"


def write(index: ArticleIndex, *documents: Document) -> list[Written]:
    return [result.written for result in index.write(documents)]


def test_what_was_written_comes_back_whole_at_once(index: ArticleIndex) -> None:
    """Without a refresh."""
    documents = [document(article) for article in made_articles(30)]
    assert write(index, *documents) == [Written.KEPT] * 30
    assert index.get([d.article.id for d in documents]) == {d.article.id: d for d in documents}


def test_an_empty_index_answers_and_an_unknown_id_is_left_out(index: ArticleIndex) -> None:
    """Before anything was made, and after."""
    assert index.get(["people:L_9"]) == {}
    assert index.status().documents == 0
    index.refresh()
    assert index.write([]) == []
    write(index, document(made_article()))
    assert set(index.get(["people:L_1", "people:L_9", "people:L_1"])) == {"people:L_1"}
    assert index.get([]) == {}


def test_a_later_or_equal_fetch_replaces_and_an_earlier_one_is_stale(index: ArticleIndex) -> None:
    """To the microsecond."""
    old, new = (document(made_article(fetched_at=time, title=time)) for time in (EARLY, LATE))
    again = replace(new, article=replace(new.article, title="again"))
    assert write(index, new) == [Written.KEPT]
    assert write(index, old) == [Written.STALE]
    assert index.get(["people:L_1"])["people:L_1"].article.title == LATE
    assert write(index, again) == [Written.KEPT]
    index.refresh()
    assert index.get(["people:L_1"])["people:L_1"].article.title == "again"
    assert index.status().documents == 1


def test_a_document_no_index_can_take_is_rejected_with_the_reason_and_the_others_are_kept(index: ArticleIndex) -> None:
    """One of many."""
    documents = [
        document(made_article(id="people:L_1")),
        document(made_article(id="people:L_2", published_at="soon")),
        document(made_article(id="people:L_3", body="half \ud83d of a pair", content_hash="0")),
        document(made_article(id="people:L_4", fetched_at="2020-02-06T10:00:00")),
        document(made_article(id="people:L_5")),
    ]
    results = index.write(documents)
    assert [result.id for result in results] == [d.article.id for d in documents]
    kept, no_time, half, no_zone, kept_too = results
    assert kept.written is kept_too.written is Written.KEPT
    assert no_time.written is half.written is no_zone.written is Written.REJECTED
    assert "published_at" in (no_time.reason or "")
    assert "surrogate" in (half.reason or "")
    assert "fetched_at" in (no_zone.reason or "")


@pytest.mark.parametrize("field", ["published_at", "fetched_at"])
@pytest.mark.parametrize(
    "time",
    ["2922-02-13T07:48:00+08:00", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:00-08:00", "1799-12-31T00:00:00Z"],
)
def test_a_time_no_index_can_sort_is_rejected(index: ArticleIndex, field: str, time: str) -> None:
    """A misprinted year must not stop what comes behind it."""
    odd, good = document(made_article(id="people:L_1", **{field: time})), document(made_article(id="people:L_2"))
    rejected, kept = index.write([odd, good])
    assert (rejected.written, kept.written) == (Written.REJECTED, Written.KEPT)
    assert field in (rejected.reason or "")


@pytest.mark.parametrize("id_", ["", " ", "x" * 600, "地" * 180, "people:L_\n1"], ids=repr)
def test_an_id_no_index_can_hold_is_rejected(index: ArticleIndex, id_: str) -> None:
    """In bytes, not characters; in the same sentence by both."""
    rejected, kept = index.write([document(made_article(id=id_)), document(made_article(id="地" * 170))])
    assert (rejected.written, kept.written) == (Written.REJECTED, Written.KEPT)
    assert (rejected.reason or "").startswith("its id ")


@pytest.mark.parametrize("count", [2**31, 2**63, 0, -1, True, 1.5, "2"])
def test_a_number_of_pages_no_index_can_hold_is_rejected(index: ArticleIndex, count: object) -> None:
    odd, good = document(made_article(page_count=count)), document(made_article(id="people:L_2", page_count=2**31 - 1))
    rejected, kept = index.write([odd, good])
    assert (rejected.written, kept.written) == (Written.REJECTED, Written.KEPT)
    assert "page_count" in (rejected.reason or "")


@pytest.mark.parametrize("field", ["title", "body", "source", "byline", "url"])
def test_text_beyond_32766_bytes_is_kept_whole(index: ArticleIndex, field: str) -> None:
    """The limit of one Lucene term, in every text field an article has."""
    long = document(made_article(**{field: "长" * 20_000 + "x" * 40_000}))
    assert write(index, long) == [Written.KEPT]
    assert index.get(["people:L_1"])["people:L_1"] == long


def test_one_article_larger_than_the_server_can_hold_is_rejected_and_the_others_are_kept(
    elasticsearch_url: str,
) -> None:
    """It answers 429 (busy) for it, with 512 MB of memory; for ever, because the request alone is over its limit."""
    clear(elasticsearch_url)
    chance = random.Random(1)
    large = "".join(map(chr, chance.choices(range(0x4E00, 0x9000), k=2_200_000)))
    pauses: list[float] = []
    with closing(ElasticIndex(client(elasticsearch_url), sleep=pauses.append)) as index:
        documents = [document(article) for article in made_articles(20)]
        documents.insert(7, document(made_article(body=large)))
        results = index.write(documents)
        assert [result.written for result in results] == [Written.KEPT] * 7 + [Written.REJECTED] + [Written.KEPT] * 13
        assert "primary_operation_bytes" in (results[7].reason or "")
    assert pauses == []
    clear(elasticsearch_url)


@pytest.mark.parametrize("fault", [Fault.PAGE, Fault.EMPTY, Fault.LESS])
def test_an_answer_of_success_that_is_not_the_servers_is_no_success(elasticsearch_url: str, fault: Fault) -> None:
    """Retry later, in a sentence; what comes next is written."""
    clear(elasticsearch_url)
    documents = [document(article) for article in made_articles(3)]
    with fault_proxy(elasticsearch_url) as proxy, closing(ElasticIndex(client(proxy.url))) as index:
        assert write(index, *documents[:1]) == [Written.KEPT]
        proxy.order(fault)
        with pytest.raises(RetryLater, match="not Elasticsearch, or not all of its answer"):
            index.write(documents)
        with pytest.raises(RetryLater, match="not Elasticsearch"):
            index.keep_versions([of.article for of in documents])
        proxy.order(Fault.NONE)
        assert write(index, *documents) == [Written.KEPT] * 3
    clear(elasticsearch_url)


def test_many_workers_may_make_the_index_at_the_same_moment(elasticsearch_url: str) -> None:
    """Each time one of them makes it, with both names, and what all of them write is kept."""
    for _ in range(3):
        clear(elasticsearch_url)
        indexes = [ElasticIndex(client(elasticsearch_url)) for _ in range(WORKERS)]
        at_once = Barrier(WORKERS)

        def begin(number: int, indexes: list[ElasticIndex] = indexes, at_once: Barrier = at_once) -> list[Written]:
            article = made_article(id=f"people:L_{number}")
            at_once.wait()
            indexes[number].keep_versions([article])
            return write(indexes[number], document(article))

        with ThreadPoolExecutor(WORKERS) as pool:
            assert list(pool.map(begin, range(WORKERS))) == [[Written.KEPT]] * WORKERS
        indexes[0].refresh()
        assert indexes[0].status().documents == WORKERS
        with client(elasticsearch_url) as server:
            for family in (ARTICLES, VERSIONS):
                aliases = server.indices.get_alias(index=f"{family.read}-*").body
                assert {name: set(of["aliases"]) for name, of in aliases.items()} == {
                    family.name: {family.read, family.write}
                }
        for opened in indexes:
            opened.close()
    clear(elasticsearch_url)


def test_an_index_without_its_names_is_told(elasticsearch_url: str) -> None:
    """Somebody took the alias away by hand; nothing would ever go on by itself."""
    clear(elasticsearch_url)
    with closing(ElasticIndex(client(elasticsearch_url))) as index, client(elasticsearch_url) as server:
        server.indices.create(index=ARTICLES.name, **ARTICLES.body())
        with pytest.raises(RetryLater, match=rf"No alias leads to {ARTICLES.name} \(0\); `difang index migrate`"):
            index.write([document(made_article())])
    clear(elasticsearch_url)


def test_what_is_removed_is_gone_and_can_come_again(index: ArticleIndex) -> None:
    """And how many there were is told."""
    write(index, *(document(article) for article in made_articles(3)))
    assert index.remove(["people:L_1000000", "people:L_1000002", "people:L_9"]) == 2
    assert set(index.get(["people:L_1000000", "people:L_1000001"])) == {"people:L_1000001"}
    later = next(made_articles(1))
    assert write(index, document(replace(later, fetched_at=LATE))) == [Written.KEPT]


def test_what_is_removed_comes_back_at_once_by_the_same_page_or_an_older_one(index: ArticleIndex) -> None:
    """And from then on the order of versions is that of what came back."""
    old, between, new = (document(made_article(fetched_at=f"2020-02-0{day}T10:00:00+00:00")) for day in (6, 7, 8))
    assert write(index, new) == [Written.KEPT]
    assert index.remove(["people:L_1"]) == 1
    assert write(index, new) == [Written.KEPT]
    assert index.remove(["people:L_1"]) == 1
    assert write(index, old, document(made_article(id="people:L_2"))) == [Written.KEPT] * 2
    assert index.get(["people:L_1"]) == {"people:L_1": old}
    assert write(index, between) == [Written.KEPT]
    assert write(index, old) == [Written.STALE]
    index.refresh()
    assert index.status().documents == 2


def test_what_is_corrected_while_it_is_removed_is_removed_too(
    elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another worker, between the question for its version and the removal."""
    clear(elasticsearch_url)
    asked = elastic_removal.held_versions
    with closing(ElasticIndex(client(elasticsearch_url))) as index:
        write(index, document(made_article()))

        def corrected(server: Elasticsearch, name: str, ids: Collection[str]) -> dict[str, int]:
            held = asked(server, name, ids)
            monkeypatch.undo()
            write(index, document(made_article(fetched_at=LATE)))
            return held

        monkeypatch.setattr(elastic_removal, "held_versions", corrected)
        assert index.remove(["people:L_1"]) == 1
        assert index.get(["people:L_1"]) == {}
    clear(elasticsearch_url)


def test_an_older_page_of_what_was_just_removed_is_to_come_later_where_the_server_remembers_removals(
    elasticsearch_url: str,
) -> None:
    """In an index made before difang told the server to forget them at once; it is not called stale."""
    clear(elasticsearch_url)
    with closing(ElasticIndex(client(elasticsearch_url), sleep=lambda _: None)) as index:
        write(index, document(made_article(fetched_at=LATE)))
        with client(elasticsearch_url) as server:
            server.indices.put_settings(index=ARTICLES.write, settings={"index.gc_deletes": "60s"})
        index.remove(["people:L_1"])
        [result] = index.write([document(made_article(fetched_at=EARLY))])
        assert result.written is Written.RETRY
        assert "removed less than a minute ago" in (result.reason or "")
        assert write(index, document(made_article(fetched_at=LATE))) == [Written.KEPT]
    clear(elasticsearch_url)


def test_a_second_process_finds_what_the_first_wrote(open_index: OpenIndex) -> None:
    """Opened anew."""
    first = open_index()
    write(first, *(document(article) for article in made_articles(5)))
    first.close()
    second = open_index()
    second.refresh()
    assert second.status().documents == 5
    assert write(second, document(made_article())) == [Written.KEPT]


def test_batches_of_any_size_are_taken(index: ArticleIndex) -> None:
    """More than one bulk request holds."""
    documents = [document(article) for article in made_articles(1_100)]
    assert set(write(index, *documents)) == {Written.KEPT}
    index.refresh()
    assert index.status().documents == 1_100
    assert index.status().size > 0
