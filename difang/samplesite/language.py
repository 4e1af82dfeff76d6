"""Language: news sentences from the word lists, each slot filled by the dice of one story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from string import Formatter
from typing import Any

from difang.samplesite.channels import Channel
from difang.samplesite.dice import Dice
from difang.samplesite.names import person
from difang.samplesite.words import word_list

Template = tuple[str | tuple[str], ...]
"""Literal text, and slots as 1-tuples."""


@cache
def parsed(text: str) -> Template:
    """The template of a text with slots in braces."""
    parts: list[str | tuple[str]] = []
    for literal, slot, _, _ in Formatter().parse(text):
        if literal:
            parts.append(literal)
        if slot:
            parts.append((slot,))
    return tuple(parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """What a story is about, with the phrases for it."""

    name: str
    column: str
    bureau: str
    things: tuple[str, ...]
    acts: tuple[str, ...]
    results: tuple[str, ...]
    measures: tuple[str, ...]
    scenes: tuple[str, ...]
    quotes: tuple[str, ...]
    heads: tuple[str, ...]
    titles: tuple[str, ...]


@cache
def topics() -> tuple[Topic, ...]:
    """All topics."""
    return tuple(
        Topic(**{key: _frozen(value) for key, value in entry.items()}) for entry in word_list("topics")["topic"]
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def frames(name: str) -> list[str]:
    """The sentence frames or short lists of that name."""
    found: list[str] = word_list("frames")[name]
    return found


class Teller:
    """Tells sentences about one topic in one place on one day; the same dice tell the same story."""

    def __init__(self, dice: Dice, channel: Channel, topic: Topic, day: date) -> None:
        self.dice, self.channel, self.topic, self.day = dice, channel, topic, day
        self._cities = dice.shuffled(channel.cities)
        self._coined = [_coin(dice) for _ in range(4)]
        self._officials: list[str] = []

    def say(self, text: str) -> str:
        """The text with its slots filled."""
        return "".join(part if isinstance(part, str) else _SLOTS[part[0]](self) for part in parsed(text))

    def line(self, name: str) -> str:
        """One frame of that list, filled."""
        return self.say(self.dice.pick(frames(name)))

    def one(self, values: tuple[str, ...]) -> str:
        """One of the phrases, filled."""
        return self.say(self.dice.pick(values))

    def city(self, at: int) -> str:
        """The story's first, second … city."""
        return self._cities[at % len(self._cities)]

    def coined(self) -> str:
        """One of the story's own place names."""
        return self.dice.pick(self._coined)

    def county(self, at: int) -> str:
        """One of the story's counties."""
        return self._coined[at] + ("县", "区", "乡", "镇")[(at + len(self._coined[0])) % 4]

    def official(self) -> str:
        """An official; the first one named speaks again later."""
        if not self._officials or self.dice.chance(0.3):
            self._officials.append(self.line("officials"))
        return self._officials[0]


def _coin(dice: Dice) -> str:
    lists = word_list("frames")
    return f"{dice.pick(lists['coined_first'])}{dice.pick(lists['coined_second'])}"


def _number(low: int, high: int) -> Callable[[Teller], str]:
    return lambda t: str(t.dice.between(low, high))


_SLOTS: dict[str, Callable[[Teller], str]] = {
    "city": lambda t: t.city(0),
    "city2": lambda t: t.city(1),
    "seat": lambda t: t.channel.seat,
    "province": lambda t: t.channel.province,
    "county": lambda t: t.county(0),
    "county2": lambda t: t.county(1),
    "coined": Teller.coined,
    "bureau": lambda t: t.topic.bureau,
    "official": Teller.official,
    "name": lambda t: person(t.dice, t.channel.slug),
    "person": lambda t: person(t.dice, t.channel.slug),
    "job": lambda t: t.dice.pick(frames("jobs")),
    "place_kind": lambda t: t.dice.pick(frames("place_kinds")),
    "season": lambda t: t.dice.pick(frames("seasons")),
    "level": lambda t: t.dice.pick(frames("levels")),
    "weekday": lambda t: t.dice.pick(frames("weekdays")),
    "roman": lambda t: t.dice.pick(frames("romans")),
    "thing": lambda t: t.dice.pick(t.topic.things),
    "act": lambda t: t.dice.pick(t.topic.acts),
    "act_t": lambda t: t.dice.pick(t.topic.acts),
    "result": lambda t: t.one(t.topic.results),
    "result_t": lambda t: t.one(t.topic.results),
    "measure": lambda t: t.one(t.topic.measures),
    "measure_t": lambda t: t.one(t.topic.measures),
    "scene": lambda t: t.one(t.topic.scenes),
    "quote": lambda t: t.dice.pick(t.topic.quotes),
    "year": lambda t: str(t.day.year - t.dice.below(4)),
    "lastyear": lambda t: str(t.day.year - 1),
    "nextyear": lambda t: str(t.day.year + t.dice.between(1, 4)),
    "month": lambda t: str(t.day.month),
    "month2": lambda t: str(t.dice.between(1, 12)),
    "day": lambda t: str(t.day.day),
    "n1": _number(2, 9),
    "n2": _number(10, 99),
    "n3": _number(100, 999),
    "n4": _number(1000, 9999),
    "dec": lambda t: f"{t.dice.between(1, 98)}.{t.dice.between(1, 9)}",
    "pct": lambda t: f"{t.dice.between(3, 97)}.{t.dice.between(1, 9)}%",
}
