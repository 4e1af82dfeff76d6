"""Names of people, with the rare characters that old encodings lack."""

from __future__ import annotations

from difang.samplesite.dice import Dice
from difang.samplesite.words import word_list

_PEOPLES = ("xj", "xz", "nm")


def person(dice: Dice, slug: str = "") -> str:
    """One name: mostly two or three characters, now and then with a doubled surname or a character outside GB2312."""
    words = word_list("people")
    if slug in _PEOPLES and dice.chance(0.1):
        return str(dice.pick(words[slug]))
    surname = dice.pick(words["doubled"]) if dice.chance(0.02) else dice.pick(words["surnames"])
    given = words["rare"] if dice.chance(0.03) else words["rarest"] if dice.chance(0.004) else words["given"]
    second = dice.pick(words["given"]) if dice.chance(0.6) else ""
    return f"{surname}{second}{dice.pick(given)}"


def people(dice: Dice, slug: str, count: int) -> tuple[str, ...]:
    """So many different names."""
    found: list[str] = []
    while len(found) < count:
        if (name := person(dice, slug)) not in found:
            found.append(name)
    return tuple(found)
