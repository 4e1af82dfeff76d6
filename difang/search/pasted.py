"""Signs that a query is running text that was pasted, in which spaces and quotes are typography."""

from __future__ import annotations

import re

_QUOTED = re.compile(r"""\w["“](?=\S)[^"“”]+["”]|["“](?=\S)[^"“”]*(?<=\S)["”]\w|:\s+["“]""")
"""A quote inside a word (什么是"速成"), or one of somebody's words (mayor: "We are …")."""

_NUMBER = re.compile(r"\d[\d.,]*%?")
_UNIT = re.compile(r"[例人名个只家所起件次天日月年时分秒元万亿吨公里米平度级岁户条项种处座辆批届场]")


_LONGEST_TYPED = 6  # characters, a number counting as one: 济南地铁 2019 年 may be terms somebody typed


def is_pasted(text: str) -> bool:
    """Whether quotes stand inside the text, or all its spaces beside numbers that have a unit (新增 16 例，确诊 96 例).

    Editors put such spaces around numbers by themselves; nobody who parts search terms parts 例 from its number.
    """
    if _QUOTED.search(text):
        return True
    pieces = text.split()
    characters = sum(1 if _NUMBER.fullmatch(piece) else len(piece) for piece in pieces)
    return characters > _LONGEST_TYPED and _is_spaced_by_numbers(pieces)


def _is_spaced_by_numbers(pieces: list[str]) -> bool:
    numbers = [at for at, piece in enumerate(pieces) if _NUMBER.fullmatch(piece)]
    between = all(piece in numbers or piece + 1 in numbers for piece in range(len(pieces) - 1))
    with_units = all(at + 1 < len(pieces) and _UNIT.match(pieces[at + 1]) for at in numbers)
    return bool(numbers) and numbers != [0] and between and with_units
