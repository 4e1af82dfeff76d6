"""Comparing two texts in bounded time: difflib's own answer, as long as it does not take too many steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import Match, SequenceMatcher
from itertools import accumulate


class Steps:
    """How many pairs of equal parts all comparisons that share it may still look at; 100,000 take some 12 ms."""

    def __init__(self, left: int) -> None:
        self._left = left

    def take(self, some: int) -> bool:
        """Use so many up; none, and False, where fewer are left."""
        enough = some <= self._left
        self._left -= some if enough else 0
        return enough


def opcodes(old: Sequence[str], new: Sequence[str], steps: Steps) -> Sequence[tuple[str, int, int, int, int]]:
    """What to do to `old` to have `new`, as SequenceMatcher tells it without junk.

    A stretch for which too few steps are left is compared at its ends only, and counts as changed between them.
    """
    return _Bounded(old, new, steps).get_opcodes()


class _Bounded(SequenceMatcher[str]):
    """difflib looks at every pair of equal parts anew for each stretch it finds: up to the cube of the length."""

    def __init__(self, old: Sequence[str], new: Sequence[str], steps: Steps) -> None:
        super().__init__(None, old, new, autojunk=False)
        self._old, self._new, self._left = old, new, steps
        there = Counter(new)
        self._before = [*accumulate((1 + there[part] for part in old), initial=0)]

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        """Of these stretches; where the steps do not suffice what they begin with in common, or else end with."""
        ahi, bhi = len(self._old) if ahi is None else ahi, len(self._new) if bhi is None else bhi
        if self._left.take(self._before[ahi] - self._before[alo]):
            return super().find_longest_match(alo, ahi, blo, bhi)
        if size := self._alike(range(alo, ahi), range(blo, bhi)):
            return Match(alo, blo, size)
        size = self._alike(range(ahi - 1, alo - 1, -1), range(bhi - 1, blo - 1, -1))
        return Match(ahi - size, bhi - size, size)

    def _alike(self, old: range, new: range) -> int:
        """How many of the parts at these places are equal, one after the other."""
        pairs = enumerate(zip(old, new, strict=False))
        shorter = min(len(old), len(new))
        return next((count for count, (at, to) in pairs if self._old[at] != self._new[to]), shorter)
