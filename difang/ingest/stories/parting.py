"""Which of the articles that links hold together are one story: none whose numbers contradict each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice, product

from difang.ingest.stories.compare import Reading, corrected, told_apart

MOST_ASKED = 3
"""Members that speak for a story, the longest, which have the most numbers: what is compared does not grow with it."""

Linked = Mapping[int, Set[int]]
"""An article's number → those it is linked with."""


@dataclass(slots=True)
class _Story:
    members: list[int]
    longest: list[int]


def parted(
    numbers: Sequence[int], linked: Linked, read: Callable[[Sequence[int]], Mapping[int, Reading]]
) -> list[list[int]]:
    """These articles, the one published first in front, as stories; links to others than these do not count.

    A cut reprint without numbers is alike to every day's bulletin. It belongs to the first of them: links are gone
    through from the article published first on, and one that would bring two bulletins together is left out. So the
    same articles and links make the same stories. Texts are read only where not all are linked with each other.
    """
    found = []
    for component in _components(numbers, linked):
        if _all_linked(component, linked):
            found.append(component)
        else:
            texts = read(component)
            found += _without_contradiction(component, linked, {number: texts[number] for number in component})
    return found


def _all_linked(component: Sequence[int], linked: Linked) -> bool:
    members = set(component)
    return len(members) < 3 or all(len(linked[number] & members) == len(members) - 1 for number in members)


def _components(numbers: Sequence[int], linked: Linked) -> Iterator[list[int]]:
    """Each in the order of these numbers."""
    rank = {number: at for at, number in enumerate(numbers)}
    seen: set[int] = set()
    for start in numbers:
        if start in seen:
            continue
        seen.add(start)
        component = [start]
        for number in component:
            near = {other for other in linked.get(number, ()) if other in rank} - seen
            seen |= near
            component += near
        yield sorted(component, key=rank.__getitem__)


class _Contradictions:
    """Which of these articles contradict each other, each pair compared once."""

    def __init__(self, linked: Linked, readings: Mapping[int, Reading]) -> None:
        self._linked = linked
        self._readings = readings
        self._known: dict[tuple[int, int], bool] = {}

    def between(self, some: Iterable[int], others: Sequence[int]) -> bool:
        return any(self._contradict(min(pair), max(pair)) for pair in product(some, others))

    def _contradict(self, one: int, other: int) -> bool:
        if other in self._linked[one]:
            return False
        if (one, other) not in self._known:
            apart = told_apart(self._readings[one], self._readings[other])
            self._known[one, other] = apart and not self._one_was_corrected(one, other)
        return self._known[one, other]

    def _one_was_corrected(self, *pair: int) -> bool:
        """Whether a third is known to be one of the two with another number, as both are of its story."""
        common = self._linked[pair[0]] & self._linked[pair[1]]
        known = islice((number for number in self._readings if number in common), MOST_ASKED)
        return any(corrected(self._readings[one], self._readings[third]) for third in known for one in pair)


def _without_contradiction(
    component: Sequence[int], linked: Linked, readings: Mapping[int, Reading]
) -> list[list[int]]:
    contradictions = _Contradictions(linked, readings)
    story = {number: _Story([number], [number]) for number in component}
    rank = {number: at for at, number in enumerate(component)}
    for earlier in component:
        for later in sorted((number for number in linked[earlier] if number in rank), key=rank.__getitem__):
            here, there = story[earlier], story[later]
            if here is there:
                continue
            if contradictions.between(here.longest, there.longest):
                continue
            here.members += there.members
            both = sorted([*here.longest, *there.longest], key=lambda number: (-len(readings[number].body), number))
            here.longest = both[:MOST_ASKED]
            story |= dict.fromkeys(there.members, here)
    kept: dict[int, list[int]] = defaultdict(list)
    for number in component:
        kept[id(story[number])].append(number)
    return list(kept.values())
