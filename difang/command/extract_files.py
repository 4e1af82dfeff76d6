"""Files of `difang extract` that came without an address: which page of its article each one is."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath

from difang.ingest.address import article_address
from difang.ingest.extract.identity import other_pages, page_address
from difang.ingest.extract.result import PageReading

_NUMBERED = re.compile(r"(?:.*?(?<!\d)(\d{5,})|.+?)-(\d{1,3})")


def numbered_by_name(reading: PageReading, file: str) -> PageReading:
    """The reading as the page its file's name says it is, where the page itself does not tell.

    A name `…-2.html` is believed if the page names a page 2 of its article, and an article's number in the name
    (`c166192-40000001-2.html`) is the article's own.
    """
    found = _NUMBERED.fullmatch(PurePath(file).stem)
    first = article_address(reading.parts[0]) if reading.parts else None
    if reading.numbered or found is None or first is None:
        return reading
    page, last = int(found[2]), len(reading.parts) + 1
    if not 1 < page <= last or found[1] not in (None, first.number):
        return reading
    url = reading.article.url
    return replace(
        reading,
        article=replace(reading.article, urls=(page_address(url, page),) if url else ()),
        page=page,
        parts=other_pages(first.url, last, page),
        numbered=True,
    )
