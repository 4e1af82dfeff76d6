"""How lengths of time, sizes and moments are said, in the language of who reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from babel.support import NullTranslations

from difang.console.languages import N_

_MINUTES, _HOURS, _DAYS = N_("%(number)d 分钟"), N_("%(number)d 小时"), N_("%(number)d 天")
_AGO, _NOW, _IN = N_("%(length)s前"), N_("刚刚"), N_("%(length)s后")


def length(words: NullTranslations, span: timedelta | None) -> str:
    """A length in the unit that matters: 40 分钟, 9 小时, 3 天; empty for none."""
    if span is None:
        return ""
    minutes = round(span / timedelta(minutes=1))
    if minutes < 100:
        return words.gettext(_MINUTES) % {"number": max(1, minutes)}
    if minutes < 48 * 60:
        return words.gettext(_HOURS) % {"number": round(minutes / 60)}
    return words.gettext(_DAYS) % {"number": round(minutes / 60 / 24)}


def away(words: NullTranslations, moment: datetime | None) -> str:
    """How far a moment is from now: 12 分钟前, 刚刚, 3 小时后; empty for none."""
    if moment is None:
        return ""
    span = datetime.now(UTC) - moment
    if abs(span) < timedelta(minutes=1):
        return words.gettext(_NOW)
    return words.gettext(_AGO if span > timedelta(0) else _IN) % {"length": length(words, abs(span))}


def size(number: int | None) -> str:
    """Bytes for people: 640 kB, 12.3 MB, 1.2 GB."""
    if number is None:
        return ""
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= bytes_:
            shown = number / bytes_
            return f"{shown:.1f} {unit}" if shown < 100 else f"{shown:.0f} {unit}"
    return f"{number} B"
