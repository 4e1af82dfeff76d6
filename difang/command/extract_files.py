"""Files of `difang extract` that came without an address: which page of its article each one is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import PurePath

from difang.ingest.address import article_address
from difang.ingest.extract.identity import other_pages, page_address
from difang.ingest.extract.result import PageReading, Trace

_NUMBERED = re.compile(r"(?:.*?(?<!\d)(\d{5,})|.+?)-(\d{1,3})")


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file as it was read, and the traces of that, None where they are not wanted."""

    reading: PageReading
    name: str
    traces: Sequence[Trace] | None

    @property
    def stem(self) -> str:
        """Its name without folder and ending."""
        return PurePath(self.name).stem

    def as_page(self, page: int, last: int) -> File:
        """The file read as this page of an article of `last` pages."""
        if page == 1:
            return replace(self, reading=replace(self.reading, numbered=True))
        url = self.reading.article.url
        traces = self.traces
        if traces is not None:
            told = [Trace(field="urls", rule="number in the name of the file", text=self.name)] if url else []
            kept = [*(trace for trace in traces if trace.field != "urls" or not url), *told]
            traces = [replace(trace, page=page) for trace in kept]
        address = url or (self.reading.parts[0] if self.reading.parts else "")
        first = article_address(address)
        reading = replace(
            self.reading,
            article=replace(self.reading.article, urls=(page_address(url, page),) if url else ()),
            page=page,
            parts=other_pages(first.url, last, page) if first else (),
            numbered=True,
        )
        return replace(self, reading=reading, traces=traces)


def numbered_by_name(file: File) -> File:
    """The file as the page its name says it is, where the page itself does not tell.

    A name `…-2.html` is believed if the page names a page 2 of its article, and an article's number in the name
    (`c166192-40000001-2.html`) is the article's own.
    """
    reading, found = file.reading, _NUMBERED.fullmatch(file.stem)
    first = article_address(reading.parts[0]) if reading.parts else None
    if reading.numbered or found is None or first is None:
        return file
    page, last = int(found[2]), len(reading.parts) + 1
    return file.as_page(page, last) if 1 < page <= last and found[1] in (None, first.number) else file


def numbered_by_names(files: Sequence[File], taken: AbstractSet[int]) -> list[File] | None:
    """Files of one article as the pages their names say they are: `x.html`, `x-2.html`, `x-3.html`.

    None where the names differ in more than that, or two would be the same page; `taken` are pages known already.
    """
    numbers = [_number_in_name(file) for file in files]
    stems = {
        file.stem.rpartition("-")[0] if number > 1 else file.stem for number, file in zip(numbers, files, strict=True)
    }
    if len(stems) > 1 or len({*numbers, *taken}) < len(numbers) + len(taken):
        return None
    last = max(*numbers, *taken, 1)
    return [file.as_page(number, last) for number, file in zip(numbers, files, strict=True)]


def _number_in_name(file: File) -> int:
    found = _NUMBERED.fullmatch(file.stem)
    own = file.reading.article.id.removeprefix("people:").removeprefix("L_")
    return int(found[2]) if found and found[1] in (None, own) else 1
