"""The matcher: which of the saved searches find an article that came in; asked once an article, bounded in cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from difang.ingest.index.entry import Entry
from difang.search.alerts.anchors import anchors_of
from difang.search.alerts.predicate import Predicate, predicate_of
from difang.search.alerts.traits import traits_of
from difang.search.parser import parse
from difang.search.synonyms import Synonyms


class Matcher:
    """Saved searches compiled, as they are understood on one day (最近7天 means other days tomorrow)."""

    def __init__(self, queries: Mapping[int, str], today: date, *, synonyms: Synonyms | None = None) -> None:
        """Number → query; the queries mean what they mean in an export or feed with these synonyms, never relaxed."""
        self.today = today
        self._synonyms = synonyms or Synonyms()
        self._predicates: dict[int, Predicate] = {}
        self._anchored: dict[str, list[int]] = defaultdict(list)
        self._always: list[int] = []
        for number, query in queries.items():
            self._add(number, query)
        self._terms = frozenset(self._anchored)

    def _add(self, number: int, query: str) -> None:
        tree, _ = self._synonyms.expanded(parse(query, self.today).tree)
        self._predicates[number] = predicate_of(tree)
        anchors = anchors_of(tree)
        if anchors is None:
            self._always.append(number)
        else:
            for anchor in anchors:
                self._anchored[anchor].append(number)

    def matches(self, entry: Entry) -> Iterator[int]:
        """The numbers of the searches that find this article."""
        if not self._predicates:
            return
        traits = traits_of(entry)
        met = (self._terms & traits.pairs) | (self._terms & traits.tokens) | (self._terms & traits.named)
        asked = {number for term in met for number in self._anchored[term]}
        for number in sorted(asked.union(self._always)):
            if self._predicates[number](traits):
                yield number
