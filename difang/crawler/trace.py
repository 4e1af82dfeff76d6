"""Tracing an address or an article: discovered, fetched, archived, indexed, or where it stopped and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from difang.crawler.archive import Archive
from difang.crawler.channels import Channel, channel_of
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.traces import Discovered
from difang.crawler.politeness.robots import kept_rules
from difang.crawler.takedown import names_of, nonsense, refuse_nonsense
from difang.ingest.address import article_address, clean_href
from difang.ingest.errors import RetryLater, SetAside, UsageError
from difang.ingest.index.port import ArticleIndex, Document
from difang.ingest.outcome import Outcome
from difang.ingest.page import PageRef
from difang.ingest.queue import PageQueue
from difang.ingest.set_aside import Attempt, Chosen, SetAsidePage
from difang.ingest.takedown import Takedown

_BARE_ADDRESS = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]+)?/")
"""As a browser shows it: no article id looks so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetch:
    """One response in the archive: when it was fetched and with what status; `trouble` where it cannot be read."""

    at: datetime | None
    status: int | None
    final_url: str | None
    trouble: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One address as one run met it, its response where there is one, and what was tried where it gave trouble."""

    discovered: Discovered
    fetch: Fetch | None
    set_aside: SetAsidePage | None
    history: tuple[Attempt, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Indexed:
    """An article as the index holds it; `versions` are the times of fetching of all its versions, newest first."""

    document: Document
    versions: tuple[str, ...]


class Standing(StrEnum):
    """Where an address or article stands."""

    INDEXED = "indexed"
    SET_ASIDE = "set_aside"
    DISCARDED = "discarded"  # set aside, and given up by an operator
    REFUSED = "refused"  # by the takedown list or robots.txt, whether it was met or not
    UNFETCHED = "unfetched"  # discovered, for the next crawl
    QUEUED = "queued"  # fetched, for the next worker
    FAILED = "failed"  # fetching gave nothing
    WAITING = "waiting"  # later pages of an article whose first page has not come
    LACKING = "lacking"  # it ended well, but the index has lost it
    INDEX_AWAY = "index_away"  # it may be in the index, which cannot be asked now
    ENDED = "ended"  # as what is no article
    UNKNOWN_ID = "unknown_id"
    FOREIGN = "foreign"  # never met, and its host is no channel's
    CENTRAL = "central"  # never met, and its host is the site's, but no channel's
    UNMET = "unmet"  # never met, on a channel's host


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """All that is known; `verdict` says `standing` in words and what to do, in one sentence or two.

    `channel` is the host's, None for a host nobody knows and for an id; `refused_by` why a crawl would not fetch the
    address: the takedown list or robots.txt as it was fetched last; `index_away` why the index could not be asked.
    """

    target: str
    ids: tuple[str, ...]
    urls: tuple[str, ...]
    channel: str | None
    refused_by: str | None
    steps: tuple[Step, ...]
    indexed: tuple[Indexed, ...]
    takedowns: tuple[Takedown, ...]
    standing: Standing
    verdict: str
    index_away: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where to look; all open, none closed here. `agent` is the crawl's user agent, for robots.txt."""

    ledger: Ledger
    archive: Archive
    queue: PageQueue
    index: ArticleIndex
    channels: Sequence[Channel]
    agent: str


def trace(target: str, places: Places) -> Trace:
    """Everything about an address (`http://` may be left out) or an article id; one nobody met is told as such.

    Where the index is out of reach all else is told. Raises UsageError where the target is neither, RetryLater where
    the ledger is out of reach.
    """
    if _BARE_ADDRESS.match(target):
        target = f"http://{target}"
    away = _away(target, places.index)
    index = None if away else places.index
    url = clean_href(target, target) if "://" in target else None
    if "://" in target and url is None:
        raise nonsense(target)
    channel = _channel(url, places.channels) if url else None
    if url and channel is None:
        ids: tuple[str, ...] = ()
        urls: tuple[str, ...] = (url,)
    else:
        names = names_of(target, places.channels, places.ledger, index)
        ids = tuple(name for name in names if "://" not in name)
        urls = tuple(name for name in names if "://" in name)
    steps = tuple(_step(found, places) for found in places.ledger.traces.of(ids, urls))
    indexed = (
        tuple(
            Indexed(document=held, versions=tuple(version.article.fetched_at for version in index.versions(id_)))
            for id_, held in index.get(ids).items()
        )
        if index
        else ()
    )
    takedowns = tuple(places.ledger.takedowns.of([*ids, *urls]))
    refused = _refused(url, [*ids, *urls], places)
    standing, verdict = _verdict(url, channel, refused, steps, indexed, away)
    if standing is Standing.UNKNOWN_ID:  # what is met has a form of its own, whatever it is
        refuse_nonsense(target)
    return Trace(
        target=target,
        ids=ids,
        urls=urls,
        channel=channel.slug if channel else None,
        refused_by=refused,
        steps=steps,
        indexed=indexed,
        takedowns=takedowns,
        standing=standing,
        verdict=verdict,
        index_away=away,
    )


def _away(target: str, index: ArticleIndex) -> str | None:
    try:
        index.get([target])
    except RetryLater as error:
        return str(error)
    return None


def _channel(url: str, channels: Sequence[Channel]) -> Channel | None:
    try:
        return channel_of(url, channels)
    except UsageError:
        return None


def _step(found: Discovered, places: Places) -> Step:
    fetch: Fetch | None = None
    page: SetAsidePage | None = None
    history: tuple[Attempt, ...] = ()
    if found.position is not None:
        fetch = _fetch(found, places.archive)
        if fetch.at is not None:
            ref = PageRef(
                url=found.url, key=found.key, run_id=found.run_id, fetched_at=fetch.at, position=found.position
            )
            history = tuple(places.queue.history(ref))
        apart = places.queue.set_aside_pages(most=10, chosen=Chosen(url=found.url, run_id=found.run_id))
        page = next((one for one in apart if one.ref.url == found.url), None)
    return Step(discovered=found, fetch=fetch, set_aside=page, history=history)


def _fetch(found: Discovered, archive: Archive) -> Fetch:
    assert found.position is not None  # noqa: S101 - for the type checker: asked for by _step
    try:
        page = archive.read(found.position)
    except SetAside as error:
        return Fetch(at=None, status=None, final_url=None, trouble=str(error))
    return Fetch(at=page.fetched_at, status=page.status, final_url=page.final_url, trouble=None)


def _refused(url: str | None, names: Sequence[str], places: Places) -> str | None:
    for sentence in places.ledger.takedowns.refused(names).values():
        return sentence
    if url is None:
        return None
    kept = places.ledger.hosts.robots(urlsplit(url).netloc)
    return kept_rules(urlsplit(url).netloc, kept, places.agent).refusal(url) if kept else None


def _verdict(
    url: str | None,
    channel: Channel | None,
    refused: str | None,
    steps: Sequence[Step],
    indexed: Sequence[Indexed],
    away: str | None,
) -> tuple[Standing, str]:
    if indexed:
        ids = ", ".join(one.document.article.id for one in indexed)
        met = {step.discovered.url for step in steps}.union(*(one.document.article.urls for one in indexed))
        it = "It" if url is None or url in met else "No run has met this address; its article"
        said = f"{it} is in the index as {ids}, version of {indexed[0].document.article.fetched_at}."
        return Standing.INDEXED, said
    if steps:
        return _met(steps, refused, away)
    if refused:
        return Standing.REFUSED, f"It was never discovered, and would be refused: {refused}"
    if away:
        return Standing.INDEX_AWAY, "No run has met it; whether the index holds it cannot be told now."
    if url is None:
        return Standing.UNKNOWN_ID, "No run has met an article of this id, and the index holds none."
    if channel is None:
        said = "It was never discovered, and its host belongs to no channel; `difang channels` lists the hosts."
        return Standing.FOREIGN, said
    if not channel.regional:
        said = (
            "It was never discovered, and its host belongs to no channel: crawls of channels and `ingest --warc` leave"
            f" it out. `difang crawl --url {url}` fetches it all the same."
        )
        return Standing.CENTRAL, said
    form = "" if article_address(url) else " Its form is not an article's, so a crawl follows no link to it."
    said = f"It was never discovered; its host is {channel.name}'s.{form} `difang crawl --url {url}` fetches it."
    return Standing.UNMET, said


def _met(steps: Sequence[Step], refused: str | None, away: str | None) -> tuple[Standing, str]:
    standing, said = _stopped(steps[-1], refused)
    outcome = steps[-1].discovered.outcome
    if standing is not Standing.LACKING:
        return standing, said
    if away:
        return Standing.INDEX_AWAY, f"It ended as {outcome}; whether the index holds it cannot be told now."
    waits = _without_first_page(steps, refused) if outcome == Outcome.PART.value else None
    return waits or (standing, said)


def _without_first_page(steps: Sequence[Step], refused: str | None) -> tuple[Standing, str] | None:
    """Where the first page of these later ones is, or that it has not come; None where it has."""
    if firsts := [step for step in steps if _page(step)[0] == 1]:
        standing, said = _stopped(firsts[-1], refused)
        return None if standing is Standing.LACKING else (standing, f"Its first page, {_page(firsts[-1])[1]}: {said}")
    first = _page(steps[-1])[1]
    numbers = ", ".join(map(str, sorted({_page(step)[0] for step in steps})))
    return Standing.WAITING, (
        f"It waits for its first page, {first}, which has not come: of its later pages ({numbers} came) nothing is"
        f" searchable until then. `difang crawl --url {first}` fetches it."
    )


def _page(step: Step) -> tuple[int, str]:
    """The number of the page among its article's, by its address, and the first one's address."""
    url = step.discovered.url
    address = article_address(url)
    return (address.page, address.url) if address else (1, url)


def _stopped(last: Step, refused: str | None) -> tuple[Standing, str]:
    found = last.discovered
    if last.set_aside:
        number, reason = last.set_aside.number, last.set_aside.reason
        said = f"It is set aside: {reason} `difang set-aside show {number}`, then retry or discard it."
        return Standing.SET_ASIDE, said
    if any(attempt.deed.value == "discarded" for attempt in last.history[-1:]):
        said = f"It was set aside and discarded by {last.history[-1].by}: {last.history[-1].reason}."
        return Standing.DISCARDED, said
    if refused:
        return Standing.REFUSED, f"It is refused: {refused}"
    if found.outcome is None and found.queued_at is None:
        return Standing.UNFETCHED, f"Run {found.run_id} discovered it and has not fetched it; the next crawl does."
    if found.outcome is None:
        said = "It is fetched and waits in the page queue; `difang ingest --drain` works the queue off."
        return Standing.QUEUED, said
    if found.outcome == Outcome.FAILED.value:
        return Standing.FAILED, f"It could not be fetched: {found.reason} The next crawl tries again."
    if found.outcome in (Outcome.INDEXED.value, Outcome.UPDATED.value, Outcome.PART.value, Outcome.UNCHANGED.value):
        said = f"It ended as {found.outcome}, but the index lacks it; `difang reprocess --apply` brings it back."
        return Standing.LACKING, said
    return Standing.ENDED, f"It ended as {found.outcome}: {found.reason or 'nothing more is known'}"
