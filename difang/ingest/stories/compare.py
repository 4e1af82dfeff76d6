"""Whether two texts tell the same story: their words compared exactly, then the numbers that stand in like places."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from difang.ingest.stories.bands import hashes_of
from difang.ingest.stories.numbers import Places, apart, is_ordinal, nothing_after, places, replaced, something_after
from difang.ingest.stories.text import Text, run_together

SHINGLE = 5
"""Characters compared together."""

ALIKE = 0.5
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

NUMBERS_OVER_A_THIRD = 5
"""The same of two editions that are not linked, but each with a third one, which is a sign of a common story too."""

NUMBERS_A_BULLETIN = 25
"""Where nothing but one number differs it is a bulletin, unless so many others stand in like places."""

_NEW = "新增"
_NONE_NEW = ("无新增", "未新增", "零新增", "没有新增")
"""What stands where another day has 新增2例."""

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
        return places(self._text.title)[0]

    @cached_property
    def numbers(self) -> Places:
        """The numbers of headline and body."""
        return self.with_title(self._body[0])

    def with_title(self, numbers: Places) -> Places:
        """These and those of the headline."""
        found = dict(numbers)
        for around, of_title in self.title_numbers.items():
            found[around] = [*of_title, *found.get(around, ())]
        return found

    def replaced(self, other: Reading) -> list[str]:
        """What stands around each number of headline and body that has another one in its place.

        What both bodies begin and end with is not looked at, nor a headline that both have.
        """
        parts = ("", "") if self.body == other.body else apart(self._text.body, other._text.body)
        if self._text.title != other._text.title:
            mine, yours = (places(part)[0] for part in parts)
            return replaced(self.with_title(mine), other.with_title(yours))
        shorter, longer = sorted(parts, key=len)
        return replaced(of_shorter, places(longer)[0]) if (of_shorter := places(shorter)[0]) else []

    @cached_property
    def news(self) -> tuple[int, int]:
        """How often it says that there is none new, and how often something."""
        none = sum(map(self.body.count, _NONE_NEW))
        return none, self.body.count(_NEW) - none

    @cached_property
    def nothing(self) -> set[str]:
        """After what the body says that there is none, as in 死亡病例无."""
        return nothing_after(self._text.body)

    @cached_property
    def something(self) -> set[str]:
        """After what the body says how many there are."""
        return something_after(self._body[0])

    @property
    def dateline(self) -> str:
        """As it is printed, folded."""
        return self._text.dateline

    @property
    def masked(self) -> str:
        """The body's words with each number masked."""
        return self._body[1]

    @cached_property
    def _body(self) -> tuple[Places, str]:
        return places(self._text.body)


def same_story(one: Reading, other: Reading, *, alike: float = ALIKE) -> bool:
    """Whether these are two editions of one story: nearly the same words, and no numbers put in place of others.

    A daily bulletin has the words of the day before and other numbers in their places; a reprint that was cut or
    enlarged has fewer or more numbers, but the same ones in like places. The same dateline with
    another day is a bulletin's; another agency or place has its own day.
    """
    return _same_words(one, other, alike) and _same_numbers(one, other)


def told_apart(one: Reading, other: Reading) -> bool:
    """Whether only their numbers tell these apart, as bulletins of two days: no third one makes them one story."""
    return _same_words(one, other, ALIKE) and not _same_numbers(one, other, NUMBERS_OVER_A_THIRD)


def corrected(one: Reading, other: Reading) -> bool:
    """Of two editions of one story, whether one has another number in the place of the other's."""
    return one.body != other.body and bool(one.replaced(other))


def likeness(one: Reading, other: Reading) -> float:
    """The share of common shingles, 0 to 1."""
    common = _common(one.shingles, other.shingles)
    return common / (len(one.shingles) + len(other.shingles) - common)


def _same_words(one: Reading, other: Reading, alike: float) -> bool:
    if one.body == other.body:
        return len(one.body) >= SHORT or _titles_alike(one, other)
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


def _same_numbers(one: Reading, other: Reading, numbers: int = NUMBERS_A_CORRECTION) -> bool:
    alike_counted = not one.replaced(other) if one.body == other.body else _alike_counted(one, other, numbers)
    return alike_counted and not _other_day(one, other)


def _alike_counted(one: Reading, other: Reading, numbers: int) -> bool:
    if _none_for_some(one, other):
        return False
    if not (others := one.replaced(other)):
        return True
    if len(others) > 1 or is_ordinal(others[0]):
        return False
    mine, yours = one.numbers, other.numbers
    compared = sum(min(len(mine[around]), len(yours[around])) for around in mine.keys() & yours.keys())
    return compared >= (NUMBERS_A_BULLETIN if one.masked == other.masked else numbers)


def _none_for_some(one: Reading, other: Reading) -> bool:
    (none_here, some_here), (none_there, some_there) = one.news, other.news
    news = (none_here - none_there) * (some_here - some_there) < 0
    return news or _nothing_where_other_has(one, other) or _nothing_where_other_has(other, one)


def _nothing_where_other_has(one: Reading, other: Reading) -> bool:
    nothing = one.nothing - other.nothing
    return bool(nothing) and bool((nothing & other.something) - one.something)


def _other_day(one: Reading, other: Reading) -> bool:
    if one.dateline == other.dateline or not (one.dateline and other.dateline):
        return False
    (mine, here), (yours, there) = places(one.dateline), places(other.dateline)
    return here == there and mine != yours
