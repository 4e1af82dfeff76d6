"""Versions: what an article said before it was corrected, and what each correction changed. Pure.

An index keeps the older articles whole and tells the differences when it is asked, because an older page that arrives
late changes who stands next to whom, and a difference written down before would then be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from difang.ingest.article import Article
from difang.ingest.index.comparing import Steps, opcodes

_NOT_PRINTED = frozenset(("id", "urls", "template", "warnings", "content_hash", "fetched_at", "page_count"))
"""Fields that can change though the page says the same."""
_MOST_STEPS = 500_000
"""For the paragraphs of all versions of an article, some 60 ms; those of an ordinary one take a few thousand."""


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


def difference(old: Article, new: Article, steps: Steps | None = None) -> tuple[Change, ...]:
    """What a reader would see changed; empty where only addresses, times or the reading of the page differ.

    `steps` are shared with other differences; where they do not suffice, passages stand for changed as a whole.
    """
    before, after = old.to_dict(), new.to_dict()
    changes = [
        Change(field=name, old=before[name], new=after[name])
        for name in before
        if name != "body" and name not in _NOT_PRINTED and before[name] != after[name]
    ]
    return (*changes, *_passages(old.body, new.body, steps or Steps(_MOST_STEPS)))


def history(newest: Article, kept: Iterable[Article]) -> list[Version]:
    """The versions of an article, newest first; the first of them is `newest`, whatever was kept.

    Those that say the same as the one before them are left out.
    """
    until, steps = _moment(newest), Steps(_MOST_STEPS)
    older = sorted((article for article in kept if _moment(article) < until), key=_moment)
    versions: list[Version] = []
    for article in older:
        if not versions:
            versions.append(Version(article=article, changes=()))
        elif changes := difference(versions[-1].article, article, steps):
            versions.append(Version(article=article, changes=changes))
    while versions:
        if changes := difference(versions[-1].article, newest, steps):
            return [Version(article=newest, changes=changes), *reversed(versions)]
        versions.pop()
    return [Version(article=newest, changes=())]


def _passages(old: str, new: str, steps: Steps) -> Iterator[Change]:
    if old == new:
        return
    before, after = old.split("\n"), new.split("\n")
    for word, start, end, new_start, new_end in opcodes(before, after, steps):
        if word != "equal":
            yield Change(field="body", paragraph=start + 1, old=before[start:end], new=after[new_start:new_end])


def _moment(article: Article) -> datetime:
    return datetime.fromisoformat(article.fetched_at)
