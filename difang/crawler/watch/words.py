"""How figures are said in an issue's sentence."""

from __future__ import annotations

from datetime import datetime, timedelta

from difang.crawler.watch.rhythm import BEIJING


def length(span: timedelta) -> str:
    """A length of time in the two units that matter at most: 40 min, 9 h, 3 days."""
    minutes = round(span / timedelta(minutes=1))
    if minutes < 100:
        return f"{max(minutes, 1)} min"
    if minutes < 48 * 60:
        return f"{round(minutes / 60)} h"
    return f"{round(minutes / 60 / 24)} days"


def clock(at: datetime) -> str:
    """A moment in China: Monday 23 November, 09:40."""
    local = at.astimezone(BEIJING)
    return f"{local:%A} {local.day} {local:%B, %H:%M}"


def number(count: int, what: str) -> str:
    """A number with its noun: 1 article, 3 articles, no article."""
    return f"{count or 'no'} {what}{'s' if count > 1 else ''}"
