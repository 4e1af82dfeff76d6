"""Explaining an article (--explain): for each of its fields the rule and the text, of one page or of several joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from difang.ingest.article import Article
from difang.ingest.extract.result import PageReading, Trace
from difang.ingest.note import NO_MINUTE
from difang.ingest.page import Page

NOTHING = "nothing on the page gives it"
"""The rule of a field that is empty."""

SIGNS = {
    "no_editor_line": "no editor line, or one that names nobody",
    "editor_line_unread": "editor line in an unknown shape",
    "time_unread": "time that does not exist",
    NO_MINUTE: "day without a clock",
    "short_body": "body of few characters",
    "stray_bytes": "bytes that no encoding reads, each of them one U+FFFD",
    "stray_references": "references that mean no character, each of them one U+FFFD",
    "cut_short": "page deeper than the parser goes",
    "missing_page": "page of the article that is named and was not given",
}
"""What each warning, by its code, was seen by: the rule of its trace."""

_SIGHTING = "another address the article was seen at"
_OF_ALL = frozenset(("reporters", "correspondents", "editors", "body", "images", "warnings"))
_OF_FIRST_WITH = frozenset(("source", "source_url", "original_title", "dateline", "print_edition"))
_MADE = frozenset(("page_count", "content_hash", "fetched_at"))


def of_page(reading: PageReading, page: Page, noted: Sequence[Trace]) -> list[Trace]:
    """What was noted while the page was read, and an entry for each field nothing was noted of."""
    article = reading.article
    rules = {trace.field: trace for trace in reversed(noted)}
    traces = [
        *noted,
        *(Trace(field="urls", rule=rules["url"].rule, text=url) for url in article.urls),
        Trace(field="channel_name", rule="name of that channel", text=rules["channel"].text),
        *_made(article, str(reading.page), page.fetched_at.isoformat()),
    ]
    return _whole(article, [replace(trace, page=reading.page) for trace in traces], page=reading.page)


def of_pages(pages: Sequence[tuple[PageReading, Sequence[Trace]]], article: Article) -> list[Trace]:
    """The traces of an article joined of these pages, in page order: of each field those of the pages that gave it."""
    traces: list[Trace] = []
    for field, value in article.values().items():
        of_field = [[trace for trace in noted if trace.field == field and trace.rule != NOTHING] for _, noted in pages]
        if field in _OF_ALL:
            traces += [trace for found in of_field for trace in found]
        elif field == "urls":
            traces += of_field[0]
            known = {trace.text for trace in of_field[0]}
            traces += [Trace(field=field, rule=_SIGHTING, text=url) for url in article.urls if url not in known]
        elif field in _OF_FIRST_WITH:
            traces += next((found for found in of_field if found), []) if value else []
        elif field not in _MADE:
            traces += of_field[0]
    codes = {warning.partition(":")[0] for warning in article.warnings}
    signs = {SIGNS[code] for code in codes}
    traces = [trace for trace in traces if trace.field != "warnings" or trace.rule in signs]
    missing = [warning.partition(":")[2] for warning in article.warnings if warning.startswith("missing_page:")]
    traces += [
        Trace(field="warnings", rule=SIGNS["missing_page"], text=number, page=pages[0][0].page) for number in missing
    ]
    newest = max((reading for reading, _ in pages), key=lambda reading: reading.article.fetched_at)
    made = _made(article, ", ".join(str(reading.page) for reading, _ in pages), newest.article.fetched_at)
    traces += [replace(trace, page=newest.page) if trace.field == "fetched_at" else trace for trace in made]
    return _whole(article, traces, page=pages[0][0].page)


def _made(article: Article, pages: str, fetched_at: str) -> Iterator[Trace]:
    yield Trace(field="page_count", rule="pages that were joined", text=pages)
    yield Trace(field="content_hash", rule="SHA-256 of headline and body", text=f"{article.title}\n{article.body}")
    yield Trace(field="fetched_at", rule="time at which the page was fetched", text=fetched_at)


def _whole(article: Article, traces: Sequence[Trace], *, page: int) -> list[Trace]:
    # in the order of the contract, nothing left out; what is of no field stands last
    values: dict[str, Any] = article.values()
    by_field: dict[str, list[Trace]] = {name: [] for name in values}
    others: list[Trace] = []
    for trace in traces:
        by_field.get(trace.field, others).append(trace)
    entries = [found or [Trace(field=name, rule=NOTHING, text="", page=page)] for name, found in by_field.items()]
    return [*(trace for found in entries for trace in found), *others]
