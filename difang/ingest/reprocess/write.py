"""Writing articles that differ, with what belongs to them; what the index does not take stays as it was."""

from __future__ import annotations

from collections.abc import Sequence

from difang.ingest.errors import RetryLater
from difang.ingest.index.entry import refusal_of
from difang.ingest.index.port import Document, Written, keep_past
from difang.ingest.reprocess.compare import Finding, said_again
from difang.ingest.reprocess.reread import reread
from difang.ingest.reprocess.stores import Stores


def checked(finding: Finding) -> Finding:
    """The finding, as refused where no index would take its article."""
    why = refusal_of(finding.after) if finding.differs else None
    return finding.refused(why) if why else finding


def write_articles(stores: Stores, findings: Sequence[Finding]) -> list[Finding]:
    """Older versions first, then articles; the findings again, as refused where the index did not take the article.

    Raises RetryLater where it could not take one now.
    """
    taken = [finding for finding in findings if not finding.refusal]
    new = [finding for finding in taken if finding.differs]
    mended = [finding for finding in taken if finding.differs or finding.older or finding.spare]
    if pages := [page for finding in mended for page in finding.pages]:
        stores.pieces.keep_parts(pages)
    said = [again for finding in taken if (again := said_again(finding))]
    if said := said + [again for finding in taken for again in finding.said_before]:
        stores.pieces.keep_said_again(said)
    older = [article for finding in taken for article in finding.older]  # a folder may be lost alone
    spare = [article for finding in taken for article in finding.spare]
    keep_past(stores.index, older, spare)
    refused = _write(stores, [finding.after for finding in new]) if new else {}
    if pairs := [pair for finding in new if finding.id not in refused and (pair := reread(finding))]:
        stores.readings.reread(pairs)
    return [finding.refused(refused[finding.id]) if finding.id in refused else finding for finding in findings]


def _write(stores: Stores, documents: Sequence[Document]) -> dict[str, str]:
    """Why the index will never take these, by id."""
    refused: dict[str, str] = {}
    for result in stores.index.write(documents):
        if result.written is Written.RETRY:
            raise RetryLater(f"The index did not take {result.id} ({result.reason}); reprocess again to go on.")
        if result.written is Written.REJECTED:
            refused[result.id] = str(result.reason)
    return refused
