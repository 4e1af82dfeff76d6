"""Counting by days of Beijing, in the words both indexes know."""

from __future__ import annotations

from datetime import date
from typing import Any

_DAY = 86_400
_AHEAD = 28_800  # seconds that Beijing is ahead of UTC
_EPOCH = date(1970, 1, 1).toordinal()


def day_buckets(field: str) -> dict[str, Any]:
    """The aggregation over a field of seconds since 1970; a bucket's key is the second its day begins."""
    return {"histogram": {"field": field, "interval": _DAY, "offset": _DAY - _AHEAD, "min_doc_count": 1}}


def value_of(key: str | float) -> str:
    """The facet's value of a bucket: a name as it is, a day as 2026-03-01."""
    return key if isinstance(key, str) else date.fromordinal(_EPOCH + int(key + _AHEAD) // _DAY).isoformat()
