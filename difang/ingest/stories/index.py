"""The index with stories: what is written gets its story, and fellows whose story changed by it are written again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from difang.ingest.article import Article
from difang.ingest.event import Event
from difang.ingest.index.port import ArticleIndex, Document, IndexStatus, WriteResult, Written
from difang.ingest.index.versions import Version
from difang.ingest.stories.bands import bands_of
from difang.ingest.stories.port import Stories, Telling
from difang.ingest.stories.text import texts_of

MOST_FELLOWS = 200
"""So many articles written by others are told their new story at once; where more wait, again after the batch."""

_ROUNDS = 5

log = logging.getLogger(__name__)


class StoryIndex:
    """An ArticleIndex around another one; opens the stories at the first write, and owns both."""

    def __init__(self, index: ArticleIndex, open_stories: Callable[[], Stories]) -> None:
        self._index = index
        self._open = open_stories
        self._opened: Stories | None = None

    def get(self, ids: Sequence[str]) -> dict[str, Document]:
        """As the inner index has them."""
        return self._index.get(ids)

    def write(self, documents: Sequence[Document]) -> list[WriteResult]:
        """Stories first, so that another worker with a reprint of one of these sees it; then the index.

        A crash between the two leaves a note in the stories, and the next batch tells the index.
        """
        if not documents:
            return []
        stories = self._stories()
        told = stories.assign(_tellings(documents))
        own = {document.article.id: _with_story(document, told.get(document.article.id)) for document in documents}
        waiting = stories.waiting(MOST_FELLOWS)
        fellows = self._fellows(waiting, own)
        results = self._index.write([*own.values(), *fellows])
        self._settle(stories, [*own.values(), *fellows], results)
        for _ in range(_ROUNDS):
            if len(waiting) < MOST_FELLOWS:
                break
            waiting = self._tell_waiting()
        return results[: len(own)]

    def remove(self, ids: Sequence[str]) -> int:
        """From the index, then from the stories."""
        removed = self._index.remove(ids)
        if ids:
            self._stories().forget(ids)
            self._tell_waiting()
        return removed

    def keep_versions(self, articles: Sequence[Article]) -> None:
        """In the inner index; versions belong to no story."""
        self._index.keep_versions(articles)

    def kept_versions(self, ids: Sequence[str]) -> dict[str, list[Article]]:
        """The inner index's."""
        return self._index.kept_versions(ids)

    def drop_versions(self, articles: Sequence[Article]) -> None:
        """In the inner index."""
        self._index.drop_versions(articles)

    def versions(self, article_id: str) -> list[Version]:
        """The inner index's."""
        return self._index.versions(article_id)

    def refresh(self) -> None:
        """The inner index."""
        self._index.refresh()

    def status(self) -> IndexStatus:
        """The inner index's."""
        return self._index.status()

    def close(self) -> None:
        """Let go of the index and the stories."""
        self._index.close()
        if self._opened is not None:
            self._opened.close()

    def _stories(self) -> Stories:
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _fellows(self, waiting: dict[str, str | None], own: dict[str, Document]) -> list[Document]:
        others = {id_: story for id_, story in waiting.items() if id_ not in own}
        held = self._index.get(list(others)) if others else {}
        return [replace(document, story=others[id_]) for id_, document in held.items()]

    def _settle(self, stories: Stories, written: Sequence[Document], results: Sequence[WriteResult]) -> None:
        """Until index and stories agree: another worker may have found a fellow between the two."""
        if rejected := [result.id for result in results if result.written is Written.REJECTED]:
            stories.forget(rejected)
        for _ in range(_ROUNDS):
            kept = {result.id for result in results if result.written is Written.KEPT}
            changed = stories.settle({doc.article.id: doc.story for doc in written if doc.article.id in kept})
            if not changed:
                return
            written = self._fellows(changed, {})
            results = self._index.write(written)
        told = Event.STORIES_LATER.of(articles=len(written))
        log.info("%d articles are told their story with a later batch.", len(written), extra=told)

    def _tell_waiting(self) -> dict[str, str | None]:
        """Who waited, at most MOST_FELLOWS."""
        stories = self._stories()
        waiting = stories.waiting(MOST_FELLOWS)
        if fellows := self._fellows(waiting, {}):
            self._settle(stories, fellows, self._index.write(fellows))
        return waiting


def _with_story(document: Document, story: str | None) -> Document:
    return document if document.story == story else replace(document, story=story)


def _tellings(documents: Sequence[Document]) -> list[Telling]:
    told = [(article, times) for document in documents if (times := _times(article := document.article))]
    texts = texts_of([article for article, _ in told])
    return [
        Telling(id=article.id, version=fetched, published=published, text=text, bands=bands)
        for (article, (fetched, published)), text, bands in zip(told, texts, bands_of(texts), strict=True)
    ]


def _times(article: Article) -> tuple[int, int] | None:
    """When it was fetched and published; None where a time or the text is none: the index rejects such an article."""
    try:
        f"{article.title}{article.body}".encode()
        fetched, published = datetime.fromisoformat(article.fetched_at), datetime.fromisoformat(article.published_at)
    except ValueError:
        return None
    if fetched.tzinfo is None or published.tzinfo is None:
        return None
    return _microseconds(fetched), _microseconds(published)


def _microseconds(time: datetime) -> int:
    return round(time.timestamp() * 1_000_000)
