"""Pages of no known layout: where their body and the line with time and source most likely stand."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from datetime import date
from itertools import islice
from typing import Any

from lxml import etree

from difang.ingest.extract.dates import printed_time
from difang.ingest.extract.document import Document
from difang.ingest.extract.nearest import Nearest
from difang.ingest.extract.prose import Prose
from difang.ingest.extract.template import Found, Template, select
from difang.ingest.extract.text import NEVER_TEXT, opening_of, tidy

GENERIC = Template(name="generic", body=(), title=("h1",))
"""Reads what no template knows: what stands in its usual place, all else by its form."""

_LEAST_TEXT = 40
_LONGEST_TIME_LINE = 120
_MOST_INLINE = 8
_NO_BODY = frozenset(("nav", "header", "footer", "aside", "a", "li", "form", "ul", "select"))
_YEAR = re.compile(r"(?:19|20)\d\d\s*[年\-/.]\s*\d")
_SENTENCE = re.compile(r"[，。；：！？、]")
_LABEL = re.compile(
    r"^(?:(?:文章|稿件)?(?:来源|來源|稿源)\s*[:：]\s*[^\s，。；：]{2,30}[\s|]*|人民网\s*(?:[>＞→»]+[^>＞→»，。]{1,16})+?)?"
    r"[\s（(\[【|]*(?:(?:发布|发表|更新|日期|时间|發布|時間)+\s*[:：]?)?\s*$"
)
_SOURCE_ALONE = re.compile(r"^(?:文章|信息|稿件)?(?:来源|來源|稿源)\s*[:：]\s*\S{1,30}$")
_AFTER_TIME = re.compile(
    r"^(?:[:：]\d{2}(?!\d))?[\s（()）\[\]【】|/]*(?:$|(?:文章)?来源|來源|稿源|作者|编辑|责编|责任编辑|字号|打印|分享)"
)


def find_body(document: Document) -> etree._Element | None:
    """The element that holds the most prose directly or in paragraphs of its own; None where none holds 40 characters.

    Prose is text outside links; a text counts for its block's parent in full and for the grandparent by half, so that
    paragraphs wrapped one by one still find their common container.
    """
    scores: dict[etree._Element, float] = {}
    blocks = Nearest(lambda element: element.tag not in _INLINE)
    linking = Nearest(lambda element: element.tag in ("a", "nav", "footer"))
    for text in select(document.root, "./descendant::text()[string-length(.) > 7]"):
        parent = text.getparent()
        if parent is None or parent.tag in NEVER_TEXT:
            continue
        block = blocks.of(parent if text.is_text else parent.getparent())
        words = str(text).strip()
        if block is None or block.tag in _NO_BODY or len(words) < 8:
            continue
        if (parent.tag == "a" and text.is_text) or linking.of(parent.getparent()) is not None:
            continue
        weight = len(words) * (1.0 if _SENTENCE.search(words) else 0.3)
        container = block.getparent() if block.tag in _PARAGRAPHS else block
        if container is not None:
            scores[container] = scores.get(container, 0) + weight
            if (above := container.getparent()) is not None:
                scores[above] = scores.get(above, 0) + weight / 2
    best = max(scores, key=lambda element: scores[element], default=None)
    return best if best is not None and scores[best] >= _LEAST_TEXT else None


def is_listing(prose: Prose) -> bool:
    """Whether the lines taken for body are a listing's: half of them hold links, or a quarter are a link and no more.

    The latter are headlines, each with its summary, day and source below it.
    """
    lines = len(prose.body)
    return lines > 4 and (prose.linked_lines * 2 >= lines or (prose.links > 4 and prose.links * 4 >= lines))


_PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "li"))
_INLINE = frozenset(("span", "b", "strong", "font", "em", "i", "u", "a", "br", "small", "big", "sup", "sub", "img"))


def time_line(root: etree._Element, body: etree._Element, *, days: AbstractSet[date]) -> Found | None:
    """The line outside links that prints a time, best with a clock and a source, else the first; None without any.

    It stands before the end of the body: what comes below belongs to other articles. In the body only a line that is
    about nothing else counts; where the article's day is told elsewhere, only a line that prints one of these `days`.
    """
    best: tuple[int, Found] | None = None
    lines = _ShortLines()
    inside = Nearest(lambda element: element is body)
    around = {body, *body.iterancestors()}
    behind = Nearest({element for part in around for element in part.itersiblings()}.__contains__)
    looked_at = set()
    for text in select(root, "./descendant::text()[contains(., '20') or contains(., '19')]"):
        parent = text.getparent()
        if parent is None or not _YEAR.search(text) or (text.is_text and _is_no_place(parent)):
            continue
        if behind.of(parent) is not None or (text.is_tail and parent in around):
            continue
        element = parent if text.is_text else parent.getparent()
        if element is None or element in looked_at:
            continue
        within = inside.of(element) is not None
        line = lines.of(element)
        if line is not None:
            looked_at.add(element)
        if within and not (line and _times(line)):
            line = _bare_line(text, parent)  # right in the container, as the text may be
        if line is None or not (printed := printed_time(line)) or (days and printed.day not in days):
            continue
        # the day beside a link is the other article's
        if (within or (text.is_tail and parent.tag == "a")) and not is_time_line(line, printed.text):
            continue
        element, line = _with_source(element, line, lines)
        score = 2 * printed.clock + 2 * ("来源" in line) - 3 * within
        if best is None or score > best[0]:
            best = score, Found(element=element, text=line, selector="line that prints a time")
    return best[1] if best else None


def _times(line: str) -> bool:
    printed = printed_time(line)
    return printed is not None and is_time_line(line, printed.text)


def _bare_line(text: Any, parent: etree._Element) -> str | None:
    # the text and the inline elements behind it, up to the end of its line
    pieces = [str(text)]
    for element in islice(parent.itersiblings() if text.is_tail else parent, _MOST_INLINE):
        if element.tag not in _INLINE or element.tag == "br":
            break
        pieces += (opening_of(element, _LONGEST_TIME_LINE), element.tail or "")
    line = tidy("".join(pieces))
    return line if len(line) <= _LONGEST_TIME_LINE else None


def _is_no_place(element: etree._Element) -> bool:
    return element.tag == "a" or element.tag in NEVER_TEXT


def is_time_line(line: str, time: str) -> bool:
    """Whether the line that holds this time is about nothing but time, source and author, or is the breadcrumb."""
    before, _, after = line.partition(time)
    return bool(_LABEL.match(before) and _AFTER_TIME.match(after))


class _ShortLines:
    """The texts of elements that are short enough for a line with time and source, each read once."""

    def __init__(self) -> None:
        self._read: dict[etree._Element, str | None] = {}

    def of(self, element: etree._Element) -> str | None:
        """The element's text; None where it is too long."""
        if element not in self._read:
            line = opening_of(element, _LONGEST_TIME_LINE)
            self._read[element] = line if len(line) <= _LONGEST_TIME_LINE else None
        return self._read[element]


def _with_source(element: etree._Element, line: str, lines: _ShortLines) -> tuple[etree._Element, str]:
    around: etree._Element | None = element
    if "来源" not in line:
        for beside in (element.getnext(), element.getprevious()):
            if beside is not None and (words := lines.of(beside)) and _SOURCE_ALONE.match(words):
                return beside, f"{line} {words}"
    for _ in range(2):
        around = around.getparent() if around is not None else None
        if around is None or "来源" in line:
            break
        if (wider := lines.of(around)) is not None and "来源" in wider:
            return around, wider
    return element, line
