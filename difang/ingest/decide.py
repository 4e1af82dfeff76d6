"""What becomes of pages that arrive: compared with what the index holds, each page gets its outcome. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from difang.ingest.address import article_address
from difang.ingest.article import Article
from difang.ingest.extract import join
from difang.ingest.extract.result import PageReading
from difang.ingest.index.port import Document
from difang.ingest.outcome import Outcome
from difang.ingest.page import PageRef


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A page of an article just read, and under which reference it came."""

    ref: PageRef
    reading: PageReading


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The document to write (None: the index already holds it so), and the outcome of each arrival, in order."""

    document: Document | None
    outcomes: tuple[Outcome, ...]


def decide(
    arrivals: Sequence[Arrival], *, stored: Document | None, parts: Sequence[PageReading], sightings: Sequence[str]
) -> Decision:
    """Fold the arrivals of one article, in order of fetching, into what the index holds of it.

    `parts` are all pages known of the article where it has several (the arrivals among them), else empty;
    `sightings` further addresses it was seen at. Deciding twice on the same arrivals gives the same document.
    """
    current = stored
    outcomes: dict[int, Outcome] = {}
    joined = join(parts) if any(part.page == 1 for part in parts) else None
    for place in sorted(range(len(arrivals)), key=lambda place: _order(arrivals[place])):
        arrival = arrivals[place]
        if arrival.reading.page > 1:
            outcomes[place] = Outcome.PART
            if joined:
                current = _complete(current, joined)
        else:
            current, outcomes[place] = _settle(current, joined or arrival.reading.article, arrival.ref.url)
    if current and sightings:
        current = _seen_at(current, sightings)
    document = current if current != stored else None
    return Decision(document=document, outcomes=tuple(outcomes[place] for place in range(len(arrivals))))


def _order(arrival: Arrival) -> tuple[bool, str]:
    return (is_mirror(arrival.ref.url), arrival.reading.article.fetched_at)


def is_mirror(url: str) -> bool:
    """Whether the address is of the traditional-Chinese mirror (…/BIG5/n2/…)."""
    address = article_address(url)
    return address is not None and address.mirror


def _settle(current: Document | None, article: Article, url: str) -> tuple[Document, Outcome]:
    if current is None:
        return Document(article=article, first_seen=article.fetched_at), Outcome.INDEXED
    held = current.article
    seen = _seen_at(current, article.urls)
    if is_mirror(url) and not all(is_mirror(known) for known in held.urls):
        return seen, Outcome.SIGHTING
    elsewhere = article.url != held.url
    same = article.content_hash == held.content_hash if elsewhere else _same(article, held)
    if article.fetched_at < held.fetched_at or (same and article.fetched_at > held.fetched_at):
        return seen, Outcome.SIGHTING if elsewhere else Outcome.UNCHANGED
    newer = Document(
        article=replace(article, url=held.url, urls=seen.article.urls),
        first_seen=current.first_seen,
    )
    delivered_again = article.fetched_at == held.fetched_at and current.first_seen == held.fetched_at
    return newer, Outcome.INDEXED if delivered_again else Outcome.UPDATED


def _complete(current: Document | None, joined: Article) -> Document:
    if current is None:
        return Document(article=joined, first_seen=joined.fetched_at)
    seen = _seen_at(current, joined.urls)
    if _same(joined, current.article) or joined.fetched_at < current.article.fetched_at:
        return seen
    return Document(article=replace(joined, urls=seen.article.urls), first_seen=current.first_seen)


def _same(one: Article, other: Article) -> bool:
    return replace(one, urls=(), fetched_at="") == replace(other, urls=(), fetched_at="")


def _seen_at(document: Document, urls: Sequence[str]) -> Document:
    """The document with these addresses added: the canonical one first, the others sorted, however they came."""
    article = document.article
    known = set(article.urls) | set(urls)
    first = [article.url] if article.url in known else []
    ordered = (*first, *sorted(known - {article.url}))
    return document if ordered == article.urls else replace(document, article=replace(article, urls=ordered))
