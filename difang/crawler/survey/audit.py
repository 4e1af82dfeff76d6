"""The audit's conclusions: which of our articles must be asked for, and the coverage of each day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from difang.crawler.channels import Channel
from difang.crawler.ledger.addresses import Known
from difang.crawler.ledger.coverage import DayCoverage
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.survey_books import Seen
from difang.crawler.ledger.surveys import Survey
from difang.crawler.span import Span
from difang.ingest.address import article_address, key_of
from difang.ingest.outcome import Outcome

IN_QUEUE, MISSING = "in_queue", "missing"
"""What becomes of an address that has no outcome: fetched and not worked on yet, or never fetched."""

SEARCHABLE = frozenset({Outcome.INDEXED, Outcome.UPDATED, Outcome.UNCHANGED})
"""The outcomes of what is in the index."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What became of an address the site shows, in a word: an outcome, in_queue or missing."""

    url: str
    day: date | None
    word: str
    found_on: str


def verdicts(ledger: Ledger, survey: Survey) -> list[Verdict]:
    """What became of each address the survey found at the site, as the ledger knows today; by day and address.

    An address never fetched counts as a sighting where its article was fetched at another one (mirror, older host).
    """
    listed = ledger.survey_books.listed(survey.id)
    known = ledger.addresses.known([seen.url for seen in listed])
    keys = {seen.url: key_of(seen.url, regional=True) for seen in listed}
    fetched = ledger.addresses.fetched_keys([keys[seen.url] for seen in listed if seen.url not in known])
    return [
        Verdict(
            url=seen.url,
            day=seen.day,
            word=_word(known.get(seen.url), (keys[seen.url], 1) in fetched),
            found_on=seen.found_on,
        )
        for seen in listed
    ]


def doubtful(ledger: Ledger, survey: Survey, channel: Channel) -> list[Seen]:
    """The searchable articles of these days that may be gone at the site; all of them where the audit asks for each.

    In doubt is what no listing shows any more, and what the sitemap lacks although it reaches back farther.
    """
    listed = {seen.url: seen for seen in ledger.survey_books.listed(survey.id)}
    places = {place.url: place for place in ledger.survey_books.places(survey.id)}
    sitemap = places.get(channel.sitemap or "")
    reach = (sitemap and sitemap.reached) or date.max
    doubts: list[Seen] = []
    for url, day in _ours(ledger, survey):
        seen = listed.get(url)
        left_out = day is not None and day > reach and not (seen and seen.in_sitemap)
        if survey.each or seen is None or left_out:
            doubts.append(seen or Seen(url=url, day=day, found_on=channel.front))
    return doubts


def taken_down(ledger: Ledger, survey: Survey) -> list[Seen]:
    """The articles of these days that are searchable and gone at the site, as far as anybody asked."""
    return [
        Seen(url=url, day=day, found_on="")
        for url, day in _of_span(ledger.addresses.taken_down(survey.channel), survey)
    ]


def coverage_of(ledger: Ledger, survey: Survey) -> list[DayCoverage]:
    """Each day of the survey, those without any address too; what tells no day is left out.

    A day counts as checked when the survey began: what came while it walked may stand on a page it had left behind.
    """
    words: dict[date | None, Counter[str]] = defaultdict(Counter)
    for verdict in verdicts(ledger, survey):
        words[verdict.day][verdict.word] += 1
    down = Counter(seen.day for seen in taken_down(ledger, survey))
    began = survey.started_at or datetime.now(UTC)
    return [
        DayCoverage(
            channel=survey.channel,
            day=day,
            found=words[day].total(),
            indexed=sum(words[day][outcome] for outcome in SEARCHABLE),
            missing=words[day][MISSING],
            taken_down=down[day],
            outcomes=dict(sorted(words[day].items())),
            checked_at=began,
            survey_id=survey.id,
        )
        for day in survey.possible_days
    ]


def _word(known: Known | None, elsewhere: bool) -> str:
    if known is not None and known.outcome is not None:
        return known.outcome
    if known is not None and known.fetched_at is not None:
        return IN_QUEUE
    return Outcome.SIGHTING.value if elsewhere else MISSING


def _ours(ledger: Ledger, survey: Survey) -> list[tuple[str, date | None]]:
    return _of_span(ledger.addresses.ended(survey.channel, sorted(SEARCHABLE)), survey)


def _of_span(urls: Sequence[str], survey: Survey) -> list[tuple[str, date | None]]:
    """Those of the days asked for; an address that tells no day cannot be said to belong to them."""
    span = Span(since=survey.since, until=survey.until)
    pairs = [(url, address) for url in urls if (address := article_address(url))]
    return [(url, address.day) for url, address in pairs if span.holds(address)]
