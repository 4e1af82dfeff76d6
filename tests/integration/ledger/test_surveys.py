"""Surveys in the ledger, on both databases: one of each sort, one run at a time, books that add up, coverage."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from difang.crawler.channel_table import load_channels
from difang.crawler.channels import Channel, named
from difang.crawler.ledger.addresses import Headers
from difang.crawler.ledger.coverage import DayCoverage
from difang.crawler.ledger.discoveries import Queued
from difang.crawler.ledger.freshness_tables import newest_articles
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run, Tally
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.crawler.ledger.survey_books import Place, Seen
from difang.crawler.ledger.survey_tables import SurveyPurpose, SurveyState
from difang.crawler.ledger.surveys import Survey
from difang.crawler.ledger.transactions import writing
from difang.crawler.links import Link
from difang.crawler.span import FIRST_DAY
from difang.crawler.survey.audit import coverage_of, doubtful, taken_down, verdicts
from difang.crawler.survey.duty import plan_here, plan_surveys
from difang.crawler.survey.estimate import Pace, estimate
from difang.crawler.survey.precedence import usual_run
from difang.crawler.survey.progress import progress_of
from difang.crawler.watch.rhythm import BEIJING
from difang.ingest.address import key_of
from difang.ingest.errors import DifangError, UsageError
from difang.ingest.note import Note
from difang.ingest.outcome import Ending, Outcome
from difang.ingest.page import PageRef, Position

SINCE, UNTIL = date(2026, 1, 1), date(2026, 1, 10)
PACE = Pace(delay=1.5, allowance=1000)
TABLE = load_channels()


@pytest.fixture
def sd() -> Channel:
    (channel,) = named(TABLE, ["sd"])
    return channel


def ask(ledger: Ledger, purpose: SurveyPurpose = SurveyPurpose.BACKFILL, channel: str = "sd") -> Survey:
    return ledger.surveys.ask(channel=channel, purpose=purpose, since=SINCE, until=UNTIL, created_by="li")


def url(day: date, n: int) -> str:
    return f"http://sd.people.com.cn/n2/{day:%Y/%m%d}/c1-{30_000_000 + n}.html"


def seen(day: int, n: int, *, in_sitemap: bool = False) -> Seen:
    when = date(2026, 1, day)
    return Seen(url=url(when, n), day=when, found_on="http://sd.people.com.cn/", in_sitemap=in_sitemap)


def planned(ledger: Ledger) -> list[Run]:
    """What one round of the leader plans."""
    before = {run.id for run in ledger.plans.ahead()}
    plan_surveys(ledger, TABLE)
    return [run for run in ledger.plans.ahead() if run.id not in before]


def end_run(ledger: Ledger, run: Run, state: RunState = RunState.FINISHED) -> None:
    ledger.runs.take_over(run.id, Path("log"))
    ledger.runs.end(run.id, state, None, Tally())


def fetched(ledger: Ledger, one: Seen, outcome: Outcome | None) -> None:
    """The address was discovered and queued, and ended so; None: it waits for a worker."""
    run = ledger.runs.begin(channel="sd", channel_name="山东频道", started_by="li", logs=Path("log"))
    from difang.crawler.ledger.addresses import Found

    key = key_of(one.url, regional=True)
    ledger.discoveries.found(run.id, "sd", [Found(url=one.url, key=key, page=1, found_on=None)])
    at = Position(file="a.warc.gz", offset=0, length=1)
    ref = PageRef(url=one.url, key=key, run_id=run.id, fetched_at=datetime.now(UTC), position=at)
    ledger.discoveries.queued([Queued(ref=ref, headers=Headers())])
    if outcome is not None:
        ledger.tell([Ending(run_id=run.id, url=one.url, outcome=outcome, article_id=key)])
    ledger.runs.end(run.id, RunState.FINISHED, None, Tally())


def test_asked_twice_it_is_one_survey_until_it_has_ended(ledger: Ledger) -> None:
    first = ask(ledger)
    assert ask(ledger) == first
    assert ask(ledger, SurveyPurpose.AUDIT).id != first.id
    ledger.surveys.pause(first.id)
    assert ask(ledger).id == first.id
    ledger.surveys.cancel(first.id)
    assert ask(ledger).id not in (first.id, None)


def test_a_life_goes_only_the_ways_it_can(ledger: Ledger) -> None:
    survey = ask(ledger)
    ledger.surveys.change(survey.id, resume_at=datetime.now(UTC) + timedelta(hours=1), failures=2)
    resumed = ledger.surveys.resume(survey.id)
    assert (resumed.state, resumed.resume_at, resumed.failures) == (SurveyState.ACTIVE, None, 0)
    assert ledger.surveys.pause(survey.id).state is SurveyState.PAUSED
    assert ledger.surveys.active() == []
    assert ledger.surveys.pause(survey.id).state is SurveyState.PAUSED
    assert ledger.surveys.cancel(survey.id).state is SurveyState.CANCELLED
    with pytest.raises(DifangError, match=r"is cancelled already\.$"):
        ledger.surveys.cancel(survey.id)
    with pytest.raises(DifangError, match="cancelled already"):
        ledger.surveys.resume(survey.id)
    with pytest.raises(UsageError, match="no backfill or audit 77"):
        ledger.surveys.pause(77)


def test_one_run_at_a_time_works_on_it(ledger: Ledger, sd: Channel) -> None:
    survey = ask(ledger)
    run = plan_here(ledger, survey, sd)
    assert run.cause is RunCause.BACKFILL
    assert ledger.surveys.of_run(run.id) == ledger.surveys.get(survey.id)
    assert planned(ledger) == []
    with pytest.raises(DifangError, match=run.id):
        plan_here(ledger, survey, sd)
    assert [one.id for one in ledger.plans.ahead()] == [run.id]
    end_run(ledger, run)
    ended = ledger.runs.get(run.id)
    assert ended.due_at is not None
    assert ended.started_at is not None
    assert ended.due_at <= ended.started_at
    (second,) = planned(ledger)
    assert ledger.surveys.get(survey.id).run_id == second.id
    assert ledger.surveys.get(survey.id).runs == 2


def test_the_oldest_of_a_channel_goes_first_and_one_that_rests_or_is_paused_not_at_all(ledger: Ledger) -> None:
    first, audit, other = ask(ledger), ask(ledger, SurveyPurpose.AUDIT), ask(ledger, channel="js")
    ledger.surveys.pause(other.id)
    (run,) = planned(ledger)
    assert ledger.surveys.of_run(run.id) == ledger.surveys.get(first.id)
    end_run(ledger, run)
    ledger.surveys.change(first.id, resume_at=datetime.now(UTC) + timedelta(hours=1))
    assert planned(ledger) == []
    ledger.surveys.change(first.id, state=SurveyState.FINISHED.value)
    (run,) = planned(ledger)
    assert run.cause is RunCause.AUDIT
    assert ledger.surveys.get(audit.id).run_id == run.id


def test_a_run_somebody_cancelled_pauses_the_backfill_until_it_is_resumed(ledger: Ledger) -> None:
    survey = ask(ledger)
    (run,) = planned(ledger)
    ledger.runs.ask_cancel(run.id, "wang")
    assert planned(ledger) == []
    paused = ledger.surveys.get(survey.id)
    assert (paused.state, paused.sentence) == (SurveyState.PAUSED, f"wang cancelled its run {run.id}.")
    ledger.surveys.resume(survey.id)
    assert len(planned(ledger)) == 1


def test_the_channels_usual_crawl_goes_first(ledger: Ledger) -> None:
    ask(ledger)
    now = datetime.now(UTC)
    due = ledger.plans.plan(
        channel="sd", channel_name="山东频道", cause=RunCause.SCHEDULE, due_at=now, started_by="schedule"
    )
    assert usual_run(ledger, "sd", now) == due
    assert usual_run(ledger, "js", now) is None
    assert planned(ledger) == []
    assert usual_run(ledger, "sd", now + timedelta(minutes=6)) is None  # no service begins it
    ledger.runs.take_over(due.id, Path("log"))
    assert usual_run(ledger, "sd", now + timedelta(minutes=6)) is not None
    ledger.runs.end(due.id, RunState.FINISHED, None, Tally())
    assert len(planned(ledger)) == 1


def test_the_usual_crawl_is_not_refused_because_of_work_on_the_past(ledger: Ledger, sd: Channel) -> None:
    run = plan_here(ledger, ask(ledger), sd)
    ledger.runs.take_over(run.id, Path("log"))
    ledger.runs.refuse_busy(["sd"])


def test_days_are_complete_once_every_listing_passed_them_and_nothing_of_them_is_pending(
    ledger: Ledger, sd: Channel
) -> None:
    survey, books = ask(ledger), ledger.survey_books

    def complete() -> tuple[int, date | None]:
        found = progress_of(ledger, ledger.surveys.get(survey.id), sd, PACE)
        return found.days_complete, found.complete_since

    assert complete() == (0, None)
    a = Place(url="http://sd.people.com.cn/GB/1/", strict=False, next_url="http://sd.people.com.cn/GB/1/index.html")
    b = Place(url="http://sd.people.com.cn/GB/2/", strict=False, next_url="http://sd.people.com.cn/GB/2/index.html")
    books.add_places(survey.id, [a, b])
    books.add_places(survey.id, [a])
    ledger.surveys.change(survey.id, columns_known=True)
    assert complete() == (0, None)
    onward = Place(url=a.url, strict=False, next_url=f"{a.url}index2.html", low=1, pages=1, reached=date(2026, 1, 4))
    books.keep(survey.id, onward, [seen(9, 1), seen(7, 2), seen(7, 3)], pending=True)
    assert complete() == (0, None)
    done = Place(url=b.url, strict=False, next_url=None, pages=1)
    books.keep(survey.id, done, [seen(7, 3)], pending=True)
    assert complete() == (4, date(2026, 1, 10))  # the 5th, 6th, 8th and 10th; the 7th and 9th wait
    assert {one.url for one in books.pending(survey.id, 10)} == {seen(9, 1).url, seen(7, 2).url, seen(7, 3).url}
    books.settle(survey.id, [seen(9, 1).url, seen(7, 2).url])
    books.settle(survey.id, [seen(7, 3).url])
    assert complete() == (6, date(2026, 1, 5))
    ledger.surveys.change(survey.id, state=SurveyState.FINISHED.value)
    assert complete() == (10, SINCE)


def test_a_survey_of_all_days_there_are_is_told_at_once(ledger: Ledger, sd: Channel) -> None:
    """One could be begun before days were looked at; neither its page nor its list may break of it."""
    survey = ledger.surveys.ask(
        channel="sd",
        purpose=SurveyPurpose.BACKFILL,
        since=date.min,
        until=date.max,
        created_by="li",
        expected_requests=2_000_000_000,
    )
    for state in (SurveyState.ACTIVE, SurveyState.CANCELLED, SurveyState.FINISHED):
        ledger.surveys.change(survey.id, state=state.value, columns_known=True)
        found = progress_of(ledger, ledger.surveys.get(survey.id), sd, PACE)
        assert found.days_complete < 40_000
        assert found.expected_end is None
        assert found.complete_since == FIRST_DAY


def test_the_end_is_foreseen_from_the_estimate_then_from_what_was_done(ledger: Ledger, sd: Channel) -> None:
    foreseen = estimate(ledger, sd, SINCE, UNTIL, PACE)
    assert (foreseen.days, foreseen.measured, foreseen.requests_a_day) == (10, False, 800)
    assert foreseen.requests > foreseen.articles > 0
    assert "a guess" in str(foreseen)
    survey = ask(ledger)
    ledger.surveys.change(survey.id, expected_requests=1600)
    ends = progress_of(ledger, ledger.surveys.get(survey.id), sd, PACE).expected_end
    assert ends is not None
    assert timedelta(hours=47) < ends - datetime.now(UTC) < timedelta(hours=49)
    ledger.surveys.pause(survey.id)
    assert progress_of(ledger, ledger.surveys.get(survey.id), sd, PACE).expected_end is None
    slow = estimate(ledger, sd, SINCE, UNTIL, Pace(delay=119.5, allowance=5000))
    assert slow.requests_a_day == 720


def test_what_was_measured_makes_the_next_estimate(ledger: Ledger, sd: Channel) -> None:
    survey = ask(ledger)
    ledger.survey_books.see(survey.id, [seen(1 + n % 10, n) for n in range(200)], pending=False)
    ledger.surveys.change(survey.id, state=SurveyState.FINISHED.value, requests=250)
    foreseen = estimate(ledger, sd, date(2025, 1, 1), date(2025, 1, 5), PACE)
    assert (foreseen.articles, foreseen.requests, foreseen.measured) == (100, 125, True)


def test_without_a_measure_of_the_past_the_watched_days_make_the_estimate(ledger: Ledger, sd: Channel) -> None:
    """Watched for five days: four whole ones, the newest of them without an article."""
    now = datetime.now(BEIJING).replace(hour=12)
    days = (now.date() - timedelta(days=300), now.date() - timedelta(days=291))
    guess = estimate(ledger, sd, *days, PACE)

    def appears(ago: int, articles: int) -> None:
        at = now - timedelta(days=ago)
        notes = [
            Note(
                run_id="run-1",
                url=url(at.date(), n),
                channel="sd",
                template="C",
                warnings=frozenset(),
                published=at.date(),
                fetched_at=at,
                published_at=at,
            )
            for n in range(articles)
        ]
        ledger.tell([Ending(run_id="run-1", url=note.url, outcome=Outcome.INDEXED) for note in notes], notes)

    appears(5, 90)  # the first day, not watched from its beginning
    with writing(ledger._engine) as connection:
        connection.execute(update(newest_articles).values(since=now - timedelta(days=5)))
    appears(3, 4)
    appears(2, 2)
    assert estimate(ledger, sd, *days, PACE) == guess
    appears(4, 3)
    foreseen = estimate(ledger, sd, *days, PACE)
    assert (foreseen.measured, foreseen.articles) == (True, 10 * 3)


def test_days_without_articles_and_days_long_past_spoil_no_estimate(ledger: Ledger, sd: Channel) -> None:
    guess = estimate(ledger, sd, SINCE, UNTIL, PACE)
    for since, until in ((date(1800, 1, 1), date(1801, 12, 31)), (date(2018, 1, 1), date(2018, 1, 2))):
        odd = ledger.surveys.ask(
            channel="sd", purpose=SurveyPurpose.BACKFILL, since=since, until=until, created_by="li"
        )
        when = date(2018, 1, 1)
        one = Seen(url=url(when, 1), day=when, found_on="x")
        ledger.survey_books.see(odd.id, [one] if since == when else [], pending=False)
        ledger.surveys.change(odd.id, state=SurveyState.FINISHED.value, requests=40)
    assert estimate(ledger, sd, SINCE, UNTIL, PACE) == guess
    wide = ledger.surveys.ask(
        channel="sd", purpose=SurveyPurpose.BACKFILL, since=date(1997, 1, 1), until=UNTIL, created_by="li"
    )
    ledger.survey_books.see(wide.id, [seen(1 + n % 10, n) for n in range(200)], pending=False)
    ledger.surveys.change(wide.id, state=SurveyState.FINISHED.value, requests=250)
    foreseen = estimate(ledger, sd, SINCE, UNTIL, PACE)
    assert (foreseen.articles, foreseen.requests, foreseen.measured) == (200, 250, True)


def test_each_address_found_is_proved_to_have_ended_and_the_days_add_up(ledger: Ledger) -> None:
    survey = ask(ledger, SurveyPurpose.AUDIT)
    fates = [Outcome.INDEXED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.NOT_AN_ARTICLE, Outcome.FAILED, None]
    shown = [seen(3, n) for n in range(len(fates))]
    for one, fate in zip(shown, fates, strict=True):
        fetched(ledger, one, fate)
    mirror = Seen(url=shown[0].url.replace("/n2/", "/BIG5/n2/"), day=shown[0].day, found_on="x")
    ledger.survey_books.see(survey.id, [*shown, seen(4, 77), mirror], pending=False)
    words = {verdict.url: verdict.word for verdict in verdicts(ledger, survey)}
    assert words[mirror.url] == "sighting"
    assert words[seen(4, 77).url] == "missing"
    assert words[shown[-1].url] == "in_queue"
    days = {day.day: day for day in coverage_of(ledger, survey)}
    assert len(days) == 10
    third, fourth = days[date(2026, 1, 3)], days[date(2026, 1, 4)]
    assert (third.found, third.indexed, third.missing, third.complete) == (7, 3, 0, False)
    assert sum(third.outcomes.values()) == third.found
    assert (fourth.found, fourth.indexed, fourth.missing) == (1, 0, 1)
    assert days[date(2026, 1, 5)].complete
    ledger.coverage.keep(list(days.values()))
    ledger.coverage.keep([day for day in days.values() if day.found])
    kept = ledger.coverage.of("sd", date(2026, 1, 3), date(2026, 1, 4))
    assert kept == [day for day in ledger.coverage.since(date(2026, 1, 3)) if day.day <= date(2026, 1, 4)]
    assert kept == [third, fourth]
    assert isinstance(kept[0], DayCoverage)


def test_in_doubt_is_what_is_listed_no_more_or_left_out_of_the_sitemap(ledger: Ledger, sd: Channel) -> None:
    survey = ask(ledger, SurveyPurpose.AUDIT)
    vanished, left_out, in_it, older, not_ours = seen(2, 1), seen(9, 2), seen(9, 3), seen(3, 4), seen(9, 5)
    for one in (vanished, left_out, in_it, older):
        fetched(ledger, one, Outcome.INDEXED)
    fetched(ledger, Seen(url=url(date(2025, 12, 31), 9), day=None, found_on="x"), Outcome.INDEXED)
    ledger.survey_books.see(survey.id, [left_out, in_it, older, not_ours], pending=False)
    assert sd.sitemap is not None
    place = Place(url=sd.sitemap, strict=False, next_url=None, reached=date(2026, 1, 6))
    ledger.survey_books.add_places(survey.id, [place])
    ledger.survey_books.keep(survey.id, place, [seen(9, 3, in_sitemap=True)])
    doubts = doubtful(ledger, survey, sd)
    assert {one.url for one in doubts} == {vanished.url, left_out.url}
    ledger.survey_books.doubt(survey.id, doubts)
    assert {one.url for one in ledger.survey_books.pending(survey.id, 10)} == {vanished.url, left_out.url}
    assert vanished.url not in {one.url for one in ledger.survey_books.listed(survey.id)}
    assert left_out.url in {one.url for one in ledger.survey_books.listed(survey.id)}


def test_taken_down_is_what_was_searchable_and_is_gone(ledger: Ledger) -> None:
    survey = ask(ledger, SurveyPurpose.AUDIT)
    down, never = seen(2, 1), seen(2, 2)
    fetched(ledger, down, Outcome.INDEXED)
    run = ledger.runs.begin(channel="sd", channel_name="山东频道", started_by="li", logs=Path("log"))
    ledger.addresses.queue("sd", [never.url], run.id)
    ledger.tell([Ending(run_id=run.id, url=one.url, outcome=Outcome.GONE) for one in (down, never)])
    assert [one.url for one in taken_down(ledger, survey)] == [down.url]
    ledger.survey_books.see(survey.id, [down, never], pending=False)
    (day,) = [day for day in coverage_of(ledger, survey) if day.found]
    assert (day.found, day.indexed, day.missing, day.taken_down) == (2, 0, 0, 1)


def test_queued_addresses_are_due_at_the_next_crawl(ledger: Ledger) -> None:
    failed, missing = seen(2, 1), seen(2, 2)
    fetched(ledger, failed, Outcome.GONE)
    ledger.addresses.queue("sd", [failed.url, missing.url], "no run")
    due = ledger.addresses.due("sd", datetime.now(UTC))
    assert {known.url for known in due} == {failed.url, missing.url}
    assert Link(url=missing.url).lastmod is None
