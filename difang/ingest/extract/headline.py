"""The head of an article: title, 肩题, 副题, author line, time, source, sections, keywords."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from itertools import islice

from lxml import etree

from difang.ingest.extract.beside import beside_headline
from difang.ingest.extract.breadcrumb import crumbs_of
from difang.ingest.extract.dates import Printed, day_only, impossible_time, printed_time
from difang.ingest.extract.document import Document, absolute
from difang.ingest.extract.generic import GENERIC, time_line
from difang.ingest.extract.template import Found, Template
from difang.ingest.extract.text import text_of
from difang.ingest.extract.trail import Trail

_SITE_TRAIL = re.compile(
    r"(?:\s*(?:--|——|_|-)\s*[^-_—]{1,24})?\s*(?:--|——|_|-)\s*(?:人民网|人民網|people\.cn|人民网.{0,8}|雄安.{0,6})\s*$"
)
_SOURCE = re.compile(r"(?:来源|來源|稿源|文章来源)\s*[:：]\s*(.*)$")
_ORIGINAL_WORK = re.compile(r"\s*(?:原创稿|原創稿)$")
_AFTER_SOURCE = re.compile(
    r"(?:\s*(?:手机看新闻|【|字号|分享到|作者[:：]|记者[:：]|编辑[:：]|责编[:：]|责任编辑[:：]|(?:点击|阅读|浏览)[量数]?[:：])|(?:^|\s+)打印(?=[\s|]|$)|(?:^|\s)\s*\|).*$"
)
_LONGEST_SOURCE = 200
_MOST_LINKS = 50
_KEYWORD_BREAK = re.compile(r"[\s,，;；、|]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What stands above the body; `time_unread` is a time printed in its place that does not exist.

    `title_within` tells that no headline was found outside the body's container.
    """

    title: str
    title_within: bool
    pre_title: str | None
    subtitle: str | None
    byline: str | None
    published: Printed | None
    time_unread: str | None
    source: str | None
    source_url: str | None


def read_head(
    document: Document, template: Template, body: etree._Element, base: str, told: date | None, trail: Trail
) -> Head:
    """Read the head by the template, and where it finds nothing, from the line of the page that prints a time.

    `told` is the day the address tells: such a line is taken only if it prints this day or the one of the tag.
    """
    part = head_of(document, template)
    if part is None:
        part = document.everywhere()

    title = document.first_in(part, template.title)
    within = title is not None and body in title.element.iterancestors()

    def elsewhere(name: str, selectors: tuple[str, ...]) -> Found | None:
        if within:
            return document.first_in(body, tuple(selector for selector in selectors if "." in selector))
        return beside_headline(name, title.element, body) if title else None

    def line(name: str, selectors: tuple[str, ...]) -> str | None:
        # a heading or an author line in the body or below it is not the article's, where the body is surely no more
        found = document.first_in(part, selectors, above=body if template.body or name == "byline" else None)
        if found is None:
            found = elsewhere(name, selectors) if within or template is GENERIC else None
            if found is None:
                return None
        trail.note(name, found.selector, found.text)
        return found.text

    published_in = document.first_in(part, template.published)
    source_in = published_in if template.source == template.published else document.first_in(part, template.source)
    time_unread = None
    if published_in is None or printed_time(published_in.text) is None:
        time_unread = impossible_time(published_in.text) if published_in else None
        published_in = time_line(document.root, body, days=_days(document, told)) or published_in
        source_in = source_in or published_in
    source, source_url = _source(document, source_in, base, trail)
    if title is not None:
        trail.note("title", title.selector, title.text)
    return Head(
        title=title.text if title else _page_title(document, trail),
        title_within=title is None or within,
        pre_title=line("pre_title", template.pre_title),
        subtitle=line("subtitle", template.subtitle),
        byline=line("byline", template.byline),
        published=_published(document, published_in, trail),
        time_unread=time_unread,
        source=source,
        source_url=source_url,
    )


def head_of(document: Document, template: Template) -> etree._Element | None:
    """The part of the page the template names as head, None where there is none."""
    return next((part for selector in template.head for part in document.find(selector)), None)


def without_site_trail(title: str) -> str:
    """The title without `--山东频道--人民网`; a `--` of the title's own stays."""
    return _SITE_TRAIL.sub("", title).strip()


def sections_of(document: Document, trail: Trail) -> tuple[str, ...]:
    """The breadcrumb without 人民网 itself."""
    crumbs = [crumb.text for crumb in crumbs_of(document) if crumb.text]
    if crumbs:
        trail.note("sections", "a.clink", " >> ".join(crumbs))
    return tuple(crumb for crumb in crumbs if crumb not in ("人民网", "人民網", "正文"))


def keywords_of(document: Document, title: str, trail: Trail) -> tuple[str, ...]:
    """The keywords tag; where old layouts repeat the title in it (with the site's trail), that is left out."""
    printed = document.meta.get("keywords", "")
    if not printed:
        return ()
    trail.note("keywords", "meta keywords", printed)
    for repeated in (document.title, title):
        if repeated and (at := printed.find(repeated)) >= 0:
            printed = printed[:at]
    return tuple(dict.fromkeys(word for word in _KEYWORD_BREAK.split(printed) if word))


def _page_title(document: Document, trail: Trail) -> str:
    title = without_site_trail(document.title)
    if title:
        trail.note("title", "title element, without the site's trail", document.title)
    return title


def _published(document: Document, found: Found | None, trail: Trail) -> Printed | None:
    if found and (printed := printed_time(found.text)):
        trail.note("published_at", found.selector, found.text)
        return printed
    if printed := printed_time(document.meta.get("publishdate", "")):
        trail.note("published_at", "meta publishdate", document.meta["publishdate"])
        return printed
    return None


def _days(document: Document, told: date | None) -> AbstractSet[date]:
    tag = printed_time(document.meta.get("publishdate", ""))
    return {day for day in (told, tag.day if tag else None) if day}


def published_by_address(day: date | None, trail: Trail) -> Printed | None:
    """The day an address tells, where the page prints no time."""
    if day is None:
        return None
    trail.note("published_at", "day in the address", day.isoformat())
    return day_only(day)


def _source(document: Document, found: Found | None, base: str, trail: Trail) -> tuple[str | None, str | None]:
    if found is not None and (printed := _SOURCE.search(found.text)):
        name, href = _named_source(printed[1], found.element)
        if name:
            trail.note("source", found.selector, found.text)
            if link := absolute(base, href):
                trail.note("source_url", found.selector, href or "")
            return name, link
    tag = _SOURCE.search(document.meta.get("source", ""))
    name = _ORIGINAL_WORK.sub("", tag[1]).strip() if tag else ""
    if not name:
        return None, None
    trail.note("source", "meta source", document.meta["source"])
    return name, None


def _named_source(printed: str, element: etree._Element) -> tuple[str, str | None]:
    href, printed = None, printed[:_LONGEST_SOURCE]
    for link in islice(element.iter("a"), _MOST_LINKS):
        words = text_of(link)
        if words and href is None and printed.startswith(words):
            printed, href = words, link.get("href")
            break
        if words and words in printed:  # a link to something else, such as 手机看新闻
            printed = printed[: printed.index(words)]
    return _ORIGINAL_WORK.sub("", _AFTER_SOURCE.sub("", printed).strip()).strip(), href
