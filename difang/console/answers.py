"""The forms of answers of the API that no other part has a record of."""

from __future__ import annotations

from dataclasses import dataclass

from difang.ingest.article import Article
from difang.ingest.index.versions import Change
from difang.search.suggest import Suggestion


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestions:
    """What was typed, and what somebody who typed it may be looking for."""

    query: str
    suggestions: list[Suggestion]


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldVersion:
    """An article as it stood from `fetched_at` on, and what had changed from the version before."""

    fetched_at: str
    title: str
    changes: list[Change]
    article: Article
