"""Reprocessing as a whole: read the archive, compare with the index, write; after any stop it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from difang.ingest.edition import extraction_edition
from difang.ingest.extract.result import Hosts
from difang.ingest.index.moving.report import Write
from difang.ingest.index.port import Document
from difang.ingest.outcome import Ending, Outcome
from difang.ingest.page import PageRef
from difang.ingest.refusing import TakedownSweep
from difang.ingest.reprocess.compare import NOT_READ_BEFORE, Finding, Verdict, compare
from difang.ingest.reprocess.read import Work, parts
from difang.ingest.reprocess.scope import Scope
from difang.ingest.reprocess.stores import Progress, Stores
from difang.ingest.reprocess.summary import Summary
from difang.ingest.reprocess.workbook import Row, Workbook
from difang.ingest.reprocess.write import checked, write_articles
from difang.ingest.timeline import histories
from difang.ingest.warc import spans

_SPAN = 2 * 1024 * 1024
_BATCH = 200
_EVERY = 1_000_000
_ROUNDS = 3
"""A worker at work beside may write an article as it was read before; the last round finds nothing left to write."""


OnProgress = Callable[[Progress], None]


@dataclass(kw_only=True, slots=True)
class _Batch:
    """What one batch of articles asks for."""

    endings: list[Ending] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    apart: dict[int, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)


class Reprocess:
    """One reprocessing of one scope; what was read lies in `folder` until it was applied."""

    def __init__(
        self, *, folder: Path, archive: Path, hosts: Hosts, scope: Scope, stores: Stores, batch: int = _BATCH
    ) -> None:
        """`batch` articles are compared and written at a time. `folder` is made; workbooks in it of other editions of
        the code are deleted, they are worth nothing now.
        """
        self._work = Work(folder=archive, hosts=hosts, scope=scope)
        self._stores = stores
        self._batch = batch
        self._edition = extraction_edition()
        name = f"{scope.name(self._edition)}-{self._edition.partition('+')[2]}.db"
        for old in folder.glob("*.db*") if folder.is_dir() else ():
            if self._edition.partition("+")[2] not in old.name:
                old.unlink(missing_ok=True)
        self._book = Workbook(folder / name)

    def read(self, files: Sequence[Path], *, workers: int, on_progress: OnProgress) -> None:
        """Extraction over what of these closed archive files was not read yet. Raises RetryLater on a full disk."""
        planned = self._book.planned()
        for file in files:
            if file.name not in planned:
                self._book.plan(file.name, spans(file, _SPAN))
        left = self._book.left()
        on_progress(Progress(step="read", done=0, of=len(left)))
        for number, part in enumerate(parts(self._work, left, workers), start=1):
            self._book.keep(part.file, part.span, part.rows, part.trouble)
            on_progress(Progress(step="read", done=number, of=len(left)))

    def compare(self, *, on_progress: OnProgress) -> Summary:
        """What would change; nothing is written. Raises RetryLater where index or ledger are out of reach."""
        summary = self._summary()
        for _ in self._batches(summary, "compare", on_progress):
            pass
        return summary

    def apply(self, *, on_progress: OnProgress) -> Summary:
        """Write what differs, and say what was written; killed, the next call goes on with what still differs.

        Raises RetryLater where index, queue or ledger are out of reach.
        """
        first: Summary | None = None
        for _ in range(_ROUNDS):
            summary = self._summary()
            for batch in self._batches(summary, "write", on_progress):
                self._write(batch)
            first = first or summary
            if not summary.to_write:
                break
        assert first is not None  # noqa: S101 - for the type checker: there is a first round
        first.tell_refusals(summary)
        TakedownSweep(self._stores.takedowns, self._stores.index).sweep()
        self._stores.index.refresh()
        first.applied = True
        return first

    def fill(self, target: str, write: Write, *, empty: bool, on_progress: OnProgress) -> None:
        """Write into another index, known as `target`, what this one holds, as today's extraction reads it.

        Versions and stories stay; what this one holds of later pages, or does not hold, is left to others. A call after
        a kill goes on; it begins anew where the other is `empty`. Raises RetryLater where the index is out of reach.
        """
        if empty:
            self._book.fill(target, "")
        at = Progress(step="fill", done=0, of=self._book.counts()[1])
        given_up = self._given_up()
        for group in self._book.articles(self._batch, last=self._book.filled(target)):
            findings = [checked(finding) for _, finding in self._compare(group, given_up, self._summary())]
            read = [found for found in findings if found.before and found.verdict is not Verdict.NEWER]
            lost = [found.before.article for found in read if found.before and found.before.article in found.older]
            if lost:  # they lie in no archive
                self._stores.index.keep_versions(lost)
            write([_filled(found.before, found) for found in read if found.before])
            self._book.fill(target, max(group))
            at = replace(at, done=at.done + len(group))
            on_progress(at)

    def close(self, *, finished: bool = False) -> None:
        """Let go of the workbook; `finished` deletes it."""
        if finished:
            self._book.remove()
        else:
            self._book.close()

    def _summary(self) -> Summary:
        return Summary(edition=self._edition, pages=self._book.counts()[0], troubles=self._book.troubles())

    def _batches(self, summary: Summary, step: str, on_progress: OnProgress) -> Iterator[_Batch]:
        """How pages end, and what is counted; articles are written where the `step` is to write."""
        apart = {_name(page.ref): page for page in self._stores.queue.set_aside_pages(most=_EVERY)}
        given_up = self._given_up()
        numbers = {name: (page.number, page.reason) for name, page in apart.items()}
        at = Progress(step=step, done=0, of=self._book.counts()[1])
        on_progress(at)
        for group in self._book.articles(self._batch):
            compared = self._compare(group, given_up, summary)
            findings = [checked(finding) for _, finding in compared]
            if step == "write":
                findings = write_articles(self._stores, findings)
            known = [(of, found) for (of, _), found in zip(compared, findings, strict=True)]
            yield self._count(known, numbers, summary)
            at = replace(at, done=at.done + len(group))
            on_progress(at)
        for rows in self._book.refused(self._batch):
            yield self._refused([row for row in rows if _name(row.ref) not in given_up], numbers, summary)
        for rows in self._book.strayed(self._batch):
            yield self._strayed(rows, summary)

    def _given_up(self) -> set[_Name]:
        return {_name(one.page.ref) for one in self._stores.queue.discarded_pages(most=_EVERY)}

    def _compare(
        self,
        group: dict[str, list[Row]],
        given_up: set[_Name],
        summary: Summary,
    ) -> list[tuple[list[Row], Finding]]:
        kept = {id_: [row for row in rows if _name(row.ref) not in given_up] for id_, rows in group.items()}
        summary.discarded += sum(map(len, group.values())) - sum(map(len, kept.values()))
        kept = {id_: rows for id_, rows in kept.items() if rows}
        stored, sightings = self._stores.index.get(list(kept)), self._stores.pieces.sightings_of(list(kept))
        versions = self._stores.index.kept_versions(list(kept))
        said = self._stores.pieces.every_said_again(list(versions)) if versions else {}
        known = histories(versions, versions, said, {})
        names = [*kept, *(row.ref.url for rows in kept.values() for row in rows)]
        refused = self._stores.takedowns.refused(names)
        findings: list[Finding] = []
        for id_, rows in kept.items():
            older = known[id_].kept if id_ in known else ()
            finding = compare(id_, rows, stored.get(id_), sightings.get(id_, []), older)
            held = finding.before.article if finding.before else None
            if not self._work.scope.reads((held, finding.after.article)):
                continue
            if id_ in refused or any(row.ref.url in refused for row in rows):
                summary.take(replace(finding, verdict=Verdict.TAKEN_DOWN))
                continue
            findings.append(finding)
        return [(kept[finding.id], finding) for finding in self._retold(findings)]

    def _count(
        self,
        compared: Sequence[tuple[list[Row], Finding]],
        numbers: dict[_Name, tuple[int, str]],
        summary: Summary,
    ) -> _Batch:
        told = self._stores.told.told([row.ref.url for rows, _ in compared for row in rows])
        before = {(ending.run_id, ending.url): ending for ending in told if ending.outcome in NOT_READ_BEFORE}
        batch = _Batch()
        for rows, finding in compared:
            summary.take(finding)
            if finding.refusal:
                self._left_apart(rows, f"The index does not take the article: {finding.refusal}", numbers, batch)
            else:
                self._now_read(zip(rows, finding.endings, strict=True), before, numbers, batch, summary)
        return batch

    def _retold(self, findings: Sequence[Finding]) -> list[Finding]:
        """An index that came back from a snapshot holds other stories than it was told since."""
        same = {found.id: found.before.story for found in findings if found.verdict is Verdict.SAME and found.before}
        differing = self._stores.stories.differing(same) if same else {}
        return [replace(each, verdict=Verdict.RETOLD) if each.id in differing else each for each in findings]

    def _left_apart(self, rows: Sequence[Row], why: str, numbers: dict[_Name, tuple[int, str]], batch: _Batch) -> None:
        """Set-aside pages that can be read now, of an article that the index does not take: they stay."""
        for row in rows:
            if number := numbers.get(_name(row.ref)):
                batch.apart[number[0]] = why
                run_id, url = row.ref.run_id, row.ref.url
                batch.endings.append(Ending(run_id=run_id, url=url, outcome=Outcome.SET_ASIDE, reason=why))

    def _now_read(
        self,
        pages: Iterable[tuple[Row, Ending]],
        before: dict[tuple[str, str], Ending],
        numbers: dict[_Name, tuple[int, str]],
        batch: _Batch,
        summary: Summary,
    ) -> None:
        """An article's pages that were none before: their endings are told anew, and they are set aside no more."""
        for row, ending in pages:
            told, number = before.get((ending.run_id, ending.url)), numbers.get(_name(row.ref))
            if number:
                batch.settled.append(number[0])
                summary.take_set_aside(number[1], row, ending.outcome.value, None)
            elif told:
                summary.take_page(told, ending)
            if told or number:
                batch.endings.append(ending)

    def _refused(self, rows: Sequence[Row], numbers: dict[_Name, tuple[int, str]], summary: Summary) -> _Batch:
        """Pages that are no article: set aside before, and a listing or a soft 404 as it is read now."""
        batch = _Batch()
        for row in rows:
            number = numbers.get(_name(row.ref))
            if row.outcome is Outcome.SET_ASIDE and number is None:
                summary.would_be_set_aside += 1
            elif row.outcome and row.outcome is not Outcome.SET_ASIDE and number and not self._work.scope.template:
                summary.take_set_aside(number[1], row, row.outcome.value, row.reason)
                batch.settled.append(number[0])
                batch.endings.append(
                    Ending(run_id=row.ref.run_id, url=row.ref.url, outcome=row.outcome, reason=row.reason)
                )
        return batch

    def _strayed(self, rows: Sequence[Row], summary: Summary) -> _Batch:
        """Articles the index holds because of a page that makes none now, or another one.

        Only the very page that made the article as the index holds it counts: an older page may be lost from the
        archive, and one that would be set aside now leaves its article as it is.
        """
        told = self._stores.told.told([row.ref.url for row in rows])
        known = {(ending.url, ending.article_id) for ending in told if ending.article_id}
        ids = {row.ref.key for row in rows} | {id_ for _, id_ in known}
        stored = self._stores.index.get(list(ids - self._book.holds(list(ids))))
        batch = _Batch()
        for row in rows:
            for id_ in {row.ref.key, *(id_ for url, id_ in known if url == row.ref.url)} & stored.keys():
                article = stored[id_].article
                made_by = row.ref.url in article.urls and row.ref.fetched_at.isoformat() == article.fetched_at
                if made_by and row.outcome is not Outcome.SET_ASIDE and self._work.scope.reads((article,)):
                    summary.take_removed(row, id_)
                    batch.removed.append(id_)
        return batch

    def _write(self, batch: _Batch) -> None:
        """After the articles, how pages end, then the set-aside pages: as the worker does."""
        stores = self._stores
        if batch.removed:
            stores.index.remove(batch.removed)
        if batch.endings:
            stores.endings.tell(batch.endings)
        if batch.settled:
            stores.queue.settle_set_aside(batch.settled, by="reprocess", why=f"read by edition {self._edition}")
        if batch.apart:
            stores.queue.keep_set_aside(batch.apart, by="reprocess")


def _filled(held: Document, found: Finding) -> Document:
    return held if found.refusal else replace(found.after, story=held.story)


_Name = tuple[str, str, str]


def _name(ref: PageRef) -> _Name:
    return ref.run_id, ref.url, ref.fetched_at.isoformat()
