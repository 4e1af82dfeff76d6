"""The frontier of one run: which of the addresses found are fetched, which are only seen again, which are known."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from difang.crawler.channels import Channel
from difang.crawler.ledger.addresses import Found, Headers, Known
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.links import Link
from difang.crawler.span import Span
from difang.ingest.address import Address, article_address, key_of

_SETTLED = 0.5
"""A listing page of which this share was known when the listing was last walked to its end needs no later page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """An article page to fetch; `condition` holds the headers of our copy where only a change is of interest."""

    found: Found
    condition: Headers | None = None
    again: bool = False  # a page fetched before, so its later pages are fetched again too


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """What a page offered: article links, whether most were known long since, whether all lie before the span.

    `reach` is when the address known longest among them was seen first; None where all are new.
    """

    articles: int
    settled: bool
    before_span: bool
    reach: datetime | None


class Frontier:
    """Decides on every link once a run, writes discoveries to the ledger, and hands out the jobs."""

    def __init__(self, *, run_id: str, channel: Channel, ledger: Ledger, span: Span) -> None:
        self._run_id = run_id
        self._channel = channel
        self._ledger = ledger
        self._span = span
        self._jobs: deque[Job] = deque()
        self._seen: set[str] = set()
        self._passed: set[str] = set()
        self._keys: set[tuple[str, int]] = set()
        self._accepted = 0
        self._lastmods: dict[str, datetime] = {}
        self._sightings: list[Found] = []
        self.known = 0
        self.offered = 0

    def __len__(self) -> int:
        """How many pages wait to be fetched."""
        return len(self._jobs)

    @property
    def full(self) -> bool:
        """Whether the limit of article pages is reached."""
        return self._span.limit is not None and self._accepted >= self._span.limit

    def take(self) -> Job | None:
        """The next page to fetch."""
        if not self._jobs:
            return None
        job = self._jobs.popleft()
        lastmod = self._lastmods.get(job.found.url)
        return replace(job, found=replace(job.found, lastmod=lastmod)) if lastmod else job

    def resume(self) -> int:
        """Take up what earlier runs of the channel found and did not fetch; how many there are."""
        due = self._ledger.addresses.due(self._channel.slug, datetime.now(UTC))
        pairs = [(k, a) for k in due if (a := article_address(k.url)) and self._span.holds(a)]
        wanted = [known for known, address in sorted(pairs, key=lambda pair: self._rank(pair[1]))]
        fetched = self._ledger.addresses.fetched_keys([known.key for known in wanted])
        jobs: list[Job] = []
        for known in wanted:
            job = self._resumed(known, "an earlier run")
            place = (known.key, known.page)
            if place in self._keys or (place in fetched and known.fetched_at is None):
                self._sightings.append(job.found)
            else:
                jobs.append(job)
            self._keys.add(place)
        self._accept(jobs)
        return len(wanted)

    def ask(self, urls: Sequence[str]) -> None:
        """Take these addresses, whatever is known of them."""
        known = self._ledger.addresses.known(list(urls))
        jobs = [
            Job(
                found=self._found(url, article_address(url), "asked for"),
                again=url in known and known[url].fetched_at is not None,
            )
            for url in dict.fromkeys(urls)
        ]
        self._accept(jobs)

    def ask_again(self, urls: Sequence[str]) -> None:
        """Take these known addresses, on condition: what we have of them is wanted only where it changed."""
        known = self._ledger.addresses.known(urls)
        self._accept([self._resumed(one, "an audit") for one in known.values() if one.url not in self._seen])

    def offer(self, links: Sequence[Link], found_on: str, *, walked_at: datetime | None = None) -> Offered:
        """Decide on the articles a listing, sitemap or front page links."""
        pairs = [(link, address) for link in links if (address := article_address(link.url))]
        self.offered += len(pairs)
        self._lastmods |= {link.url: link.lastmod for link, _ in pairs if link.lastmod}
        known = self._ledger.addresses.known([link.url for link, _ in pairs])
        old = sum(1 for link, _ in pairs if _settled(known.get(link.url), walked_at))
        fresh = [(link, address) for link, address in pairs if self._span.holds(address) and link.url not in self._seen]
        self._decide(fresh, known, found_on)
        return Offered(
            articles=len(pairs),
            settled=bool(pairs) and old >= len(pairs) * _SETTLED,
            before_span=bool(pairs) and all(self._span.begins_after(address) for _, address in pairs),
            reach=min((one.first_seen for one in known.values()), default=None),
        )

    def take_sightings(self) -> list[Found]:
        """What was found at a further address since the last call; nothing of it needs fetching."""
        sightings, self._sightings = self._sightings, []
        return sightings

    def offer_parts(self, job: Job, urls: Sequence[str]) -> None:
        """Take an article's later pages, next in turn; again where the article itself was fetched again."""
        fetched = set() if job.again else self._ledger.addresses.fetched_keys([job.found.key])
        parts = [self._found(url, article_address(url), job.found.url) for url in urls]
        new = [f for f in parts if not self._taken(f) and (f.key, f.page) not in fetched and f.url not in self._seen]
        self._write([Job(found=f, again=job.again) for f in new], first=True)

    def _decide(self, pairs: Sequence[tuple[Link, Address]], known: dict[str, Known], found_on: str) -> None:
        regional = self._channel.regional
        fetched = self._ledger.addresses.fetched_keys([key_of(link.url, regional=regional) for link, _ in pairs])
        jobs: list[Job] = []
        now = datetime.now(UTC)
        for link, address in sorted(pairs, key=lambda pair: self._rank(pair[1])):
            if self._span.limit is not None and self._accepted + len(jobs) >= self._span.limit:
                break
            found = self._found(link.url, address, found_on)
            before = known.get(link.url)
            if before is not None and _is_known(before, now) and not _changed(before, link):
                self._pass_by(found)
                continue
            self._seen.add(link.url)
            if before is not None and _is_known(before, now):
                jobs.append(Job(found=found, condition=before.headers, again=True))
            elif self._taken(found) or (found.key, found.page) in fetched:
                self._sightings.append(found)
            elif address.mirror:
                self._sightings.append(found)
                jobs.append(Job(found=self._found(_plain(link.url), address, link.url)))
            else:
                jobs.append(Job(found=found))
            self._keys.add((found.key, found.page))
        self._accept(jobs)

    def _pass_by(self, found: Found) -> None:
        """Count a known address once; the sitemap may still name a change of it after another listing has not."""
        self._keys.add((found.key, found.page))
        if found.url not in self._passed:
            self._passed.add(found.url)
            self.known += 1

    def _accept(self, jobs: Sequence[Job]) -> None:
        room = len(jobs) if self._span.limit is None else max(0, self._span.limit - self._accepted)
        self._accepted += len(jobs[:room])
        self._write(jobs[:room])

    def _write(self, jobs: Sequence[Job], *, first: bool = False) -> None:
        self._ledger.discoveries.found(self._run_id, self._channel.slug, [job.found for job in jobs] + self._sightings)
        for job in jobs:
            self._seen.add(job.found.url)
            self._keys.add((job.found.key, job.found.page))
        if first:
            self._jobs.extendleft(reversed(jobs))
        else:
            self._jobs.extend(jobs)

    def _rank(self, address: Address) -> tuple[bool, bool]:
        """Of an article's addresses the one that is fetched comes first: no mirror, on the main host."""
        return address.mirror, address.host != self._channel.hosts[0]

    def _taken(self, found: Found) -> bool:
        return (found.key, found.page) in self._keys

    def _found(self, url: str, address: Address | None, found_on: str) -> Found:
        key = key_of(url, regional=self._channel.regional)
        return Found(url=url, key=key, page=address.page if address else 1, found_on=found_on)

    def _resumed(self, known: Known, found_on: str) -> Job:
        found = Found(url=known.url, key=known.key, page=known.page, found_on=found_on)
        return Job(found=found, condition=known.headers if known.fetched_at else None, again=bool(known.fetched_at))


def _settled(known: Known | None, walked_at: datetime | None) -> bool:
    return known is not None and walked_at is not None and known.first_seen < walked_at


def _is_known(known: Known, now: datetime) -> bool:
    """Whether there is nothing to do about it in this run: it was taken care of, or rests until a later time."""
    return known.due_at is None or known.due_at > now


def _changed(known: Known, link: Link) -> bool:
    """Whether the sitemap names a later change than our copy has.

    Its word is compared with its own earlier word or the server's header; our clock is the last resort.
    """
    if link.lastmod is None or known.fetched_at is None:
        return False
    return link.lastmod > (known.headers.lastmod or _header_time(known.headers.last_modified) or known.fetched_at)


def _header_time(text: str | None) -> datetime | None:
    try:
        when = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return when if when and when.tzinfo else None


def _plain(mirror: str) -> str:
    return mirror.replace("/BIG5/", "/", 1)
