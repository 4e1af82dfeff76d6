"""An article of several pages in a worker's hands, its pages in any order and batches, and how it stood by the book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, cast

from difang.ingest.article import Article
from difang.ingest.extract.result import PageReading
from difang.ingest.index.port import ArticleIndex, Document, WriteResult, Written
from difang.ingest.outcome import Endings
from difang.ingest.page import PageRef, Position
from difang.ingest.pieces import SqlitePieces
from difang.ingest.queue import Claim, PageQueue
from difang.ingest.readers import Read, Reader
from difang.ingest.reprocess.compare import Finding, compare
from difang.ingest.reprocess.workbook import row_of
from difang.ingest.timeline import histories
from difang.ingest.worker import Worker
from tests.records import article

SOMEWHERE = Position(file="pages.warc.gz", offset=0, length=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetch:
    """A page of the article, and what it said on that day; `alone`: it names no other."""

    page: int
    text: str
    day: int
    mirrored: bool = False
    alone: bool = False

    @property
    def fetched_at(self) -> str:
        return f"2026-01-{self.day:02}T00:00:00.000000+00:00"


def page_of(number: int, fetch: Fetch) -> PageReading:
    made = article(number, body=fetch.text, fetched_at=fetch.fetched_at)
    second = made.url.replace(".html", "-2.html")
    url = made.url if fetch.page == 1 else made.url.replace(".html", f"-{fetch.page}.html")
    made = replace(made, urls=(url.replace("/n2/", "/BIG5/n2/") if fetch.mirrored else url,))
    return PageReading(article=made, page=fetch.page, parts=(second,) if fetch.page == 1 and not fetch.alone else ())


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
        id_, kept = article(self.number).id, self.parts.kept.get(article(self.number).id, {})
        known = histories([id_], {id_: [*kept.values()]}, self.pieces.every_said_again([id_]), {})
        return compare(id_, rows, self.newest, [], known[id_].kept)

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


def counted(fetches: Sequence[Fetch]) -> Iterator[Fetch]:
    """By the book: the mirror's copy of a later page tells that it was there before its original, and else nothing."""
    for fetch in fetches:
        originals = [one for one in fetches if one.page == fetch.page and not one.mirrored]
        first = min(originals, key=lambda one: one.day, default=None)
        if first is None or not fetch.mirrored:
            yield fetch
        elif fetch.page > 1 and fetch.day < first.day:
            yield replace(fetch, text=first.text)


def stood(fetches: Sequence[Fetch]) -> list[tuple[str, int]]:
    """What the article said and from which day on, oldest first, by the book: a page more is no correction."""
    fetches = list(counted(fetches))
    first = min(fetch.day for fetch in fetches if fetch.page == 1)
    said: dict[int, tuple[str, ...]] = {}
    pages: dict[int, str] = {}
    for fetch in sorted(fetches, key=lambda fetch: fetch.day):
        pages[fetch.page] = fetch.text
        said[max(first, fetch.day)] = tuple(pages[page] for page in sorted(pages))
    runs = [(texts, next(run)[0]) for texts, run in groupby(said.items(), key=lambda pair: pair[1])]
    corrected = [one for one, after in pairwise(runs) if len(one[0]) >= len(after[0])]
    return [("\n".join(texts), day) for texts, day in (*corrected, runs[-1])]
