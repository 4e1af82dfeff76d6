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
"""An edition may have one number corrected of so many that stand in like places; days are never corrected."""

_NUMBER = re.compile(  # begins with all a number can begin with, which is what makes it quick
    r"([\d〇零一二两三四五六七八九十百千万亿]"
    r"(?:(?<=\d)\d*|(?<!\d)[〇零一二两三四五六七八九十百千万亿]+|(?<=[一二三四五六七八九十])(?=[月日时级例人名度天])))"
)
_BEFORE, _AFTER = 3, 2
_PLACE_OF_NUMBER = "#"
_DAY = ("日", "月", "号")

Places = dict[str, list[str]]
"""What stands around numbers → the numbers that stand there."""


Shingles = NDArray[np.uint64]
"""Each different run of characters once, as a number of 64 bits, in order."""


class Reading:
    """A text made ready to be compared with others; headline and numbers are read only where the words are alike."""

    def __init__(self, text: Text) -> None:
        self._text = text
        body = run_together(text.body)
        self.length = len(body)
        self.shingles = _shingles(body, SHINGLE)

    @cached_property
    def title(self) -> Shingles:
        """The headline's neighbouring characters."""
        return _shingles(run_together(self._text.title), 2)

    @cached_property
    def numbers(self) -> Places:
        """The numbers of headline and body by what stands before and behind them, other numbers masked there."""
        places: Places = defaultdict(list)
        for part in (self._text.title, self._text.body):
            found = _NUMBER.split(part)  # words and numbers in turns
            masked = run_together(_PLACE_OF_NUMBER.join(found[::2]))
            at = -1
            for number in found[1::2]:
                at = masked.index(_PLACE_OF_NUMBER, at + 1)
                places[masked[max(0, at - _BEFORE) : at + 1 + _AFTER]].append(number)
        return places


def same_story(one: Reading, other: Reading, *, alike: float = ALIKE) -> bool:
    """Whether these are two editions of one story: nearly the same words, and no numbers put in place of others.

    A daily bulletin has the words of the day before and other numbers in their places; a reprint that was cut or
    enlarged has fewer or more numbers, but the same ones in like places.
    """
    return _same_words(one, other, alike) and _same_numbers(one.numbers, other.numbers)


def likeness(one: Reading, other: Reading) -> float:
    """The share of common shingles, 0 to 1."""
    common = _common(one.shingles, other.shingles)
    return common / (len(one.shingles) + len(other.shingles) - common)


def _same_words(one: Reading, other: Reading, alike: float) -> bool:
    shorter, sizes = min(one.length, other.length), (len(one.shingles), len(other.shingles))
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


def _same_numbers(mine: Places, yours: Places) -> bool:
    if mine == yours:
        return True
    replaced = compared = 0
    for around in mine.keys() & yours.keys():
        here, there = mine[around], yours[around]
        compared += min(len(here), len(there))
        if here == there:
            continue
        only_here, only_there = Counter(here) - Counter(there), Counter(there) - Counter(here)
        others = min(only_here.total(), only_there.total())
        if others and around.rpartition(_PLACE_OF_NUMBER)[2].startswith(_DAY):
            return False
        replaced += others
    return replaced * NUMBERS_A_CORRECTION <= compared and replaced <= 1
