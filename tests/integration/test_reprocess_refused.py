"""What the index does not take when the archive is read again: it stays as it was, is told, and comes in later."""

from __future__ import annotations

import re
from contextlib import closing

from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.mapping import WRITE_ALIAS
from difang.ingest.index.port import ArticleIndex
from difang.ingest.page import Page
from difang.ingest.set_aside import Chosen, Deed
from tests.integration.conftest import clear, client
from tests.integration.parts import Parts, page_of
from tests.integration.test_reprocess import read_otherwise, reprocess
from tests.integration.test_worker import SINGLE, assert_true, fetched, work


def dated_9999(page: Page) -> Page:
    """The same page, printed in a year that no index takes."""
    body = page.body
    for encoding in ("utf-8", "gb18030"):
        body = re.sub(rb"20\d\d(?=" + "年".encode(encoding) + rb"\d\d)", b"9999", body)
    return page_of(page.url, body)


def test_a_page_that_no_index_takes_stays_set_aside_and_is_told(parts: Parts, index: ArticleIndex) -> None:
    parts.fetch([dated_9999(fetched(SINGLE[0]["url"])), fetched(SINGLE[1]["url"])])
    work(parts.worker(index), parts)
    [apart] = parts.queue.set_aside_pages()
    ended = parts.outcomes()
    for applied in (False, True):
        summary = reprocess(parts, index, apply=applied)
        assert (summary.refused, summary.added, summary.set_aside_now_read, summary.to_write) == (1, 0, 0, 0)
        assert [page.url for page in summary.refusals] == [SINGLE[0]["url"]]
        assert "lies outside the years" in (summary.refusals[0].reason or "")
        assert parts.queue.set_aside_pages() == [apart]
        assert parts.outcomes() == ended
        assert [SINGLE[0]["url"] in trouble for trouble in summary.troubles] == [True] * applied


def test_a_page_set_aside_for_another_reason_stays_with_the_indexs_own(parts: Parts, embedded: ArticleIndex) -> None:
    parts.fetch([dated_9999(fetched(SINGLE[0]["url"]))])
    [claim] = parts.queue.claim(1, lease_seconds=60)
    parts.queue.set_aside(claim, reason="a bug of then", traceback="Traceback")
    reprocess(parts, embedded, apply=True)
    [apart] = parts.queue.set_aside_pages()
    assert apart.reason.startswith("The index does not take the article: published_at lies outside")
    assert apart.traceback is None
    reprocess(parts, embedded, apply=True)
    assert [attempt.deed for attempt in parts.queue.history(claim.ref)] == [Deed.SET_ASIDE, Deed.SET_ASIDE]


def test_what_elasticsearch_refuses_stays_as_it_was_and_comes_in_once_it_is_taken(
    parts: Parts, elasticsearch_url: str
) -> None:
    clear(elasticsearch_url)
    held = SINGLE[0]["id"]
    with closing(ElasticIndex(client(elasticsearch_url))) as index, client(elasticsearch_url) as server:
        parts.fetch([fetched(SINGLE[0]["url"])])
        work(parts.worker(index), parts)
        read_otherwise(index, [held], keywords=("错读",))
        server.indices.put_settings(index=WRITE_ALIAS, settings={"index.default_pipeline": "not-there"})
        parts.fetch([fetched(record["url"]) for record in SINGLE[1:4]])
        work(parts.worker(index), parts)
        assert reprocess(parts, index).to_write == 4
        summary = reprocess(parts, index, apply=True)
        assert (summary.refused, summary.added, summary.changed, summary.set_aside_now_read) == (4, 0, 0, 0)
        [trouble] = summary.troubles
        assert "did not take 4 of the articles" in trouble
        assert "pipeline with id [not-there] does not exist" in trouble
        assert index.get([held])[held].article.keywords == ("错读",)
        apart = parts.queue.set_aside_pages(chosen=Chosen(reason="pipeline"))
        assert len(apart) == 3

        server.indices.put_settings(index=WRITE_ALIAS, settings={"index.default_pipeline": None})
        assert parts.queue.retry_set_aside([page.number for page in apart]) == 3
        work(parts.worker(index), parts)
        assert reprocess(parts, index, apply=True).changed == 1
        for record in SINGLE[:4]:
            assert_true(index, record)
    clear(elasticsearch_url)
