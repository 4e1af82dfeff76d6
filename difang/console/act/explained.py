"""What extraction makes of a page, field by field, with the rule and the text behind each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from difang.ingest.extract import explain
from difang.ingest.extract.explained import NOTHING
from difang.ingest.extract.result import Hosts, PageReading, Trace
from difang.ingest.page import Page


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One field: its value as text, and each rule that had a hand in it."""

    name: str
    value: str
    traces: Sequence[Trace]


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """The article's fields, or `outcome` and `reason` where the page is none; `others` are rules of no field."""

    outcome: str = ""
    reason: str = ""
    lines: Sequence[Line] = field(default_factory=list)
    others: Sequence[Trace] = field(default_factory=list)
    page: int = 1
    parts: Sequence[str] = ()


def explained(page: Page, hosts: Hosts) -> Explained:
    """The reading of these bytes by the code that runs now; stores nothing, raises nothing."""
    reading, traces = explain(page, hosts)
    if not isinstance(reading, PageReading):
        return Explained(outcome=reading.outcome.value, reason=reading.reason, others=traces)
    values = reading.article.to_dict()
    lines = [
        Line(name=name, value=_text(value), traces=[one for one in traces if one.field == name and one.rule != NOTHING])
        for name, value in values.items()
    ]
    others = [one for one in traces if one.field not in values]
    return Explained(lines=lines, others=others, page=reading.page, parts=reading.parts)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return " / ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
