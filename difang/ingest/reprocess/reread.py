"""How an article's page was read before and how it is read now, so that the counts of readings follow."""

from __future__ import annotations

from datetime import datetime

from difang.ingest.article import Article
from difang.ingest.note import Note
from difang.ingest.reprocess.compare import Finding


def reread(finding: Finding) -> tuple[Note, Note] | None:
    """How the article's page was read before, and how now."""
    return (_note(finding.before.article), _note(finding.after.article)) if finding.before else None


def _note(article: Article) -> Note:
    return Note(
        run_id="",
        url=article.url,
        channel=article.channel,
        template=article.template,
        warnings=frozenset(warning.partition(":")[0] for warning in article.warnings),
        published=datetime.fromisoformat(article.published_at).date(),
        fetched_at=datetime.fromisoformat(article.fetched_at),
    )
