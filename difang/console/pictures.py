"""An article's text with its images in their places, which the archived page tells (docs/decisions, 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from difang.crawler.ledger.traces import Discovered, Traces
from difang.ingest.article import Article, Image
from difang.ingest.errors import DifangError
from difang.ingest.extract import extract, join
from difang.ingest.extract.places import image_places
from difang.ingest.extract.result import Hosts, PageReading
from difang.ingest.page import ReadPage

_MOST_TRIED = 3  # copies of the first page
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?(?=[/?#]|$)")

Block = str | Image


@dataclass(frozen=True, kw_only=True, slots=True)
class Pictures:
    """Reads an article's pages again to see where its images stand; without an archive nobody knows."""

    traces: Traces
    read_page: ReadPage | None
    hosts: Hosts

    def places(self, article: Article) -> dict[str, int]:
        """For each image how many paragraphs stand before it; empty where no archived copy has just this text."""
        if not article.images or self.read_page is None:
            return {}
        try:
            return next(self._found(article), {})
        except DifangError:  # the page is read without its pictures' places
            return {}

    def _found(self, article: Article) -> Iterator[dict[str, int]]:
        for copy in self._copies([article.id], [article.url, *article.urls])[:_MOST_TRIED]:
            first = self._read(copy)
            if first is None or first.article.id != article.id:
                continue
            readings = {first.page: first}
            for part in first.parts:
                other = next(filter(None, map(self._read, self._copies([], [part])[:1])), None)
                if other and other.article.id == article.id:
                    readings.setdefault(other.page, other)
            if join(list(readings.values())).body == article.body:
                yield image_places(list(readings.values()))

    def _copies(self, ids: Sequence[str], urls: Sequence[str]) -> list[Discovered]:
        """The newest first."""
        return [one for one in reversed(self.traces.of(ids, urls)) if one.position]

    def _read(self, copy: Discovered) -> PageReading | None:
        if copy.position is None or self.read_page is None:
            return None
        reading = extract(self.read_page(copy.position), self.hosts)
        return reading if isinstance(reading, PageReading) else None


def blocks(article: Article, places: Mapping[str, int]) -> tuple[list[Block], list[Image]]:
    """Paragraphs and images in the order of the page, and the images whose place nobody knows."""
    paragraphs = article.body.split("\n")
    shown: list[Block] = []
    for number in range(len(paragraphs) + 1):
        shown += [image for image in article.images if places.get(image.url) == number]
        shown += paragraphs[number : number + 1]
    return shown, [image for image in article.images if image.url not in places]


def origins(article: Article) -> list[str]:
    """Where the article's images may be loaded from: hosts of the site it stands on, and no other."""
    site = (urlsplit(article.url).hostname or "").partition(".")[2]
    found = {origin(image.url) for image in article.images}
    return sorted(one for one in found if one and site and _is_of(urlsplit(one).hostname or "", site))


def origin(url: str) -> str:
    """Scheme, host and port of a web address, empty for any other."""
    found = _ORIGIN.match(url)
    return found[0] if found else ""


def _is_of(host: str, site: str) -> bool:
    return host == site or host.endswith(f".{site}")
