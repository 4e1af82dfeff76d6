"""How an article of several pages stood over time: the same versions in every order, in whatever batches they come."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby, pairwise, permutations, product
from pathlib import Path
from typing import Any, cast

import pytest

from difang.ingest.article import Article
from difang.ingest.extract.result import PageReading
from difang.ingest.index.port import ArticleIndex, Document, WriteResult, Written
from difang.ingest.outcome import Endings
from difang.ingest.page import PageRef, Position
from difang.ingest.pieces import SqlitePieces
from difang.ingest.queue import Claim, PageQueue
from difang.ingest.readers import Read, Reader
from difang.ingest.reprocess.compare import Finding, Verdict, compare
from difang.ingest.reprocess.workbook import row_of
from difang.ingest.timeline import Stood
from difang.ingest.worker import Worker
from tests.records import article

SOMEWHERE = Position(file="pages.warc.gz", offset=0, length=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetch:
    """Page 1 or 2 of the article, and what it said on that day."""

    page: int
    text: str
    day: int
    mirrored: bool = False

    @property
    def fetched_at(self) -> str:
        return f"2026-01-{self.day:02}T00:00:00.000000+00:00"


def page_of(number: int, fetch: Fetch) -> PageReading:
    made = article(number, body=fetch.text, fetched_at=fetch.fetched_at)
    second = made.url.replace(".html", "-2.html")
    url = made.url if fetch.page == 1 else second
    made = replace(made, urls=(url.replace("/n2/", "/BIG5/n2/") if fetch.mirrored else url,))
    return PageReading(article=made, page=fetch.page, parts=(second,) if fetch.page == 1 else ())


def ref_of(reading: PageReading) -> PageRef:
    made = reading.article
    fetched_at = datetime.fromisoformat(made.fetched_at)
    return PageRef(url=made.urls[0], key=made.id, run_id="r", fetched_at=fetched_at, position=SOMEWHERE)


@dataclass
class Parts:
    """What a worker needs, in memory: batches that wait, what was read, what the index holds and keeps."""

    batches: list[list[PageReading]] = field(default_factory=list)
    readings: dict[tuple[str, datetime], PageReading] = field(default_factory=dict)
    held: dict[str, Document] = field(default_factory=dict)
    kept: dict[str, dict[str, Article]] = field(default_factory=dict)

    def claim(self, most: int, *, lease_seconds: float) -> list[Claim]:
        readings = self.batches.pop(0) if self.batches else []
        refs = [ref_of(reading) for reading in readings]
        self.readings |= {(ref.url, ref.fetched_at): reading for ref, reading in zip(refs, readings, strict=True)}
        return [Claim(number=number, ref=ref, attempt=1) for number, ref in enumerate(refs)]

    def done(self, claims: Sequence[Claim]) -> None:
        """They are gone since they were claimed."""

    def retry_later(self, claims: Sequence[Claim], *, reasons: Mapping[int, str], **_: Any) -> None:
        raise AssertionError(list(reasons.values()))

    def read(self, refs: Sequence[PageRef]) -> list[Read]:
        return [self.readings[ref.url, ref.fetched_at] for ref in refs]

    def tell(self, *_: Any) -> None:
        """Nobody asks."""

    def get(self, ids: Sequence[str]) -> dict[str, Document]:
        return {id_: self.held[id_] for id_ in ids if id_ in self.held}

    def write(self, documents: Sequence[Document]) -> list[WriteResult]:
        for document in documents:
            id_, before = document.article.id, self.held.get(document.article.id)
            assert before is None or before.article.fetched_at <= document.article.fetched_at, "it is refused as stale"
            self.held[id_] = document
        return [WriteResult(id=document.article.id, written=Written.KEPT) for document in documents]

    def keep_versions(self, articles: Sequence[Article]) -> None:
        for one in articles:
            self.kept.setdefault(one.id, {}).setdefault(one.fetched_at, one)

    def kept_versions(self, ids: Sequence[str]) -> dict[str, list[Article]]:
        return {id_: list(self.kept[id_].values()) for id_ in ids if self.kept.get(id_)}

    def drop_versions(self, articles: Sequence[Article]) -> None:
        for one in articles:
            self.kept.get(one.id, {}).pop(one.fetched_at, None)


class Site:
    """Brings the pages of one article after another to one worker."""

    def __init__(self, pieces: SqlitePieces) -> None:
        self.parts, self.pieces, self.number = Parts(), pieces, 0
        self.worker = Worker(
            queue=cast(PageQueue, self.parts),
            reader=cast(Reader, self.parts),
            index=cast(ArticleIndex, self.parts),
            pieces=pieces,
            endings=cast(Endings, self.parts),
        )

    def bring(self, fetches: Sequence[Fetch], cuts: Sequence[bool]) -> None:
        """As one more article; behind each that is so told the batch ends."""
        self.number += 1
        batch: list[PageReading] = []
        for fetch, cut in zip(fetches, [*cuts, True], strict=True):
            batch.append(page_of(self.number, fetch))
            if cut:
                self.parts.batches.append(batch)
                batch = []
        while self.worker.work(9) is not None:
            pass

    @property
    def newest(self) -> Document:
        return self.parts.held[article(self.number).id]

    @property
    def kept(self) -> list[Article]:
        kept = self.parts.kept.get(article(self.number).id, {})
        return [kept[time] for time in sorted(kept)]

    def reprocessed(self, fetches: Sequence[Fetch]) -> Finding:
        """What reading the archive again finds, which has these."""
        readings = [page_of(self.number, fetch) for fetch in fetches]
        rows = [row_of(ref_of(reading), reading) for reading in readings]
        kept = [Stood(article=one) for one in self.kept]
        return compare(article(self.number).id, rows, self.newest, [], kept)

    def apply(self, finding: Finding) -> None:
        """As reprocessing writes it."""
        anew = [one for one in finding.spare if one.fetched_at in {older.fetched_at for older in finding.older}]
        self.parts.drop_versions(anew)
        self.parts.keep_versions(finding.older)
        self.parts.drop_versions([one for one in finding.spare if one not in anew])
        self.parts.write([finding.after])


@contextmanager
def site() -> Iterator[Site]:
    pieces = SqlitePieces(Path(":memory:"))
    yield Site(pieces)
    pieces.close()


def told(made: Article) -> tuple[str, int]:
    return made.body, int(made.fetched_at[8:10])


def stood(fetches: Sequence[Fetch]) -> list[tuple[str, int]]:
    """What the article said and from which day on, oldest first, by the book: a page more is no correction."""
    first = min(fetch.day for fetch in fetches if fetch.page == 1)
    said: dict[int, tuple[str, ...]] = {}
    pages: dict[int, str] = {}
    for fetch in sorted(fetches, key=lambda fetch: fetch.day):
        pages[fetch.page] = fetch.text
        said[max(first, fetch.day)] = tuple(pages[page] for page in sorted(pages))
    runs = [(texts, next(run)[0]) for texts, run in groupby(said.items(), key=lambda pair: pair[1])]
    corrected = [one for one, after in pairwise(runs) if len(one[0]) >= len(after[0])]
    return [("\n".join(texts), day) for texts, day in (*corrected, runs[-1])]


def check(site: Site, fetches: Sequence[Fetch], order: Sequence[int], cuts: Sequence[bool]) -> None:
    site.bring([fetches[number] for number in order], cuts)
    hint = f"{[f'{f.page}{f.text}{f.day}' for f in fetches]} in order {order}, batches {cuts}"
    true = stood(fetches)
    assert [told(one) for one in site.kept] == true[:-1], hint
    text, since = told(site.newest.article)
    assert text == true[-1][0], hint
    assert since >= true[-1][1], hint
    if list(order) == sorted(order):
        assert since == true[-1][1], hint
    found = site.reprocessed(fetches)
    assert (found.verdict, found.fields, found.older, found.spare) == (Verdict.SAME, (), (), ()), hint


LAST = Fetch(page=2, text="二", day=28)


@pytest.mark.parametrize(
    ("texts", "second"), [*product(["甲乙甲"], [1, 3, 5, 8, None]), ("甲甲乙", 3), ("甲乙乙", 1), ("甲甲甲", 5)]
)
def test_versions_are_the_same_in_every_order_and_every_batches(texts: str, second: int | None) -> None:
    """The first page on the days 2, 4 and 6; the second one before them, between two of them, after them or never."""
    fetches = [Fetch(page=1, text=text, day=2 * number) for number, text in enumerate(texts, start=1)]
    fetches += [Fetch(page=2, text="二", day=second)] if second else []
    fetches.sort(key=lambda fetch: fetch.day)
    with site() as parts:
        for order in permutations(range(len(fetches))):
            for cuts in product((True, False), repeat=len(fetches) - 1):
                check(parts, fetches, order, cuts)


@pytest.mark.parametrize("seed", range(20))
def test_versions_of_pages_in_random_orders_are_the_same(seed: int) -> None:
    """Four to seven fetches of both pages, each of up to three texts, some delivered twice."""
    dice = random.Random(seed)
    with site() as parts:
        for _ in range(20):
            pages = [1, *dice.choices((1, 2), k=dice.randrange(3, 7))]
            dice.shuffle(pages)
            fetches = [Fetch(page=page, text=dice.choice("甲乙丙"), day=day) for day, page in enumerate(pages, start=1)]
            order = [*range(len(fetches)), *dice.choices(range(len(fetches)), k=dice.choice((0, 0, 2)))]
            dice.shuffle(order)
            check(parts, fetches, order, dice.choices((True, False), k=len(order) - 1))


@pytest.mark.parametrize("seed", range(10))
def test_what_an_earlier_difang_left_wrong_is_counted_and_mended(seed: int) -> None:
    """Versions that lack, that no page ever said, and that were joined of other pages; held by an earlier time."""
    dice = random.Random(seed)
    with site() as parts:
        for _ in range(20):
            pages = [1, *dice.choices((1, 2), k=5)]
            fetches = [Fetch(page=page, text=dice.choice("甲乙"), day=day) for day, page in enumerate(pages, start=1)]
            parts.bring(fetches, [True] * 5)
            true, id_ = [*map(told, parts.kept), told(parts.newest.article)], article(parts.number).id
            kept, second = parts.parts.kept.setdefault(id_, {}), min(f.day for f in [*fetches, LAST] if f.page == 2)
            for fetch in dice.sample(fetches[:-1], 3):
                spoilt = replace(page_of(parts.number, fetch).article, body=dice.choice("甲乙"), page_count=1)
                if dice.random() < 0.5:
                    kept.pop(spoilt.fetched_at, None)
                elif fetch.day >= second and spoilt.fetched_at < parts.newest.article.fetched_at:
                    kept[spoilt.fetched_at] = spoilt
            if again := [one for one in parts.kept if one.body == parts.newest.article.body]:
                held = replace(parts.newest.article, fetched_at=again[0].fetched_at)
                parts.parts.held[id_] = replace(parts.newest, article=held)
            parts.apply(parts.reprocessed(fetches))
            assert [*map(told, parts.kept), told(parts.newest.article)] == true, fetches
            found = parts.reprocessed(fetches)
            assert (found.verdict, found.older, found.spare) == (Verdict.SAME, (), ())


@pytest.mark.parametrize("seed", range(20))
def test_where_pages_are_the_mirror_s_reading_the_archive_again_finds_nothing(seed: int) -> None:
    """Three to five fetches of both pages, about three in ten from the mirror."""
    dice = random.Random(seed)
    with site() as parts:
        for _ in range(20):
            pages = [1, *dice.choices((1, 2), k=dice.randrange(2, 5))]
            dice.shuffle(pages)
            fetches = [
                Fetch(page=page, text=dice.choice("甲乙丙"), day=day, mirrored=dice.random() < 0.3)
                for day, page in enumerate(pages, start=1)
            ]
            order = dice.sample(fetches, len(fetches))
            parts.bring(order, dice.choices((True, False), k=len(order) - 1))
            found = parts.reprocessed(fetches)
            assert (found.verdict, found.older, found.spare) == (Verdict.SAME, (), ()), order
