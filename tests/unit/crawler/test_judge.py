"""Judging invented channels: days, listings, hosts and runs that are not as they should be, each told once."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from difang.crawler.ledger.looks import Role
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.tables import Severity
from difang.crawler.watch.access import LONG_DOWN, LONG_EMPTY
from difang.crawler.watch.finding import Finding, History, Kind, RunPages
from difang.crawler.watch.judge import judge
from difang.crawler.watch.rhythm import BEIJING
from difang.crawler.watch.volume import ENOUGH_CHANNELS, free_days, last_days, usual_day, volume
from tests.unit.crawler.histories import FRONT, channel, ended, history, look
from tests.unit.crawler.publishing import MIDNIGHT, Publisher

DAYS = 63
NOW = MIDNIGHT + timedelta(days=DAYS - 2, hours=12)  # a Saturday noon
HOUR = timedelta(hours=1)
COLUMN = f"{FRONT}GB/1/index.html"
USUAL = list(Publisher(a_day=40).articles(DAYS + 1, random.Random(3)))
SO_FAR = [one for one in USUAL if one < NOW]


def well(**others: Any) -> History:
    """A channel with which nothing is wrong."""
    known: dict[str, Any] = {"looks": (look(NOW), look(NOW, COLUMN)), "runs": (ended(NOW), ended(NOW - HOUR))}
    return history(SO_FAR, NOW, **known | others)


def kinds(*histories: History, before: Mapping[tuple[str, str, str], Mapping[str, Any]] | None = None) -> list[Kind]:
    return [finding.kind for finding in judge(histories, NOW, before or {})]


def one(*histories: History, now: datetime = NOW) -> Finding:
    (finding,) = judge(histories, now, {})
    return finding


def with_yesterday(articles: int) -> History:
    """Yesterday (a Friday) brought so many articles."""
    yesterday = NOW - timedelta(days=1)
    others = [at for at in SO_FAR if at.date() != yesterday.date()]
    return well(hours=history(sorted([*others, *[yesterday] * articles]), NOW).hours)


def test_a_channel_with_which_nothing_is_wrong_gives_no_finding() -> None:
    assert kinds(well()) == []


@pytest.mark.parametrize(("articles", "said"), [(1, "1 new article"), (0, "no new article"), (190, "190 new articles")])
def test_a_day_far_from_the_usual_is_told(articles: int, said: str) -> None:
    found = one(with_yesterday(articles))
    assert (found.kind, found.severity) == (Kind.VOLUME, Severity.LOW)
    assert found.sentence.startswith(f"山东频道: {said} on Friday 2026-03-06, usually ")
    assert found.figures["articles"] == articles


def test_a_day_on_which_all_channels_go_as_on_weekends_is_a_holiday() -> None:
    holiday = with_yesterday(9)
    channels = [replace(holiday, channel=channel(f"c{n}"), looks=()) for n in range(ENOUGH_CHANNELS)]
    assert kinds(*channels[1:]) == [Kind.VOLUME] * (ENOUGH_CHANNELS - 1)
    assert kinds(*channels) == []
    assert kinds(holiday, *(replace(well(), channel=channel(f"d{n}"), looks=()) for n in range(9))) == [Kind.VOLUME]


def test_the_last_days_are_told_one_by_one_each_with_what_its_like_brings() -> None:
    today = NOW.astimezone(BEIJING).date()
    known = well()
    assert known.since is not None
    began = known.since.astimezone(BEIJING).date()
    days = last_days(known, began - timedelta(days=2), today)
    assert [day.day for day in days] == [began + timedelta(days=n) for n in range(-2, (today - began).days)]
    assert [day.usual for day in days[:3]] == [None, None, None]
    for day in days[3:]:
        weekend = day.day.weekday() > 4
        like = today if (today.weekday() > 4) == weekend else today + timedelta(days=2)
        assert day.usual is not None
        assert day.usual.holds(day.articles), day
        assert day.usual == usual_day(known, like)


def test_days_out_of_the_usual_in_a_row_weigh_more() -> None:
    others = [at for at in SO_FAR if at < NOW - timedelta(days=3.5)]
    found = volume(history(others, NOW), ())
    assert found is not None
    assert (found.severity, found.figures["days_in_a_row"]) == (Severity.MEDIUM, 3)
    assert "so for 3 days" in found.sentence


def test_before_there_is_history_the_channel_table_tells_the_usual_day() -> None:
    young = history([at for at in SO_FAR if at > NOW - timedelta(days=4)], NOW)
    assert (usual_day(young, NOW.date()).low, usual_day(young, NOW.date()).high) == (5, 200)
    assert usual_day(well(), NOW.date()).middle == pytest.approx(15, abs=3)
    assert usual_day(well(), NOW.date() - timedelta(days=1)).middle == pytest.approx(38, abs=4)


def test_the_first_day_of_watching_is_not_judged() -> None:
    assert volume(history([NOW - timedelta(days=1)], NOW), ()) is None


def test_a_month_of_days_is_usual() -> None:
    found = []
    for day in range(30, DAYS):
        now = MIDNIGHT + timedelta(days=day)
        known = history([at for at in USUAL if at < now], now)
        found += [volume(known, free_days([known], now))]
    assert found == [None] * (DAYS - 30)


def test_an_empty_front_page_is_told_with_the_columns_that_went_the_same_way() -> None:
    since = NOW - 2 * HOUR
    looks = (look(NOW, empty_since=since), look(NOW, COLUMN, empty_since=since), look(NOW, COLUMN + "x"))
    found = one(well(looks=looks, runs=(ended(NOW, state=RunState.FAILED),)))
    assert (found.kind, found.severity, found.examples) == (Kind.LISTING_EMPTY, Severity.HIGH, (FRONT, COLUMN))
    assert "the front page and 1 more listing show no article link for 2 h (before: 30)" in found.sentence


def test_an_empty_column_weighs_more_with_time_and_one_that_never_showed_anything_nothing() -> None:
    def since(ago: timedelta, **others: Any) -> list[Finding]:
        column = look(NOW, COLUMN, empty_since=NOW - ago, **others)
        return judge([well(looks=(look(NOW), column))], NOW, {})

    assert [finding.severity for finding in since(HOUR)] == [Severity.MEDIUM]
    assert [finding.severity for finding in since(LONG_EMPTY + HOUR)] == [Severity.HIGH]
    assert since(HOUR, shown_at=None) == []
    assert since(HOUR, looked_at=NOW - timedelta(days=50)) == []


def test_a_host_that_is_down_is_told_once_and_weighs_more_with_time() -> None:
    def down(ago: timedelta) -> Finding:
        failing = look(NOW, answered_at=NOW - ago - HOUR, failing_since=NOW - ago, reason="HTTP 502.")
        failed = ended(NOW, seen=0, state=RunState.FAILED, sentence="The front page gives nothing: HTTP 502.")
        other = well(channel=channel("js", "江苏频道"), looks=(look(NOW, "http://js.people.com.cn/", "js"),))
        return one(well(looks=(failing,), runs=(failed,), seen_until=NOW - ago - HOUR), other)

    found = down(3 * HOUR)
    assert (found.kind, found.channel, found.key) == (Kind.HOST_DOWN, "sd", "sd.people.com.cn")
    assert found.sentence == "山东频道: sd.people.com.cn gives nothing for 3 h: HTTP 502."
    assert found.severity is Severity.MEDIUM
    assert down(LONG_DOWN + HOUR).severity is Severity.HIGH


def test_a_host_that_answers_at_another_address_is_not_down() -> None:
    failing = look(NOW, COLUMN, answered_at=None, failing_since=NOW - HOUR)
    assert kinds(well(looks=(look(NOW), failing))) == []


def test_the_host_of_all_sitemaps_is_told_as_one() -> None:
    def with_sitemap(slug: str) -> History:
        url = f"http://www.people.cn/sitemap/cn/{slug}/news_sitemap.xml"
        failing = look(NOW, url, slug, role=Role.SITEMAP, answered_at=None, failing_since=NOW - HOUR)
        return well(channel=channel(slug), looks=(look(NOW, f"http://{slug}.people.com.cn/", slug), failing))

    found = one(with_sitemap("sd"), with_sitemap("js"))
    assert (found.kind, found.channel, found.key) == (Kind.HOST_DOWN, "", "www.people.cn")
    assert found.sentence.startswith("All channels: www.people.cn gives nothing for 60 min")


def test_where_no_host_answers_it_is_our_network_and_one_finding() -> None:
    def down(slug: str) -> History:
        url = f"http://{slug}.people.com.cn/"
        failing = look(NOW, url, slug, answered_at=NOW - 3 * HOUR, failing_since=NOW - HOUR)
        failed = ended(NOW, seen=0, state=RunState.FAILED)
        return well(channel=channel(slug), looks=(failing,), runs=(failed,), seen_until=NOW - 3 * HOUR)

    found = one(down("sd"), down("js"), down("hb"))
    assert (found.kind, found.channel, found.key) == (Kind.HOST_DOWN, "", "*")
    assert "None of the 3 hosts answers" in found.sentence


def test_a_run_that_saw_nothing_and_one_that_failed_are_told_where_nothing_explains_them() -> None:
    found = one(well(runs=(ended(NOW, seen=0), ended(NOW - HOUR, seen=0), ended(NOW - 2 * HOUR))))
    assert (found.kind, found.severity) == (Kind.NOTHING_FOUND, Severity.HIGH)
    assert found.sentence == "山东频道: the last 2 runs found no article, new or known."
    failed = ended(NOW, state=RunState.FAILED, sentence="The disk is full.")
    found = one(well(runs=(failed, ended(NOW - HOUR))))
    assert (found.kind, found.severity) == (Kind.RUN_FAILED, Severity.MEDIUM)
    assert found.sentence == "山东频道: the last run failed: The disk is full."
    assert one(well(runs=(failed, failed, failed))).severity is Severity.HIGH


def test_a_run_whose_process_died_is_told_but_says_nothing_of_what_the_site_shows() -> None:
    lost = ended(NOW, seen=0, state=RunState.LOST, sentence="Its process was killed by signal 9.")
    found = one(well(runs=(lost, ended(NOW - HOUR))))
    assert (found.kind, found.severity) == (Kind.RUN_FAILED, Severity.MEDIUM)
    assert found.sentence == "山东频道: the last run failed: Its process was killed by signal 9."
    nothing = one(well(runs=(ended(NOW, seen=0), lost, ended(NOW - HOUR))))
    assert nothing.sentence == "山东频道: the last run found no article, new or known."


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ([(14, 0)], "14 of the newest 14 pages"),
        ([(2, 2), (14, 0)], "16 of the newest 18 pages"),  # two good pages do not outweigh what was before
        ([(5, 5)], "5 of the newest 10 pages"),
        ([(0, 5), (14, 0)], ""),  # five do
        ([(4, 0)], ""),
        ([(6, 94), (30, 0)], ""),  # a few bad pages are no alarm
        ([], ""),
    ],
)
def test_most_of_the_newest_pages_set_aside_are_told_without_history(runs: list[tuple[int, int]], said: str) -> None:
    pages = [RunPages(run=f"run-{n}", aside=aside, read=read) for n, (aside, read) in enumerate(runs)]
    young = History(channel=channel(), since=None, newest=None, seen_until=None, hours={}, pages=pages, aside=(FRONT,))
    if said:
        found = one(young)
        assert found.sentence == f"山东频道: {said} could not be read and were set aside."
        assert (found.kind, found.severity, found.examples) == (Kind.SET_ASIDE, Severity.MEDIUM, (FRONT,))
    else:
        assert kinds(young) == []


def test_a_channel_whose_pages_are_set_aside_is_not_told_as_silent_too() -> None:
    quiet = history(SO_FAR[:-200], NOW)
    assert Kind.SILENT in kinds(quiet)
    told = kinds(replace(quiet, pages=[RunPages(run="run-1", aside=9, read=0)]))
    assert (Kind.SET_ASIDE in told, Kind.SILENT in told) == (True, False)


def test_the_few_articles_of_a_silent_day_are_not_told_a_second_time() -> None:
    silent = [at for at in SO_FAR if at < NOW - timedelta(days=2)]
    known = replace(history(silent, NOW), looks=(look(NOW),), runs=(ended(NOW),))
    assert kinds(known) == [Kind.SILENT]
    told: dict[tuple[str, str, str], dict[str, Any]] = {("volume", "sd", "day"): {}}
    assert kinds(known, before=told) == [Kind.SILENT, Kind.VOLUME]
