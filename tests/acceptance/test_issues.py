"""A channel falls silent, one redesigns its listings, a host is down: each is told once and clears itself."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.week import START, live
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.tables import Severity
from tests.services.breaking import FAULTS, WELL, break_and_mend
from tests.services.command import Difang
from tests.services.replica import replica
from tests.services.simulation import Simulation

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STEP = 12 * HOUR


def size(slugs: list[str], per_day: int) -> tuple[str, ...]:
    small = ("--days", "1", "--per-day", str(per_day), "--archive", "5", "--crawl-delay", "0")
    return ("--channels", ",".join(slugs), "--now", f"{START:%Y-%m-%dT%H:%M}", *small)


def test_silence_a_redesign_and_a_host_that_is_down_are_told_once_and_clear_themselves(tmp_path: Path) -> None:
    with replica(*size([*FAULTS, WELL], 24)) as site:
        simulation = Simulation(site, tmp_path, START)
        told, issues = break_and_mend(simulation, step=STEP, history=2 * DAY, most=4 * DAY)
    by_channel = {one.channel: one for one in told}
    for one in told:
        assert len(one.numbers) == 1, one
        assert one.resolved_after is not None, one
    silent, empty, down = (by_channel[slug] for slug in ("sd", "js", "hb"))
    assert silent.opened_after is not None
    assert STEP < silent.opened_after < 4 * DAY
    assert silent.sentence.startswith("山东频道: nothing new for ")
    assert silent.resolved_after == STEP
    assert empty.opened_after == down.opened_after == STEP
    assert "no article link" in empty.sentence
    assert empty.sentence.startswith("江苏频道: the front page")
    assert down.sentence.startswith("湖北频道: hb.people.com.cn gives nothing for ")
    assert down.last_sentence != down.sentence
    assert (down.worst, down.resolved_after) == ("high", STEP)
    assert {issue.channel for issue in issues} == set(FAULTS)
    assert {issue.state for issue in issues} == {"resolved"}


def test_two_days_of_three_channels_with_an_outage_add_up_and_everything_is_found(tmp_path: Path) -> None:
    slugs = ["sd", "js", "hb"]
    with replica(*size(slugs, 6)) as site:
        simulation = Simulation(site, tmp_path, START)
        week = live(simulation, slugs, length=2 * DAY, every=8 * HOUR, outages=[(20 * HOUR, 14 * HOUR)], begin=4 * HOUR)
    finished, missed = week.states["finished"], week.states["missed"]  # type: ignore[index]
    assert week.unaccounted == 0
    assert week.planned == finished + missed
    assert min(finished, missed) >= len(slugs)
    assert week.caught_up == missed
    assert week.found.published > 3 * 6
    assert week.found.total == 0, week.found.examples(5)
    assert week.issues.total() == 0
    assert week.delays.keys() == set(slugs)
    assert all(delay.median <= delay.p95 < 3 * DAY for delay in week.delays.values())


def told(difang: Difang, *words: str, code: int = 0) -> list[dict[str, Any]]:
    return [json.loads(line) for line in difang.run("issues", *words, "--json", code=code).stdout.splitlines()]


def test_issues_are_listed_taken_up_and_resolved_by_hand(tmp_path: Path) -> None:
    difang = Difang(var=tmp_path / "var", proxy=None)
    with closing(Ledger(f"sqlite:///{difang.var / 'ledger.db'}")) as ledger:
        for channel, severity in (("sd", Severity.HIGH), ("js", Severity.LOW)):
            ledger.issues.see(
                kind="silent",
                channel=channel,
                key="channel",
                sentence=f"{channel}: nothing new for 9 h, usually 40 min.",
                examples=("http://sd.people.com.cn/",),
                figures={"usual_minutes": 40},
                severity=severity,
            )
    assert [issue["channel"] for issue in told(difang, "list")] == ["js", "sd"]
    (high,) = told(difang, "list", "--severity", "high", "--kind", "silent", "--channel", "sd", "--state", "open")
    number = str(high["id"])
    assert told(difang, "list", "--kind", "drift") == []
    shown = difang.run("issues", "show", number).stdout
    assert "nothing new for 9 h, usually 40 min." in shown
    assert "usual_minutes" in shown
    (taken,) = told(difang, "ack", number, "--by", "Li")
    assert (taken["state"], taken["acknowledged_by"]) == ("acknowledged", "Li")
    (done,) = told(difang, "resolve", number, "--by", "Wang")
    assert (done["state"], done["resolved_by"]) == ("resolved", "Wang")
    assert [issue["channel"] for issue in told(difang, "list")] == ["js"]
    assert len(told(difang, "list", "--all")) == 2
    difang.run("issues", "resolve", number, code=1)
    difang.run("issues", "resolve", "99", code=2)
    difang.run("issues", "list", "--channel", "nowhere", code=2)
    assert "0 opened, 1 resolved." in difang.run("issues", "check").stdout
