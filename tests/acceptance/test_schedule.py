"""`difang schedule` as operators use it: what it changes, what it shows, and each sentence for what cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.services.command import Difang


@pytest.fixture
def difang(tmp_path: Path) -> Difang:
    return Difang(var=tmp_path / "var", proxy=None)


def shown(difang: Difang, slug: str = "sd") -> dict[str, Any]:
    told = json.loads(difang.run("schedule", "list", "--json").stdout)
    [channel] = [one for one in told["channels"] if one["channel"] == slug]
    return dict(channel)


def test_a_change_is_shown_with_who_and_why_and_undone(difang: Difang) -> None:
    done = difang.run(
        "schedule", "set", "sd", "--cron", "0 8 * * 1-5", "--jitter", "0m", "--by", "Li", "--why", "quiet"
    )
    firings = [line for line in done.stdout.splitlines() if "T" in line]
    assert len(firings) == 5
    assert all(line.endswith("08:00:00+08:00") for line in firings)
    sd = shown(difang)
    assert (sd["timing"], sd["from"], sd["changed_by"], sd["why"]) == ("cron 0 8 * * 1-5", "operator", "Li", "quiet")
    difang.run("schedule", "pause", "sd", "--by", "Wang", "--why", "redesign")
    sd = shown(difang)
    assert (sd["paused"], sd["changed_by"], sd["timing"]) == (True, "Wang", "cron 0 8 * * 1-5")
    assert "paused by Wang: redesign" in difang.run("schedule").stdout
    difang.run("schedule", "resume", "sd")
    difang.run("schedule", "set", "sd", "--table")
    sd = shown(difang)
    assert (sd["paused"], sd["timing"], sd["from"]) == (False, "every 90 min", "table")


def test_the_list_names_leader_and_policies(difang: Difang) -> None:
    told = json.loads(difang.run("schedule", "list", "--json").stdout)
    assert told["leader"] == {"holder": None, "said": "no scheduler has run yet"}
    assert told["policies"].keys() == {"misfire", "coalesce", "overlap"}
    assert len(told["channels"]) == 33
    assert told["account"]["balanced"]


def test_a_dry_run_saves_nothing(difang: Difang) -> None:
    assert "not saved" in difang.run("schedule", "set", "sd", "--every", "2h", "--dry-run").stdout
    assert shown(difang)["timing"] == "every 90 min"


def test_a_run_asked_for_now_is_planned_and_says_that_nobody_is_there(difang: Difang) -> None:
    done = difang.run("schedule", "run-now", "sd", "--by", "Li")
    assert "wait until a `difang serve` runs" in done.stderr
    assert shown(difang)["waiting"] == [done.stdout.split()[-1]]


def test_a_run_asked_for_twice_is_one_and_a_paused_channel_is_told(difang: Difang) -> None:
    difang.run("schedule", "pause", "sd", "--by", "Li")
    first = difang.run("schedule", "run-now", "sd", "--by", "Li")
    assert "山东频道 is paused" in first.stderr
    again = difang.run("schedule", "run-now", "sd", "--by", "Wang").stdout
    assert again == f"Already planned by Li: run {first.stdout.split()[-1]}\n"
    assert len(shown(difang)["waiting"]) == 1
    assert "is paused" in difang.run("schedule", "set", "sd", "--every", "2h").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["set", "sd", "--cron", "0 0 30 2 *"], "never fires"),
        (["set", "sd", "--cron", "* * * * *"], "too often"),
        (["set", "sd", "--cron", "often"], "five parts"),
        (["set", "sd", "--every", "1m"], "between 5 minutes and 7 days"),
        (["set", "sd", "--cron", ""], "five parts"),
        (["set", "sd", "--every", "0m"], "between 5 minutes and 7 days"),
        (["set", "sd", "--every", "2h", "--jitter", "3h"], "longer than the interval"),
        (["set", "sd", "--cron", "0 8 * * *", "--jitter", "2d"], "longer than a day"),
        (["pause", "sd", "--by", " "], "the name is blank"),
        (["set", "sd", "--every", "soon"], "no length of time"),
        (["set", "sd"], "exactly one of"),
        (["set", "sd", "--table", "--every", "2h"], "exactly one of"),
        (["set", "sdd", "--every", "2h"], "do you mean sd?"),
        (["pause", "xyzzy"], "There is no channel xyzzy"),
        (["run-now", "xyzzy"], "There is no channel xyzzy"),
    ],
)
def test_what_cannot_be_is_one_sentence(difang: Difang, words: list[str], said: str) -> None:
    done = difang.run("schedule", *words, code=2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
