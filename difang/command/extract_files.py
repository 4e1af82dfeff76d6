"""Files of `difang extract` that came without an address: which page of its article each one is."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath

from difang.ingest.address import article_address
from difang.ingest.extract.identity import other_pages, page_address
from difang.ingest.extract.result import PageReading, Trace

_NUMBERED = re.compile(r"(?:.*?(?<!\d)(\d{5,})|.+?)-(\d{1,3})")


def numbered_by_name(reading: PageReading, file: str, traces: list[Trace]) -> tuple[PageReading, list[Trace]]:
    """The reading as the page its file's name says it is, where the page itself does not tell; its traces with it.

    A name `…-2.html` is believed if the page names a page 2 of its article, and an article's number in the name
    (`c166192-40000001-2.html`) is the article's own.
    """
    found = _NUMBERED.fullmatch(PurePath(file).stem)
    first = article_address(reading.parts[0]) if reading.parts else None
    if reading.numbered or found is None or first is None:
        return reading, traces
    page, last = int(found[2]), len(reading.parts) + 1
    if not 1 < page <= last or found[1] not in (None, first.number):
        return reading, traces
    url = reading.article.url
    urls = (page_address(url, page),) if url else ()
    told = [Trace(field="urls", rule="number in the name of the file", text=file)] if url else []
    traces = [*(trace for trace in traces if trace.field != "urls" or not url), *told]
    numbered = replace(
        reading,
        article=replace(reading.article, urls=urls),
        page=page,
        parts=other_pages(first.url, last, page),
        numbered=True,
    )
    return numbered, [replace(trace, page=page) for trace in traces]
