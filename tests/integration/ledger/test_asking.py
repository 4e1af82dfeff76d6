"""Several operators ask for the same at the same moment, each by a connection of his own: it is planned once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest

from difang.crawler.ledger.addresses import Found
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.plans import Asked
from difang.crawler.ledger.run import Tally
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.crawler.ledger.survey_tables import SurveyPurpose
from difang.crawler.retry import plan_retry
from difang.crawler.span import Span

OPERATORS, ROUNDS = 4, 12
EVERYTHING = Span()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def ledgers(address: str) -> Iterator[list[Ledger]]:
    """One a person, each with connections of its own."""
    with ExitStack() as ends:
        yield [ends.enter_context(closing(Ledger(address))) for _ in range(OPERATORS)]


T = TypeVar("T")


def at_once(ledgers: list[Ledger], ask: Callable[[Ledger], T]) -> list[T]:
    """What each is answered; all ask at the same moment."""
    barrier = Barrier(len(ledgers))

    def one(ledger: Ledger) -> T:
        barrier.wait()
        return ask(ledger)

    with ThreadPoolExecutor(len(ledgers)) as pool:
        return list(pool.map(one, ledgers))


def wanted(ledger: Ledger, channel: str = "sd", request: Span = EVERYTHING) -> Asked:
    return ledger.plans.ask(channel=channel, channel_name="频道", now=NOON, by="Li", request=request)


def backfill(ledger: Ledger, day: date) -> int:
    survey = ledger.surveys.ask(channel="sd", purpose=SurveyPurpose.BACKFILL, since=day, until=day, created_by="Li")
    return ledger.surveys.resume(survey.id).id


def test_a_crawl_wanted_by_several_at_the_same_moment_is_planned_once(ledgers: list[Ledger]) -> None:
    for number in range(ROUNDS):
        channel = f"c{number}"
        asked = at_once(ledgers, partial(wanted, channel=channel))
        assert len({one.run.id for one in asked}) == 1
        assert sorted(one.already for one in asked) == [False, True, True, True]
        assert len(ledgers[0].plans.ahead(channel)) == 1


def test_the_same_page_and_another_page_wanted_are_two_runs(ledgers: list[Ledger]) -> None:
    pages = [Span(urls=(f"http://sd.people.com.cn/n2/2026/0302/c1-{number}.html",)) for number in (1, 2, 1)]
    asked = [wanted(ledgers[0], request=page) for page in pages]
    assert [one.already for one in asked] == [False, False, True]
    assert not wanted(ledgers[0]).already


def test_what_failed_in_a_run_is_planned_once_and_not_beside_the_run_that_tries_it_again(
    ledgers: list[Ledger], tmp_path: Path
) -> None:
    ledger = ledgers[0]
    run = ledger.runs.begin(channel="sd", channel_name="频道", started_by="Li", logs=tmp_path)
    found = [Found(url="http://sd.people.com.cn/n2/2026/0302/c1-1.html", key="people:L_1", page=1, found_on=None)]
    ledger.discoveries.found(run.id, "sd", found)
    ledger.runs.end(run.id, RunState.FAILED, "The host is down.", Tally())
    asked = at_once(ledgers, lambda one: plan_retry(one, run.id, "Li", NOON))
    assert len({one.run.id for one in asked}) == 1
    assert [(one.cause, one.retry_of) for one in ledger.plans.ahead("sd")] == [(RunCause.RETRY, run.id)]
    assert ledger.plans.begin(asked[0].run.id) is not None
    assert plan_retry(ledger, run.id, "Wang", NOON).already


def test_a_backfill_wanted_by_several_at_the_same_moment_is_one(ledgers: list[Ledger]) -> None:
    for number in range(ROUNDS):
        assert len(set(at_once(ledgers, partial(backfill, day=date(2026, 1, 1 + number))))) == 1
    assert len(ledgers[0].surveys.newest(99)) == ROUNDS
