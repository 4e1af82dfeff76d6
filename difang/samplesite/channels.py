"""The regional channels as the replica knows them: hosts, places, columns, listing style."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from difang.samplesite.words import word_list


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of a channel: its number in URLs, its name, the columns above it, how many of 20 articles it gets."""

    number: int
    name: str
    above: tuple[int, ...]
    weight: int

    @property
    def path(self) -> str:
        """Where its listing lies, with the columns above as folders: /GB/201000/201010/."""
        return "/GB/" + "".join(f"{number}/" for number in (*self.above, self.number))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)  # there is one of each, so itself is its key
class Channel:
    """One regional channel; `index` is its place in the list and part of every article's number."""

    index: int
    slug: str
    name: str
    host: str
    old_host: str | None
    province: str
    seat: str
    cities: tuple[str, ...]
    listing: str
    per_page: int
    utf8_from: int
    columns: tuple[Column, ...]

    @property
    def stub_front(self) -> bool:
        """Whether / is a refresh stub that leads to the front page at /GB/index.html."""
        return self.slug in ("sh", "gx")

    @property
    def forbidden(self) -> str | None:
        """A path robots.txt forbids although listings link into it; most channels forbid nothing."""
        return f"/GB/{990000 + self.index}/" if self.index % 5 == 2 else None

    def column(self, number: int) -> Column:
        """The column of that number."""
        return next(column for column in self.columns if column.number == number)


# Weight of 20 articles each; the last four are nested: the deepest listing lies five folders down.
_COLUMNS = (
    ("要闻", (), 3),
    ("经济", (), 2),
    ("社会", (), 2),
    ("教育", (), 1),
    ("健康", (), 1),
    ("文化旅游", (), 2),
    ("三农", (), 2),
    ("生态环保", (), 1),
    ("科技", (), 1),
    ("城建交通", (), 1),
    ("民生", (), 1),
    ("地方", (), 0),
    ("市州", (11,), 1),
    ("区县", (11, 12), 1),
    ("乡镇", (11, 12, 13), 0),
    ("村社", (11, 12, 13, 14), 1),
)


def _columns(index: int) -> tuple[Column, ...]:
    numbers = [200000 + index * 1000 + place * 10 for place in range(len(_COLUMNS))]
    return tuple(
        Column(number=numbers[place], name=name, above=tuple(numbers[k] for k in above), weight=weight)
        for place, (name, above, weight) in enumerate(_COLUMNS)
    )


@cache
def channels() -> tuple[Channel, ...]:
    """All 33 channels in the order of the site's own list."""
    return tuple(
        Channel(
            index=index,
            columns=_columns(index),
            **{**entry, "old_host": entry["old_host"] or None, "cities": tuple(entry["cities"])},
        )
        for index, entry in enumerate(word_list("channels")["channel"])
    )


def chosen(which: int | tuple[str, ...]) -> tuple[Channel, ...]:
    """The first so many channels, or those of the slugs; raises ValueError naming a slug that no channel has."""
    if isinstance(which, int):
        if not 1 <= which <= len(channels()):
            raise ValueError(f"there are 1 to {len(channels())} channels, not {which}")
        return channels()[:which]
    known = {channel.slug: channel for channel in channels()}
    if unknown := [slug for slug in which if slug not in known]:
        raise ValueError(f"no channel is called {unknown[0]}")
    return tuple(known[slug] for slug in which)
