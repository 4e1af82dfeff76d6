"""Tracing on real parts: the whole way of an address, or where it stopped and what to do."""

from __future__ import annotations

from contextlib import closing

import pytest
from elasticsearch import Elasticsearch

from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.addresses import Found
from difang.crawler.ledger.hosts import RobotsAnswer
from difang.crawler.trace import Places, Standing, Trace, trace
from difang.ingest.edition import extraction_edition
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.port import ArticleIndex
from tests.integration.parts import RUN, Parts, page_of
from tests.integration.test_worker import ELSEWHERE, SEVERAL, SINGLE, fetched, work


def traced(parts: Parts, index: ArticleIndex, target: str) -> Trace:
    places = Places(
        ledger=parts.ledger,
        archive=parts.archive,
        queue=parts.queue,
        index=index,
        channels=load_channels(None),
        agent="difang",
    )
    return trace(target, places)


@pytest.mark.parametrize("by_id", [True, False])
def test_an_article_is_traced_with_all_its_pages_from_discovery_to_its_versions(
    parts: Parts, embedded: ArticleIndex, by_id: bool
) -> None:
    record = SEVERAL[0]
    refs = parts.fetch([fetched(url) for url in record["addresses"]])
    work(parts.worker(embedded), parts)
    found = traced(parts, embedded, record["id"] if by_id else record["addresses"][1])
    assert {step.discovered.url for step in found.steps} == set(record["addresses"])
    assert {step.discovered.position for step in found.steps} == {ref.position for ref in refs}
    assert {(step.fetch.status, step.fetch.at) for step in found.steps if step.fetch} == {(200, refs[0].fetched_at)}
    assert {step.discovered.run_id for step in found.steps} == {RUN}
    [first] = [step.discovered for step in found.steps if step.discovered.url == record["url"]]
    assert (first.outcome, first.template, first.read_by) == ("indexed", record["template"], extraction_edition())
    [held] = found.indexed
    assert held.document.article.id == record["id"]
    assert held.versions == (held.document.article.fetched_at,)
    assert "It is in the index" in found.verdict


def test_where_it_stopped_is_told_with_what_to_do(parts: Parts, embedded: ArticleIndex) -> None:
    found, waiting, apart, none = SINGLE[0]["url"], SINGLE[1]["url"], SINGLE[2]["url"], ELSEWHERE
    parts.ledger.discoveries.found(RUN, "sd", [Found(url=found, key=SINGLE[0]["id"], page=1, found_on="http://sd/")])
    parts.fetch([fetched(apart), page_of(none, b"<html><body><p>nothing</p></body></html>")])
    parts.queue.set_aside(parts.queue.claim(1, lease_seconds=60)[0], reason="no headline.", traceback="line 1")
    work(parts.worker(embedded), parts)
    parts.fetch([fetched(waiting)])
    assert "has not fetched it" in traced(parts, embedded, found).verdict
    assert "waits in the page queue" in traced(parts, embedded, waiting).verdict
    told = traced(parts, embedded, apart)
    assert "It is set aside: no headline. `difang set-aside show" in told.verdict
    assert [attempt.traceback for attempt in told.steps[0].history] == ["line 1"]
    assert "It ended as not_an_article" in traced(parts, embedded, none).verdict


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        (SINGLE[0]["url"], "It was never discovered; its host is"),
        ("http://sd.people.com.cn/about.html", "Its form is not an article's"),
        ("http://example.org/n2/2026/0301/c1-1234567.html", "its host belongs to no channel"),
        (
            "http://qq.people.com.cn/n2/2026/0301/c1-1234567.html",
            "belongs to no channel: crawls of channels and `ingest",
        ),
        ("http://sd.people.com.cn/secret/n2/2026/0301/c1-1234567.html", "would be refused: The robots.txt of"),
        ("people:L_1234567", "No run has met an article of this id"),
    ],
)
def test_what_nobody_met_is_told_as_such(parts: Parts, embedded: ArticleIndex, target: str, verdict: str) -> None:
    rules = RobotsAnswer(status=200, text="User-agent: *\nDisallow: /secret/\n", at=0.0)
    parts.ledger.hosts.keep_robots("sd.people.com.cn", rules)
    assert verdict in traced(parts, embedded, target).verdict


def test_with_the_index_away_all_else_is_told(parts: Parts, embedded: ArticleIndex) -> None:
    ended, apart = SINGLE[0]["url"], SINGLE[1]["url"]
    parts.fetch([fetched(ended)])
    work(parts.worker(embedded), parts)
    parts.fetch([fetched(apart)])
    parts.queue.set_aside(parts.queue.claim(1, lease_seconds=60)[0], reason="no headline.")
    with closing(ElasticIndex(Elasticsearch("http://127.0.0.1:1", max_retries=0))) as away:
        found = traced(parts, away, ended)
        assert found.standing is Standing.INDEX_AWAY
        assert "It ended as indexed; whether the index holds it" in found.verdict
        assert found.steps[0].fetch
        assert found.steps[0].fetch.status == 200
        assert "cannot be reached" in (found.index_away or "")
        assert "It is set aside: no headline." in traced(parts, away, apart).verdict
        assert traced(parts, away, SINGLE[2]["url"]).standing is Standing.INDEX_AWAY


def test_an_address_is_known_without_its_scheme_and_an_unmet_page_of_an_article_is_told_apart(
    parts: Parts, embedded: ArticleIndex
) -> None:
    url = SINGLE[0]["url"]
    parts.fetch([fetched(url)])
    work(parts.worker(embedded), parts)
    assert traced(parts, embedded, url.removeprefix("http://")).verdict == traced(parts, embedded, url).verdict
    assert "It is in the index" in traced(parts, embedded, url).verdict
    told = traced(parts, embedded, url.replace(".html", "-2.html")).verdict
    assert told.startswith("No run has met this address; its article is in the index as")


def test_what_was_taken_down_says_so(parts: Parts, embedded: ArticleIndex) -> None:
    parts.ledger.takedowns.put([SINGLE[0]["id"]], reason="a test", by="me")
    found = traced(parts, embedded, SINGLE[0]["url"])
    assert found.refused_by
    assert "(a test)" in found.refused_by
    assert [entry.by for entry in found.takedowns] == ["me"]


def test_later_pages_wait_for_their_first_page(parts: Parts, embedded: ArticleIndex) -> None:
    record = next(record for record in SEVERAL if len(record["addresses"]) == 2)
    first, second = record["addresses"]
    parts.fetch([fetched(second)])
    work(parts.worker(embedded), parts)
    for target in (second, record["id"]):
        found = traced(parts, embedded, target)
        assert found.standing is Standing.WAITING
        assert f"It waits for its first page, {first}, which has not come" in found.verdict
        assert f"`difang crawl --url {first}` fetches it" in found.verdict
    parts.fetch([fetched(first)])
    assert "waits in the page queue" in traced(parts, embedded, second).verdict
    work(parts.worker(embedded), parts)
    assert traced(parts, embedded, second).standing is Standing.INDEXED
    embedded.remove([record["id"]])
    assert traced(parts, embedded, second).standing is Standing.LACKING
