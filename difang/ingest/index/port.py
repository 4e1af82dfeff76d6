"""The index as a port, write side: articles go in by id and version, and come back by id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from difang.ingest.article import Article
from difang.ingest.index.versions import Version


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What the index keeps: the article, and when the page that first made it was fetched.

    Equal to `fetched_at` on the first version, or earlier where later pages were joined to it.
    `story` is the story the article tells together with others, None where it stands alone (docs/stories.md).
    """

    article: Article
    first_seen: str
    story: str | None = None


class Written(StrEnum):
    """How one document of a batch fared."""

    KEPT = "kept"  # acknowledged: it survives a crash of the index
    STALE = "stale"  # the index holds a version fetched later; nothing was changed
    RETRY = "retry"  # the index could not take it now
    REJECTED = "rejected"  # the index will never take it as it is


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteResult:
    """The answer for one document; `reason` is the index's own word for RETRY and REJECTED."""

    id: str
    written: Written
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexStatus:
    """What `difang index status` prints; size in bytes, `details` for people (server version, health, mapping).

    `wrong` is what an operator must mend, as one of the details says it; empty where nothing is.
    """

    kind: str
    documents: int
    size: int
    details: dict[str, str]
    wrong: str = ""


class ArticleIndex(Protocol):
    """Version order is by `fetched_at` (external_gte): an equal or later one replaces, an earlier one is stale."""

    def get(self, ids: Sequence[str]) -> dict[str, Document]:
        """The newest acknowledged documents with these ids (absent ones are left out); sees every finished write."""
        ...

    def write(self, documents: Sequence[Document]) -> list[WriteResult]:
        """Write a batch (one document an id); a result for each, in order.

        Raises RetryLater when the index is out of reach.
        """
        ...

    def remove(self, ids: Sequence[str]) -> int:
        """Take these out, with all their versions; how many there were. Any page of theirs is taken after that."""
        ...

    def keep_versions(self, articles: Sequence[Article]) -> None:
        """Keep these as older versions; one already kept (same id and time of fetching) stays as it is.

        Raises RetryLater where not all could be kept.
        """
        ...

    def kept_versions(self, ids: Sequence[str]) -> dict[str, list[Article]]:
        """The older versions kept of these articles, with those kept just now; articles that have none are left out."""
        ...

    def drop_versions(self, articles: Sequence[Article]) -> None:
        """Keep the versions with these ids and times of fetching no more."""
        ...

    def versions(self, article_id: str) -> list[Version]:
        """How the article stood, newest first; empty where there is no such article.

        What is kept of it now counts from the next refresh on.
        """
        ...

    def refresh(self) -> None:
        """Make all writes visible to search."""
        ...

    def status(self) -> IndexStatus:
        """How the index is; raises RetryLater when it is out of reach."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


def keep_past(index: ArticleIndex, lacking: Sequence[Article], spare: Sequence[Article]) -> None:
    """Keep older versions and drop spare ones; nothing is dropped before what stands for it is kept.

    But one of the same time, which is made anew from the pages. Raises RetryLater as `keep_versions` does.
    """
    names = {(article.id, article.fetched_at) for article in lacking}
    anew = [article for article in spare if (article.id, article.fetched_at) in names]
    twins = [article for article in spare if (article.id, article.fetched_at) not in names]
    if anew:
        index.drop_versions(anew)
    if lacking:
        index.keep_versions(lacking)
    if twins:
        index.drop_versions(twins)
