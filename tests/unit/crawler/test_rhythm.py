"""Rhythm and silence on invented months: what is usual when, false alarms, how soon a real one comes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from difang.crawler.ledger.tables import Severity
from difang.crawler.watch.finding import Finding, History
from difang.crawler.watch.rhythm import BEIJING, Rhythm, learn
from difang.crawler.watch.silence import SHORTEST, silence
from tests.unit.crawler.histories import CHANNEL, history
from tests.unit.crawler.publishing import MIDNIGHT, Publisher, hours_of

DAYS = 70
USUAL = Publisher(a_day=40)
HOUR = timedelta(hours=1)


def months(publisher: Publisher, seed: int = 1, days: int = DAYS) -> list[datetime]:
    return list(publisher.articles(days, random.Random(seed)))


def rhythm(articles: Sequence[datetime], volume: tuple[int, int] = (5, 200)) -> Rhythm:
    return learn(hours_of(articles), since=articles[0], last=articles[-1], volume=volume)


def at(day: int, hour: float) -> datetime:
    return MIDNIGHT + timedelta(days=day, hours=hour)


def test_the_usual_gap_is_minutes_by_day_and_a_night_after_a_night() -> None:
    learnt = rhythm(months(USUAL))
    assert timedelta(minutes=10) < learnt.usual_gap(at(70, 10.5)) < timedelta(minutes=30)
    assert timedelta(hours=8) < learnt.usual_gap(at(70, 6.0)) < timedelta(hours=10)
    saturday = learnt.usual_gap(at(68, 10.5))
    assert saturday > 1.8 * learnt.usual_gap(at(70, 10.5))


def test_what_is_expected_adds_up_to_the_articles_of_a_week() -> None:
    learnt = rhythm(months(USUAL))
    week = learnt.expected(at(0, 0), at(7, 0))
    assert week == pytest.approx(5 * 38.4 + 2 * 0.4 * 38.4, rel=0.15)
    assert learnt.expected(at(0, 22), at(1, 6)) < 0.2


def test_before_there_is_history_the_channel_table_speaks() -> None:
    nothing = learn({}, since=None, last=None, volume=(16, 200))
    assert nothing.days == 0
    assert nothing.usual_gap(at(1, 12)) == timedelta(hours=1)
    assert nothing.alarm_at(at(1, 12)) > at(2, 0)


def test_a_moment_found_forwards_is_where_so_much_is_expected() -> None:
    learnt = replace(rhythm(months(USUAL)), pace=1.0)
    last = at(70, 9.3)
    for moment, articles in ((learnt.expected_by(last), learnt.usual_silence), (learnt.alarm_at(last), None)):
        assert learnt.expected(last, moment) == pytest.approx(articles or learnt.longest_silence, rel=1e-3)
    gap = learnt.usual_gap(last)
    assert learnt.expected(last - gap, last) == pytest.approx(1.0, rel=1e-3)


def test_an_outage_in_the_history_hardly_moves_the_alarm() -> None:
    articles = months(USUAL)
    holed = [one for one in articles if not at(40, 0) < one < at(43, 0)]
    whole, with_outage = rhythm(articles), rhythm(holed)
    assert with_outage.longest_silence < 1.25 * whole.longest_silence


@pytest.mark.parametrize(
    "publisher",
    [USUAL, Publisher(a_day=15, weekend=0.02), Publisher(a_day=25, opening=9, closing=18, weekend=0.1)],
    ids=["usual", "no weekends", "office hours"],
)
def test_nights_and_weekends_of_months_alarm_nobody(publisher: Publisher) -> None:
    alarms = [
        (earlier, later)
        for seed in (1, 2)
        for articles in [months(publisher, seed)]
        for earlier, later in pairwise(articles)
        if later - earlier > SHORTEST and _told(articles, earlier, later)
    ]
    assert len(alarms) <= 1, alarms


def _told(articles: Sequence[datetime], last: datetime, looked: datetime) -> bool:
    before = [one for one in articles if one <= last]
    return _silence(history(before, looked)) is not None


def _silence(known: History, before: Finding | None = None) -> Finding | None:
    return silence(known, {before.about: before.figures} if before else {})


def test_a_channel_that_falls_silent_in_the_morning_is_told_the_same_day() -> None:
    articles = [one for one in months(USUAL) if one < at(63, 9)]  # a Monday
    detected = next(hours for hours in range(1, 100) if _silence(history(articles, at(63, 9 + hours))))
    assert 3 <= detected <= 9


def test_the_sentence_says_how_long_and_what_is_usual() -> None:
    articles = [one for one in months(USUAL) if one < at(63, 9)]
    found = _silence(history(articles, articles[-1] + 9 * HOUR))
    assert found is not None
    assert found.sentence.startswith("山东频道: nothing new for 9 h, usually ")
    assert found.sentence.endswith(" min.")
    assert found.severity is Severity.MEDIUM
    assert found.figures["silent_minutes"] == 540
    later = _silence(history(articles, articles[-1] + 30 * HOUR))
    assert later is not None
    assert later.severity is Severity.HIGH


def test_a_silence_told_stays_until_something_new_is_there() -> None:
    articles = [one for one in months(USUAL) if one < at(63, 9)]
    told = _silence(history(articles, at(63, 21)))
    assert told is not None
    busy_before = [at(63, 8.9)] * 300  # which makes the rhythm another one
    altered = history([*articles, *busy_before], at(63, 10), newest=articles[-1])
    assert _silence(altered) is None
    assert _silence(altered, told) is not None
    assert _silence(history([*articles, at(63, 20)], at(63, 21)), told) is None


def test_silence_is_judged_as_far_as_crawls_have_looked() -> None:
    articles = [one for one in months(USUAL) if one < at(63, 9)]
    assert _silence(history(articles, articles[-1] + 2 * HOUR)) is None
    assert _silence(history(articles, None)) is None
    assert silence(history([], at(63, 9)), {}) is None


def test_a_slow_holiday_is_not_taken_for_silence() -> None:
    holidays = frozenset(at(day, 0).date() for day in range(56, 63))
    learnt = rhythm([one for one in months(replace(USUAL, holidays=holidays, weekend=0.2)) if one < at(60, 12)])
    assert learnt.pace < 0.5
    assert rhythm([one for one in months(USUAL) if one < at(60, 12)]).pace > 0.8


def test_hours_of_the_week_are_those_of_china() -> None:
    learnt = rhythm(months(Publisher(a_day=30, opening=9, closing=18)))
    busy = [hour for hour in range(24) if learnt.rates[0, hour] > 0.5]
    assert busy == list(range(9, 18))
    assert BEIJING.key == "Asia/Shanghai"
    assert CHANNEL.name == "山东频道"
