"""The dateline at the head of a body (人民网济南2月6日电), and the print edition a piece was taken from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from difang.ingest.article import Dateline, PrintEdition
from difang.ingest.extract.agencies import sender_of
from difang.ingest.extract.dates import month_filled_in, year_filled_in
from difang.ingest.extract.trail import Trail

_DATED = re.compile(
    r"^[(（【\[]?\s*据?([^\d，。；：“”《》（）()【】]{2,30}?(?:“[^，。；：“”《》（）()【】]{1,8}”[号號])?)\s*(?:(\d{4})\s*年)?\s*(?:(\d{1,2})\s*月)?\s*(\d{1,2})\s*日\s*(?:(?:新媒体|新媒體|体育|體育|财经|国际)?[专專])?\s*"
    r"(电|電|讯|訊|消息)"
)
_GOES_ON = re.compile(r"$|[\s(（【:：，,。“‘\"】)）\]]|题|題|记者|記者|本报|通讯员")
_WORD_WITH_WIRE = re.compile(
    r"[力量网闪价荷动子话视影商站厂器池压缆信脑费车煤梯机台线路源极气能竞流煤表焊杆灯网網]|[息问讯号飞人称显传灵]"
)
_UNDATED = re.compile(
    r"^[(（【\[]?\s*据?([^\d\s，。、；：“”《》（）()【】]{4,16}?)\s*(?:电|電|讯|訊|消息)(?=[\s(:：（，,】\]])"
)
_HAN_DAY = re.compile(
    r"(?<![一二三四五六七八九十])([一二三四五六七八九]|十[一二]?)月([一二三]?十?[一二三四五六七八九]|[二三]?十)日"
)
_HAN_DIGITS = "十一二三四五六七八九"
_EDITION = re.compile(
    r"《\s*([^《》]{2,30}?)\s*》\s*[(（]?\s*(\d{4})\s*[年\-/.]\s*(\d{1,2})\s*[月\-/.]\s*(\d{1,2})(?!\d)\s*日?"
    r"[\s，,]*(?:第)?\s*([A-Z]?\d{1,3}(?:\s*[-—~,，、]\s*[A-Z]?\d{1,3})?|[一二三四五六七八九十]{1,3})\s*版"
    r"(?:[^()（）]{0,12}[)）]|(?=\s*$))"
)
_LED_BY = re.compile(r"[(（\s]*(?:(?:原文)?(?:来源|來源|稿源|原载|载于|刊于|据)\s*[:：]?\s*)?")
_FOLLOWED_BY = re.compile(r"[)）。\s]*(?:分享让更多人看到)?\s*")
_EDITION_TAIL = re.compile(
    rf"(?:(?<=[。！？!?…”’\"』」)）\s])|^){_LED_BY.pattern}{_EDITION.pattern}{_FOLLOWED_BY.pattern}$"
)

_FIRST_LINES = 8
"""Pictures without a caption, tables and lists may stand before the paragraph with the dateline."""


def dateline_in(lines: Sequence[str], published: date, trail: Trail) -> Dateline | None:
    """The dateline of a body's first lines."""
    for line in lines[:_FIRST_LINES]:
        if found := dateline_of(line, published):
            trail.note("dateline", "head of the body", line)
            return found[0]
    return None


def dateline_of(line: str, published: date) -> tuple[Dateline, str] | None:
    """The dateline a body's line begins with, and its text as printed; None where it begins with none."""
    head = line[:60]
    if not ("电" in head or "讯" in head or "電" in head or "訊" in head or "消息" in head):
        return None  # looking for a character is quicker than the patterns
    if "月" in head:
        head = _HAN_DAY.sub(lambda found: f"{_number(found[1])}月{_number(found[2])}日", head, count=1)
    if found := _DATED.match(head):
        who, year, month, day, word = found.groups()
        sender = sender_of(who)
        if (
            sender
            and _ends_there(head[found.end() :], known=sender.known and bool(month))
            and (month or word != "消息")
        ):
            when = _day(year, month, int(day), published)
            return Dateline(agency=sender.agency, place=sender.place, date=when.isoformat() if when else None), found[0]
    if (found := _UNDATED.match(head)) and (sender := sender_of(found[1])) and sender.known and sender.place:
        return Dateline(agency=sender.agency, place=sender.place, date=None), found[0]
    return None


def _ends_there(rest: str, *, known: bool) -> bool:
    # 8月6日电力负荷 is no dateline; an agency that is not known has to be followed by the end of the dateline
    return not _WORD_WITH_WIRE.match(rest) if known else bool(_GOES_ON.match(rest))


def _day(year: str | None, month: str | None, day: int, published: date) -> date | None:
    if month is None:
        return month_filled_in(day, published)
    if year is None:
        return year_filled_in(int(month), day, published)
    try:
        return date(int(year), int(month), day)
    except ValueError:
        return None


def _number(printed: str) -> int:
    # 六, 十二, 二十, 三十一
    tens, ten, ones = printed.rpartition("十")
    return (_HAN_DIGITS.index(tens) if tens else 1) * 10 * bool(ten) + (_HAN_DIGITS.index(ones) if ones else 0)


def print_edition_of(line: str) -> PrintEdition | None:
    """The print edition the line names, if the line is about nothing else; None else."""
    found = _EDITION.search(line)
    if not found or not _LED_BY.fullmatch(line, 0, found.start()) or not _FOLLOWED_BY.fullmatch(line, found.end()):
        return None
    return _edition(found)


def edition_tail(text: str) -> tuple[str, PrintEdition, str] | None:
    """The paragraph without the print edition at its end, the edition, and its text, where it ends in one.

    The words before it have to be finished: an edition that a sentence runs into is part of the sentence.
    """
    found = _EDITION_TAIL.search(text) if "版" in text else None
    edition = _edition(found) if found else None
    if found is None or edition is None:
        return None
    return text[: found.start()].rstrip(), edition, found[0].strip()


def _edition(found: re.Match[str]) -> PrintEdition | None:
    paper, year, month, day, sheet = found.groups()
    try:
        return PrintEdition(paper=paper, date=date(int(year), int(month), int(day)).isoformat(), page=sheet)
    except ValueError:
        return None
