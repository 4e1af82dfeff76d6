"""Pages that come late: whatever their order, the article ends as its newest page says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from itertools import permutations

import pytest

from difang.ingest.extract import extract
from difang.ingest.extract.result import PageReading
from difang.ingest.index.load import load_lines
from difang.ingest.index.port import ArticleIndex, Document
from difang.ingest.page import Page
from difang.ingest.pieces import SqlitePieces
from difang.ingest.reprocess.stores import Progress
from tests.integration.parts import MOMENT, Parts, page_of
from tests.integration.test_reprocess import reading, reprocess
from tests.integration.test_worker import SEVERAL, SINGLE, DyingQueue, Killed, fetched, work

RECORD = SINGLE[0]
TITLE = RECORD["title"]
ORDERS = list(permutations(range(3)))


def said(words: str, day: int) -> Page:
    """The article's page with these words behind its title, as it was on that day."""
    body = fetched(RECORD["url"]).body
    encoding = "gb18030" if b"charset=gb" in body[:2000].lower() else "utf-8"
    title = TITLE.encode(encoding)
    assert title in body
    return page_of(RECORD["url"], body.replace(title, title + words.encode(encoding)), seconds=86_400 * day)


def mirrored(page: Page) -> Page:
    """The mirror's copy of it."""
    host = page.url.index("/", 8)
    return page_of(
        f"{page.url[:host]}/BIG5{page.url[host:]}", page.body, seconds=(page.fetched_at - MOMENT).total_seconds()
    )


TAKEN_BACK = [said("", 1), said("误植", 2), said("", 3)]
"""A correction that was taken back."""


def bring(parts: Parts, index: ArticleIndex, pages: Sequence[Page], *, most: int = 1) -> None:
    """In this order; one a batch, so that each meets what the ones before it left."""
    parts.fetch(pages)
    work(parts.worker(index), parts, most)


def titles(index: ArticleIndex) -> list[tuple[str, str]]:
    """What the versions said and the day they were fetched, newest first."""
    index.refresh()
    versions = index.versions(RECORD["id"])
    return [(v.article.title.removeprefix(TITLE), v.article.fetched_at[8:10]) for v in versions]


@pytest.mark.parametrize("order", ORDERS)
def test_a_correction_taken_back_stays_taken_back_in_whatever_order_its_pages_come(
    parts: Parts, index: ArticleIndex, order: tuple[int, ...]
) -> None:
    """Page 0 is of the 3rd of March, and so on."""
    for number in order:
        bring(parts, index, [TAKEN_BACK[number]])
    assert titles(index)[:2] == [("", "05"), ("误植", "04")]
    before = index.get([RECORD["id"]])
    bring(parts, index, [TAKEN_BACK[number] for number in order], most=250)
    assert index.get([RECORD["id"]]) == before
    assert reprocess(parts, index).to_write == 0


@pytest.mark.parametrize("order", ORDERS)
def test_the_pages_of_the_mirror_alone_too(parts: Parts, embedded: ArticleIndex, order: tuple[int, ...]) -> None:
    for number in order:
        page, mirror = TAKEN_BACK[number], RECORD["url"].replace(".cn/", ".cn/BIG5/")
        bring(parts, embedded, [replace(page, url=mirror, final_url=mirror)])
    assert titles(embedded)[:2] == [("", "05"), ("误植", "04")]
    assert reprocess(parts, embedded).to_write == 0


@pytest.mark.parametrize("order", ORDERS)
def test_the_pages_of_an_article_of_several_pages_too(
    parts: Parts, embedded: ArticleIndex, order: tuple[int, ...]
) -> None:
    record = next(record for record in SEVERAL if record["page_count"] == len(record["addresses"]) == 2)
    days = [[fetched(url, 86_400 * day) for url in record["addresses"]] for day in (1, 3)]
    last = record["body"].rpartition("\n")[2]
    [_, second] = days[0]
    coded = next(code for code in ("utf-8", "gb18030") if last.encode(code) in second.body)
    wrong = page_of(second.url, second.body.replace(last.encode(coded), f"{last}误".encode(coded)), seconds=86_400 * 2)
    for number in order:
        bring(parts, embedded, [days[0], [wrong], days[1]][number])
    assert embedded.get([record["id"]])[record["id"]].article.body == record["body"]


def test_of_an_article_split_later_the_first_page_said_last_counts(parts: Parts, embedded: ArticleIndex) -> None:
    """The pages of one page alone came on the first and the third day; the second page and a withdrawn first late."""
    record = next(record for record in SEVERAL if record["page_count"] == len(record["addresses"]) == 2)
    first, second = (fetched(address, 86_400 * 4) for address in record["addresses"])
    number = record["id"].rpartition("_")[2].encode()
    alone = first.body.replace(number + b"-2.html", b"x.html")
    title = record["title"].encode(next(c for c in ("utf-8", "gb18030") if record["title"].encode(c) in alone))
    withdrawn = page_of(first.url, alone.replace(title, title + title), seconds=86_400 * 2)
    pages = [page_of(first.url, alone, seconds=86_400), page_of(first.url, alone, seconds=86_400 * 3)]
    bring(parts, embedded, [*pages, second, withdrawn])
    held = embedded.get([record["id"]])[record["id"]].article
    assert (held.title, held.body, held.page_count) == (record["title"], record["body"], 2)


def die(*_: object) -> None:
    raise Killed


@pytest.mark.parametrize("where", ["keep_versions", "write", "done"])
def test_killed_at_the_late_page_it_comes_again_and_ends_the_same(
    parts: Parts, embedded: ArticleIndex, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(parts, embedded, [TAKEN_BACK[0], TAKEN_BACK[2]])
    parts.fetch([TAKEN_BACK[1]])
    with closing(DyingQueue(parts.folder / "queue.db", now=parts.clock)) as queue, monkeypatch.context() as patched:
        if where != "done":
            patched.setattr(embedded, where, die)
        with pytest.raises(Killed):
            parts.worker(embedded, queue=queue).work(1)
    parts.clock.wait(1_000)
    work(parts.worker(embedded), parts)
    assert titles(embedded) == [("", "05"), ("误植", "04"), ("", "03")]


def load(parts: Parts, index: ArticleIndex, page: Page) -> Counter[str]:
    """What `difang extract` says of the page goes into the index without the archive."""
    read = extract(page, parts.hosts)
    assert isinstance(read, PageReading)
    lines = [read.article.to_json().encode()]
    counts, troubles = load_lines(
        lines, index, pieces=parts.pieces, takedowns=parts.ledger.takedowns, told=lambda _: None
    )
    assert troubles == 0
    return +counts


def test_a_page_loaded_late_is_an_older_version_too(parts: Parts, index: ArticleIndex) -> None:
    bring(parts, index, [TAKEN_BACK[0], TAKEN_BACK[2]])
    assert load(parts, index, TAKEN_BACK[1]) == {"stale": 1}
    assert titles(index) == [("", "05"), ("误植", "04"), ("", "03")]
    assert reprocess(parts, index).to_write == 0
    assert load(parts, index, said("更正", 4)) == {"kept": 1}
    assert titles(index)[0] == ("更正", "06")


def test_reprocess_sees_that_the_archive_holds_a_later_page_than_the_one_loaded(
    parts: Parts, index: ArticleIndex
) -> None:
    """As where it was loaded while nothing was remembered; what was loaded later than any page stays."""
    bring(parts, index, [TAKEN_BACK[0], TAKEN_BACK[2]])
    with closing(SqlitePieces(parts.folder / "other.db")) as empty:
        load(replace(parts, pieces=empty), index, TAKEN_BACK[1])
    assert titles(index)[0] == ("误植", "04")
    shown = reprocess(parts, index)
    assert (shown.changed, shown.newer_in_index) == (1, 0)
    reprocess(parts, index, apply=True)
    assert titles(index) == [("", "05"), ("误植", "04"), ("", "03")]
    load(parts, index, said("更正", 4))
    assert reprocess(parts, index).newer_in_index == 1


def test_an_index_built_beside_from_the_archive_keeps_what_was_loaded_as_an_older_version(
    parts: Parts, embedded: ArticleIndex
) -> None:
    bring(parts, embedded, [TAKEN_BACK[0], TAKEN_BACK[2]])
    with closing(SqlitePieces(parts.folder / "other.db")) as empty:
        load(replace(parts, pieces=empty), embedded, TAKEN_BACK[1])
    written: list[Document] = []
    told: list[Progress] = []
    with closing(reading(parts, embedded)) as again:
        again.fill("beside", written.extend, empty=True, on_progress=told.append)
    assert {progress.step for progress in told} == {"fill"}, "which is not the writing after it"
    embedded.write(written)
    assert titles(embedded) == [("", "05"), ("误植", "04"), ("", "03")]


MIRRORED_FIRST = [mirrored(said("", 3)), said("", 1), said("更正", 2)]
"""The mirror's copy was fetched last, and says what the original said before it was corrected."""


@pytest.mark.parametrize("order", ORDERS)
def test_the_original_s_newest_page_counts_wherever_its_mirror_s_copy_comes(
    parts: Parts, index: ArticleIndex, order: tuple[int, ...]
) -> None:
    for number in order:
        bring(parts, index, [MIRRORED_FIRST[number]])
    assert [words for words, _ in titles(index)] == ["更正", ""]
    assert reprocess(parts, index, apply=True).to_write == 0
    with closing(SqlitePieces(parts.folder / "other.db")) as empty:
        anew = replace(parts, pieces=empty)
        reprocess(anew, index, apply=True)
        bring(anew, index, [page_of(RECORD["url"], said("误植", 0).body, seconds=86_400 * 2.5)])
    assert titles(index)[0][0] == "误植"


def test_what_the_loaded_page_says_too_is_remembered_as_said_again(parts: Parts, embedded: ArticleIndex) -> None:
    bring(parts, embedded, [TAKEN_BACK[0], TAKEN_BACK[2]])
    with closing(SqlitePieces(parts.folder / "other.db")) as empty:
        load(replace(parts, pieces=empty), embedded, said("", 2))
    assert reprocess(parts, embedded, apply=True).same == 1
    bring(parts, embedded, [page_of(TAKEN_BACK[1].url, TAKEN_BACK[1].body, seconds=86_400 * 2.5)])
    assert titles(embedded)[0] == ("", "05")


def test_an_index_made_anew_from_the_archive_knows_what_was_said_again(parts: Parts, embedded: ArticleIndex) -> None:
    parts.fetch([TAKEN_BACK[0], TAKEN_BACK[2]])
    reprocess(parts, embedded, apply=True)
    for waiting in parts.queue.claim(10, lease_seconds=60):
        parts.queue.done([waiting])
    bring(parts, embedded, [TAKEN_BACK[1]])
    assert titles(embedded)[0] == ("", "05")


def test_after_the_queue_s_file_was_lost_reprocess_remembers_what_was_said_again(
    parts: Parts, embedded: ArticleIndex
) -> None:
    bring(parts, embedded, [TAKEN_BACK[0], TAKEN_BACK[2]])
    with closing(SqlitePieces(parts.folder / "other.db")) as empty:
        anew = replace(parts, pieces=empty)
        assert reprocess(anew, embedded, apply=True).to_write == 0
        bring(anew, embedded, [TAKEN_BACK[1]])
    assert titles(embedded)[0] == ("", "05")
