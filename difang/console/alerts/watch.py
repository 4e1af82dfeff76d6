"""The watch: beside the ingest worker it notes which saved searches find what came in."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.saved_searches import Watched
from difang.ingest.index.entry import entry_of
from difang.ingest.newcomers import Newcomer
from difang.search.alerts.matcher import Matcher
from difang.search.index import today_in_beijing
from difang.search.synonyms import Synonyms

OLD = timedelta(days=7)
"""Longer than that between published and first seen, and the article is an old one that was brought in later."""

_RELOAD_SECONDS = 60.0  # though nothing seems changed: a clock set back can hide a change


class AlertWatch:
    """Compiles the saved searches anew when they change or a day begins; costs one small query a batch else."""

    def __init__(
        self, ledger: Ledger, *, today: Callable[[], date] = today_in_beijing, synonyms: Synonyms | None = None
    ) -> None:
        """Owns no part of it; `synonyms` are those of the searches."""
        self._saved = ledger.saved_searches
        self._outbox = ledger.alert_outbox
        self._today = today
        self._synonyms = synonyms
        self._stamp: object = None
        self._loaded = 0.0
        self._watched: dict[int, Watched] = {}
        self._matcher = Matcher({}, today())

    def tell(self, newcomers: Sequence[Newcomer]) -> None:
        """Note what the searches find among these; what was noted before, by whomever, is not noted again."""
        if not newcomers:
            return
        self._refresh()
        if not self._watched:
            return
        hits = [
            (number, newcomer.document.article.id)
            for newcomer in newcomers
            for number in self._matcher.matches(entry_of(newcomer.document))
            if concerns(self._watched[number], newcomer)
        ]
        if hits:
            self._outbox.note(hits, {number: each.query for number, each in self._watched.items()})

    def _refresh(self) -> None:
        stamp, today = self._saved.stamp(), self._today()
        fresh = time.monotonic() - self._loaded < _RELOAD_SECONDS
        if stamp == self._stamp and today == self._matcher.today and fresh:
            return
        watched = {each.id: each for each in self._saved.watched()}
        if watched != self._watched or today != self._matcher.today:
            queries = {number: each.query for number, each in watched.items()}
            self._matcher = Matcher(queries, today, synonyms=self._synonyms)
        self._watched, self._stamp, self._loaded = watched, stamp, time.monotonic()


def concerns(search: Watched, newcomer: Newcomer) -> bool:
    """Whether the search wants to hear of it: it came after the search, and is no old one unless those are wanted."""
    first_seen = datetime.fromisoformat(newcomer.document.first_seen)
    if search.old_too:
        return newcomer.new or first_seen >= search.since
    published = datetime.fromisoformat(newcomer.document.article.published_at)
    return first_seen >= search.since and published >= first_seen - OLD
