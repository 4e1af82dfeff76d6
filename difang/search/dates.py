"""Dates as readers write them after from: and to:, days of Beijing time."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, timedelta

_DAY = re.compile(r"(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2})日?|月?)|年?)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_HAN_DIGITS = "一二三四五六七八九"
_LAST = re.compile(rf"(?:最近|近|last)?(\d{{1,5}}|[{_HAN_DIGITS}两兩十]{{1,3}})(天|日|周|个?星期|个?月|年|d|w|m|y)")
_DAYS_OF = {"天": 1, "日": 1, "d": 1, "周": 7, "星期": 7, "个星期": 7, "w": 7}
_MONTHS_OF = {"月": 1, "个月": 1, "m": 1, "年": 12, "y": 12}
_MONTHS_AGO = {"本月": 0, "这个月": 0, "這个月": 0, "上月": 1, "上个月": 1}
_YEARS_AGO = {"今年": 0, "本年": 0, "去年": 1, "前年": 2}
_NAMED = {"今天": 0, "今日": 0, "today": 0, "昨天": 1, "昨日": 1, "yesterday": 1, "前天": 2}


def period(text: str, today: date) -> tuple[date, date] | None:
    """The first and last day that a day, a month, a year or `最近7天` means; None for what is no date.

    `最近7天` is today and the six days before it.
    """
    text = unicodedata.normalize("NFKC", text).strip().lower().removesuffix("以来")
    text = text.replace("個", "个").replace("週", "周").replace("半年", "六个月")
    if text in _NAMED:
        day = today - timedelta(days=_NAMED[text])
        return day, day
    if text in _YEARS_AGO:
        return _named_period(f"{today.year - _YEARS_AGO[text]}", None, None)
    if text in _MONTHS_AGO:
        year, month = divmod(today.year * 12 + today.month - 1 - _MONTHS_AGO[text], 12)
        return _named_period(f"{year}", f"{month + 1}", None)
    if found := _LAST.fullmatch(text):
        count = _number(found[1])
        first = _back(today, count, found[2]) if count else None
        return (first, today) if first else None
    found = _DAY.fullmatch(text) or _COMPACT.fullmatch(text)
    return _named_period(*found.groups()) if found else None


def _number(text: str) -> int | None:
    """7, 七, 两, 十二 or 三十; None for what is no number."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = re.sub("[两兩]", "二", text).rpartition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in tens:
        return None
    tenfold = 10 * (_HAN_DIGITS.find(tens) + 1 if tens else 1) if ten else 0
    return tenfold + (_HAN_DIGITS.find(ones) + 1 if ones else 0)


def _back(today: date, count: int, unit: str) -> date | None:
    try:
        if unit in _DAYS_OF:
            return today - timedelta(days=count * _DAYS_OF[unit] - 1)
        months = today.year * 12 + today.month - 1 - count * _MONTHS_OF[unit]
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(today.day, last)) + timedelta(days=1)
    except (ValueError, OverflowError, calendar.IllegalMonthError):
        return None


def _named_period(year: str, month: str | None, day: str | None) -> tuple[date, date] | None:
    try:
        if month is None:
            return date(int(year), 1, 1), date(int(year), 12, 31)
        if day is None:
            last = calendar.monthrange(int(year), int(month))[1]
            return date(int(year), int(month), 1), date(int(year), int(month), last)
        return (whole := date(int(year), int(month), int(day))), whole
    except ValueError:
        return None
