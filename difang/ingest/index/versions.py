"""Versions: what an article said before it was corrected, and what each correction changed. Pure.

An index keeps the older articles whole and tells the differences when it is asked, because an older page that arrives
late changes who stands next to whom, and a difference written down before would then be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from difang.ingest.article import Article

_NOT_PRINTED = frozenset(("id", "urls", "template", "warnings", "content_hash", "fetched_at", "page_count"))
"""Fields that can change though the page says the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A field that changed, its value before and after, as JSON knows it.

    In the body each changed passage stands for itself: `paragraph` counts from 1 in the older body, `old` and `new`
    are its paragraphs, and an empty list means that nothing stood there before or stands there now.
    """

    field: str
    old: Any
    new: Any
    paragraph: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON knows it, without `paragraph` where the field has none."""
        return {name: value for name, value in asdict(self).items() if name != "paragraph" or value is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """An article as it stood from `article.fetched_at` on, and what had changed from the version before.

    The first version known has no changes.
    """

    article: Article
    changes: tuple[Change, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON knows it."""
        return {
            "fetched_at": self.article.fetched_at,
            "title": self.article.title,
            "changes": [change.to_dict() for change in self.changes],
            "article": self.article.to_dict(),
        }


def difference(old: Article, new: Article) -> tuple[Change, ...]:
    """What a reader would see changed; empty where only addresses, times or the reading of the page differ."""
    before, after = old.to_dict(), new.to_dict()
    changes = [
        Change(field=name, old=before[name], new=after[name])
        for name in before
        if name != "body" and name not in _NOT_PRINTED and before[name] != after[name]
    ]
    return (*changes, *_passages(old.body, new.body))


def history(newest: Article, kept: Iterable[Article]) -> list[Version]:
    """The versions of an article, newest first; the first of them is `newest`, whatever was kept.

    Those that say the same as the one before them are left out.
    """
    until = _moment(newest)
    older = sorted((article for article in kept if _moment(article) < until), key=_moment)
    versions: list[Version] = []
    for article in older:
        if not versions:
            versions.append(Version(article=article, changes=()))
        elif changes := difference(versions[-1].article, article):
            versions.append(Version(article=article, changes=changes))
    while versions:
        if changes := difference(versions[-1].article, newest):
            return [Version(article=newest, changes=changes), *reversed(versions)]
        versions.pop()
    return [Version(article=newest, changes=())]


def _passages(old: str, new: str) -> Iterator[Change]:
    before, after = old.split("\n"), new.split("\n")
    for word, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if word != "equal":
            yield Change(field="body", paragraph=start + 1, old=before[start:end], new=after[new_start:new_end])


def _moment(article: Article) -> datetime:
    return datetime.fromisoformat(article.fetched_at)
