"""What `difang extract` prints: articles and endings as JSON lines, the pages of one article joined."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TypeGuard

from difang.ingest.extract import join
from difang.ingest.extract.result import PageReading, Reading, Trace
from difang.ingest.outcome import Outcome


def lines_of(reading: Reading, traces: list[Trace] | None) -> list[str]:
    """What can be printed of one reading by itself: not the article of several pages, which is still to be joined."""
    lines = []
    if isinstance(reading, PageReading):
        article = reading.article
        if reading.page > 1:
            url = article.urls[0] if article.urls else article.url
            lines.append(_ending(url, Outcome.PART, f"Page {reading.page} of {article.url}."))
        elif not reading.parts and not reading.is_mirrored:
            lines.append(article.to_json())
    else:
        lines.append(_ending(reading.url, reading.outcome, reading.reason))
    if traces is not None:
        url = reading.article.url if isinstance(reading, PageReading) else reading.url
        lines.append(_json({"url": url, "explain": [asdict(trace) for trace in traces]}))
    return lines


def is_whole(reading: Reading) -> TypeGuard[PageReading]:
    """Whether the page is an article by itself."""
    return isinstance(reading, PageReading) and not is_one_of_several(reading)


def is_one_of_several(reading: Reading) -> TypeGuard[PageReading]:
    """Whether the page's article has other pages, or an original elsewhere, with which it is to be joined."""
    return isinstance(reading, PageReading) and (reading.page > 1 or bool(reading.parts) or reading.is_mirrored)


class Joiner:
    """Gathers the pages of articles that have several, and prints each article once it is complete.

    What the traditional-Chinese mirror shows is kept to the end: a sighting where the original was read, else it is
    the article. So is a file of which nothing tells which page it is: page 1 where it is the only such one and no
    other is page 1, else it is set aside.
    """

    def __init__(self, write: Callable[[str], object]) -> None:
        """`write` takes one line, without its newline."""
        self._write = write
        self._waiting: dict[str, list[PageReading]] = {}
        self._mirrored: dict[str, list[PageReading]] = {}
        self._unnumbered: dict[str, list[tuple[PageReading, str]]] = {}
        self._printed: set[str] = set()

    def printed(self, ids: Iterable[str]) -> None:
        """Articles of one page that need no joining; their ids are remembered as long as the joiner."""
        self._printed.update(ids)

    def take(self, reading: PageReading) -> None:
        """One page; pages may come in any order."""
        article_id = reading.article.id
        if reading.is_mirrored:
            self._mirrored.setdefault(article_id, []).append(reading)
            return
        pages = self._waiting.setdefault(article_id, [])
        pages.append(reading)
        if len({page.page for page in pages}) > max(len(page.parts) for page in pages):
            self._print(article_id, [])

    def take_file(self, reading: PageReading, file: str) -> None:
        """One page of a file without an address, of which perhaps nothing tells which page it is."""
        if reading.numbered:
            self.take(reading)
        else:
            self._unnumbered.setdefault(reading.article.id, []).append((reading, file))

    def end(self) -> None:
        """Print the articles of which pages are still missing, with a warning for each of those; then the mirror's."""
        for article_id, files in self._unnumbered.items():
            self._settle(article_id, files)
        for article_id in list(self._waiting):
            self._print(article_id, self._mirrored.get(article_id, []))
        for article_id, pages in self._mirrored.items():
            if article_id not in self._printed:
                self._waiting[article_id] = []
                self._print(article_id, pages)
                continue
            for page in pages:
                if page.page == 1:
                    reason = f"The mirror's page of {page.article.url}."
                    self._write(_ending(page.article.urls[0], Outcome.SIGHTING, reason))

    def _settle(self, article_id: str, files: list[tuple[PageReading, str]]) -> None:
        pages = self._waiting.get(article_id, [])
        known = {page.article.content_hash for page in pages}
        new = {page.article.content_hash: (page, file) for page, file in files}
        new = {text: found for text, found in new.items() if text not in known}
        if len(new) == 1 and article_id not in self._printed and not any(page.page == 1 for page in pages):
            ((first, _),) = new.values()
            self.take(first)
            return
        for page, file in new.values():
            reason = f"Nothing tells which page of {article_id} {file} is; if it is page 2, let its name end in -2."
            self._write(_ending(page.article.url, Outcome.SET_ASIDE, reason))

    def _print(self, article_id: str, mirrored: list[PageReading]) -> None:
        pages = [*self._waiting.pop(article_id), *mirrored]
        if any(page.page == 1 for page in pages):
            self._printed.add(article_id)
            self._write(join(pages).to_json())


def _ending(url: str, outcome: Outcome, reason: str) -> str:
    return _json({"url": url, "outcome": outcome.value, "reason": reason})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
