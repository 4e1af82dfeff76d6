"""Whether two texts tell the same story: their words compared exactly, then the numbers that stand in like places."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from difang.ingest.stories.text import Text, hashes_of, run_together

SHINGLE = 5
"""Characters compared together."""

ALIKE = 0.6
"""Least share of common shingles (Jaccard) of two editions of a story; measured in docs/stories.md."""

CONTAINED = 0.8
"""Least share of the shorter text's shingles that stand in the longer one, where one edition is cut."""

LEAST_CUT = 100
"""Characters a cut edition must have left to be known by them."""

SHORT = 80
"""Characters; bodies shorter than this must have like headlines too."""

TITLES_ALIKE = 0.5
"""Least share of the shorter headline's neighbouring characters that stand in the other one."""

NUMBERS_A_CORRECTION = 10
"""An edited edition may have one number corrected of so many that stand in like places; a day or ordinal never is."""

NUMBERS_A_BULLETIN = 25
"""Where nothing but one number differs it is a bulletin, unless so many others stand in like places."""

_COUNTED = (
    "例人名个位起件宗处所家户间套辆台艘架座栋幢层支只头株棵种类款组队班次场期届号批轮回遍趟条项份张篇本部幅"
    "元角吨亩米级度成倍岁年月周日天时秒点村镇县区市省"
)
"""What a single numeral stands before where it is a number; 一 in 一些 or 统一 is none."""

_NUMBER = re.compile(  # begins with all a number can begin with, which is what makes it quick
    r"([\d〇零一二两三四五六七八九十百千万亿]"
    r"(?:(?<=\d)\d*|(?<!\d)[〇零一二两三四五六七八九十百千万亿]+"
    rf"|(?<=[〇零一二两三四五六七八九十])(?=[{_COUNTED}])"
    r"|(?<=[第周期拜初][一二三四五六七八九十])))"  # 第三, 周三, 星期三, 礼拜三, 初三
)
_DIGITS = {numeral: str(value) for value, numeral in enumerate("〇一二三四五六七八九十")} | {"零": "0", "两": "2"}
_BEFORE, _AFTER = 3, 2
_PLACE_OF_NUMBER = "#"
_DAY = ("日", "月", "号")
_ORDINAL = ("第", "周", "星期", "礼拜")

Places = dict[str, list[str]]
"""What stands around numbers → the numbers that stand there."""


Shingles = NDArray[np.uint64]
"""Each different run of characters once, as a number of 64 bits, in order."""


class Reading:
    """A text made ready to be compared with others; headline and numbers are read only where the words are alike."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self.body = run_together(text.body)

    @cached_property
    def shingles(self) -> Shingles:
        """The body's."""
        return _shingles(self.body, SHINGLE)

    @cached_property
    def title(self) -> Shingles:
        """The headline's neighbouring characters."""
        return _shingles(run_together(self._text.title), 2)

    @cached_property
    def title_numbers(self) -> Places:
        """The numbers of the headline by what stands before and behind them, other numbers masked there."""
        return _places(self._text.title)[0]

    @cached_property
    def numbers(self) -> Places:
        """The numbers of headline and body."""
        places = {around: list(numbers) for around, numbers in self.title_numbers.items()}
        for around, numbers in self._body[0].items():
            places.setdefault(around, []).extend(numbers)
        return places

    @property
    def masked(self) -> str:
        """The body's words with each number masked."""
        return self._body[1]

    @cached_property
    def _body(self) -> tuple[Places, str]:
        return _places(self._text.body)


def same_story(one: Reading, other: Reading, *, alike: float = ALIKE) -> bool:
    """Whether these are two editions of one story: nearly the same words, and no numbers put in place of others.

    A daily bulletin has the words of the day before and other numbers in their places; a reprint that was cut or
    enlarged has fewer or more numbers, but the same ones in like places.
    """
    if one.body == other.body:
        said_alike = len(one.body) >= SHORT or _titles_alike(one, other)
        return said_alike and not _replaced(one.title_numbers, other.title_numbers)
    return _same_words(one, other, alike) and _same_numbers(one, other)


def likeness(one: Reading, other: Reading) -> float:
    """The share of common shingles, 0 to 1."""
    common = _common(one.shingles, other.shingles)
    return common / (len(one.shingles) + len(other.shingles) - common)


def _same_words(one: Reading, other: Reading, alike: float) -> bool:
    shorter, sizes = min(len(one.body), len(other.body)), (len(one.shingles), len(other.shingles))
    common = _common(one.shingles, other.shingles)
    if common >= alike * (sum(sizes) - common):
        return shorter >= SHORT or _titles_alike(one, other)
    contained = common >= CONTAINED * min(sizes)
    return contained and shorter >= LEAST_CUT and _titles_alike(one, other)


def _titles_alike(one: Reading, other: Reading) -> bool:
    return _common(one.title, other.title) >= TITLES_ALIKE * min(len(one.title), len(other.title))


def _shingles(text: str, size: int) -> Shingles:
    found = np.sort(hashes_of(text.ljust(size), size))
    return found[np.concatenate(([True], found[1:] != found[:-1]))]


def _common(one: Shingles, other: Shingles) -> int:
    few, many = (one, other) if len(one) < len(other) else (other, one)
    places = np.minimum(many.searchsorted(few), len(many) - 1)
    return int(np.count_nonzero(many[places] == few))


def _places(text: str) -> tuple[Places, str]:
    places: Places = defaultdict(list)
    found = _NUMBER.split(text)  # words and numbers in turns
    masked = run_together(_PLACE_OF_NUMBER.join(found[::2]))
    at = -1
    for number in found[1::2]:
        at = masked.index(_PLACE_OF_NUMBER, at + 1)
        places[masked[max(0, at - _BEFORE) : at + 1 + _AFTER]].append(_DIGITS.get(number, number))
    return places, masked


def _same_numbers(one: Reading, other: Reading) -> bool:
    mine, yours = one.numbers, other.numbers
    if mine == yours or not (replaced := _replaced(mine, yours)):
        return True
    if len(replaced) > 1 or _is_ordinal(replaced[0]):
        return False
    compared = sum(min(len(mine[around]), len(yours[around])) for around in mine.keys() & yours.keys())
    return compared >= (NUMBERS_A_BULLETIN if one.masked == other.masked else NUMBERS_A_CORRECTION)


def _replaced(mine: Places, yours: Places) -> list[str]:
    """What stands around each number that has another one in its place."""
    replaced = []
    for around in mine.keys() & yours.keys():
        here, there = mine[around], yours[around]
        if here != there:
            only_here, only_there = Counter(here) - Counter(there), Counter(there) - Counter(here)
            replaced += [around] * min(only_here.total(), only_there.total())
    return replaced


def _is_ordinal(around: str) -> bool:
    before, _, after = around.rpartition(_PLACE_OF_NUMBER)
    return after.startswith(_DAY) or before.endswith(_ORDINAL)
