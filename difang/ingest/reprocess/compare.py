"""Comparing one article as the archive's pages make it now with what the index holds of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from difang.ingest.address import is_mirror
from difang.ingest.arrival import Arrival
from difang.ingest.article import Article
from difang.ingest.decide import Decision, decide, said_before_of
from difang.ingest.extract.result import PageReading
from difang.ingest.index.port import Document
from difang.ingest.outcome import Ending, Outcome
from difang.ingest.pieces import SaidAgain
from difang.ingest.reprocess.workbook import Row
from difang.ingest.timeline import Past, Stood, past_of, past_of_several

_NOT_COMPARED = {"fetched_at", "content_hash"}
_FIELDS = tuple(field.name for field in fields(Article) if field.name not in _NOT_COMPARED)


class Verdict(StrEnum):
    """What became of one article by reading its pages again."""

    SAME = "same"  # the index holds it so
    CHANGED = "changed"  # fields of it read otherwise now
    ADDED = "added"  # the index does not hold it
    RETOLD = "retold"  # the index holds it so, but for the story it tells together with others
    NEWER = "newer_in_index"  # the index holds a page fetched later than any in the archive says: left alone
    TAKEN_DOWN = "taken_down"  # it is on the takedown list: left out
    WAITING = "waiting"  # its first page is not in the archive: nothing is made of the later ones
    REFUSED = "refused"  # the index does not take it: left as it was


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """The verdict on an article: what the index holds, what it should hold, the fields that differ.

    `older` are versions the archive shows that were corrected since and the index lacks, `spare` kept ones beside which
    another says the same; `pages` its pages where it has several, as often as they were fetched; `endings` how each
    page ends; `said_again` the newest time at which a page is known to have said what `after` says, `said_before` the
    same of older versions; `refusal` is why the index does not take it.
    """

    id: str
    verdict: Verdict
    before: Document | None
    after: Document
    fields: tuple[str, ...] = ()
    older: tuple[Article, ...] = ()
    spare: tuple[Article, ...] = ()
    said_before: tuple[SaidAgain, ...] = ()
    pages: tuple[PageReading, ...] = ()
    endings: tuple[Ending, ...] = ()
    said_again: str | None = None
    refusal: str | None = None

    @property
    def differs(self) -> bool:
        """Whether the index is to be told of it."""
        return self.verdict in (Verdict.CHANGED, Verdict.ADDED, Verdict.RETOLD)

    def refused(self, why: str) -> Finding:
        """That the index does not take it, in the index's own words."""
        return replace(self, verdict=Verdict.REFUSED, refusal=why)


def compare(
    article_id: str,
    rows: Sequence[Row],
    stored: Document | None,
    sightings: Sequence[str],
    kept: Sequence[Stood] = (),
) -> Finding:
    """Fold all pages of an article, as if they had just come in the order they were fetched, and compare.

    The same page read again replaces what it made before: the time of fetching, which is the version, stays. `kept`
    are the older versions the index keeps.
    """
    arrivals = [Arrival(ref=row.ref, reading=row.read()) for row in rows]
    finding = _compare(article_id, arrivals, stored, sightings)
    return finding if finding.verdict is Verdict.WAITING else _with_past(finding, arrivals, kept)


def _with_past(finding: Finding, arrivals: Sequence[Arrival], kept: Sequence[Stood]) -> Finding:
    """With the older versions that the archive, what is held and what is kept tell of together."""
    newest, held = finding.after.article, finding.before.article if finding.before else None
    if finding.pages:
        stood = Stood(article=held) if held else None
        newest, past = past_of_several(newest, held=stood, kept=kept, readings=finding.pages)
        finding = replace(finding, after=replace(finding.after, article=newest))
    else:
        copied = not all(map(is_mirror, newest.urls))
        own = [arrival.reading.article for arrival in arrivals if not (copied and is_mirror(arrival.ref.url))]
        mirrored = {arrival.reading.article.fetched_at for arrival in arrivals} - {one.fetched_at for one in own}
        stood = Stood(article=held) if held and held.fetched_at not in mirrored else None
        past = past_of(newest, held=stood, kept=kept, observed=own)
    there = {one.article.fetched_at for one in kept}
    if past is None:
        return replace(finding, older=tuple(one for one in finding.older if one.fetched_at not in there))
    timed = _in_time(finding, past)
    return replace(timed, older=past.lacking, spare=past.spare, said_before=said_before_of(past))


def _in_time(finding: Finding, past: Past) -> Finding:
    """With the time it is to be held by: the one it is held by, where it said so then and nothing else since."""
    made, before = finding.after.article, finding.before
    if finding.verdict not in (Verdict.ADDED, Verdict.SAME, Verdict.CHANGED):
        return finding
    differing = _differing(before.article, made) if before else ()
    if before and not differing:
        time = max(before.article.fetched_at, past.since)
        differing = ("fetched_at",) if time > before.article.fetched_at else ()
    elif finding.pages:
        time = max(before.article.fetched_at if before else "", past.since)
    else:
        time = made.fetched_at
    said_again = past.until if finding.pages and past.until > time else finding.said_again
    return replace(
        finding,
        verdict=finding.verdict if before is None else Verdict.CHANGED if differing else Verdict.SAME,
        after=replace(finding.after, article=replace(made, fetched_at=time)),
        fields=differing,
        said_again=said_again,
    )


def _compare(
    article_id: str, arrivals: Sequence[Arrival], stored: Document | None, sightings: Sequence[str]
) -> Finding:
    readings = [arrival.reading for arrival in arrivals]
    in_order = sorted(readings, key=lambda reading: (not reading.is_mirrored, reading.article.fetched_at))
    newest = {reading.page: reading for reading in in_order}
    several = any(reading.page > 1 or reading.parts for reading in newest.values())
    parts = [newest[page] for page in sorted(newest)] if several else []
    known = [*sightings, *(stored.article.urls if stored else ())]
    decision = decide(arrivals, stored=None, parts=parts, sightings=known)
    endings = tuple(
        Ending(run_id=arrival.ref.run_id, url=arrival.ref.url, outcome=outcome, article_id=article_id)
        for arrival, outcome in zip(arrivals, decision.outcomes, strict=True)
    )
    after = decision.document
    if after is None:  # later pages alone: their first page is nowhere in the archive
        return _left(article_id, stored, arrivals[0].reading.article, endings)
    if stored is None:
        return Finding(
            id=article_id,
            verdict=Verdict.ADDED,
            before=None,
            after=after,
            older=decision.superseded,
            pages=tuple(readings) if several else (),
            endings=endings,
            said_again=decision.said_again,
        )
    after = _in_place_of(stored, after)
    held, older = stored.article, decision.superseded
    if held.fetched_at > after.article.fetched_at:
        if held.fetched_at in {arrival.reading.article.fetched_at for arrival in arrivals}:
            own = decision.said_again or after.article.fetched_at
            after = replace(after, article=replace(after.article, fetched_at=held.fetched_at))
            if any(map(is_mirror, held.urls)) and own < held.fetched_at:
                decision = replace(decision, said_again=own)  # the mirror's copy was fetched then
        elif held.fetched_at < (decision.said_again or ""):
            after, older = _said_later(held, after, decision)
        else:
            return Finding(
                id=article_id,
                verdict=Verdict.NEWER,
                before=stored,
                after=stored,
                older=decision.superseded,
                pages=tuple(readings) if several else (),
                endings=endings,
            )
    differing = _differing(held, after.article)
    if not differing and any(held.fetched_at < one.fetched_at for one in older):
        differing = ("fetched_at",)  # it said something else in between
    return Finding(
        id=article_id,
        verdict=Verdict.CHANGED if differing else Verdict.SAME,
        before=stored,
        after=after,
        fields=differing,
        older=older,
        pages=tuple(readings) if several else (),
        endings=endings,
        said_again=decision.said_again,
    )


def _said_later(held: Article, after: Document, decision: Decision) -> tuple[Document, tuple[Article, ...]]:
    """The index holds what was fetched between two pages of the archive that say the same: they count."""
    made = after.article
    if not _differing(held, made):
        return replace(after, article=replace(made, fetched_at=held.fetched_at)), decision.superseded
    newest = replace(made, fetched_at=decision.said_again or made.fetched_at)
    return replace(after, article=newest), (*decision.superseded, made, held)


def _differing(one: Article, other: Article) -> tuple[str, ...]:
    return tuple(name for name in _FIELDS if getattr(one, name) != getattr(other, name))


def said_again(finding: Finding) -> SaidAgain | None:
    """When a page last said what the index holds then, where that is not the time the index holds it by."""
    held_at = finding.after.article.fetched_at
    if finding.said_again is None or finding.said_again == held_at:
        return None
    return SaidAgain(article_id=finding.id, held_at=held_at, said_at=finding.said_again)


def _left(article_id: str, stored: Document | None, article: Article, endings: tuple[Ending, ...]) -> Finding:
    held = stored or Document(article=article, first_seen=article.fetched_at)
    verdict = Verdict.SAME if stored else Verdict.WAITING
    return Finding(id=article_id, verdict=verdict, before=stored, after=held, endings=endings)


def _in_place_of(stored: Document, after: Document) -> Document:
    """With the address the index knows it by, and seen first when it was."""
    article, url = after.article, stored.article.url
    if url in article.urls and url != article.url:
        others = sorted(set(article.urls) - {url})
        article = replace(article, url=url, urls=(url, *others))
    return Document(article=article, first_seen=min(stored.first_seen, after.first_seen))


NOT_READ_BEFORE = (Outcome.SET_ASIDE, Outcome.NOT_AN_ARTICLE)
"""How a page ended that was no article when it was read first."""
