"""A plain scan for phrases that shares no code with the index, and phrases to look for."""

from __future__ import annotations

import random
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

import opencc

from difang.ingest.article import Article

_SIMPLIFIED = opencc.OpenCC("t2s").convert
_TRADITIONAL = opencc.OpenCC("s2t").convert
# What simplified writing tells apart by the word alone is one to the scan, too.
_SAME = dict(
    zip(
        "藉覆瞭沈链锺坯迳钜哩俱画衹彷甦𫫇幺座像揹伕甯薰鎗濬拏燄瑯澂荳籐觔菓隄耡馀谘讬",
        "借复了沉炼钟坏径巨里具划只仿苏恶么坐象背夫宁熏枪浚拿焰琅澄豆藤斤果堤锄余咨托",
        strict=True,
    )
)
HAN = re.compile("[\u4e00-\u9fff]")
_BETWEEN = re.compile(r"[\W_]*")
_LONGEST_GAP = 4


@cache
def _letter(character: str) -> str:
    """The character as the scan compares it: width, case and script do not count, and punctuation is nothing."""
    wide = unicodedata.normalize("NFKC", character).lower()
    simplified = "".join(_SIMPLIFIED(one) for one in wide if unicodedata.category(one)[0] in "LN")
    return "".join(_SAME.get(one, one) for one in simplified)


def bare(text: str) -> str:
    """The text's letters and digits alone."""
    return "".join(map(_letter, text))


class Scan:
    """All articles' parts one after the other as bare text, to look for strings in."""

    def __init__(self, articles: list[Article]) -> None:
        self._ids: list[str] = []
        self._starts: list[int] = []
        pieces, at = [], 0
        for article in articles:
            for part in (article.title, article.pre_title, article.subtitle, article.body):
                piece = bare(part or "") + "\n"
                self._ids.append(article.id)
                self._starts.append(at)
                pieces.append(piece)
                at += len(piece)
        self._text = "".join(pieces)

    def holding(self, phrase: str) -> set[str]:
        """The ids of the articles that hold the phrase."""
        wanted, at = bare(phrase), 0
        found: set[str] = set()
        while (at := self._text.find(wanted, at)) >= 0:
            part = bisect_right(self._starts, at)
            found.add(self._ids[part - 1])
            if part == len(self._starts):
                break
            at = self._starts[part] if self._ids[part] != self._ids[part - 1] else at + 1
        return found


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is typed between quotes, the piece of the body it was cut from, and in how many Han characters."""

    typed: str
    cut: str
    length: int


def phrases(articles: list[Article], count: int, seed: int = 1) -> list[Phrase]:
    """So many phrases of 2 to 12 Han characters with at most some punctuation between two of them."""
    chance = random.Random(seed)
    bodies = [article.body for article in articles if len(article.body) > 20]
    found: list[Phrase] = []
    while len(found) < count:
        body = chance.choice(bodies)
        cut = _cut(body, chance.randrange(len(body)), chance.randint(2, 12))
        if cut:
            characters = "".join(HAN.findall(cut))
            typed = cut.replace('"', "").replace("＂", "") if chance.random() < 0.5 else characters
            if chance.random() < 0.25:
                typed = chance.choice([_TRADITIONAL, "\u3000".join])(typed)
            found.append(Phrase(typed, cut, len(characters)))
    return found


def _cut(body: str, start: int, length: int) -> str | None:
    """The piece from `start` that holds so many Han characters, None where a letter or digit comes between."""
    at = start
    for number in range(length):
        if number:
            gap = _BETWEEN.match(body, at)
            at = gap.end() if gap and gap.end() - at <= _LONGEST_GAP else at
        if not HAN.match(body, at):
            return None
        at += 1
    return body[start:at]
