"""Reading one page: refuse it or choose its template, read every field, put the article together."""

from __future__ import annotations

from datetime import UTC

from lxml import etree

from difang.ingest.article import Article, Image, content_hash
from difang.ingest.extract.body import body_text
from difang.ingest.extract.credits import credits_of
from difang.ingest.extract.dateline import dateline_in
from difang.ingest.extract.dates import Printed
from difang.ingest.extract.document import Document, outermost, parse
from difang.ingest.extract.editors import EditorLine, editor_line, editor_line_behind, editor_line_within, unread_line
from difang.ingest.extract.encoding import Decoded, decode, stray_references
from difang.ingest.extract.explained import SIGNS
from difang.ingest.extract.generic import GENERIC, find_body, is_listing
from difang.ingest.extract.headline import head_of, keywords_of, published_by_address, read_head, sections_of
from difang.ingest.extract.identity import identify
from difang.ingest.extract.images import take_images, without_banner
from difang.ingest.extract.kind import kind_of
from difang.ingest.extract.lines import Line, lines_of
from difang.ingest.extract.opening import Opening, without_opening
from difang.ingest.extract.prose import Prose, prose_of
from difang.ingest.extract.reach import first_part_of, is_enough
from difang.ingest.extract.refusal import has_listing_address, no_article, refuse_gone, refuse_unmatched, refuse_unread
from difang.ingest.extract.result import Hosts, NoArticle, PageReading, Reading
from difang.ingest.extract.stray import editor_line_beside
from difang.ingest.extract.template import Found, Template
from difang.ingest.extract.templates import templates
from difang.ingest.extract.text import remove, text_of
from difang.ingest.extract.trail import Trail
from difang.ingest.note import NO_MINUTE
from difang.ingest.outcome import Outcome
from difang.ingest.page import Page

_ONLY_LINKS = "The page's longest text is a list of links."
SHORT_BODY = 30
"""Characters; an article's body with fewer gets the warning `short_body`."""


def read_page(page: Page, hosts: Hosts, trail: Trail) -> Reading:
    """What the page is; raises where the page is so broken that a library gives up."""
    if refused := refuse_unread(page):
        return refused
    decoded = decode(page.body)
    listing = has_listing_address(page)
    if not listing and (reading := _read_first_part(page, hosts, decoded, trail)):
        return reading
    document = parse(decoded)
    if document is None:
        return no_article(page, Outcome.NOT_AN_ARTICLE, "The page holds no HTML element.")
    template, body = (GENERIC, None) if listing else _choose(document)
    if refused := refuse_gone(page, document, read=body is not None):
        return refused
    if body is None:
        if refused := refuse_unmatched(page, document):
            return refused
        template, body = GENERIC, find_body(document)
    if body is None:
        return no_article(page, Outcome.NOT_AN_ARTICLE, "The page holds no text that could be an article.")
    _note_template(trail, template, body)
    return _read_with(page, hosts, document, template, body, trail)


def _read_first_part(page: Page, hosts: Hosts, decoded: Decoded, trail: Trail) -> PageReading | None:
    # the article as the first part of the page gives it; None where the whole page may give another
    part = first_part_of(decoded)
    document = parse(decoded, part) if part else None
    if document is None:
        return None
    template, body = _choose(document)
    if body is None or not is_enough(document, template, body) or refuse_gone(page, document, read=True):
        return None
    noted = Trail()
    reading = _read_with(page, hosts, document, template, body, noted)
    if not isinstance(reading, PageReading) or document.looked_everywhere:
        return None
    _note_template(trail, template, body)
    trail.take(noted)
    return reading


def _choose(document: Document) -> tuple[Template, etree._Element | None]:
    # a container alone may be a box beside the article of another layout: one below its layout's head is preferred
    alone: tuple[Template, etree._Element] | None = None
    for template in templates():
        for selector in template.body:
            if (bodies := document.find(selector)) and _has_needed(document, template):
                body = max(outermost(bodies), key=_length) if len(bodies) > 1 else bodies[0]
                if head_of(document, template) is not None and (len(body) or body.text):
                    return template, body
                alone = alone or (template, body)
    return alone or (GENERIC, None)


def _length(body: etree._Element) -> int:
    return len(text_of(body))


def _has_needed(document: Document, template: Template) -> bool:
    if not template.needs:
        return True
    head = head_of(document, template)
    return any(document.find_in(document.root if head is None else head, selector) for selector in template.needs)


def _read_with(
    page: Page, hosts: Hosts, document: Document, template: Template, body: etree._Element, trail: Trail
) -> PageReading | NoArticle:
    identity = identify(page, document, hosts, trail)
    base = identity.base
    told = identity.address.day if identity.address else None
    head = read_head(document, template, body, base, told, trail)
    published = head.published or published_by_address(told, trail)
    if not head.title or published is None:
        if template is GENERIC and is_listing(prose_of(_take_body(document, template, body, base)[1])):
            return no_article(page, Outcome.NOT_AN_ARTICLE, _ONLY_LINKS)
        lacks = "headline" if not head.title else "date that exists"
        return no_article(page, Outcome.SET_ASIDE, f"The page has an article's body, but no {lacks} is to be found.")
    sections = sections_of(document, trail)
    kind = kind_of(document, template, body, sections, identity, trail)
    editors = _take_editors(document, template, trail)
    images, lines = _take_body(document, template, body, base)
    opening = without_opening(lines, head, trail)
    head, prose = opening.head, prose_of(opening.lines)
    if opening.repeats and not prose.body:
        prose = prose_of(lines)  # a headline that is all the text there is, as below a video, stays
    if template is GENERIC and is_listing(prose):
        return no_article(page, Outcome.NOT_AN_ARTICLE, _ONLY_LINKS)
    if editors is None or not editors.names:
        editors = prose.editors or opening.editors or _editors_elsewhere(document, template, body, editors, trail)
        if (editors is None or not editors.line) and prose.body and (unread := unread_line(prose.body[-1])):
            editors = EditorLine(line=unread, names=None)
    text = body_text(prose.body)
    pictures = without_banner(images, prose, published.day, trail)
    people = credits_of(head.byline, text.split("\n"), trail)
    article = Article(
        id=identity.id,
        url=identity.url,
        urls=identity.urls,
        channel=identity.host.channel,
        channel_name=identity.host.channel_name,
        kind=kind,
        title=head.title,
        pre_title=head.pre_title,
        subtitle=head.subtitle,
        original_title=prose.original_title,
        published_at=published.iso,
        source=head.source,
        source_url=head.source_url,
        byline=head.byline,
        reporters=people.reporters,
        correspondents=people.correspondents,
        editors=(editors.names or ()) if editors else (),
        dateline=dateline_in(text.split("\n"), published.day, trail),
        sections=sections,
        keywords=keywords_of(document, head.title, trail),
        body=text,
        images=tuple(image for image, _ in pictures),
        print_edition=prose.edition,
        page_count=1,
        template=template.name,
        warnings=_warnings(document, head.time_unread, published, editors, text, trail),
        content_hash=content_hash(head.title, text),
        fetched_at=page.fetched_at.astimezone(UTC).isoformat(),
    )
    _note_body(trail, prose, opening, editors, text)
    places = tuple(place for _, place in pictures)
    return PageReading(
        article=article, page=identity.page, parts=identity.parts, places=places, numbered=identity.numbered
    )


def _take_body(
    document: Document, template: Template, body: etree._Element, base: str
) -> tuple[list[Image], list[Line]]:
    for selector in template.noise:
        for element in document.find_in(body, selector):
            remove(element)
    images = take_images(body, base)
    return images, lines_of(body)


def _take_editors(document: Document, template: Template, trail: Trail) -> EditorLine | None:
    found = document.first_in(document.root, template.editors)
    if found is None:
        empty = any(document.find(selector) for selector in template.editors)
        return EditorLine(line="", names=()) if empty else None  # an empty block is legal: nobody is named
    remove(found.element)
    trail.note("editors", found.selector, found.text)
    return _known(editor_line(found.text)) or _of_block(found)


def _of_block(found: Found) -> EditorLine:
    read = editor_line_within(found.text)
    if read and read.names is not None:
        return read
    return (
        _of_several([line.words for line in lines_of(found.element)]) or read or EditorLine(line=found.text, names=None)
    )


def _of_several(lines: list[str]) -> EditorLine | None:
    # an editor block with a bracketed line for each of the editors
    read = [_known(editor_line(line)) if line.startswith(("(", "（", "[", "【")) else None for line in lines]
    named = [editors for editors in read if editors]
    if len(named) < len(lines) or not named:
        return None
    names = dict.fromkeys(name for editors in named for name in editors.names or ())
    return EditorLine(line=" ".join(lines), names=tuple(names))


def _known(editors: EditorLine | None) -> EditorLine | None:
    return editors if editors and editors.names is not None else None


def _editors_elsewhere(
    document: Document, template: Template, body: etree._Element, block: EditorLine | None, trail: Trail
) -> EditorLine | None:
    if block and block.line:
        return block
    if found := _editors_in_head(document, template, trail):
        return found
    if not any(word in document.source for word in ("责编", "责任编辑", "責編", "責任編輯")):
        return block
    document.looked_everywhere = True
    column = head_of(document, template)
    found = editor_line_beside(body, column, known=template is not GENERIC, empty_block=block is not None)
    if found is None:
        return block
    trail.note("editors", "editor line in the article's column, outside its body", found.line)
    return found


def _editors_in_head(document: Document, template: Template, trail: Trail) -> EditorLine | None:
    head = head_of(document, template)
    beside = document.first_in(head, template.source) if head is not None else None
    found = editor_line_behind(beside.text) if beside else None
    if found:
        trail.note("editors", "editor line behind the source", found.line)
    return found


def _warnings(
    document: Document,
    time_unread: str | None,
    published: Printed,
    editors: EditorLine | None,
    text: str,
    trail: Trail,
) -> tuple[str, ...]:
    warnings = []

    def warn(code: str, seen: str, detail: str = "") -> None:
        warnings.append(f"{code}:{detail}" if detail else code)
        trail.note("warnings", SIGNS[code], seen)

    if editors is None or editors.names == ():
        warn("no_editor_line", editors.line if editors else "")
    elif editors.names is None:
        warn("editor_line_unread", editors.line, editors.line[:100])
    if time_unread:
        warn("time_unread", time_unread, time_unread)
    if not published.clock:
        warn(NO_MINUTE, published.text)
    if len(text) < SHORT_BODY:
        warn("short_body", text)
    if document.stray_bytes:
        warn("stray_bytes", str(document.stray_bytes), str(document.stray_bytes))
    if references := stray_references(document.utf8):
        warn("stray_references", str(references), str(references))
    if document.cut_short:
        warn("cut_short", "")
    return tuple(warnings)


def _note_template(trail: Trail, template: Template, body: etree._Element) -> None:
    named = "".join(f' {name}="{body.get(name)}"' for name in ("class", "id") if body.get(name))
    rule = "container with the most prose" if template is GENERIC else "the body's container was found"
    trail.note("template", rule, f"<{body.tag}{named}>")


def _note_body(trail: Trail, prose: Prose, opening: Opening, editors: EditorLine | None, text: str) -> None:
    if prose.original_title:
        trail.note("original_title", "line that begins with 原标题", prose.original_line)
    if prose.edition:
        trail.note("print_edition", "line of paper, day and page", prose.edition_line)
    if editors and editors is prose.editors:
        trail.note("editors", "line of the body that is an editor line as a whole", editors.line)
    elif opening.editors and editors is opening.editors:
        trail.note("editors", "editor line in the head, in the body's container", editors.line)
    trail.note("body", "trafilatura on the lines of the body's container", text)
