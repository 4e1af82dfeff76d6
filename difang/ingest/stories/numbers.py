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

COUNTED = (
    "例人名个位起件宗处所家户间套辆台艘架坐栋幢层支只头株棵种类款组队班次场期届号批轮回遍趟条项份张篇本部幅"
    "元块角毛吨亩米级度成倍岁年月周日天时秒点村镇县区市省多余到至"
)
"""What a numeral counts before even where it is part of a word, folded: 坐 is 座. 零 and formal ones count
nowhere else."""

UNCOUNTED = (
    "一些 一样 一般 一直 一定 一切 一旦 一律 一致 一向 一再 一同 一体 一系 一带 一流 一如 统一 唯一 进一 逐一 单一 专一"
    " 同一 划一 百分 千分 百姓 百货 百色 三农 三亚 三明 四川 四平 六安 四子 六盘 九龙 九江 十堰 万州 万宁 半岛 半决"
)
"""Words with a numeral that is no number; wherever else one stands another one may stand tomorrow."""

_SINGLE = "一二两三四五六七八九十廿卅百千万亿半"
_NUMERAL = "〇零一二两三四五六七八九十廿卅壹贰叁肆伍陆柒捌玖拾"
_WRITTEN = _NUMERAL + "百千万亿佰仟几"
_BEFORE_ONE = "".join(re.findall(r"(\w)一\b", UNCOUNTED))
_IN_WORD = "是|" + "|".join(rf"(?<={word[0]}){word[1]}" for word in UNCOUNTED.split() if word[0] in _SINGLE)
"""What makes a single numeral no number from behind, 二是 and 三是 among them."""

_NUMBER = re.compile(  # begins with all a number can begin with, which is what makes it quick
    rf"([\d{MINUS}{_WRITTEN}半初a-z]"
    rf"(?:(?<![\d半初a-z])[{_WRITTEN}]+(?:{POINT}\d+)?"
    rf"|(?<=[\d{MINUS}])[\d{POINT}]*{PERMILLE}?(?: ?[百千万亿]+)?"
    rf"|(?<=[{_NUMERAL}]){POINT}\d+"  # 七点半, as it is written below
    rf"|(?<=[{_NUMERAL}])(?=[{COUNTED}])"
    rf"|(?<=[{_SINGLE}])(?<![{_BEFORE_ONE}]一)(?!{_IN_WORD})"
    rf"|(?<=[第周期拜初和][{_NUMERAL}])"  # 第三, 周三, 星期三, 礼拜三, 和六
    rf"|(?<=初)[{_NUMERAL}]"  # 正月初十 stands where 正月十一 does
    rf"|(?<![a-z\d][a-z])(?<=[a-z])(?:[a-z]?\d[\d{POINT}]*|(?=[^ a-z\d]))"  # A1, G20, A组
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
        "半": "0.5",
        POINT: ".",
        MINUS: "-",
    }
)
_ONE_OF: tuple[str, ...] = ("周日 周七", "期日 期七", "期天 期七", "拜日 拜七", "拜天 拜七")
_ONE_OF += ("上午 1午", "下午 2午", "上调 1调", "下调 2调")
_ONE_OF += ("上半 1半", "下半 2半", "正月 1月", "冬月 11月", "腊月 12月")
_ONE_OF += ("蓝色预 1色预", "黄色预 2色预", "橙色预 3色预", "红色预 4色预")
_AS_NUMBERS = tuple((pair[0], pair[1]) for pair in map(str.split, _ONE_OF))
"""Words of which a bulletin has one or another in the same place, and what is compared for them."""

_DEGREES = re.compile(rf"零([上下]) ?(?=[\d{_WRITTEN}])")
"""零下三度 is written as -三度, 零上三度 as 三度."""

_HALVES = re.compile(rf"(?<=[\d{_WRITTEN}])([点时个天年岁倍斤里块米])(半(?![年岛决])|(?<=点)[一三]刻)")
"""两天半 is written as 两.5天, so that it stands where 两天 does another day."""

_HALF = {"半": "5", "一刻": "25", "三刻": "75"}

_NONE = re.compile(r"(?<! )(?:没有|无(?![锡法论疑比障线数限偿私]|人机))|(?:没有|无)(?= |\Z)")
"""Within a clause or at its end, as in 死亡病例 无; one that begins a clause says nothing of the clause before."""

_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_ROMAN = {numeral: str(number) for number, numeral in enumerate(_ROMANS, start=1)}
_UNITS = {"十": Decimal(10), "百": Decimal(100), "千": Decimal(1_000), "万": Decimal(10_000), "亿": Decimal(10**8)}
_PARTS = re.compile(r"([\d.]*)([十百千万亿]?)")
_BEFORE, _AFTER = 3, 2
_AROUND = max(_BEFORE, _AFTER) + 1
_SOUGHT = 60
"""Characters among which _AROUND plain ones are sought; where there are none the texts stay whole."""
_PLAIN = re.compile(
    rf"[^ \d{MINUS}{POINT}{PERMILLE}{_WRITTEN}{COUNTED}初a-z第周期拜和刻{''.join(_ONE_OF)}]{{{_AROUND}}}"
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
    if "零" in text:
        text = _DEGREES.sub(lambda found: MINUS if found[1] == "下" else "", text)
    if "半" in text or "刻" in text:
        text = _HALVES.sub(lambda found: f"{POINT}{_HALF[found[2]]}{found[1]}", text)
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
    if written[0:1] == "-":
        return f"-{value(number[1:])}"
    if written.isdecimal():
        return written.lstrip("0") or "0"
    if written in _ROMAN:
        return _ROMAN[written]
    return _reckoned(written) if written.strip("-.0123456789十百千万亿") == "" else written


def _reckoned(written: str) -> str:
    whole = below = Decimal(0)
    last = Decimal(1)
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
        elif len(digits) == 1 and last > 10:  # 一万二
            below += count * last / 10
        else:
            below += count
        last = _UNITS.get(unit, last)
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


def nothing_after(text: str) -> set[str]:
    """What stands before each 无 or 没有 of a folded text that another day's number may replace, _BEFORE characters."""
    if "无" not in text and "没有" not in text:
        return set()
    begins = (found.start() for found in _NONE.finditer(text))
    return {run_together(text[max(0, begin - 2 * _BEFORE) : begin])[-_BEFORE:] for begin in begins}


def something_after(found: Places) -> set[str]:
    """What stands before each number other than zero, as many characters, of which none is a number."""
    return {
        around[:_BEFORE]
        for around, numbers in found.items()
        if around.find(_PLACE_OF_NUMBER) == _BEFORE and any(number != "0" for number in numbers)
    }


def is_ordinal(around: str) -> bool:
    """Whether what stands around a number makes it a day or an ordinal."""
    if around[_BEFORE : _BEFORE + 1] == _PLACE_OF_NUMBER:
        before, after = around[:_BEFORE], around[_BEFORE + 1 :]
    else:  # at the beginning of the text
        before, _, after = around.partition(_PLACE_OF_NUMBER)
    return after.startswith(_DAY) or before.endswith(_ORDINAL)
