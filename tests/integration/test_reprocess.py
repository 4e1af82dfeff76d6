"""Reprocessing on real parts: what differs is told before it is written, and what is written is the truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from difang.ingest.article import content_hash
from difang.ingest.index.port import ArticleIndex, Document
from difang.ingest.outcome import Ending, Outcome
from difang.ingest.reprocess import Reprocess, Scope, Stores, Summary
from difang.ingest.stories.index import StoryIndex
from tests.integration.parts import RUN, Parts, page_of
from tests.integration.test_worker import ELSEWHERE, OUTCOMES, SEVERAL, SINGLE, TRUTH, assert_true, fetched, work
from tests.records import article


def reading(parts: Parts, index: ArticleIndex, *, workers: int = 1, **scope: Any) -> Reprocess:
    """The archive is read."""
    stores = Stores(
        index=index,
        pieces=parts.pieces,
        queue=parts.queue,
        endings=parts.ledger,
        told=parts.ledger.discoveries,
        takedowns=parts.ledger.takedowns,
        readings=parts.ledger.readings,
        stories=parts.ledger.stories,
    )
    again = Reprocess(
        folder=parts.folder / "reprocess",
        archive=parts.archive.folder,
        hosts=parts.hosts,
        scope=Scope(**scope),
        stores=stores,
    )
    again.read(parts.archive.files(), workers=workers, on_progress=lambda _: None)
    return again


def reprocess(parts: Parts, index: ArticleIndex, *, apply: bool = False, workers: int = 1, **scope: Any) -> Summary:
    again = reading(parts, index, workers=workers, **scope)
    summary = (again.apply if apply else again.compare)(on_progress=lambda _: None)
    again.close()
    return summary


def read_otherwise(index: ArticleIndex, ids: list[str], **changes: Any) -> None:
    """As if an older extraction had read these articles so."""
    documents = []
    for held in index.get(ids).values():
        made = replace(held.article, **changes)
        made = replace(made, content_hash=content_hash(made.title, made.body))
        documents.append(Document(article=made, first_seen=held.first_seen))
    index.write(documents)


def test_what_was_read_otherwise_is_shown_then_put_right_in_place(parts: Parts, index: ArticleIndex) -> None:
    several, ids = SEVERAL[0], [record["id"] for record in SINGLE[:3]]
    parts.fetch([fetched(url) for url in several["addresses"]])
    parts.fetch([fetched(record["url"]) for record in SINGLE[:5]])
    work(parts.worker(index), parts)
    index.refresh()
    assert reprocess(parts, index).to_write == 0
    times = {id_: held.article.fetched_at for id_, held in index.get([*ids, several["id"]]).items()}
    read_otherwise(index, ids, editors=("错读",))
    read_otherwise(index, [several["id"]], body="第一页", page_count=1)

    shown = reprocess(parts, index)
    assert (shown.articles, shown.same, shown.changed, shown.added, shown.removed) == (6, 2, 4, 0, 0)
    assert shown.fields["editors"] == 3
    assert {"body", "page_count"} <= shown.fields.keys()
    assert len(shown.field_examples["editors"]) == 3
    assert shown.field_examples["editors"][0].old == ("错读",)
    assert index.get(ids)[ids[0]].article.editors == ("错读",)

    assert reprocess(parts, index, apply=True).applied
    for record in (several, *SINGLE[:5]):
        assert_true(index, record)
        assert len(index.versions(record["id"])) == 1
    assert {id_: held.article.fetched_at for id_, held in index.get(list(times)).items()} == times
    assert reprocess(parts, index).to_write == 0


def test_an_index_is_rebuilt_from_the_archive_alone(parts: Parts, index: ArticleIndex) -> None:
    asked = [url for url, outcome in OUTCOMES.items() if outcome not in ("refused", "sighting")]
    for start in range(0, len(asked), 30):
        parts.fetch([fetched(url) for url in asked[start : start + 30]])
    summary = reprocess(parts, index, apply=True, workers=2)
    assert (summary.added, summary.changed, summary.troubles) == (len(TRUTH), 0, [])
    assert index.status().documents == len(TRUTH)
    for record in TRUTH:
        assert_true(index, record | {"urls": index.get([record["id"]])[record["id"]].article.urls})


def test_a_correction_stays_one_and_its_older_version_too(parts: Parts, embedded: ArticleIndex) -> None:
    url, id_ = SINGLE[0]["url"], SINGLE[0]["id"]
    page = fetched(url)
    title = SINGLE[0]["title"].encode("gb18030" if b"charset=gb" in page.body[:2000].lower() else "utf-8")
    parts.fetch([page, page_of(url, page.body.replace(title, title + title), seconds=20)])
    work(parts.worker(embedded), parts)
    before = embedded.get([id_])
    assert reprocess(parts, embedded, apply=True).same == 1
    read_otherwise(embedded, [id_], keywords=("错读",))
    assert reprocess(parts, embedded, apply=True).changed == 1
    assert embedded.get([id_]) == before
    assert [version.article.title for version in embedded.versions(id_)] == [
        SINGLE[0]["title"] * 2,
        SINGLE[0]["title"],
    ]


def test_older_versions_that_the_index_lost_come_back_though_the_article_is_as_it_was(
    parts: Parts, index: ArticleIndex
) -> None:
    url, id_ = SINGLE[0]["url"], SINGLE[0]["id"]
    page = fetched(url)
    title = SINGLE[0]["title"].encode("gb18030" if b"charset=gb" in page.body[:2000].lower() else "utf-8")
    parts.fetch([page, page_of(url, page.body.replace(title, title + title), seconds=20)])
    work(parts.worker(index), parts)
    [newest] = index.get([id_]).values()
    index.remove([id_])
    index.write([newest])
    assert len(index.versions(id_)) == 1
    assert reprocess(parts, index, apply=True).same == 1
    assert [v.article.title for v in index.versions(id_)] == [newest.article.title, SINGLE[0]["title"]]


def test_an_index_that_came_back_from_a_snapshot_tells_the_stories_again(parts: Parts, index: ArticleIndex) -> None:
    """It was taken before the reprint came: the first article had no story then, and the ledger knows better."""
    told = StoryIndex(index, lambda: parts.ledger.stories)
    page, number = fetched(SINGLE[0]["url"]), SINGLE[0]["id"].rpartition("_")[2].encode()
    reprint = "http://js.people.com.cn/n2/2026/0302/c1-99999998.html"
    parts.fetch([page])
    work(parts.worker(told), parts)
    snapshot = told.get([SINGLE[0]["id"]])
    parts.fetch([page_of(reprint, page.body.replace(number, b"99999998"), seconds=99)])
    work(parts.worker(told), parts)
    ids = [SINGLE[0]["id"], "people:L_99999998"]
    stories = {id_: held.story for id_, held in told.get(ids).items()}
    assert len(stories) == 2
    assert set(stories.values()) == {SINGLE[0]["id"]} or set(stories.values()) == {"people:L_99999998"}
    index.remove(ids)
    index.write(list(snapshot.values()))

    assert reprocess(parts, told).retold == 1
    summary = reprocess(parts, told, apply=True)
    assert (summary.retold, summary.added, summary.same) == (1, 1, 0)
    assert {id_: held.story for id_, held in index.get(ids).items()} == stories
    assert reprocess(parts, told).to_write == 0


def test_pages_that_were_none_are_articles_now_and_the_reverse(parts: Parts, embedded: ArticleIndex) -> None:
    now, none = SINGLE[0], page_of(ELSEWHERE, b"<html><body><p>nothing</p></body></html>")
    parts.fetch([fetched(now["url"]), none])
    work(parts.worker(embedded), parts)
    embedded.remove([now["id"]])
    wrong = Ending(run_id="run-0", url=now["url"], outcome=Outcome.NOT_AN_ARTICLE)
    parts.ledger.tell([wrong])
    made = replace(
        article(1), id="people:L_99999999", url=ELSEWHERE, urls=(ELSEWHERE,), fetched_at=none.fetched_at.isoformat()
    )
    embedded.write([Document(article=made, first_seen=made.fetched_at)])
    shown = reprocess(parts, embedded)
    assert (shown.added, shown.removed) == (1, 1)
    assert [page.url for page in shown.no_articles] == [ELSEWHERE]
    reprocess(parts, embedded, apply=True)
    assert_true(embedded, now)
    assert embedded.get([made.id]) == {}


def test_an_article_whose_own_page_is_not_in_the_archive_is_left_alone(parts: Parts, embedded: ArticleIndex) -> None:
    none = page_of(ELSEWHERE, b"<html><body><p>gone now</p></body></html>", seconds=99)
    parts.fetch([none, fetched(SINGLE[0]["url"])])
    work(parts.worker(embedded), parts)
    made = replace(article(1), id="people:L_99999999", url=ELSEWHERE, urls=(ELSEWHERE,))
    embedded.write([Document(article=made, first_seen=made.fetched_at)])
    later = embedded.get([SINGLE[0]["id"]])[SINGLE[0]["id"]]
    later = replace(later, article=replace(later.article, title="later", fetched_at="2027-01-01T00:00:00+00:00"))
    embedded.write([later])
    summary = reprocess(parts, embedded, apply=True)
    assert (summary.removed, summary.changed, summary.newer_in_index) == (0, 0, 1)
    assert embedded.get([SINGLE[0]["id"]])[SINGLE[0]["id"]] == later


def test_set_aside_pages_that_can_be_read_now_leave_the_set_aside_and_discarded_ones_stay_out(
    parts: Parts, embedded: ArticleIndex
) -> None:
    apart, given_up = SINGLE[0], SINGLE[1]
    parts.fetch([fetched(apart["url"]), fetched(given_up["url"])])
    claims = parts.queue.claim(2, lease_seconds=60)
    for claim in claims:
        parts.queue.set_aside(claim, reason="a bug of then")
        parts.ledger.tell([Ending(run_id=RUN, url=claim.ref.url, outcome=Outcome.SET_ASIDE, reason="a bug of then")])
    [number] = [page.number for page in parts.queue.set_aside_pages() if page.ref.url == given_up["url"]]
    parts.queue.discard_set_aside([number], by="li", why="not wanted")
    summary = reprocess(parts, embedded, apply=True)
    assert (summary.added, summary.set_aside_now_read, summary.discarded) == (1, 1, 1)
    assert parts.queue.counts().set_aside == 0
    assert parts.outcomes() == {apart["url"]: "indexed", given_up["url"]: "set_aside"}
    assert embedded.get([apart["id"], given_up["id"]]).keys() == {apart["id"]}


def test_what_was_taken_down_stays_out(parts: Parts, embedded: ArticleIndex) -> None:
    parts.fetch([fetched(record["url"]) for record in SINGLE[:2]])
    parts.ledger.takedowns.put([SINGLE[0]["id"]], reason="a test", by="me")
    summary = reprocess(parts, embedded, apply=True)
    assert (summary.added, summary.taken_down) == (1, 1)
    assert embedded.get([SINGLE[0]["id"]]) == {}


@pytest.mark.parametrize("scope", ["channels", "template", "since", "until"])
def test_the_scope_leaves_other_articles_as_they_are(parts: Parts, embedded: ArticleIndex, scope: str) -> None:
    parts.fetch([fetched(record["url"]) for record in SINGLE])
    work(parts.worker(embedded), parts)
    read_otherwise(embedded, [record["id"] for record in SINGLE], keywords=("错读",))
    middle = sorted(record["published_at"][:10] for record in SINGLE)[len(SINGLE) // 2]
    wanted: dict[str, Any] = {
        "channels": ("js",),
        "template": "C",
        "since": date.fromisoformat(middle),
        "until": date.fromisoformat(middle),
    }
    reprocess(parts, embedded, apply=True, **{scope: wanted[scope]})
    right = {
        "channels": {record["id"] for record in SINGLE if record["channel"] == "js"},
        "template": {record["id"] for record in SINGLE if record["template"] == "C"},
        "since": {record["id"] for record in SINGLE if record["published_at"][:10] >= middle},
        "until": {record["id"] for record in SINGLE if record["published_at"][:10] <= middle},
    }[scope]
    stored = embedded.get([record["id"] for record in SINGLE])
    assert {id_ for id_, held in stored.items() if held.article.keywords != ("错读",)} == right
    assert 0 < len(right) < len(SINGLE)


def test_a_broken_file_is_told_and_the_rest_is_read(parts: Parts, embedded: ArticleIndex) -> None:
    parts.fetch([fetched(record["url"]) for record in SINGLE[:3]])
    parts.fetch([fetched(record["url"]) for record in SINGLE[3:6]])
    first = parts.archive.files()[0]
    first.write_bytes(first.read_bytes()[:-100])
    summary = reprocess(parts, embedded, apply=True)
    assert summary.added == 5
    [trouble] = summary.troubles
    assert "is broken from byte" in trouble
