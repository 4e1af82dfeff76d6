"""A channel of the replica changes its templates: the issue opens with three of the pages, and resolves by itself."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from difang.ingest.address import article_address
from tests.services.command import Difang
from tests.services.replica import Replica, replica

CHANNELS = ("sd", "js")
SIZE = ("--channels", ",".join(CHANNELS), "--days", "1", "--per-day", "25", "--archive", "0", "--crawl-delay", "0")


def a_day(difang: Difang, site: Replica) -> dict[str, Any]:
    """Move what was counted a day into the past, let the site publish for a day, crawl and ingest."""
    if (difang.var / "ledger.db").exists():
        with closing(sqlite3.connect(difang.var / "ledger.db")) as db, db:
            # by way of a far day: SQLite compares the keys row by row, and today's would meet yesterday's
            db.execute("UPDATE readings SET day = date(day, '-1001 days')")
            db.execute("UPDATE readings SET day = date(day, '+1000 days')")
        site.order("clock", advance_minutes=24 * 60)
    difang.crawl(*CHANNELS)
    outcome: dict[str, Any] = json.loads(difang.run("ingest", "--drain", "--json").stdout)
    return outcome


def rows(difang: Difang, query: str) -> list[Any]:
    with closing(sqlite3.connect(difang.var / "ledger.db")) as db:
        return db.execute(query).fetchall()


def counted(difang: Difang) -> int:
    ((pages,),) = rows(difang, "SELECT sum(pages) FROM readings WHERE sign = 'pages'")
    return int(pages)


def first_pages(difang: Difang) -> int:
    """How many pages were fetched and read that are an article's first."""
    read = rows(difang, "SELECT url FROM discoveries WHERE file IS NOT NULL AND article_id IS NOT NULL")
    addresses = [article_address(url) for (url,) in read]
    assert {address.page for address in addresses if address} > {1}, "no article of several pages was there"
    return sum(address is not None and address.page == 1 for address in addresses)


def issues(difang: Difang, *options: str) -> list[dict[str, Any]]:
    return [json.loads(row) for row in difang.run("issues", "list", "--json", *options).stdout.splitlines()]


def test_a_changed_template_opens_an_issue_that_resolves_when_the_old_one_is_back(tmp_path: Path) -> None:
    with replica(*SIZE) as site:
        difang = Difang(var=tmp_path / "var", proxy=site.url)
        for _ in range(3):
            a_day(difang, site)
        assert counted(difang) == first_pages(difang)
        assert issues(difang) == []
        assert difang.run("issues").stdout == "There is no issue.\n"
        before = {record["url"] for record in site.truth("addresses")}

        site.order("faults", channel="sd", fault="template")
        a_day(difang, site)
        found = {issue["key"]: issue for issue in issues(difang)}
        issue = found["template:generic"]
        assert {issue["channel"] for issue in found.values()} == {"sd"}
        assert issue["state"] == "open"
        assert issue["sentence"].startswith("山东频道: 100 % of the ")
        assert "were read by no template (usually 0 %)." in issue["sentence"]
        assert len(set(issue["examples"])) == 3
        assert set(issue["examples"]) < {record["url"] for record in site.truth("addresses")} - before
        difang.run("issues", "check")
        assert [seen["id"] for seen in issues(difang)] == [seen["id"] for seen in found.values()]
        number = str(issue["id"])
        assert issue["examples"][0] in difang.run("issues", "show", number).stdout
        assert "acknowledged by Li" in difang.run("issues", "acknowledge", number, "--by", "Li").stdout

        site.order("faults", channel="sd", fault="none")
        a_day(difang, site)
        assert issues(difang) == []
        assert {seen["state"] for seen in issues(difang, "--all")} == {"resolved"}
        difang.run("issues", "acknowledge", number, code=1)
        difang.run("issues", "show", "99", code=2)
