"""The board: how fresh each channel is now, for whoever shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from difang.crawler.channels import Channel
from difang.crawler.ledger.freshness import Delay
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.watch.finding import History
from difang.crawler.watch.gathering import histories
from difang.crawler.watch.rhythm import BEIJING
from difang.crawler.watch.silence import SHORTEST, rhythm_of
from difang.crawler.watch.volume import DayFound, UsualDay, by_day, last_days, usual_day

DELAYS_OF = timedelta(days=7)
WEEKS = 5
"""Of the days that are told one by one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelFreshness:
    """How fresh a channel is; times aware, None where nothing is known yet.

    `usual_gap`: how old the newest article usually is at this hour of the week. `expected_by`: nine of ten times
    something new is there by then; after `alarm_at` silence is an issue. `seen_until`: when a crawl looked last whose
    pages have all been worked on, which is what silence is judged by. `today` articles until now, against the
    `usual_by_now` and the whole `usual_day`; days begin at midnight in China. `delay`: of the last
    seven days. `lately`: the whole days of the last five weeks, up to yesterday.
    """

    channel: str
    name: str
    newest: datetime | None
    newest_url: str | None
    seen_until: datetime | None
    usual_gap: timedelta
    expected_by: datetime | None
    alarm_at: datetime | None
    today: int
    usual_by_now: float
    usual_day: UsualDay
    days_of_history: int
    delay: Delay | None
    lately: tuple[DayFound, ...]


def freshness(ledger: Ledger, channels: Sequence[Channel], now: datetime) -> list[ChannelFreshness]:
    """How fresh these channels are at `now`, in their order; raises RetryLater where the ledger does not play."""
    urls = {channel: newest.url for channel, newest in ledger.freshness.newest().items()}
    delays = ledger.freshness.delays((now - DELAYS_OF).astimezone(BEIJING).date())
    return [
        _of_channel(history, now, urls.get(history.channel.slug), delays.get(history.channel.slug))
        for history in histories(ledger, channels, now)
    ]


def _of_channel(history: History, now: datetime, url: str | None, delay: Delay | None) -> ChannelFreshness:
    rhythm = rhythm_of(history)
    local = now.astimezone(BEIJING)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    last = history.newest
    return ChannelFreshness(
        channel=history.channel.slug,
        name=history.channel.name,
        newest=last,
        newest_url=url,
        seen_until=history.seen_until,
        usual_gap=rhythm.usual_gap(now),
        expected_by=rhythm.expected_by(last) if last else None,
        alarm_at=max(rhythm.alarm_at(last), last + SHORTEST) if last else None,
        today=by_day(history.hours)[local.date()],
        usual_by_now=round(rhythm.expected(midnight, now), 1),
        usual_day=usual_day(history, local.date()),
        days_of_history=rhythm.days,
        delay=delay,
        lately=last_days(history, first_day(local.date()), local.date()),
    )


def first_day(today: date) -> date:
    """The day `lately` begins with."""
    return today - timedelta(weeks=WEEKS)
