"""What `difang extract` prints: articles and endings as JSON lines, the pages of one article joined."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from difang.ingest.extract import join
from difang.ingest.extract.result import PageReading, Reading, Trace
from difang.ingest.outcome import Outcome


class Lines:
    """Takes readings in any order and prints a line for each page; an article of several pages once it is complete."""

    def __init__(self, write: Callable[[str], object]) -> None:
        """`write` takes one line, without its newline."""
        self._write = write
        self._waiting: dict[str, list[PageReading]] = {}

    def take(self, reading: Reading, traces: list[Trace] | None = None) -> None:
        """Print what can be printed now; `traces` go out right after, as a line of their own."""
        if not isinstance(reading, PageReading):
            self._ending(reading.url, reading.outcome, reading.reason)
        elif reading.page == 1 and not reading.parts:
            self._write(reading.article.to_json())
        else:
            self._take_one_of_several(reading)
        if traces is not None:
            url = reading.article.url if isinstance(reading, PageReading) else reading.url
            self._write(_json({"url": url, "explain": [asdict(trace) for trace in traces]}))

    def end(self) -> None:
        """Print the articles of which pages are still missing, with a warning for each of those."""
        for article_id in list(self._waiting):
            self._print_joined(article_id)

    def _take_one_of_several(self, reading: PageReading) -> None:
        article = reading.article
        if reading.page > 1:
            reason = f"Page {reading.page} of {article.url}."
            self._ending(article.urls[0] if article.urls else article.url, Outcome.PART, reason)
        pages = self._waiting.setdefault(article.id, [])
        pages.append(reading)
        if len({page.page for page in pages}) > max(len(page.parts) for page in pages):
            self._print_joined(article.id)

    def _print_joined(self, article_id: str) -> None:
        pages = self._waiting.pop(article_id)
        if any(page.page == 1 for page in pages):
            self._write(join(pages).to_json())

    def _ending(self, url: str, outcome: Outcome, reason: str) -> None:
        self._write(_json({"url": url, "outcome": outcome.value, "reason": reason}))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
