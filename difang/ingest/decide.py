"""What becomes of pages that arrive: compared with what the index holds, each page gets its outcome. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from difang.ingest.address import is_mirror
from difang.ingest.arrival import Arrival, is_copy_of, is_original_of
from difang.ingest.article import Article
from difang.ingest.extract import join
from difang.ingest.extract.result import PageReading
from difang.ingest.index.port import Document
from difang.ingest.outcome import Outcome
from difang.ingest.pieces import SaidAgain
from difang.ingest.timeline import History, Past, Stood, counting_of, joined, past_of, past_of_several, same


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What is to be known besides: seldom anything.

    `spare` are kept versions that are none, `said_before` when older versions were said again, `begun` what is held as
    it was said before the time it is held by.
    """

    spare: tuple[Article, ...] = ()
    said_before: tuple[SaidAgain, ...] = ()
    begun: tuple[Article, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The document to write (None: the index already holds it so), and the outcome of each arrival, in order.

    `superseded` are older versions to keep, which the document corrects, or which came after it. `said_again` is the
    newest time at which a page is known to have said what the index then holds, None where it is the document's own;
    earlier than that where the original took the place of a mirror's copy fetched later.
    """

    document: Document | None
    outcomes: tuple[Outcome, ...]
    superseded: tuple[Article, ...] = ()
    said_again: str | None = None
    beside: Beside | None = None


def decide(
    arrivals: Sequence[Arrival],
    *,
    stored: Document | None,
    parts: Sequence[PageReading],
    sightings: Sequence[str],
    said_again: str = "",
    history: History | None = None,
) -> Decision:
    """Fold the arrivals of one article, in order of fetching, into what the index holds of it.

    `parts` are all pages known of the article where it has several (the arrivals among them), else empty;
    `sightings` further addresses it was seen at; `said_again` is the newest time at which a page is known to have said
    what `stored` says. Deciding twice on the same arrivals gives the same document. With `history` the older versions
    are those of all that is known, whatever came late; without it those that the arrivals themselves make older.
    """
    current, until = stored, said_again
    outcomes: dict[int, Outcome] = {}
    superseded: list[Article] = []
    said_before: list[SaidAgain] = []
    first = next((part for part in parts if part.page == 1), None)
    for place in _in_order(arrivals):
        arrival, said_at = arrivals[place], until
        if arrival.reading.page > 1:
            outcomes[place] = Outcome.PART
            after, until = _complete(current, join(parts), first, until) if first else (current, until)
        else:
            after, outcomes[place], until = _settle(current, arrival, parts, until)
        superseded += _superseded(current, after, arrival, parts, said_at)
        if said_at and current and said_at != until and current.article.fetched_at < said_at:
            held_at = current.article.fetched_at
            said_before.append(SaidAgain(article_id=current.article.id, held_at=held_at, said_at=said_at))
        current = after
    if current and sightings:
        current = _seen_at(current, sightings)
    document = current if current != stored else None
    decision = Decision(
        document=document,
        outcomes=tuple(outcomes[place] for place in range(len(arrivals))),
        superseded=tuple(superseded),
        said_again=until if current and until not in ("", current.article.fetched_at) else None,
        beside=Beside(said_before=tuple(said_before)) if said_before else None,
    )
    if history and current and parts:
        return _over_time(decision, current, stored, arrivals, [*history.readings, *parts], history, said_again)
    if history and current and (past := _past(current.article, stored, arrivals, history, said_again)):
        beside = Beside(spare=past.spare, said_before=said_before_of(past), begun=past.begun)
        return replace(decision, superseded=past.lacking, beside=beside)
    return decision


def _over_time(
    decision: Decision,
    current: Document,
    stored: Document | None,
    arrivals: Sequence[Arrival],
    readings: Sequence[PageReading],
    history: History,
    said_again: str,
) -> Decision:
    """Of an article of several pages all times are known: it is held from when it said so, but never goes back."""
    held = None
    if stored and not (said_again and said_again < stored.article.fetched_at):  # by a time that is not its own
        held = Stood(article=stored.article)
    newest, past = past_of_several(current.article, held=held, kept=history.kept, readings=readings)
    if past is None:
        return decision
    time = max(past.since, stored.article.fetched_at if stored else "")
    addresses = [url for reading in readings if reading.page == 1 for url in reading.article.urls]
    document = _seen_at(replace(current, article=replace(newest, fetched_at=time)), addresses)
    corrected = stored and not same(stored.article, replace(newest, url=stored.article.url))
    return replace(
        decision,
        document=document if document != stored else None,
        outcomes=_corrected_by(arrivals, decision.outcomes, readings) if corrected else decision.outcomes,
        superseded=past.lacking,
        said_again=past.until if past.until > time else None,
        beside=Beside(spare=past.spare, said_before=said_before_of(past), begun=past.begun),
    )


def _corrected_by(
    arrivals: Sequence[Arrival], outcomes: Sequence[Outcome], readings: Sequence[PageReading]
) -> tuple[Outcome, ...]:
    """The first page that counts now, where it says otherwise than the one before it, made the article what it is."""
    firsts = sorted(
        (reading for reading in counting_of(readings) if reading.page == 1),
        key=lambda reading: reading.article.fetched_at,
    )
    if len(firsts) > 1 and same(firsts[-2].article, firsts[-1].article):
        return tuple(outcomes)
    made = (1, firsts[-1].article.fetched_at)
    return tuple(
        Outcome.UPDATED if outcome is Outcome.UNCHANGED and made == (of.page, of.article.fetched_at) else outcome
        for of, outcome in zip((arrival.reading for arrival in arrivals), outcomes, strict=True)
    )


def _past(
    newest: Article, stored: Document | None, arrivals: Sequence[Arrival], history: History, said_again: str
) -> Past | None:
    own = [arrival for arrival in arrivals if not is_copy_of(arrival, newest)]
    copied = not all(map(is_mirror, newest.urls))
    known = [reading.article for reading in history.readings if not (copied and reading.is_mirrored)]
    observed = known + [arrival.reading.article for arrival in own]
    held = None
    if stored and not any(is_original_of(arrival, stored.article) for arrival in own):
        article = stored.article
        if said_again and said_again < article.fetched_at:  # its own time, not its mirror's
            article = replace(article, fetched_at=said_again)
        again = (*history.said.get(stored.article.fetched_at, ()), *([said_again] if said_again else []))
        held = Stood(article=article, again=again)
    return past_of(newest, held=held, kept=history.kept, observed=observed)


def said_before_of(past: Past) -> tuple[SaidAgain, ...]:
    """When older versions of one page were said again; of those of several their pages are known."""
    return tuple(
        SaidAgain(article_id=stood.article.id, held_at=stood.article.fetched_at, said_at=time)
        for stood in past.older
        for time in stood.again
        if stood.article.page_count == 1
    )


def _in_order(arrivals: Sequence[Arrival]) -> Sequence[int]:
    places = range(len(arrivals))
    return sorted(places, key=lambda place: _order(arrivals[place])) if len(arrivals) > 1 else places


def _order(arrival: Arrival) -> tuple[bool, str]:
    return (is_mirror(arrival.ref.url), arrival.reading.article.fetched_at)


def _settle(
    current: Document | None, arrival: Arrival, parts: Sequence[PageReading], until: str
) -> tuple[Document, Outcome, str]:
    """The document, the arrival's outcome, and the newest time at which a page said what the document says.

    The time is empty where it is the document's own. No document goes back behind the time of one it takes the place
    of, or the index would refuse it: an original fetched before its mirror has the mirror's time, and `until` its own.
    """
    own = arrival.reading.article
    article = _joined(arrival.reading, parts)
    if current is None:
        return Document(article=article, first_seen=own.fetched_at), Outcome.INDEXED, ""
    held = current.article
    seen = _seen_at(current, article.urls)
    if is_copy_of(arrival, held):
        return seen, Outcome.SIGHTING, until
    elsewhere = article.url != held.url
    said = _says_what(held, article, elsewhere)
    superseded = any(part.page == 1 and part.article.fetched_at > own.fetched_at for part in parts)
    latest, original = max(held.fetched_at, until), is_original_of(arrival, held)
    if superseded and original:  # the one that supersedes it takes the mirror's place
        return current, Outcome.SIGHTING if elsewhere else _said_before(current, own), until
    in_its_place = original and own.fetched_at < latest
    if said and original and not in_its_place:
        seen, until = replace(seen, article=replace(seen.article, fetched_at=own.fetched_at)), ""
    elif said and in_its_place:
        seen, until = replace(seen, article=replace(seen.article, fetched_at=latest)), own.fetched_at
    elif said:
        until = max(until or held.fetched_at, own.fetched_at)
    late = article.fetched_at < min(held.fetched_at, until or held.fetched_at) and not in_its_place
    if said or superseded or late:
        return seen, Outcome.SIGHTING if elsewhere else _said_before(current, own), until
    if in_its_place or article.fetched_at < held.fetched_at:
        article, until = replace(article, fetched_at=max(article.fetched_at, latest)), own.fetched_at
    elif max(held.fetched_at, own.fetched_at) < until and not parts:  # between two pages that say the same: the later
        again = replace(seen, article=replace(seen.article, fetched_at=until))
        return again, Outcome.SIGHTING if elsewhere else Outcome.UNCHANGED, until
    else:
        until = ""
    newer = Document(article=replace(article, url=held.url, urls=seen.article.urls), first_seen=current.first_seen)
    return newer, Outcome.INDEXED if own.fetched_at == current.first_seen else Outcome.UPDATED, until


def _says_what(held: Article, article: Article, elsewhere: bool) -> bool:
    return article.content_hash == held.content_hash if elsewhere else same(article, held)


def _superseded(
    before: Document | None, after: Document | None, arrival: Arrival, parts: Sequence[PageReading], said_at: str
) -> Iterator[Article]:
    """The older version there is beside `after`: what it corrects, or the page itself where it came late.

    No correction are a page more of the article, another reading of the same page, and the mirror's text replaced.
    """
    if before is None or after is None:
        return
    held = before.article
    if not is_mirror(arrival.ref.url) and said_at and said_at < held.fetched_at:  # its own time, not its mirror's
        held = replace(held, fetched_at=said_at)
    moved, said_again = held.fetched_at < after.article.fetched_at, same(held, after.article)
    copied = parts and said_at and said_at < before.article.fetched_at  # with pages of the mirror's
    corrected = said_again or held.page_count >= after.article.page_count
    if moved and corrected and not copied and not is_original_of(arrival, held):
        yield held
    if (said_again or not moved) and arrival.reading.page == 1 and not is_copy_of(arrival, held):
        late = replace(_joined(arrival.reading, parts), url=held.url)
        elsewhere = arrival.reading.article.url != held.url
        if late.fetched_at < after.article.fetched_at and not _says_what(after.article, late, elsewhere):
            yield late


def _joined(reading: PageReading, parts: Sequence[PageReading]) -> Article:
    later_pages = [part for part in parts if part.page > 1]
    return joined([reading, *later_pages])


def _said_before(current: Document, own: Article) -> Outcome:
    """Nothing new: either this very page made the article what it is and is delivered again, or it is unchanged."""
    if own.fetched_at == current.first_seen:
        return Outcome.INDEXED
    return Outcome.UPDATED if own.fetched_at == current.article.fetched_at else Outcome.UNCHANGED


def _complete(current: Document | None, joined: Article, first: PageReading, until: str) -> tuple[Document, str]:
    if current is None:
        return Document(article=joined, first_seen=first.article.fetched_at), until
    seen, held_at = _seen_at(current, joined.urls), current.article.fetched_at
    in_its_place = not first.is_mirrored and all(map(is_mirror, current.article.urls))
    late = joined.fetched_at < min(held_at, until or held_at)
    if not in_its_place and (late or same(joined, current.article)):
        return seen, until
    latest = max(held_at, until) if in_its_place else held_at
    joined, until = replace(joined, fetched_at=max(joined.fetched_at, latest)), joined.fetched_at
    return Document(article=replace(joined, urls=seen.article.urls), first_seen=current.first_seen), until


def _seen_at(document: Document, urls: Sequence[str]) -> Document:
    """The document with these addresses added: the canonical one first, the others sorted, however they came."""
    article = document.article
    known = set(article.urls) | set(urls)
    first = [article.url] if article.url in known else []
    ordered = (*first, *sorted(known - {article.url}))
    return document if ordered == article.urls else replace(document, article=replace(article, urls=ordered))
