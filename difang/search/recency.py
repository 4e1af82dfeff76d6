"""Recency: what newer articles count more by relevance, the same on both indexes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from difang.search.moments import start_of

STEPS = ((7, 0.2), (30, 0.2), (180, 0.2), (730, 0.2))
"""Days before today, and what an article not older than that counts more, in the unit of BM25.

A word found once in a text counts about 2 to 8, a pasted headline 50 and more: so among articles that hold a word about
equally well the newer stands first, and nothing recent overtakes what fits clearly better (measured: docs/search.md).
Steps and not a curve, because both indexes can add constants exactly, without a script.
"""


def steps(as_of: date) -> Iterator[tuple[int, float]]:
    """The second from which on each step counts, and what it counts."""
    for days, more in STEPS:
        try:
            yield start_of(as_of - timedelta(days=days)), more
        except OverflowError:  # before the year 1
            return
