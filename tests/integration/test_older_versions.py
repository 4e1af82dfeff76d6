"""Older versions on real parts: the same in every order of delivery, and the same when they come from the archive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import permutations

import pytest

from difang.crawler.takedown import take_down, undo
from difang.ingest.index.port import ArticleIndex
from difang.ingest.index.versions import Version
from difang.ingest.page import Page
from difang.ingest.pieces import SqlitePieces
from tests.integration.parts import Parts, page_of
from tests.integration.test_late_pages import RECORD, bring, mirrored, said, titles
from tests.integration.test_reprocess import reprocess
from tests.integration.test_takedown import CHANNELS
from tests.integration.test_worker import SEVERAL, fetched

SEVERAL_PAGES = next(record for record in SEVERAL if record["page_count"] == len(record["addresses"]) == 2)
TWICE = [said(words, day) for day, words in enumerate(("", "更正", "", "更正"), start=1)]
"""A correction that was taken back and made again."""

IN_ORDER = [("更正", "06"), ("", "05"), ("更正", "04"), ("", "03")]


def corrected(number: int, words: str, day: float) -> Page:
    """A page of the article of two pages, with these words behind its last line, or its headline on the first."""
    page = fetched(SEVERAL_PAGES["addresses"][number], 86_400 * day)
    line = SEVERAL_PAGES["title"] if number == 0 else SEVERAL_PAGES["body"].rpartition("\n")[2]
    coded = next(code for code in ("utf-8", "gb18030") if line.encode(code) in page.body)
    return page_of(
        page.url, page.body.replace(line.encode(coded), f"{line}{words}".encode(coded)), seconds=86_400 * day
    )


BOTH_CORRECTED = [[corrected(0, "", 1), corrected(1, "", 1.5)], [corrected(0, "更", 2)], [corrected(1, "正", 3)]]


def told(versions: Sequence[Version]) -> list[object]:
    """What a reader sees of them."""
    return [(v.article.fetched_at, v.article.title, v.article.body, v.article.page_count, v.changes) for v in versions]


def kept(index: ArticleIndex, id_: str) -> int:
    return len(index.kept_versions([id_]).get(id_, []))


@pytest.mark.parametrize("order", [(0, 2, 3, 1), (1, 2, 0, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_a_correction_made_twice_is_two_versions_in_every_order(
    parts: Parts, index: ArticleIndex, order: tuple[int, ...]
) -> None:
    for number in order:
        bring(parts, index, [TWICE[number]])
    assert titles(index) == IN_ORDER
    assert kept(index, RECORD["id"]) == 3, "none stands beside one that says the same"
    assert reprocess(parts, index).to_write == 0


def test_what_the_worker_could_not_know_is_counted_and_brought_when_the_archive_is_read_again(
    parts: Parts, index: ArticleIndex
) -> None:
    """The queue's file was lost after the third day's page, and with it that this said again what the first did."""
    bring(parts, index, [TWICE[0], TWICE[2]])
    with closing(SqlitePieces(parts.folder / "other.db")) as empty:
        anew = replace(parts, pieces=empty)
        bring(anew, index, [TWICE[3]])
        bring(anew, index, [TWICE[1]])
    assert titles(index) != IN_ORDER
    shown = reprocess(parts, index)
    assert (shown.same, shown.older_lacking, shown.older_spare) == (1, 2, 0)
    assert shown.version_examples == [RECORD["url"]]
    assert reprocess(parts, index, apply=True).older_lacking == 2
    assert titles(index) == IN_ORDER
    assert reprocess(parts, index, apply=True).to_write == 0


def test_versions_kept_twice_by_an_earlier_difang_become_one(parts: Parts, index: ArticleIndex) -> None:
    bring(parts, index, TWICE[:1])
    [twin] = [version.article for version in index.versions(RECORD["id"])]
    bring(parts, index, TWICE[1:2])
    index.keep_versions([replace(twin, fetched_at=twin.fetched_at.replace("-03T", "-03T13:")[:19] + "+00:00")])
    parts.fetch([])
    assert kept(index, RECORD["id"]) == 2
    assert reprocess(parts, index, apply=True).older_spare == 1
    assert kept(index, RECORD["id"]) == 1
    assert [words for words, _ in titles(index)] == ["更正", ""]


def rebuilt(parts: Parts, index: ArticleIndex) -> None:
    index.remove([SEVERAL_PAGES["id"]])
    with closing(SqlitePieces(parts.folder / "other.db")) as empty:
        summary = reprocess(replace(parts, pieces=empty), index, apply=True)
    assert (summary.added, summary.older_lacking) == (1, 2)


def taken_down_and_back(parts: Parts, index: ArticleIndex) -> None:
    target = SEVERAL_PAGES["url"]
    take_down(target, reason="a test", by="me", channels=CHANNELS, ledger=parts.ledger, index=index)
    undo(
        target,
        by="me",
        channels=CHANNELS,
        ledger=parts.ledger,
        index=index,
        archive=parts.archive,
        queue=parts.queue,
    )
    bring(parts, index, [], most=250)


@pytest.mark.parametrize("come_back", [rebuilt, taken_down_and_back])
def test_versions_of_several_pages_come_back_from_the_archive_as_they_were(
    parts: Parts, index: ArticleIndex, come_back: Callable[[Parts, ArticleIndex], None]
) -> None:
    for pages in BOTH_CORRECTED:
        bring(parts, index, pages)
    index.refresh()
    before = told(index.versions(SEVERAL_PAGES["id"]))
    assert len(before) == 3
    come_back(parts, index)
    index.refresh()
    assert told(index.versions(SEVERAL_PAGES["id"])) == before
    assert reprocess(parts, index).to_write == 0


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_versions_of_several_pages_are_the_same_in_every_order(
    parts: Parts, embedded: ArticleIndex, order: tuple[int, ...]
) -> None:
    pages = [page for some in BOTH_CORRECTED for page in some]
    bring(parts, embedded, [pages[number] for number in order], most=1 + order[0])
    versions = embedded.versions(SEVERAL_PAGES["id"])
    assert [version.article.page_count for version in versions] == [2, 2, 2]
    assert [version.article.fetched_at[8:13] for version in versions] == ["05T12", "04T12", "04T00"]
    assert kept(embedded, SEVERAL_PAGES["id"]) == 2
    assert reprocess(parts, embedded).to_write == 0


WITH_COPIES = {
    "of its first page": [
        mirrored(corrected(0, "誤", 3)),
        corrected(1, "", 2),
        corrected(0, "", 2.1),
        corrected(0, "", 2.5),
    ],
    "of its later page": [
        mirrored(corrected(1, "誤", 3)),
        corrected(1, "", 2),
        corrected(0, "", 1),
        corrected(0, "", 2.5),
    ],
}
"""Pages of an article of two pages, the mirror's among them fetched last."""


@pytest.mark.parametrize("most", [1, 250])
@pytest.mark.parametrize("order", list(permutations(range(4))))
@pytest.mark.parametrize("copy", WITH_COPIES)
def test_an_article_of_several_pages_ends_as_its_original_says_wherever_the_mirror_s_copy_comes(
    parts: Parts, embedded: ArticleIndex, copy: str, order: tuple[int, ...], most: int
) -> None:
    """The first to come alone, the others one by one or at once."""
    first, *others = (WITH_COPIES[copy][number] for number in order)
    bring(parts, embedded, [first])
    bring(parts, embedded, others, most=most)
    embedded.refresh()
    [newest] = embedded.versions(SEVERAL_PAGES["id"])
    assert (newest.article.title, newest.article.body) == (SEVERAL_PAGES["title"], SEVERAL_PAGES["body"])
    assert reprocess(parts, embedded).to_write == 0


def test_later_pages_alone_wait_for_their_first_page_and_nothing_is_said_of_them_that_is_not_so(
    parts: Parts, embedded: ArticleIndex
) -> None:
    bring(parts, embedded, [corrected(1, "", 1)])
    summary = reprocess(parts, embedded, apply=True)
    assert (summary.waiting, summary.same, summary.to_write) == (1, 0, 0)
    assert summary.without_first == [SEVERAL_PAGES["url"]]
    bring(parts, embedded, [corrected(0, "", 1)])
    summary = reprocess(parts, embedded)
    assert (summary.waiting, summary.same) == (0, 1)
