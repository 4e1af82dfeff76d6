"""What `difang extract` prints: articles and endings as JSON lines, the pages of one article joined."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

from difang.command.extract_files import File, numbered_by_names
from difang.command.extract_shelf import Kept, Shelf, Source, kept
from difang.ingest.article import Article
from difang.ingest.extract import join
from difang.ingest.extract.explained import of_pages
from difang.ingest.extract.result import PageReading, Reading, Trace
from difang.ingest.outcome import Outcome


def lines_of(reading: Reading, traces: Sequence[Trace] | None, file: str) -> list[str]:
    """What is printed of one reading at once: nothing of an article's first page, which a later one may replace.

    `file` is the file or the record it came from, empty where it was fetched.
    """
    if not isinstance(reading, PageReading):
        lines = [_ending(reading.url or file, reading.outcome, reading.reason)]
    elif reading.page > 1:
        article = reading.article
        source = f", from {file}" if file else ""
        reason = f"Page {reading.page} of {article.url or article.id}{source}."
        lines = [_ending(_seen_at(article) or file, Outcome.PART, reason)]
    else:
        return []
    if traces is None:
        return lines
    page, url = (reading.page, _seen_at(reading.article)) if isinstance(reading, PageReading) else (1, reading.url)
    return [*lines, _explained(url, traces, [Source(page=page, url=url, file=file)])]


class Joiner:
    """Keeps the pages of articles, and prints each article once, when all have come: of each page the newest.

    What the traditional-Chinese mirror shows is a sighting where the original was read, else it is the article. A file
    of which nothing tells which page it is is page 1 where it is the only such one and no other is page 1, else the
    page its name says, else it is set aside. A file that is a copy of another has a line that says so.
    """

    def __init__(self, write: Callable[[str], object]) -> None:
        """`write` takes one line, without its newline."""
        self._write = write
        self._shelf = Shelf()
        self._unnumbered: dict[str, list[File]] = {}
        self._first_files: dict[tuple[str, str], str] = {}

    def take(self, page: Kept) -> None:
        """One page; pages may come in any order."""
        self._shelf.keep(page)

    def take_file(self, file: File) -> None:
        """One page of a file, of which perhaps nothing tells which page it is."""
        reading = file.reading
        if not reading.numbered:
            self._unnumbered.setdefault(reading.article.id, []).append(file)
            return
        self.take(kept(reading, file.traces, file.name))
        if reading.page == 1 and file.name:
            place = (reading.article.id, _seen_at(reading.article))
            if (other := self._first_files.setdefault(place, file.name)) != file.name:
                self._write_copy(file, other)

    def end(self) -> None:
        """Print the articles in the order they came, with a warning for each page that is missing."""
        for article_id, files in self._unnumbered.items():
            self._settle(article_id, files)
        for pages in self._shelf.articles():
            self._print(pages)

    def _settle(self, article_id: str, files: list[File]) -> None:
        pages = [page for page in self._shelf.pages_of(article_id) if not page.mirrored]
        known = {page.reading().article.content_hash: page.file or page.url for page in pages}
        new = []
        for file in files:
            other = known.setdefault(file.reading.article.content_hash, file.name)
            if other == file.name:
                new.append(file)
            else:
                self._write_copy(file, other)
        taken = {page.page for page in pages}
        if len(new) == 1 and 1 not in taken:
            named: list[File] | None = [new[0].as_page(1, 1)]
        else:
            named = numbered_by_names(new, taken)
        for file in new if named is None else named:
            self._settle_one(file, article_id)

    def _settle_one(self, file: File, article_id: str) -> None:
        reading, name, traces = file.reading, file.name, file.traces
        if reading.numbered:
            self.take(kept(reading, traces, name))
            for line in lines_of(reading, traces, name):
                self._write(line)
            return
        url = reading.article.url
        reason = f"Nothing tells which page of {article_id} {name} is; if it is page 2, let its name end in -2."
        self._write(_ending(url or name, Outcome.SET_ASIDE, reason))
        if traces is not None:
            self._write(_explained(url, traces, [Source(page=reading.page, url=url, file=name)]))

    def _write_copy(self, file: File, other: str) -> None:
        reason = f"{file.name} is the same page as {other}."
        self._write(_ending(_seen_at(file.reading.article) or file.name, Outcome.SIGHTING, reason))

    def _print(self, pages: Sequence[Kept]) -> None:
        originals = [page for page in pages if not page.mirrored]
        used = originals if originals and _is_complete(originals) else pages
        first = next((page for page in used if page.page == 1), None)
        if first is None:
            return
        elsewhere = self._shelf.elsewhere(first.article_id)
        mirrors = [page for page in pages if page.mirrored and page.page == 1 and originals]
        self._write_article(used, first, elsewhere | {page.url for page in mirrors})
        for url in sorted(elsewhere - {page.url for page in pages if page.page == 1}):
            self._write(_ending(url, Outcome.SIGHTING, f"Another address of {first.reading().article.url}."))
        for page in mirrors:
            url = page.reading().article.url
            self._write(_ending(page.url, Outcome.SIGHTING, f"The mirror's page of {url}."))
            if page.explained is not None and page is not first:
                self._write(_explained(page.url, page.traces(), [page.source()]))

    def _write_article(self, used: Sequence[Kept], first: Kept, seen_at: set[str]) -> None:
        counted = {page.page: page for page in reversed(used)}  # of one page the original stands before the mirror's
        pages = [counted[number] for number in sorted(counted)]
        if len(pages) == 1 and not first.parts and not seen_at and first.explained is None:
            self._write(first.article)
            return
        readings = [page.reading() for page in pages]
        article = join(readings) if len(pages) > 1 or first.parts else readings[0].article
        if further := seen_at.difference(article.urls):
            known = further.union(article.urls)
            canonical = known & {article.url}
            article = replace(article, urls=(*canonical, *sorted(known - canonical)))
        self._write(article.to_json())
        if first.explained is not None:
            noted = [(reading, page.traces()) for reading, page in zip(readings, pages, strict=True)]
            self._write(_explained(first.url, of_pages(noted, article), [page.source() for page in pages]))


def _is_complete(pages: Sequence[Kept]) -> bool:
    return len(pages) > max(len(page.parts) for page in pages)


def _seen_at(article: Article) -> str:
    return article.urls[0] if article.urls else article.url


def _explained(url: str, traces: Sequence[Trace], sources: Sequence[Source]) -> str:
    # which page came from where stands beside the traces, which tell the page alone
    pages = [{name: value for name, value in asdict(source).items() if value} for source in sources]
    return _json({"url": url or sources[0].file, "explain": [asdict(trace) for trace in traces], "pages": pages})


def _ending(url: str, outcome: Outcome, reason: str) -> str:
    return _json({"url": url, "outcome": outcome.value, "reason": reason})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
