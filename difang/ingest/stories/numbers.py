"""The numbers of a text by what stands around them, whichever way they are written."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from decimal import Decimal
from functools import lru_cache

from difang.ingest.stories.text import MINUS, POINT, run_together

Places = dict[str, list[str]]
"""What stands around numbers → the numbers that stand there."""

_COUNTED = (
    "例人名个位起件宗处所家户间套辆台艘架座栋幢层支只头株棵种类款组队班次场期届号批轮回遍趟条项份张篇本部幅"
    "元角吨亩米级度成倍岁年月周日天时秒点村镇县区市省"
)
"""What a single numeral stands before where it is a number; 一 in 一些 or 统一 is none."""

_NUMBER = re.compile(  # begins with all a number can begin with, which is what makes it quick
    rf"([\d{MINUS}〇零一二两三四五六七八九十百千万亿ivx]"
    rf"(?:(?<=[\d{MINUS}])[\d{POINT}]*(?: ?[百千万亿]+)?"
    rf"|(?<![\d{MINUS}ivx])[〇零一二两三四五六七八九十百千万亿]+"
    rf"|(?<=[〇零一二两三四五六七八九十])(?=[{_COUNTED}]|分之)"
    r"|(?<=[第周期拜初][一二三四五六七八九十])"  # 第三, 周三, 星期三, 礼拜三, 初三
    r"|(?<=分之[一二三四五六七八九十])"
    r"|(?<![a-z\d][ivx])(?<=[ivx])[ivx]*(?![a-z\d])))"  # Ⅳ级 is folded to iv级
)
_DIGITS = str.maketrans("〇零一二两三四五六七八九" + POINT + MINUS, "001223456789.-")
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_ROMAN = {numeral: str(number) for number, numeral in enumerate(_ROMANS, start=1)}
_UNITS = {"十": Decimal(10), "百": Decimal(100), "千": Decimal(1_000), "万": Decimal(10_000), "亿": Decimal(10**8)}
_PARTS = re.compile(r"(-?[\d.]*)([十百千万亿]?)")
_BEFORE, _AFTER = 3, 2
_PLACE_OF_NUMBER = "#"
_DAY = ("日", "月", "号")
_ORDINAL = ("第", "周", "星期", "礼拜")


def places(text: str) -> tuple[Places, str]:
    """The numbers of a folded text, other numbers masked around them; and the text run together, each masked."""
    found: Places = defaultdict(list)
    parts = _NUMBER.split(text)  # words and numbers in turns
    masked = run_together(_PLACE_OF_NUMBER.join(parts[::2]))
    at = -1
    for number in parts[1::2]:
        at = masked.index(_PLACE_OF_NUMBER, at + 1)
        found[masked[max(0, at - _BEFORE) : at + 1 + _AFTER]].append(value(number))
    return found, masked


@lru_cache(maxsize=10_000)
def value(number: str) -> str:
    """In digits: of 两, 三十五, 3.5万 or iv; as it is where it is no number after all."""
    written = number.translate(_DIGITS).replace(" ", "")
    if written.isdecimal():
        return written.lstrip("0") or "0"
    if written in _ROMAN:
        return _ROMAN[written]
    return _reckoned(written) if written.strip("-.0123456789十百千万亿") == "" else written


def _reckoned(written: str) -> str:
    whole = below = Decimal(0)
    for digits, unit in _PARTS.findall(written):
        try:
            count = Decimal(digits or 0)
        except ArithmeticError:  # 2020.02.06
            return written
        if unit == "亿":
            whole, below = (whole + below + count or 1) * _UNITS[unit], Decimal(0)
        elif unit == "万":
            whole, below = whole + (below + count or 1) * _UNITS[unit], Decimal(0)
        elif unit:
            below += (count or 1) * _UNITS[unit]
        else:
            below += count
    return f"{(whole + below).normalize():f}"


def replaced(mine: Places, yours: Places) -> list[str]:
    """What stands around each number that has another one in its place."""
    found = []
    for around in mine.keys() & yours.keys():
        here, there = mine[around], yours[around]
        if here != there:
            only_here, only_there = Counter(here) - Counter(there), Counter(there) - Counter(here)
            found += [around] * min(only_here.total(), only_there.total())
    return found


def is_ordinal(around: str) -> bool:
    """Whether what stands around a number makes it a day or an ordinal."""
    before, _, after = around.rpartition(_PLACE_OF_NUMBER)
    return after.startswith(_DAY) or before.endswith(_ORDINAL)
