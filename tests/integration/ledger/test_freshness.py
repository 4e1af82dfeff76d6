"""New articles, delays and looks in the ledger, and the issues and the board made of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from difang.command.settings import Settings
from difang.command.wiring import duties
from difang.crawler.ledger.freshness import KEPT, Newest
from difang.crawler.ledger.issues import Issue, Wanted
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.looks import Role
from difang.crawler.ledger.readings import SET_ASIDE
from difang.crawler.ledger.run import Run, Tally
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.tables import IssueState, Severity
from difang.crawler.span import Span
from difang.crawler.watch.board import freshness
from difang.crawler.watch.rhythm import BEIJING
from difang.crawler.watch.watching import check
from difang.ingest.errors import DifangError, UsageError
from difang.ingest.note import Note
from difang.ingest.outcome import Ending, Outcome
from tests.integration.ledger.test_ledger import found, queued
from tests.unit.crawler.histories import CHANNEL, FRONT

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def begin(ledger: Ledger) -> Run:
    return ledger.runs.begin(channel="sd", channel_name="山东频道", started_by="operator", logs=Path("log"))


def end(ledger: Ledger, run: Run, known: int = 30) -> None:
    ledger.runs.end(run.id, RunState.FINISHED, None, Tally(known=known))


def tell(
    ledger: Ledger,
    n: int,
    published: datetime,
    *,
    clock: bool = True,
    outcome: Outcome = Outcome.INDEXED,
    fetched: datetime = NOW,
    run_id: str = "run-1",
    ahead: timedelta = timedelta(0),
) -> None:
    """The worker tells article n, as published then."""
    url = f"http://sd.people.com.cn/n2/2026/0101/c1-{n}.html"
    note = Note(
        run_id=run_id,
        url=url,
        channel="sd",
        template="C",
        warnings=frozenset(),
        published=published.astimezone(BEIJING).date(),
        fetched_at=fetched,
        published_at=published if clock else None,
        ahead=ahead,
    )
    ledger.tell([Ending(run_id=run_id, url=url, outcome=outcome, article_id=f"people:L_{n}")], [note])


def test_a_run_tells_when_its_first_and_last_article_were_published(ledger: Ledger) -> None:
    run = begin(ledger)
    moments = {1: NOW - 3 * HOUR, 2: NOW - 30 * HOUR, 3: NOW - 2 * HOUR}
    for n, at in moments.items():
        tell(ledger, n, at.astimezone(BEIJING), run_id=run.id)
    tell(ledger, 4, NOW - HOUR, run_id=run.id, clock=False)
    tell(ledger, 5, NOW - 99 * HOUR, run_id=run.id, outcome=Outcome.UNCHANGED)
    told = ledger.runs.get(run.id)
    assert (told.first_published, told.last_published) == (NOW - 30 * HOUR, NOW - 2 * HOUR)


def hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def test_new_articles_are_counted_in_the_hour_the_site_prints(ledger: Ledger) -> None:
    early, late = NOW - 30 * HOUR, NOW - 2 * HOUR
    for n, at in enumerate((late, early, early)):
        tell(ledger, n, at)
    tell(ledger, 9, NOW, outcome=Outcome.UPDATED)
    assert ledger.freshness.hours(NOW - KEPT) == {"sd": {hour(early): 2, hour(late): 1}}
    assert ledger.freshness.hours(NOW - 24 * HOUR) == {"sd": {hour(late): 1}}
    (newest,) = ledger.freshness.newest().values()
    assert newest == Newest(since=newest.since, appeared_at=late, url="http://sd.people.com.cn/n2/2026/0101/c1-0.html")
    assert abs(newest.since - NOW) < HOUR


def test_no_article_appears_after_we_had_it_and_one_without_a_clock_on_its_day(ledger: Ledger) -> None:
    tell(ledger, 1, NOW + 5 * HOUR)
    assert ledger.freshness.hours(NOW - KEPT) == {"sd": {hour(NOW): 1}}
    day_before = NOW - 48 * HOUR
    tell(ledger, 2, day_before, clock=False)
    end_of_day = day_before.astimezone(BEIJING).replace(hour=23, minute=0, second=0, microsecond=0)
    assert ledger.freshness.hours(NOW - KEPT)["sd"][end_of_day.astimezone(UTC)] == 1


def test_a_page_delivered_or_indexed_again_counts_once(ledger: Ledger) -> None:
    for _ in range(3):
        tell(ledger, 1, NOW)
    assert ledger.freshness.hours(NOW - KEPT) == {"sd": {hour(NOW): 1}}


def test_old_articles_of_a_backfill_are_no_news(ledger: Ledger) -> None:
    tell(ledger, 1, NOW - KEPT - HOUR)
    assert ledger.freshness.hours(NOW - 2 * KEPT) == {}
    assert ledger.freshness.newest()["sd"].appeared_at == NOW - KEPT - HOUR


def test_delays_of_what_was_published_since_watching_began(ledger: Ledger) -> None:
    tell(ledger, 0, NOW - 50 * HOUR)
    assert ledger.freshness.delays(NOW.date() - timedelta(days=2)) == {}
    since = ledger.freshness.newest()["sd"].since
    for n in range(1, 21):
        tell(ledger, n, since, fetched=since)
    delay = ledger.freshness.delays(NOW.date() - timedelta(days=2))["sd"]
    assert delay.articles == 20
    assert delay.median <= delay.p95 <= 2 * MINUTE


def test_the_delay_of_what_a_clock_ahead_of_ours_printed_is_counted_on_that_clock(ledger: Ledger) -> None:
    tell(ledger, 0, NOW - 50 * HOUR)
    since = NOW.date() - timedelta(days=2)
    tell(ledger, 1, NOW + 40 * HOUR)  # a wrong moment, or a clock that does not tell
    tell(ledger, 2, NOW + 40 * HOUR, ahead=20 * HOUR)
    assert ledger.freshness.delay(since) is None
    tell(ledger, 3, NOW + 40 * HOUR, ahead=41 * HOUR)
    delay = ledger.freshness.delay(since)
    assert delay is not None
    assert (delay.articles, HOUR <= delay.median < 1.2 * HOUR) == (1, True)
    tell(ledger, 4, datetime.now(UTC), ahead=9000 * HOUR)  # no host's date makes an article older than it is here
    delay = ledger.freshness.delay(since)
    assert delay is not None
    assert (delay.articles, delay.median) == (2, MINUTE)


def test_what_is_too_old_is_forgotten(ledger: Ledger) -> None:
    tell(ledger, 1, NOW)
    ledger.freshness.prune(NOW + KEPT - 2 * HOUR)
    assert ledger.freshness.hours(NOW - KEPT) != {}
    ledger.freshness.prune(NOW + KEPT + 2 * HOUR)
    assert ledger.freshness.hours(NOW - KEPT) == {}


def test_a_look_keeps_since_when_a_listing_is_as_it_is(ledger: Ledger) -> None:
    place = FRONT, "sd", Role.FRONT
    ledger.looks.shown(*place, 30)
    ledger.looks.shown(*place, None)
    (shown,) = ledger.looks.all()
    assert (shown.links, shown.empty_since, shown.failing_since, shown.reason) == (30, None, None, None)
    for _ in range(2):
        ledger.looks.empty(*place, "It shows no article link.")
    (empty,) = ledger.looks.all()
    assert (empty.links, empty.shown_at, empty.role) == (30, shown.shown_at, Role.FRONT)
    assert empty.empty_since is not None
    assert empty.empty_since < empty.looked_at
    ledger.looks.failed(*place, "HTTP 502.")
    (failing,) = ledger.looks.all()
    assert (failing.empty_since, failing.answered_at) == (empty.empty_since, empty.answered_at)
    assert (failing.failing_since, failing.reason) == (failing.looked_at, "HTTP 502.")
    ledger.looks.shown(*place, 31)
    (well,) = ledger.looks.all()
    assert (well.links, well.empty_since, well.failing_since, well.reason) == (31, None, None, None)


def silent_channel(ledger: Ledger) -> None:
    """Nothing new for ten days, and a crawl that looked just now."""
    tell(ledger, 1, NOW - timedelta(days=10))
    end(ledger, begin(ledger))


def test_an_issue_opens_once_is_brought_up_to_date_and_clears_itself(ledger: Ledger) -> None:
    silent_channel(ledger)
    (opened,) = check(ledger, [CHANNEL]).opened
    assert (opened.kind, opened.channel, opened.state) == ("silent", "sd", IssueState.OPEN)
    assert opened.sentence.startswith("山东频道: nothing new for 10 days, usually ")
    again = check(ledger, [CHANNEL])
    assert (again.opened, again.resolved) == ((), ())
    assert ledger.issues.get(opened.id).last_seen_at > opened.last_seen_at
    tell(ledger, 2, NOW)
    (cleared,) = check(ledger, [CHANNEL]).resolved
    assert (cleared.id, cleared.state, cleared.resolved_by) == (opened.id, IssueState.RESOLVED, None)


def test_pages_not_worked_on_yet_are_no_silence(ledger: Ledger) -> None:
    tell(ledger, 1, NOW - timedelta(days=10))
    run = begin(ledger)
    ledger.discoveries.found(run.id, "sd", [found(7)])
    ledger.discoveries.queued([queued(run, 7)])
    end(ledger, run)
    assert check(ledger, [CHANNEL]).opened == ()
    ledger.tell([Ending(run_id=run.id, url=found(7).url, outcome=Outcome.NOT_AN_ARTICLE)])
    assert [issue.kind for issue in check(ledger, [CHANNEL]).opened] == ["silent"]


def test_pages_set_aside_are_an_issue_until_they_are_read(ledger: Ledger) -> None:
    run = begin(ledger)

    def ends(outcome: Outcome, numbers: range) -> None:
        ledger.tell([Ending(run_id=run.id, url=found(n).url, outcome=outcome) for n in numbers])

    ledger.discoveries.found(run.id, "sd", [found(n) for n in range(20)])
    ledger.discoveries.queued([queued(run, n) for n in range(20)])
    ends(Outcome.SET_ASIDE, range(4))
    assert check(ledger, [CHANNEL]).opened == ()
    ends(Outcome.SET_ASIDE, range(14))
    (opened,) = check(ledger, [CHANNEL]).opened  # while the run goes on
    assert (opened.kind, opened.figures["pages"], opened.figures["of"]) == ("set_aside", 14, 14)
    assert len(opened.examples) == 5
    assert set(opened.examples) <= {found(n).url for n in range(14)}
    ends(Outcome.INDEXED, range(12))  # retried
    end(ledger, run)
    (cleared,) = check(ledger, [CHANNEL]).resolved
    assert (cleared.id, cleared.resolved_by) == (opened.id, None)


def test_pages_set_aside_are_told_once_also_where_they_drift(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.discoveries.found(run.id, "sd", [found(n) for n in range(9)])
    ledger.tell([Ending(run_id=run.id, url=found(n).url, outcome=Outcome.SET_ASIDE) for n in range(9)])
    ledger.issues.see(kind="drift", channel="sd", key=SET_ASIDE, sentence="So it is.", examples=[], figures={})
    assert check(ledger, [CHANNEL]).opened == ()
    ledger.issues.resolve(ledger.issues.unresolved("drift")[0])
    assert [issue.kind for issue in check(ledger, [CHANNEL]).opened] == ["set_aside"]


def test_runs_of_given_addresses_say_nothing_of_the_channel(ledger: Ledger) -> None:
    tell(ledger, 1, NOW - timedelta(days=10))
    run = ledger.runs.begin(
        channel="sd", channel_name="山东频道", started_by="x", logs=Path("log"), request=Span(urls=("http://sd/1",))
    )
    end(ledger, run, known=0)
    assert check(ledger, [CHANNEL]).opened == ()


def test_somebody_resolves_an_issue_and_it_opens_anew_while_it_is_so(ledger: Ledger) -> None:
    silent_channel(ledger)
    (first,) = check(ledger, [CHANNEL]).opened
    ledger.issues.acknowledge(first.id, "Li")
    assert check(ledger, [CHANNEL]).opened == ()
    done = ledger.issues.resolve_by_hand(first.id, "Li")
    assert (done.state, done.resolved_by, done.acknowledged_by) == (IssueState.RESOLVED, "Li", "Li")
    with pytest.raises(DifangError):
        ledger.issues.resolve_by_hand(first.id, "Wang")
    with pytest.raises(UsageError):
        ledger.issues.resolve_by_hand(99, "Wang")
    (second,) = check(ledger, [CHANNEL]).opened
    assert second.id != first.id


def test_issues_are_selected_by_what_they_are(ledger: Ledger) -> None:
    for n, (kind, channel, severity) in enumerate(
        [("silent", "sd", Severity.HIGH), ("silent", "js", Severity.LOW), ("drift", "sd", Severity.HIGH)]
    ):
        ledger.issues.see(
            kind=kind, channel=channel, key=str(n), sentence="", examples=(), figures={}, severity=severity
        )
    silent_js = next(issue for issue in ledger.issues.unresolved() if issue.channel == "js")
    ledger.issues.acknowledge(silent_js.id, "Li")

    def keys(**wanted: object) -> list[str]:
        return [issue.key for issue in ledger.issues.select(Wanted(**wanted), 10)]  # type: ignore[arg-type]

    assert keys() == ["2", "1", "0"]
    assert keys(kinds=("silent",)) == ["1", "0"]
    assert keys(channels=("sd",), severities=(Severity.HIGH,)) == ["2", "0"]
    assert keys(states=(IssueState.ACKNOWLEDGED,)) == ["1"]
    assert keys(states=(IssueState.RESOLVED,)) == []
    issues: list[Issue] = ledger.issues.select(Wanted(), 1)
    assert [issue.key for issue in issues] == ["2"]


def test_the_board_tells_how_fresh_a_channel_is(ledger: Ledger) -> None:
    (empty,) = freshness(ledger, [CHANNEL], NOW)
    assert (empty.newest, empty.expected_by, empty.alarm_at, empty.delay, empty.today) == (None, None, None, None, 0)
    assert empty.usual_gap > timedelta(0)
    silent_channel(ledger)
    tell(ledger, 2, NOW)
    (state,) = freshness(ledger, [CHANNEL], NOW + MINUTE)
    assert (state.channel, state.name, state.newest, state.today) == ("sd", "山东频道", NOW, 1)
    assert state.newest_url == "http://sd.people.com.cn/n2/2026/0101/c1-2.html"
    assert state.seen_until is not None
    assert state.expected_by is not None
    assert state.alarm_at is not None
    assert NOW < state.expected_by < state.alarm_at
    assert (state.usual_day.low, state.usual_day.high) == CHANNEL.volume


def test_the_leader_watches_the_channels_as_a_duty(ledger: Ledger, tmp_path: Path) -> None:
    silent_channel(ledger)
    (watch,) = [duty for duty in duties(Settings(var=tmp_path), ledger) if duty.name == "watch"]
    watch.function()
    assert [(issue.kind, issue.channel) for issue in ledger.issues.unresolved()] == [("silent", "sd")]
