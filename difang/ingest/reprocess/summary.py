"""The difference summary: what reading the archive again changes, counted, with examples. Typed, for any display."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from difang.ingest.outcome import Ending
from difang.ingest.reprocess.compare import Finding, Verdict
from difang.ingest.reprocess.workbook import Row

EXAMPLES = 3
"""Of each field and each group; a summary stays small however large the archive."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldExample:
    """How one article's field read in the index and reads now, as JSON knows it."""

    id: str
    url: str
    old: Any
    new: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class PageExample:
    """A page that ends otherwise than before: its address, how it ended, and how it ends now."""

    url: str
    article_id: str | None
    before: str
    now: str
    reason: str | None


@dataclass(kw_only=True, slots=True)
class Summary:
    """What was compared and how it came out; `applied` once it was written."""

    edition: str
    pages: int = 0
    articles: int = 0
    same: int = 0
    changed: int = 0
    added: int = 0
    removed: int = 0
    retold: int = 0
    newer_in_index: int = 0
    taken_down: int = 0
    waiting: int = 0
    older_lacking: int = 0
    older_spare: int = 0
    refused: int = 0
    discarded: int = 0
    would_be_set_aside: int = 0
    set_aside_now_read: int = 0
    pages_now_articles: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    field_examples: dict[str, list[FieldExample]] = field(default_factory=dict)
    now_articles: list[PageExample] = field(default_factory=list)
    no_articles: list[PageExample] = field(default_factory=list)
    now_read: list[PageExample] = field(default_factory=list)
    refusals: list[PageExample] = field(default_factory=list)
    without_first: list[str] = field(default_factory=list)
    version_examples: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    applied: bool = False

    @property
    def to_write(self) -> int:
        """How many articles and older versions the index is told of."""
        versions = self.older_lacking + self.older_spare
        return self.changed + self.added + self.removed + self.retold + versions

    def take(self, finding: Finding) -> None:
        """Count one article."""
        self.articles += 1
        self._versions(finding)
        match finding.verdict:
            case Verdict.SAME:
                self.same += 1
            case Verdict.CHANGED:
                self.changed += 1
                self._fields(finding)
            case Verdict.ADDED:
                self.added += 1
            case Verdict.RETOLD:
                self.retold += 1
            case Verdict.NEWER:
                self.newer_in_index += 1
            case Verdict.TAKEN_DOWN:
                self.taken_down += 1
            case Verdict.WAITING:
                self._waits(finding)
            case Verdict.REFUSED:
                self._refused(finding)

    def tell_refusals(self, of: Summary) -> None:
        """One sentence where the index did not take articles when they were written, in this round or a later one."""
        self.refused, self.refusals = of.refused, of.refusals
        if self.refused:
            url, why = self.refusals[0].url, self.refusals[0].reason
            self.troubles.append(
                f"The index did not take {self.refused} of the articles ({url}: {why}); it holds of them what it held,"
                " and what was set aside stays so: mend the cause and reprocess again, or discard the pages."
            )

    def take_page(self, before: Ending, now: Ending) -> None:
        """Count a page that was no article when it was read first, and is part of one now."""
        self.pages_now_articles += 1
        if len(self.now_articles) < EXAMPLES:
            self.now_articles.append(_example(before, now))

    def take_set_aside(self, before: str, row: Row, now: str, reason: str | None) -> None:
        """Count a set-aside page that can be read now."""
        self.set_aside_now_read += 1
        if len(self.now_read) < EXAMPLES:
            example = PageExample(
                url=row.ref.url, article_id=row.article_id, before=f"set_aside: {before}", now=now, reason=reason
            )
            self.now_read.append(example)

    def take_removed(self, row: Row, article_id: str) -> None:
        """Count an article whose page is none now, or is another article's."""
        self.removed += 1
        if len(self.no_articles) < EXAMPLES:
            now = row.outcome.value if row.outcome else f"part of {row.article_id}"
            example = PageExample(url=row.ref.url, article_id=article_id, before="indexed", now=now, reason=row.reason)
            self.no_articles.append(example)

    def to_dict(self) -> dict[str, Any]:
        """As JSON knows it; `fields` the most changed first."""
        return asdict(self) | {"fields": dict(self.fields.most_common())}

    def _waits(self, finding: Finding) -> None:
        self.waiting += 1
        if len(self.without_first) < EXAMPLES:
            self.without_first.append(finding.after.article.url)

    def _versions(self, finding: Finding) -> None:
        if finding.verdict in (Verdict.TAKEN_DOWN, Verdict.REFUSED):
            return
        self.older_lacking += len(finding.older)
        self.older_spare += len(finding.spare)
        if (finding.older or finding.spare) and len(self.version_examples) < EXAMPLES:
            self.version_examples.append(finding.after.article.url)

    def _refused(self, finding: Finding) -> None:
        self.refused += 1
        if len(self.refusals) < EXAMPLES:
            before = "indexed" if finding.before else "not indexed"
            url, why = finding.after.article.url, finding.refusal
            self.refusals.append(
                PageExample(url=url, article_id=finding.id, before=before, now=finding.verdict.value, reason=why)
            )

    def _fields(self, finding: Finding) -> None:
        if finding.before is None:
            return
        old, new = finding.before.article.to_dict(), finding.after.article.to_dict()
        self.fields.update(finding.fields)
        for name in finding.fields:
            examples = self.field_examples.setdefault(name, [])
            if len(examples) < EXAMPLES:
                examples.append(FieldExample(id=finding.id, url=str(new["url"]), old=old[name], new=new[name]))


def _example(before: Ending, now: Ending) -> PageExample:
    return PageExample(
        url=now.url,
        article_id=now.article_id,
        before=before.outcome.value,
        now=now.outcome.value,
        reason=before.reason,
    )
