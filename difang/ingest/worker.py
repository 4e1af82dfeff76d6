"""The ingest worker: claim pages, read them, write their articles to the index, tell the outcomes, let the pages go."""

from __future__ import annotations

import logging
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace

from difang.ingest.address import is_mirror
from difang.ingest.arrival import Arrival
from difang.ingest.article import Article
from difang.ingest.decide import Decision, decide
from difang.ingest.errors import RetryLater
from difang.ingest.event import Event
from difang.ingest.extract.result import NoArticle, PageReading
from difang.ingest.hindsight import late_among, look_back
from difang.ingest.index.port import ArticleIndex, Document, Written, keep_past
from difang.ingest.newcomers import Newcomer, Newcomers, Nobody
from difang.ingest.note import Note, note_of
from difang.ingest.outcome import Ending, Endings, Outcome
from difang.ingest.pieces import Pieces, SaidAgain
from difang.ingest.queue import Claim, PageQueue
from difang.ingest.readers import Read, Reader, Trouble
from difang.ingest.timeline import History
from difang.ingest.turns import Turns

LEASE_SECONDS = 300.0
"""A batch takes seconds; after this a worker counts as dead and its pages are delivered again."""

MOST_ATTEMPTS_ON_A_BUG = 3
RETRY_SECONDS = 15.0
_NEWS = frozenset((Outcome.INDEXED, Outcome.UPDATED))
_COMES = frozenset((Outcome.INDEXED, Outcome.UPDATED, Outcome.PART))

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Hand:
    """Pages taken from the queue, and what reading those that were fetched gives, in order."""

    claims: list[Claim]
    fetched: list[Claim]
    reads: Future[list[Read]]


@dataclass(slots=True)
class _Batch:
    """The pages in hand, sorted by what is to be done with them."""

    arrivals: dict[str, list[tuple[Claim, Arrival]]] = field(default_factory=lambda: defaultdict(list))
    sightings: dict[str, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    ended: list[tuple[Claim, Ending]] = field(default_factory=list)
    held: dict[str, Document] = field(default_factory=dict)  # what the index holds of each article when all is written
    newcomers: list[Newcomer] = field(default_factory=list)
    apart: list[tuple[Claim, str, str | None]] = field(default_factory=list)
    later: dict[bool, list[Claim]] = field(default_factory=lambda: defaultdict(list))  # by whether a bug is to blame
    reasons: dict[int, str] = field(default_factory=dict)  # why, by the number of the claim

    def end(self, claim: Claim, outcome: Outcome, *, reason: str | None = None, article_id: str | None = None) -> None:
        ref = claim.ref
        ending = Ending(run_id=ref.run_id, url=ref.url, outcome=outcome, reason=reason, article_id=article_id)
        self.ended.append((claim, ending))

    def put_apart(self, claim: Claim, reason: str, tracebacks: str | None = None) -> None:
        self.apart.append((claim, reason, tracebacks))
        self.end(claim, Outcome.SET_ASIDE, reason=reason)


class Worker:
    """Works on batches; a crash anywhere means the batch is delivered again, and a second delivery changes nothing."""

    def __init__(
        self,
        *,
        queue: PageQueue,
        reader: Reader,
        index: ArticleIndex,
        pieces: Pieces,
        endings: Endings,
        newcomers: Newcomers | None = None,
        turns: Turns | None = None,
    ) -> None:
        """The parts are given, and `turns`, if any, to reader and index too; the worker opens and closes none."""
        self._queue = queue
        self._reader = reader
        self._index = index
        self._pieces = pieces
        self._endings = endings
        self._newcomers = newcomers or Nobody()
        self._turns = turns or Turns()
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="read ahead")
        self._next: _Hand | None = None
        self._owed: list[Claim] = []

    def work(self, most: int) -> Counter[Outcome] | None:
        """Take up to `most` pages through to the index; their outcomes, or None when no page was due.

        While it waits for the index the next pages are read; two batches are in hand at most. Raises RetryLater when
        index, queue or ledger are out of reach: the pages are then due again at once.
        """
        self._give_back()
        hand, self._next = self._next or self._take(most), None
        if hand is None:
            return None
        try:
            self._next = self._take(most)
            reads = hand.reads.result()
            with self._turns.computing():
                return self._through(hand, reads)
        except BaseException:
            self._drop(hand)
            self.let_go()
            raise

    def let_go(self) -> None:
        """Give back what was read ahead: nobody will ask for it."""
        hand, self._next = self._next, None
        if hand is not None:
            self._drop(hand)
        with suppress(RetryLater):
            self._give_back()

    def _take(self, most: int) -> _Hand | None:
        claims = self._queue.claim(most, lease_seconds=LEASE_SECONDS)
        if not claims:
            return None
        fetched = [claim for claim in claims if claim.ref.position is not None]
        refs = [claim.ref for claim in fetched]
        return _Hand(claims=claims, fetched=fetched, reads=self._ahead.submit(self._reader.read, refs))

    def _drop(self, hand: _Hand) -> None:
        hand.reads.cancel()
        self._owed += hand.claims

    def _give_back(self) -> None:
        """Where the queue's disk is full this is tried again before anything else, or the lease would hold them."""
        if self._owed:
            self._queue.retry_later(self._owed, delay_seconds=0, counted=False)
            self._owed = []

    def _through(self, hand: _Hand, reads: Sequence[Read]) -> Counter[Outcome]:
        batch = self._sort(hand, reads)
        self._write(batch)
        self._newcomers.tell(batch.newcomers)
        self._endings.tell([ending for _, ending in batch.ended], list(_notes(batch)))
        for claim, reason, tracebacks in batch.apart:
            self._queue.set_aside(claim, reason=reason, traceback=tracebacks)
        apart = {claim.number for claim, _, _ in batch.apart}
        self._queue.done([claim for claim, _ in batch.ended if claim.number not in apart])
        for bug, claimed in batch.later.items():
            self._queue.retry_later(claimed, delay_seconds=RETRY_SECONDS, counted=bug, reasons=batch.reasons)
        return Counter(ending.outcome for _, ending in batch.ended)

    def _sort(self, hand: _Hand, reads: Sequence[Read]) -> _Batch:
        batch = _Batch()
        for claim, read in zip(hand.fetched, reads, strict=True):
            self._sort_one(batch, claim, read)
        for claim in hand.claims:
            if claim.ref.position is None:
                batch.sightings[claim.ref.key].append(claim)
        return batch

    def _sort_one(self, batch: _Batch, claim: Claim, read: Read) -> None:
        match read:
            case PageReading():
                batch.arrivals[read.article.id].append((claim, Arrival(ref=claim.ref, reading=read)))
            case NoArticle(outcome=Outcome.SET_ASIDE):
                batch.put_apart(claim, read.reason, read.traceback)
            case NoArticle():
                batch.end(claim, read.outcome, reason=read.reason)
            case Trouble():
                self._trouble(batch, [claim], read)

    def _trouble(self, batch: _Batch, claims: Iterable[Claim], trouble: Trouble) -> None:
        for claim in claims:
            if trouble.bug and claim.attempt >= MOST_ATTEMPTS_ON_A_BUG:
                batch.put_apart(claim, trouble.reason, trouble.traceback)
            else:
                told = Event.PAGE_AGAIN.of(url=claim.ref.url, attempt=claim.attempt)
                log.warning("%s is tried again: %s", claim.ref.url, trouble.reason, extra=told)
                batch.later[trouble.bug].append(claim)
                batch.reasons[claim.number] = trouble.reason

    def _write(self, batch: _Batch) -> None:
        ids = [*batch.arrivals, *(key for key in batch.sightings if key not in batch.arrivals)]
        if not ids:
            return
        stored = self._index.get(ids)
        decisions = self._decide_all(batch, ids, stored)
        documents: list[Document] = []
        superseded: list[Article] = []
        spare: list[Article] = []
        said_again: list[SaidAgain] = []
        settled: dict[str, list[tuple[Claim, Outcome]]] = {}
        for article_id, decision in decisions.items():
            if decision.document:
                documents.append(decision.document)
            if held := decision.document or stored.get(article_id):
                batch.held[article_id] = held
                if at := decision.said_again:
                    said_again.append(SaidAgain(article_id=article_id, held_at=held.article.fetched_at, said_at=at))
            superseded += decision.superseded
            if decision.beside:
                spare += decision.beside.spare
                said_again += decision.beside.said_before
            pages = batch.arrivals.get(article_id, [])
            settled[article_id] = [
                *zip([claim for claim, _ in pages], decision.outcomes, strict=True),
                *((claim, Outcome.SIGHTING) for claim in batch.sightings.get(article_id, [])),
            ]
        if said_again:
            self._pieces.keep_said_again(said_again)
        if superseded or spare:  # first, or a crash between the two would lose what a correction corrects
            keep_past(self._index, superseded, spare)
        self._send(batch, documents, settled)

    def _decide_all(self, batch: _Batch, ids: Sequence[str], stored: Mapping[str, Document]) -> dict[str, Decision]:
        self._keep_pieces(batch, stored)
        parts, sightings = self._pieces.parts_of(list(batch.arrivals)), self._pieces.sightings_of(ids)
        decisions = self._decide(batch, ids, stored, parts, sightings, {}, {})
        asked = {
            id_: stored[id_].article.fetched_at
            for id_, decision in decisions.items()
            if id_ in stored
            and (not _NEWS.isdisjoint(decision.outcomes) or any(map(is_mirror, stored[id_].article.urls)))
        }
        several = {id_: stored[id_].article.fetched_at for id_ in parts if id_ in stored}
        said = self._pieces.said_again(asked | several) if asked or several else {}
        known = self._look_back(batch, stored, parts, asked, said) if stored or parts else {}
        if again := (said.keys() | known.keys()) & decisions.keys():
            decisions = {id_: decision for id_, decision in decisions.items() if id_ not in again}
            decisions |= self._decide(batch, sorted(again), stored, parts, sightings, said, known)
        beside = [decisions[id_].beside for id_ in known if id_ in decisions]
        begun = [article for one in beside if one for article in one.begun]
        if begun:
            self._pieces.keep_earlier([PageReading(article=article, page=1) for article in begun])
        return decisions

    def _look_back(
        self,
        batch: _Batch,
        stored: Mapping[str, Document],
        parts: Mapping[str, list[PageReading]],
        asked: Iterable[str],
        said: Mapping[str, str],
    ) -> dict[str, History]:
        came = {id_: [got for _, got in batch.arrivals[id_]] for id_ in stored if id_ in batch.arrivals}
        late = late_among(came, stored, said)
        return look_back(late=late, corrected=asked, several=parts, pieces=self._pieces, index=self._index)

    def _decide(
        self,
        batch: _Batch,
        ids: Sequence[str],
        stored: Mapping[str, Document],
        parts: Mapping[str, list[PageReading]],
        sightings: Mapping[str, list[str]],
        said_again: Mapping[str, str],
        histories: Mapping[str, History],
    ) -> dict[str, Decision]:
        decisions: dict[str, Decision] = {}
        for article_id in ids:
            pages = batch.arrivals.get(article_id, [])
            try:
                decisions[article_id] = decide(
                    [arrival for _, arrival in pages],
                    stored=stored.get(article_id),
                    parts=parts.get(article_id, []),
                    sightings=sightings.get(article_id, []),
                    said_again=said_again.get(article_id, ""),
                    history=histories.get(article_id),
                )
            except Exception as error:  # one article must not stop the others
                bug = Trouble(reason=f"{type(error).__name__}: {error}", bug=True, traceback=traceback.format_exc())
                self._trouble(batch, [claim for claim, _ in pages] + batch.sightings.get(article_id, []), bug)
        return decisions

    def _keep_pieces(self, batch: _Batch, stored: Mapping[str, Document]) -> None:
        readings = [arrival.reading for pages in batch.arrivals.values() for _, arrival in pages]
        several = {reading.article.id for reading in readings if reading.page > 1 or reading.parts}
        known = self._pieces.parts_of(list(batch.arrivals))
        several |= known.keys()
        pages = [reading for reading in readings if reading.article.id in several]
        split = {  # a first page that named no other, read before the piece was split
            id_: held.article
            for id_ in several
            if (held := stored.get(id_))
            and held.article.page_count == 1
            and not any(p.page == 1 for p in known.get(id_, []))
        }
        said = self._pieces.said_again({id_: held.fetched_at for id_, held in split.items()}) if split else {}
        firsts = [replace(held, fetched_at=said.get(id_, held.fetched_at)) for id_, held in split.items()]
        pages[:0] = [PageReading(article=first, page=1) for first in firsts]
        if pages:
            self._pieces.keep_parts(pages)
        if seen := [(key, claim.ref.url) for key, claims in batch.sightings.items() for claim in claims]:
            self._pieces.keep_sightings(seen)

    def _send(
        self, batch: _Batch, documents: Sequence[Document], settled: dict[str, list[tuple[Claim, Outcome]]]
    ) -> None:
        results = {result.id: result for result in self._index.write(documents)} if documents else {}
        for article_id, pages in settled.items():
            result = results.get(article_id)
            if result and result.written is Written.RETRY:
                self._trouble(batch, [claim for claim, _ in pages], Trouble(reason=str(result.reason), bug=False))
            elif result and result.written is Written.STALE:
                newer = Trouble(reason="A newer version was written just now; it is compared with that one.", bug=False)
                self._trouble(batch, [claim for claim, _ in pages], newer)
            elif result and result.written is Written.REJECTED:
                for claim, _ in pages:
                    batch.put_apart(claim, f"The index does not take the article: {result.reason}")
            else:
                for claim, outcome in pages:
                    batch.end(claim, outcome, article_id=article_id)
                outcomes = {outcome for _, outcome in pages}
                if outcomes & _COMES and article_id in batch.held:
                    held = batch.held[article_id]
                    batch.newcomers.append(Newcomer(document=held, new=Outcome.INDEXED in outcomes))


def _notes(batch: _Batch) -> Iterator[Note]:
    """How the pages were read that ended in this batch: first pages of articles, and what was set aside unread.

    Later pages don't count: the seven of a gallery are one piece of evidence, and their number would drown the rest.
    """
    readings = {claim.number: got.reading for pages in batch.arrivals.values() for claim, got in pages}
    for claim, ending in batch.ended:
        reading, ref = readings.get(claim.number), claim.ref
        if reading and reading.page == 1:
            yield note_of(ref, reading.article, reading.ahead)
        elif not reading and ref.position and ending.outcome is Outcome.SET_ASIDE:
            yield note_of(ref, None)
