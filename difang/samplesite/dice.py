"""Dice: random choices that depend on nothing but the words they are thrown for."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of choices; two dice made of the same words fall the same way on every machine."""

    __slots__ = ("_next",)

    def __init__(self, *words: str | int) -> None:
        text = "\x1f".join(map(str, words)).encode()
        self._next = Random(zlib.crc32(text) << 32 | zlib.adler32(text)).random

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit - 1."""
        return int(self._next() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both possible."""
        return low + int(self._next() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return self._next() < share

    def pick(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[int(self._next() * len(values))]

    def weighted(self, values: Sequence[tuple[T, int]]) -> T:
        """One of the values, each as often as its weight says."""
        mark = self._next() * sum(weight for _, weight in values)
        for value, weight in values:
            mark -= weight
            if mark < 0:
                return value
        return values[-1][0]

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """The values in another order."""
        rest = list(values)
        for last in range(len(rest) - 1, 0, -1):
            other = int(self._next() * (last + 1))
            rest[last], rest[other] = rest[other], rest[last]
        return rest
