"""What a backfill will cost, told before it starts: articles, requests, days; from what was measured, where it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt

from protego import Protego

from difang.crawler.channels import Channel
from difang.crawler.counting import counted
from difang.crawler.ledger.freshness import KEPT
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.survey_tables import SurveyPurpose
from difang.crawler.ledger.surveys import Survey
from difang.crawler.survey.precedence import SHARE
from difang.crawler.watch.rhythm import BEIJING
from difang.crawler.watch.volume import by_day

_REQUESTS = 1.3
"""Requests an article where none were measured: its page, later pages, a share of the listings, dead links."""

_ANSWER = 0.5
"""Seconds from a request to the end of its answer, on top of the delay."""

_DAY = 86_400.0

_NEAR = timedelta(days=3 * 365)
"""What was measured farther from the days asked for says little of them: channels grow and shrink."""

_ENOUGH = 20
"""Of so few articles the requests an article are chance: the listings cost as much for one as for many."""

_WATCHED_DAYS = 3
"""So many whole days of its own tell more of a channel than the table, which knows no channel's last month."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How fast work on the past may go: `delay` seconds between two requests, `allowance` requests a host and day."""

    delay: float
    allowance: int

    def of(self, channel: Channel, ledger: Ledger) -> float:
        """Requests a day, by what robots.txt of the channel's main host was known to ask for."""
        kept = ledger.hosts.robots(channel.hosts[0])
        asked = Protego.parse(kept.text).crawl_delay("difang") if kept and kept.text else None
        seconds = _ANSWER + (self.delay if asked is None else float(asked))
        return min(SHARE * self.allowance, _DAY / seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A backfill foreseen: days of the channel, articles, requests, requests a day and how long it takes at that pace.

    `measured` is False where the articles a day come from the channel table alone.
    """

    channel: str
    since: date
    until: date
    days: int
    articles: int
    requests: int
    requests_a_day: int
    takes: timedelta
    measured: bool

    def __str__(self) -> str:
        basis = "measured before" if self.measured else "a guess from the channel table"
        return (
            f"{self.channel}: {counted(self.days, 'day')}, about {counted(self.articles, 'article')} ({basis}),"
            f" {counted(self.requests, 'request')}; at {self.requests_a_day:,} a day {in_words(self.takes)}"
        )


def estimate(ledger: Ledger, channel: Channel, since: date, until: date, pace: Pace) -> Estimate:
    """What a backfill of these days (inclusive) of a channel will cost."""
    days = (until - since).days + 1
    a_day = _articles_a_day(ledger, channel, since, until)
    measured = a_day is not None
    articles = round(days * (a_day if a_day is not None else sqrt(max(1, channel.volume[0]) * channel.volume[1])))
    requests = round(articles * _requests_an_article(ledger, channel))
    per_day = pace.of(channel, ledger)
    return Estimate(
        channel=channel.slug,
        since=since,
        until=until,
        days=days,
        articles=articles,
        requests=requests,
        requests_a_day=round(per_day),
        takes=timedelta(days=requests / per_day),
        measured=measured,
    )


def in_words(takes: timedelta) -> str:
    """A length of time as people say it."""
    hours = takes.total_seconds() / 3600
    if hours >= 36:
        return f"{hours / 24:.1f} days"
    return f"{hours:.1f} hours" if hours >= 1.5 else counted(max(1, round(hours * 60)), "minute")


def _articles_a_day(ledger: Ledger, channel: Channel, since: date, until: date) -> float | None:
    """What audits found on a day, else the channel's finished backfills, else its crawls; of days not far from these.

    Days before a channel's first article, and after its last, tell nothing of how much it publishes.
    """
    first, last = _near(since, -1), _near(until, 1)
    counts = _between_articles({day.day: day.found for day in ledger.coverage.of(channel.slug, first, last)})
    if not counts:
        for survey in reversed(_done(ledger, channel)):  # the newest has the last word on a day
            found = ledger.survey_books.days(survey.id)
            days = [day for day in survey.possible_days if first <= day <= last] if found else []
            counts |= _between_articles({day: found.get(day, 0) for day in days})
    counts = counts or _watched(ledger, channel, first, last)
    return sum(counts.values()) / len(counts) if counts else None


def _watched(ledger: Ledger, channel: Channel, first: date, last: date) -> dict[date, int]:
    """What crawls found on the whole days since they watch the channel; nothing where these are too few to tell."""
    known, now = ledger.freshness.newest().get(channel.slug), datetime.now(BEIJING)
    if known is None:
        return {}
    found = by_day(ledger.freshness.hours(now - KEPT).get(channel.slug, {}))
    begin = max(known.since.astimezone(BEIJING).date(), (now - KEPT).date())
    days = (begin + timedelta(days=n) for n in range(1, (now.date() - begin).days))
    counts = _between_articles({day: found[day] for day in days if first <= day <= last})
    return counts if len(counts) >= _WATCHED_DAYS else {}


def _between_articles(counts: dict[date, int]) -> dict[date, int]:
    days = [day for day, number in counts.items() if number]
    return {day: number for day, number in counts.items() if days[0] <= day <= days[-1]} if days else {}


def _near(day: date, years: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + years * _NEAR.days, 1), date.max.toordinal()))


def _done(ledger: Ledger, channel: Channel) -> list[Survey]:
    return [survey for survey in ledger.surveys.finished(SurveyPurpose.BACKFILL) if survey.channel == channel.slug]


def _requests_an_article(ledger: Ledger, channel: Channel) -> float:
    """As measured by backfills of the channel that fetched most of what they found, else the usual figure."""
    for survey in _done(ledger, channel):
        found = sum(ledger.survey_books.outcomes(survey.id).values())
        if found >= _ENOUGH and survey.requests > found:
            return survey.requests / found
    return _REQUESTS
