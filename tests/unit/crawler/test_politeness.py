"""Politeness by a clock that tests turn: turns, delays, allowances, robots.txt."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from difang.crawler.ledger.hosts import HostTurns, RobotsAnswer
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.politeness.robots import NO_ANSWER, Robots, RobotsForbid, answer_of
from difang.crawler.politeness.turns import AllowanceSpent, Turns, until_tomorrow

HOST = "sd.people.com.cn"
AGENT = "difang/0.1.0 (+mailto:x@example.org)"


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = datetime(2026, 2, 3, 3, tzinfo=UTC).timestamp()

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds
        await asyncio.sleep(0)


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[HostTurns]:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield ledger.hosts
    ledger.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def turns(hosts: HostTurns, clock: Clock, *, delay: float = 2.0, allowance: int = 1000) -> Turns:
    return Turns(hosts, delay=delay, allowance=allowance, lease=60.0, now=clock.now, sleep=clock.sleep)


async def visit(these: Turns, clock: Clock, times: list[tuple[float, float]], *, seconds: float = 0.3) -> None:
    await these.take(HOST)
    begin = clock.time
    await clock.sleep(seconds)
    these.give(HOST)
    times.append((begin, clock.time))


def gaps(times: list[tuple[float, float]]) -> list[float]:
    ordered = sorted(times)
    return [round(after[0] - before[1], 6) for before, after in itertools.pairwise(ordered)]


@pytest.mark.parametrize(("robots", "gap"), [(None, 2.0), (120.0, 120.0), (0.5, 0.5), (0.0, 0.0)])
def test_requests_of_one_process_follow_one_another_with_the_delay(
    hosts: HostTurns, clock: Clock, robots: float | None, gap: float
) -> None:
    async def all_of_them() -> list[tuple[float, float]]:
        times: list[tuple[float, float]] = []
        these = turns(hosts, clock)
        these.set_delay(HOST, robots)
        await asyncio.gather(*(visit(these, clock, times) for _ in range(6)))
        return times

    times: list[tuple[float, float]] = asyncio.run(all_of_them())
    assert len(times) == 6
    assert min(gaps(times)) >= gap
    assert max(gaps(times)) <= gap + 0.01


@pytest.mark.parametrize("delay", [0.0, 0.05, 3.0])
def test_two_processes_never_ask_a_host_at_once_and_both_get_their_turns(
    hosts: HostTurns, clock: Clock, delay: float
) -> None:
    async def both() -> list[tuple[float, float]]:
        times: list[tuple[float, float]] = []
        one, other = turns(hosts, clock, delay=delay), turns(hosts, clock, delay=delay)
        one._holder, other._holder = "vm/1/one", "elsewhere/1/other"
        await asyncio.gather(*(many(process, times) for process in (one, other)))
        return times

    async def many(process: Turns, times: list[tuple[float, float]]) -> None:
        for _ in range(20):
            await visit(process, clock, times)
        process.close()

    times = asyncio.run(both())
    assert len(times) == 40
    assert min(gaps(times)) >= delay - 1e-6


def test_a_request_that_waits_tells_until_when(hosts: HostTurns, clock: Clock) -> None:
    """Also where the delay is of another process's request, which this one knows by the ledger alone."""

    async def wait_for(these: Turns, due: float) -> None:
        assert these.due_at(HOST) is None
        waiting = asyncio.ensure_future(these.take(HOST))
        while these.due_at(HOST) is None and not waiting.done():
            await asyncio.sleep(0)
        assert these.due_at(HOST) == due
        await waiting
        assert these.due_at(HOST) is None
        these.give(HOST)

    async def all_in_turn() -> None:
        one, other = turns(hosts, clock, delay=120.0), turns(hosts, clock, delay=120.0)
        await visit(one, clock, [])
        await wait_for(one, clock.time + 120)
        await wait_for(other, clock.time + 120)

    asyncio.run(all_in_turn())


def test_a_delay_learnt_after_robots_txt_holds_for_the_next_request(hosts: HostTurns, clock: Clock) -> None:
    async def two() -> list[tuple[float, float]]:
        times: list[tuple[float, float]] = []
        these = turns(hosts, clock)
        await visit(these, clock, times)
        these.set_delay(HOST, 120.0)
        await visit(these, clock, times)
        return times

    assert gaps(asyncio.run(two())) == [120.0]


def test_the_delay_outlives_the_process(hosts: HostTurns, clock: Clock) -> None:
    async def two() -> list[tuple[float, float]]:
        times: list[tuple[float, float]] = []
        for _ in range(2):
            these = turns(hosts, clock, delay=30.0)
            await visit(these, clock, times)
            these.close()
        return times

    assert gaps(asyncio.run(two())) == [30.0]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_set_back_an_hour_lets_a_host_wait_for_its_delay_and_not_for_an_hour(
    hosts: HostTurns, clock: Clock, restarted: bool
) -> None:
    async def two() -> float:
        times: list[tuple[float, float]] = []
        these = turns(hosts, clock, delay=30.0)
        await visit(these, clock, times)
        if restarted:
            these.close()
            these = turns(hosts, clock, delay=30.0)
        clock.time -= 3600
        begin = clock.time
        assert these.wait(HOST) <= 30.0
        await visit(these, clock, times)
        return times[1][0] - begin

    assert 30.0 <= asyncio.run(two()) <= 60.0  # once as this process knows it, once as the ledger does


def test_a_hold_from_before_the_clock_was_set_back_is_over(hosts: HostTurns, clock: Clock) -> None:
    async def die_and_wait() -> float:
        dead, living = turns(hosts, clock), turns(hosts, clock)
        dead._holder = "elsewhere/1/x"
        await dead.take(HOST)
        clock.time -= 3600
        begin = clock.time
        await living.take(HOST)
        return clock.time - begin

    assert asyncio.run(die_and_wait()) == 0


def test_the_daily_allowance_counts_all_processes_and_comes_back_the_next_day(hosts: HostTurns, clock: Clock) -> None:
    async def spend() -> None:
        times: list[tuple[float, float]] = []
        for _ in range(2):
            these = turns(hosts, clock, delay=0.0, allowance=4)
            await visit(these, clock, times)
            await visit(these, clock, times)
            these.close()
        late = turns(hosts, clock, delay=0.0, allowance=4)
        with pytest.raises(AllowanceSpent, match="4 requests"):
            await late.take(HOST)
        clock.time += 24 * 3600
        await visit(late, clock, times)

    asyncio.run(spend())


def test_tomorrow_is_less_than_a_day_away() -> None:
    assert 0 < until_tomorrow().total_seconds() <= 24 * 3600


def test_a_host_kept_without_use_is_let_go(hosts: HostTurns, clock: Clock) -> None:
    async def keep() -> None:
        one, other = turns(hosts, clock, delay=0.0), turns(hosts, clock, delay=0.0)
        one._holder = "elsewhere/1/one"
        await visit(one, clock, [])
        before = clock.time
        clock.time += 0.6
        one.let_go_idle()
        await other.take(HOST)
        assert clock.time - before < 1.0

    asyncio.run(keep())


def test_the_hold_of_a_process_that_died_ends_with_its_lease(hosts: HostTurns, clock: Clock) -> None:
    async def die_and_wait() -> float:
        dead, living = turns(hosts, clock), turns(hosts, clock)
        dead._holder = "elsewhere/1/x"
        await dead.take(HOST)
        begin = clock.time
        await living.take(HOST)
        return clock.time - begin

    assert 60 <= asyncio.run(die_and_wait()) <= 70


def robots_at(clock: Clock, status: int, text: str = "") -> RobotsAnswer:
    return answer_of(status, text.encode(), clock.now())


RULES = "User-agent: *\nDisallow: /private/\nCrawl-delay: 120\n\nUser-agent: difang\nDisallow: /n2/\nCrawl-delay: 7\n"


@pytest.mark.parametrize(
    ("status", "text", "allowed", "forbidden", "delay"),
    [
        (200, "User-agent: *\nDisallow: /private/\nCrawl-delay: 120", "/n2/x", "/private/x", 120.0),
        (200, RULES, "/private/x", "/n2/x", 7.0),
        (200, "User-agent: *\nDisallow:", "/n2/x", None, None),
        (200, "<html>页面没有找到</html>", "/n2/x", None, None),
        (404, "User-agent: *\nDisallow: /", "/n2/x", None, None),
        (403, "User-agent: *\nDisallow: /", "/n2/x", None, None),
        (503, "", None, "/n2/x", None),
        (NO_ANSWER, "", None, "/n2/x", None),
    ],
)
def test_robots_txt_says_what_is_allowed_and_how_fast(
    hosts: HostTurns,
    clock: Clock,
    status: int,
    text: str,
    allowed: str | None,
    forbidden: str | None,
    delay: float | None,
) -> None:
    async def fetch(url: str) -> RobotsAnswer:
        assert url == f"http://{HOST}/robots.txt"
        return robots_at(clock, status, text)

    rules = asyncio.run(Robots(hosts, agent=AGENT, now=clock.now).rules(HOST, fetch))
    assert rules.delay == delay
    if allowed:
        rules.check(f"http://{HOST}{allowed}")
    if forbidden:
        with pytest.raises(RobotsForbid):
            rules.check(f"http://{HOST}{forbidden}")


@pytest.mark.parametrize("status", [200, 404])
def test_robots_txt_is_fetched_once_a_day_for_all_processes(hosts: HostTurns, clock: Clock, status: int) -> None:
    asked: list[str] = []

    async def fetch(url: str) -> RobotsAnswer:
        asked.append(url)
        await asyncio.sleep(0)
        return robots_at(clock, status)

    async def ask() -> None:
        one, other = (Robots(hosts, agent=AGENT, now=clock.now) for _ in range(2))
        await asyncio.gather(*(one.rules(HOST, fetch) for _ in range(5)))
        await other.rules(HOST, fetch)
        assert len(asked) == 1
        clock.time += 24 * 3600 + 1
        await one.rules(HOST, fetch)
        await other.rules(HOST, fetch)
        assert len(asked) == 2

    asyncio.run(ask())


def test_a_host_that_lost_its_robots_txt_keeps_its_rules_for_a_month(hosts: HostTurns, clock: Clock) -> None:
    answers = [(200, RULES), (503, ""), (503, ""), (200, "")]

    async def fetch(url: str) -> RobotsAnswer:
        return robots_at(clock, *answers.pop(0))

    async def delay() -> float | None:
        return (await Robots(hosts, agent=AGENT, now=clock.now).rules(HOST, fetch)).delay

    assert asyncio.run(delay()) == 7.0
    clock.time += 29 * 24 * 3600
    assert asyncio.run(delay()) == 7.0
    clock.time += 2 * 24 * 3600
    assert asyncio.run(delay()) is None
    assert len(answers) == 1
    assert asyncio.run(delay()) is None
    assert answers == []
