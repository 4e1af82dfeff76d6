"""Joining the pages of one article, in whichever order they came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from difang.ingest.address import article_address
from difang.ingest.article import Article, content_hash
from difang.ingest.extract.reading import SHORT_BODY
from difang.ingest.extract.result import PageReading


def join(readings: Sequence[PageReading]) -> Article:
    """One article of the pages of one article, in any order.

    Bodies are joined in page order; the head and the addresses are of the first page there is; of a page given twice
    the one fetched last counts, never the mirror's where there is the original; a page that is named but not given is
    a warning `missing_page:<k>`. Raises ValueError where nothing is given or the pages are of several articles.
    """
    if not readings:
        raise ValueError("there is no page to join")
    if len({reading.article.id for reading in readings}) > 1:
        raise ValueError("these pages are of several articles")
    newest = sorted(readings, key=lambda reading: (not reading.is_mirrored, reading.article.fetched_at))
    pages = {reading.page: reading for reading in newest}
    articles = [pages[number].article for number in sorted(pages)]
    head = articles[0]
    body = "\n".join(article.body for article in articles if article.body)
    return replace(
        head,
        reporters=_all(article.reporters for article in articles),
        correspondents=_all(article.correspondents for article in articles),
        editors=_all(article.editors for article in articles),
        source=next((article.source for article in articles if article.source), None),
        source_url=next((article.source_url for article in articles if article.source_url), None),
        original_title=next((article.original_title for article in articles if article.original_title), None),
        dateline=next((article.dateline for article in articles if article.dateline), None),
        print_edition=next((article.print_edition for article in articles if article.print_edition), None),
        body=body,
        images=tuple(
            {image.url: image for article in reversed(articles) for image in reversed(article.images)}.values()
        )[::-1],
        page_count=len(pages),
        warnings=_warnings(articles, body, _missing(pages)),
        content_hash=content_hash(head.title, body),
        fetched_at=max(article.fetched_at for article in articles),
    )


def _all(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))


def _missing(pages: dict[int, PageReading]) -> list[int]:
    named = {found.page for reading in pages.values() for url in reading.parts if (found := article_address(url))}
    return sorted(number for number in named | {1} if number not in pages)


def _warnings(articles: list[Article], body: str, missing: list[int]) -> tuple[str, ...]:
    warnings = _all(article.warnings for article in articles)
    if any(article.editors for article in articles):
        warnings = tuple(warning for warning in warnings if warning != "no_editor_line")
    if len(body) >= SHORT_BODY:
        warnings = tuple(warning for warning in warnings if warning != "short_body")
    return (*warnings, *(f"missing_page:{number}" for number in missing))
