"""The pages that are sent under each fault, in WARC files, and what an index must hold of them in the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from difang.command.settings import Settings
from difang.command.wiring import hosts
from difang.crawler.archive import Archive
from difang.ingest.address import key_of
from difang.ingest.extract import extract
from difang.ingest.extract.result import PageReading
from difang.ingest.page import Page, PageRef, Position
from difang.samplesite.calendar import CHINA
from difang.samplesite.site import Site

FIRST, SECOND, THIRD = "faults-1", "faults-2", "faults-3"
_MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_CORRECTED = 10
"""Every tenth article is fetched a second time, with another headline."""
_BEHIND = 40
"""A correction is sent this many pages after what it corrects."""


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """`refs` in the order they are sent; `expected` is article id → content hash of its newest version.

    `back` are pages on which corrections are taken back again, `restored` what `expected` then is of their articles.
    """

    archive: Path
    refs: list[PageRef]
    expected: dict[str, str]
    back: list[PageRef]
    restored: dict[str, str]

    def page(self, ref: PageRef) -> Page:
        """The page of a reference."""
        assert ref.position is not None
        return Archive(self.archive, max_bytes=1).read(ref.position)


def corpus_in(folder: Path, articles: int) -> Corpus:
    """So many articles of the replica, made in this folder or found there."""
    index = folder / f"{articles}.json"
    if not index.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        made = _make(folder / "archive", articles)
        refs = {"refs": [_record(ref) for ref in made.refs], "back": [_record(ref) for ref in made.back]}
        record = {**refs, "expected": made.expected, "restored": made.restored}
        index.write_text(json.dumps(record), encoding="utf-8")
    told = json.loads(index.read_text(encoding="utf-8"))
    return Corpus(
        archive=folder / "archive",
        refs=[_ref(each) for each in told["refs"]],
        expected=told["expected"],
        back=[_ref(each) for each in told["back"]],
        restored=told["restored"],
    )


def _make(folder: Path, articles: int) -> Corpus:
    archive = Archive(folder, max_bytes=200_000_000)
    files, known = archive.open_run(f"corpus-{articles}", "tests"), hosts(Settings())
    refs: list[PageRef] = []
    back: list[PageRef] = []
    corrections: list[tuple[int, PageRef]] = []
    expected: dict[str, str] = {}
    restored: dict[str, str] = {}
    due = 0
    for number, (page, title) in enumerate(_pages(articles)):
        reading = extract(page, known)
        assert isinstance(reading, PageReading), reading
        expected[reading.article.id] = reading.article.content_hash
        while corrections and corrections[0][0] <= number:
            refs.append(corrections.pop(0)[1])
        refs.append(_reference(page, files.keep(page)))
        due += number % _CORRECTED == 0
        if due and (later := _corrected(page, title)):
            due -= 1
            new = extract(later, known)
            assert isinstance(new, PageReading)
            assert new.article.content_hash != expected[new.article.id], page.url
            restored[new.article.id] = expected[new.article.id]
            expected[new.article.id] = new.article.content_hash
            again = replace(page, fetched_at=page.fetched_at + timedelta(hours=24), run_id=THIRD)
            back.append(_reference(again, files.keep(again)))
            corrections.append((number + _BEHIND, _reference(later, files.keep(later))))
    files.close()
    assert len(expected) == articles
    sent = [*refs, *(ref for _, ref in corrections)]
    return Corpus(archive=folder, refs=sent, expected=expected, back=back, restored=restored)


def _pages(articles: int) -> Iterator[tuple[Page, str]]:
    now = datetime(2026, 3, 2, 18, 0, tzinfo=CHINA)
    site = Site(seed=5, channels=33, days=2, per_day=5, archive=articles // 26 + 8, now=now)
    single = (record for record in site.truth() if record["page_count"] == len(record["addresses"]) == 1)
    for number, record in zip(range(articles), single, strict=False):
        answer = site.answer(record["url"])
        yield (
            Page(
                url=record["url"],
                final_url=record["url"],
                status=200,
                headers=(("Content-Type", answer.header("Content-Type") or "text/html"),),
                body=answer.body,
                fetched_at=_MOMENT + timedelta(seconds=number),
                run_id=FIRST,
            ),
            record["title"],
        )


def _corrected(page: Page, title: str) -> Page | None:
    """The page with another headline; None where its source writes the headline otherwise than it reads."""
    encoding = "gb18030" if b"charset=gb" in page.body[:2000].lower() else "utf-8"
    words = title.encode(encoding)
    if words not in page.body:
        return None
    later = page.fetched_at + timedelta(hours=12)
    return replace(
        page, body=page.body.replace(words, words + "（更正）".encode(encoding)), fetched_at=later, run_id=SECOND
    )


def _reference(page: Page, position: Position) -> PageRef:
    key = key_of(page.url, regional=True)
    return PageRef(url=page.url, key=key, run_id=page.run_id, fetched_at=page.fetched_at, position=position)


def _record(ref: PageRef) -> dict[str, Any]:
    return asdict(ref) | {"fetched_at": ref.fetched_at.isoformat()}


def _ref(record: dict[str, Any]) -> PageRef:
    fetched_at = datetime.fromisoformat(record["fetched_at"])
    return PageRef(**(record | {"fetched_at": fetched_at, "position": Position(**record["position"])}))


def again(refs: Sequence[PageRef], run: str) -> list[PageRef]:
    """The same pages as if another run had sent them too."""
    return [replace(ref, run_id=f"{ref.run_id}-{run}") for ref in refs]
