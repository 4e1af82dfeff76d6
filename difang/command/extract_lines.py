"""What `difang extract` prints: articles and endings as JSON lines, the pages of one article joined."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from difang.command.extract_shelf import Kept, Shelf, kept
from difang.ingest.extract import join
from difang.ingest.extract.result import PageReading, Reading, Trace
from difang.ingest.outcome import Outcome


def lines_of(reading: Reading, traces: list[Trace] | None) -> list[str]:
    """What is printed of one reading at once: nothing of an article's first page, which a later one may replace."""
    explained = explanation(reading, traces)
    if not isinstance(reading, PageReading):
        lines = [_ending(reading.url, reading.outcome, reading.reason)]
    elif reading.page > 1:
        lines = [_ending(_seen_at(reading), Outcome.PART, f"Page {reading.page} of {reading.article.url}.")]
    else:
        return []
    return [*lines, explained] if explained else lines


def explanation(reading: Reading, traces: list[Trace] | None) -> str | None:
    """The line that shows where each field was read, None where it is not wanted."""
    if traces is None:
        return None
    url = _seen_at(reading) if isinstance(reading, PageReading) else reading.url
    return _json({"url": url, "explain": [asdict(trace) for trace in traces]})


class Joiner:
    """Keeps the pages of articles, and prints each article once, when all have come: of each page the newest.

    What the traditional-Chinese mirror shows is a sighting where the original was read, else it is the article. A file
    of which nothing tells which page it is is page 1 where it is the only such one and no other is page 1, else it is
    set aside.
    """

    def __init__(self, write: Callable[[str], object]) -> None:
        """`write` takes one line, without its newline."""
        self._write = write
        self._shelf = Shelf()
        self._unnumbered: dict[str, list[tuple[PageReading, str, str | None]]] = {}

    def take(self, page: Kept) -> None:
        """One page; pages may come in any order."""
        self._shelf.keep(page)

    def take_file(self, reading: PageReading, file: str, explained: str | None) -> None:
        """One page of a file, of which perhaps nothing tells which page it is."""
        if reading.numbered:
            self.take(kept(reading, explained))
        else:
            self._unnumbered.setdefault(reading.article.id, []).append((reading, file, explained))

    def end(self) -> None:
        """Print the articles in the order they came, with a warning for each page that is missing."""
        for article_id, files in self._unnumbered.items():
            self._settle(article_id, files)
        for pages in self._shelf.articles():
            self._print(pages)

    def _settle(self, article_id: str, files: list[tuple[PageReading, str, str | None]]) -> None:
        pages = [page for page in self._shelf.pages_of(article_id) if not page.mirrored]
        known = {page.reading().article.content_hash for page in pages}
        new = {found[0].article.content_hash: found for found in files}
        new = {text: found for text, found in new.items() if text not in known}
        if len(new) == 1 and not any(page.page == 1 for page in pages):
            ((first, _, explained),) = new.values()
            self.take(kept(first, explained))
            return
        for page, file, explained in new.values():
            reason = f"Nothing tells which page of {article_id} {file} is; if it is page 2, let its name end in -2."
            self._write_all(_ending(page.article.url, Outcome.SET_ASIDE, reason), explained)

    def _print(self, pages: Sequence[Kept]) -> None:
        originals = [page for page in pages if not page.mirrored]
        mirrored = [page for page in pages if page.mirrored]
        used = originals if originals and _is_complete(originals) else pages
        first = next((page for page in used if page.page == 1), None)
        if first is None:
            return
        line = (
            first.article if len(used) == 1 and not first.parts else join([page.reading() for page in used]).to_json()
        )
        self._write_all(line, first.explained)
        for url in sorted(self._shelf.elsewhere(first.article_id) - {page.url for page in pages if page.page == 1}):
            self._write(_ending(url, Outcome.SIGHTING, f"Another address of {first.reading().article.url}."))
        for page in mirrored if originals else ():
            if page.page == 1:
                reason = f"The mirror's page of {page.reading().article.url}."
                self._write_all(
                    _ending(page.url, Outcome.SIGHTING, reason), page.explained if page is not first else None
                )

    def _write_all(self, line: str, explained: str | None) -> None:
        self._write(line)
        if explained:
            self._write(explained)


def _is_complete(pages: Sequence[Kept]) -> bool:
    return len(pages) > max(len(page.parts) for page in pages)


def _seen_at(reading: PageReading) -> str:
    return reading.article.urls[0] if reading.article.urls else reading.article.url


def _ending(url: str, outcome: Outcome, reason: str) -> str:
    return _json({"url": url, "outcome": outcome.value, "reason": reason})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
