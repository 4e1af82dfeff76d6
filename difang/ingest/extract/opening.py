"""The head of an article inside the container of its text: headline, 肩题, 副题, time and source, author line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from difang.ingest.extract.credits import credits_in
from difang.ingest.extract.dates import printed_time
from difang.ingest.extract.editors import EditorLine, editor_line, editor_line_behind
from difang.ingest.extract.generic import is_time_line
from difang.ingest.extract.headline import Head
from difang.ingest.extract.lines import Line
from difang.ingest.extract.trail import Trail

_MOST_LINES = 12
_MOST_LINKS = 60
_LONGEST = 120
_LONGEST_CREDIT = 60
_MOST_PIECES = 3
"""Lines a headline may be broken into."""
_FINISHED = ("。", "；", "，", "：", ":")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CRUMBS = re.compile(r"^(?:(?:您|你)?(?:的|所在的?|当前)?位置\s*[:：]?\s*)?(?:人民网|人民網)\s*(?:>|＞|→|»)")
_SOURCE = re.compile(r"^(?:文章|信息|稿件)?(?:来源|來源|稿源)\s*[:：]\s*([^。；]{0,40})$")
_AUTHOR = re.compile(r"^作\s*者\s*[:：]\s*[^，。；：]{2,30}$")
_AUTHOR_BEHIND = re.compile(r"(?:作者|\S{0,8}记者)\s*[:：]\s*[^\s|：:]{2,20}")
_TOOLS = re.compile(
    r"(?:[\s【】\[\]()（）|｜/:：、+-]|[小大中]?字[号號体體]|[大中小](?![^\s】\])）|/、])|打印(?:本页|本稿)?|留言|论坛|网摘|手机(?:看新闻|点评)|推荐"
    r"|(?:我要)?(?:纠错|评论)|E-mail推荐|分享到?|复制链接|收藏|关闭)+"
)
_ORIGINAL = re.compile(r"^[(（【\[]?\s*原")


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """A container's lines without those of the head, the head with what they tell, an editor line among them.

    `repeats` tells that they only repeat the headline.
    """

    lines: Sequence[Line]
    head: Head
    editors: EditorLine | None = None
    repeats: bool = False


def without_opening(lines: Sequence[Line], head: Head, trail: Trail) -> Opening:
    """Tell the head's lines at the start of a container from the text below them.

    The headline is one where it is repeated as a whole, in one line or broken into up to three; a first line that is
    only like it, or a part of it, is text. So are the breadcrumb and a line of nothing but the time and source read.
    Of what else stands between these, a credit is the author line; a line above a headline that stands in the container
    is the 肩题, one between it and the time the 副题.
    """
    first = next((line.words for line in lines if line.words), "")
    if len(first) > _LONGEST or first[-1:] == "。" != head.title[-1:]:
        return Opening(lines=lines, head=head)  # as most bodies begin
    found = _Walk(lines, head)
    found.walk()
    if not found.end:
        return Opening(lines=lines, head=head)
    kept = [line if _ORIGINAL.match(line.words) else line._replace(words="") for line in lines[: found.end]]
    return Opening(
        lines=[*(line for line in kept if line.words or line.images), *lines[found.end :]],
        head=found.told(trail),
        editors=found.editors,
        repeats=found.repeats,
    )


class _Walk:
    """One walk over the first lines; `end` is behind the last that is the head's."""

    def __init__(self, lines: Sequence[Line], head: Head) -> None:
        self._lines = lines
        self._head = head
        self._title = _packed(head.title)
        self._pending: list[str] = []
        self._titled = self._timed = False
        self._above: str | None = None
        self._below: str | None = None
        self._byline: str | None = None
        self.end = 0
        self.editors: EditorLine | None = None

    @property
    def repeats(self) -> bool:
        """Whether nothing but a headline repeated was found."""
        return self._titled and not self._timed and not self._head.title_within

    def walk(self) -> None:
        """Go on until a line is text."""
        at = seen = 0
        while at < min(len(self._lines), _MOST_LINKS) and seen < _MOST_LINES:
            line = self._lines[at]
            seen += not line.linked
            if not line.words:
                at += 1
            elif lines := self._headline(at):
                at = self.end = at + lines
            elif self._is_sign(line):
                at += 1
                self.end = at
            elif len(line.words) > _LONGEST_CREDIT or line.words.endswith(_FINISHED):
                return
            else:
                self._pending.append("" if line.linked else line.words)
                at += 1

    def told(self, trail: Trail) -> Head:
        """The head, with what only these lines told."""
        told: dict[str, Any] = {}
        for name, words, rule in (
            ("pre_title", self._above, "line above the headline, in the body's container"),
            ("subtitle", self._below, "line between headline and time, in the body's container"),
            ("byline", self._byline, "credit below the headline, in the body's container"),
        ):
            if words and not getattr(self._head, name):
                told[name] = words
                trail.note(name, rule, words)
        return replace(self._head, **told) if told else self._head

    def _headline(self, at: int) -> int:
        # how many lines repeat the headline from here on
        lines = 0 if self._titled and self._pending else self._repeated(at)
        if not lines or (self._pending and not self._head.title_within):
            return 0
        self._titled = True
        self._above = self._above or next(
            (words for words in self._pending[-1:] if words and not _TOOLS.fullmatch(words)), None
        )
        self._pending = []
        return lines

    def _repeated(self, at: int) -> int:
        joined = ""
        for count, line in enumerate(self._lines[at : at + _MOST_PIECES], start=1):
            if line.images or len(line.words) > 2 * len(self._title):
                return 0
            joined += _packed(line.words)
            if joined == self._title:
                return count
            if not self._title.startswith(joined):
                return 0
        return 0

    def _is_sign(self, line: Line) -> bool:
        words = line.words
        if len(words) > _LONGEST or words.endswith("。") or line.images:
            return False
        if line.has_link and _CRUMBS.match(words):
            return not self._pending
        if self._pending and not self._titled:
            return False
        if self._is_time(words):
            self._timed = True
            if author := _AUTHOR_BEHIND.search(words):
                self._byline = author[0]
        elif not (self._titled or self._timed) or not self._is_beside(words):
            return False
        if self._pending and self._head.title_within and self._below is None:
            self._below = " ".join(filter(None, self._pending))
        self._pending = []
        if ("编" in words or "編" in words) and (editors := editor_line(words) or editor_line_behind(words)):
            self.editors = editors
        return True

    def _is_time(self, words: str) -> bool:
        unread = self._head.time_unread
        if unread and unread in words:
            return is_time_line(words, unread)
        if not _YEAR.search(words) or (printed := printed_time(words)) is None:
            return False
        told = self._head.published
        if told is None or printed.iso != told.iso or not is_time_line(words, printed.text):
            return False
        return printed.clock or self._titled or "来源" in words

    def _is_beside(self, words: str) -> bool:
        # what stands beside headline and time: the source, the author line, the size of letters
        head = self._head
        if words in (head.pre_title, head.subtitle, head.byline) or _TOOLS.fullmatch(words):
            return True
        if source := _SOURCE.match(words):
            return not head.source or head.source in source[1]
        if editor_line(words):
            return True
        if len(words) > _LONGEST_CREDIT or not (head.title_within or self._timed) or self._byline:
            return False
        if not words.startswith(("□", "■", "（", "(")) and (
            _AUTHOR.match(words) or credits_in(words, author_line=True)
        ):
            self._byline = words
            return True
        return False


def _packed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
