"""Text of the tree as people read it: white space collapsed, blocks and line breaks as lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "br",
            "caption",
            "center",
            "dd",
            "details",
            "dir",
            "div",
        ),
        *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("header", "hr", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section", "summary", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
"""Elements that begin a line of their own; every other element is part of the line it stands in."""

NEVER_TEXT = frozenset(
    (
        *(
            "script",
            "style",
            "noscript",
            "iframe",
            "object",
            "embed",
            "applet",
            "textarea",
            "select",
            "button",
            "input",
        ),
        *("template", "svg", "math", "audio", "video", "head", "title", "map", "marquee", "noframes"),
    )
)
"""Elements whose content a reader never sees as text."""

_MOST_PIECES = 4096
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def tidy(text: str | None) -> str:
    """The text with every run of white space (full-width and no-break too) as one space and none at the ends.

    Characters that nobody sees (controls, zero-width marks) are left out.
    """
    if not text:
        return ""
    tidied = " ".join(text.split())
    return tidied if tidied.isprintable() else " ".join(_UNSEEN.sub("", tidied).split())


def text_of(element: etree._Element) -> str:
    """The element's whole text on one line; scripts and styles are none of it, a line break is a space."""
    if len(element) == 0:
        return tidy(element.text)
    return tidy("".join(_pieces(element)))


def opening_of(element: etree._Element, most: int) -> str:
    """How the element's text begins: all of it, or a little more than the first `most` characters that are no spaces.

    What it costs does not grow with the element, so that it can be asked for every element of a page.
    """
    gathered, room = [], most
    for piece in islice(_pieces(element), _MOST_PIECES):
        if len(piece) > _MOST_PIECES and sum(map(len, piece[:_MOST_PIECES].split())) > room:
            piece = piece[:_MOST_PIECES]
        gathered.append(piece)
        room -= sum(map(len, piece.split()))
        if room < 0:
            break
    return tidy("".join(gathered))


def _pieces(element: etree._Element) -> Iterator[str]:
    # without recursion: each level of it costs every piece below a step, and pages are up to 2,048 deep
    if element.text:
        yield element.text
    above: list[tuple[Iterator[etree._Element], str | None]] = []
    children: Iterator[etree._Element] = iter(element)
    while True:
        for child in children:
            if child.tag not in NEVER_TEXT:
                yield f" {child.text or ''}" if child.tag in BLOCKS else child.text or ""
                if len(child):
                    above.append((children, child.tail))
                    children = iter(child)
                    break
            if child.tail:
                yield child.tail
        else:
            if not above:
                return
            children, tail = above.pop()
            if tail:
                yield tail


def set_text(element: etree._Element, text: str) -> None:
    """Give the element this text, without the characters lxml refuses; a page may hold them as bytes or as `&#1;`."""
    try:
        element.text = text
    except ValueError:
        element.text = _REFUSED.sub("", text)


def set_tail(element: etree._Element, text: str) -> None:
    """Let this text follow the element, without the characters lxml refuses."""
    try:
        element.tail = text
    except ValueError:
        element.tail = _REFUSED.sub("", text)


def remove(element: etree._Element) -> None:
    """Take the element out of its tree; the text after it stays where it was."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            set_text(parent, (parent.text or "") + element.tail)
        else:
            set_tail(before, (before.tail or "") + element.tail)
    parent.remove(element)
