"""What `difang extract` prints: articles and endings as JSON lines, the pages of one article joined."""

from __future__ import annotations

import json
from collections.abc import Callable
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
        elif not reading.parts:
            lines.append(article.to_json())
    else:
        lines.append(_ending(reading.url, reading.outcome, reading.reason))
    if traces is not None:
        url = reading.article.url if isinstance(reading, PageReading) else reading.url
        lines.append(_json({"url": url, "explain": [asdict(trace) for trace in traces]}))
    return lines


def is_one_of_several(reading: Reading) -> TypeGuard[PageReading]:
    """Whether the page's article has other pages, with which it is to be joined."""
    return isinstance(reading, PageReading) and (reading.page > 1 or bool(reading.parts))


class Joiner:
    """Gathers the pages of articles that have several, and prints each article once it is complete."""

    def __init__(self, write: Callable[[str], object]) -> None:
        """`write` takes one line, without its newline."""
        self._write = write
        self._waiting: dict[str, list[PageReading]] = {}

    def take(self, reading: PageReading) -> None:
        """One page; pages may come in any order."""
        pages = self._waiting.setdefault(reading.article.id, [])
        pages.append(reading)
        if len({page.page for page in pages}) > max(len(page.parts) for page in pages):
            self._print(reading.article.id)

    def end(self) -> None:
        """Print the articles of which pages are still missing, with a warning for each of those."""
        for article_id in list(self._waiting):
            self._print(article_id)

    def _print(self, article_id: str) -> None:
        pages = self._waiting.pop(article_id)
        if any(page.page == 1 for page in pages):
            self._write(join(pages).to_json())


def _ending(url: str, outcome: Outcome, reason: str) -> str:
    return _json({"url": url, "outcome": outcome.value, "reason": reason})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
