"""The numbers of a text by what stands around them, whichever way they are written."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from decimal import Decimal
from functools import lru_cache

from difang.ingest.stories.text import MINUS, PERMILLE, POINT, run_together

Places = dict[str, list[str]]
"""What stands around numbers → the numbers that stand there."""

_COUNTED = (
    "例人名个位起件宗处所家户间套辆台艘架座栋幢层支只头株棵种类款组队班次场期届号批轮回遍趟条项份张篇本部幅"
    "元块角毛吨亩米级度成倍岁年月周日天时秒点村镇县区市省多余"
)
"""What a single numeral stands before where it is a number; 一 in 一些 or 统一 is none."""

_NUMERAL = "一二两三四五六七八九十廿卅壹贰叁肆伍陆柒捌玖拾"
_WRITTEN = _NUMERAL + "〇零百千万亿佰仟几"
_NUMBER = re.compile(  # begins with all a number can begin with, which is what makes it quick
    rf"([\d{MINUS}{_WRITTEN}初a-z]"
    rf"(?:(?<=[\d{MINUS}])[\d{POINT}]*{PERMILLE}?(?: ?[百千万亿]+)?"
    rf"|(?<![\d{MINUS}初a-z])[{_WRITTEN}]+"
    rf"|(?<=[〇零{_NUMERAL}])(?=[{_COUNTED}]|分之|[和到至或与][{_NUMERAL}])"  # 尾号一和六, 三到四级
    rf"|(?<=[第周期拜初和][{_NUMERAL}])"  # 第三, 周三, 星期三, 礼拜三, 和六
    rf"|(?<=分之[{_NUMERAL}])"
    rf"|(?<=[{_NUMERAL}][元块角毛][{_NUMERAL}])"  # 一毛五
    rf"|(?<=初)[{_NUMERAL}]"  # 正月初十 stands where 正月十一 does
    rf"|(?<![a-z\d][a-z])(?<=[a-z])[a-z]?\d[\d{POINT}]*"  # A1, G20
    r"|(?<![a-z\d][ivx])(?<=[ivx])[ivx]*(?![a-z\d])))"  # Ⅳ级 is folded to iv级
)
_DIGITS = str.maketrans(
    {
        **dict(zip("〇零一二两三四五六七八九壹贰叁肆伍陆柒捌玖", "001223456789123456789", strict=True)),
        "廿": "2十",
        "卅": "3十",
        "拾": "十",
        "佰": "百",
        "仟": "千",
        "初": "",
        POINT: ".",
        MINUS: "-",
    }
)
_ONE_OF: tuple[str, ...] = ("周日 周七", "期日 期七", "期天 期七", "拜日 拜七", "拜天 拜七")
_ONE_OF += ("上午 1午", "下午 2午", "上调 1调", "下调 2调", "零上 1度", "零下 2度")
_ONE_OF += ("上半 1半", "下半 2半", "正月 1月", "冬月 11月", "腊月 12月")
_ONE_OF += ("蓝色预 1色预", "黄色预 2色预", "橙色预 3色预", "红色预 4色预")
_AS_NUMBERS = tuple((pair[0], pair[1]) for pair in map(str.split, _ONE_OF))
"""Words of which a bulletin has one or another in the same place, and what is compared for them."""

_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_ROMAN = {numeral: str(number) for number, numeral in enumerate(_ROMANS, start=1)}
_UNITS = {"十": Decimal(10), "百": Decimal(100), "千": Decimal(1_000), "万": Decimal(10_000), "亿": Decimal(10**8)}
_PARTS = re.compile(r"(-?[\d.]*)([十百千万亿]?)")
_BEFORE, _AFTER = 3, 2
_AROUND = max(_BEFORE, _AFTER) + 1
_SOUGHT = 60
"""Characters among which _AROUND plain ones are sought; where there are none the texts stay whole."""
_PLAIN = re.compile(
    rf"[^ \d{MINUS}{POINT}{PERMILLE}{_WRITTEN}{_COUNTED}初a-z第周期拜和到至或与分之{''.join(_ONE_OF)}]{{{_AROUND}}}"
)
_LAST_PLAIN = re.compile(rf".*({_PLAIN.pattern})", re.DOTALL)
_PLACE_OF_NUMBER = "#"
_DAY = ("日", "月", "号")
_ORDINAL = ("第", "周", "星期", "礼拜")


def places(text: str) -> tuple[Places, str]:
    """The numbers of a folded text, other numbers masked around them; and the text run together, each masked."""
    found: Places = defaultdict(list)
    for word, number in _AS_NUMBERS:
        text = text.replace(word, number)
    parts = _NUMBER.split(text)  # words and numbers in turns
    masked = run_together(_PLACE_OF_NUMBER.join(parts[::2]))
    at = -1
    for number in parts[1::2]:
        at = masked.index(_PLACE_OF_NUMBER, at + 1)
        found[masked[max(0, at - _BEFORE) : at + 1 + _AFTER]].append(value(number))
    return found, masked


def apart(one: str, other: str) -> tuple[str, str]:
    """Two folded texts without what both begin and end with, as far as no place of a number is cut.

    `replaced` says the same of the numbers of these parts as of those of the texts: what is left out is the same in
    both, and each part begins and ends with _AROUND characters that belong to no number.
    """
    begin = _common(one, other, len(min(one, other, key=len)))
    begin = found.start(1) if (found := _LAST_PLAIN.match(one, max(0, begin - _SOUGHT), begin)) else 0
    most = min(len(one), len(other)) - begin
    end = _common(one[begin:][::-1], other[begin:][::-1], most)
    end = len(one) - found.end() if (found := _PLAIN.search(one, len(one) - end, len(one) - end + _SOUGHT)) else 0
    return one[begin : len(one) - end], other[begin : len(other) - end]


def _common(one: str, other: str, most: int) -> int:
    """How many characters both begin with."""
    return bisect_left(range(1, most + 1), True, key=lambda length: one[:length] != other[:length])


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
