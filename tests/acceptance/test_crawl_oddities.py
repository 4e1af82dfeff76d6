"""`difang crawl` against scripted answers: robots.txt, delays, conditions, redirects, refusals, redesigns."""

from __future__ import annotations

import itertools
import json
import os
import pty
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from difang import __version__
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run_tables import RunCause
from tests.services.command import Difang
from tests.services.stub_site import Answer, StubSite, stub_site

HOST = "http://sd.people.com.cn"
OLD = "http://old.people.com.cn"
SITEMAP = "http://www.people.cn/sitemap/cn/sd/news_sitemap.xml"
COLUMN = f"{HOST}/GB/1/index.html"
TABLE = """[[channel]]
slug = "sd"
name = "山东频道"
hosts = ["sd.people.com.cn", "old.people.com.cn"]
front = "http://sd.people.com.cn/"
SITEMAP
volume = [1, 9]
every = "1h"
columns = [{ url = "http://sd.people.com.cn/GB/1/index.html", name = "要闻", verified = VERIFIED }]
"""


def article(n: int, day: str = "2026/0102") -> str:
    return f"{HOST}/n2/{day}/c1-{41000000 + n}.html"


def html(*links: str, more: str = "") -> Answer:
    body = "".join(f'<a href="{link}">标题</a>\n' for link in links) + more
    return Answer(body=f"<html><body>{body}</body></html>".encode(), headers={"Content-Type": "text/html"})


def page(n: int, more: str = "", **headers: str) -> Answer:
    return Answer(body=f"<html><h1>第{n}篇</h1>{more}</html>".encode(), headers={"ETag": f'"{n}"'} | headers)


def sitemap(*entries: tuple[str, str]) -> Answer:
    rows = "".join(f"<url><loc>{url}</loc><lastmod>{lastmod}</lastmod></url>" for url, lastmod in entries)
    return Answer(body=f"<sitemapIndex>{rows}</sitemapIndex>".encode())


@pytest.fixture
def site() -> Iterator[StubSite]:
    with stub_site() as site:
        site.answers |= {article(n): page(n) for n in range(20)}
        site.answers[f"{HOST}/"] = html(article(1), article(2))
        site.answers[COLUMN] = html(article(1))
        yield site


def difang_at(
    site: StubSite, tmp_path: Path, *, verified: bool = True, mapped: bool = False, **settings: str
) -> Difang:
    table = tmp_path / "channels.toml"
    line = f'sitemap = "{SITEMAP}"' if mapped else ""
    table.write_text(TABLE.replace("SITEMAP", line).replace("VERIFIED", str(verified).lower()), encoding="utf-8")
    return Difang(var=tmp_path / "var", proxy=site.url, settings={"channels": str(table)} | settings)


def endings(difang: Difang) -> dict[str, tuple[str | None, str | None]]:
    """Address → outcome and reason, as the newest run has it."""
    db = sqlite3.connect(difang.var / "ledger.db")
    rows: list[Any] = db.execute("SELECT url, outcome, reason FROM discoveries ORDER BY found_at").fetchall()
    db.close()
    return {url: (outcome, reason) for url, outcome, reason in rows}


def test_a_crawl_delay_of_one_second_is_kept_between_any_two_requests(site: StubSite, tmp_path: Path) -> None:
    site.answers[f"{HOST}/robots.txt"] = Answer(body=b"User-agent: *\nCrawl-delay: 1\n")
    difang_at(site, tmp_path).crawl("sd", "--limit", "1")
    requests = [request for request in site.requests if request.url.startswith(HOST)]
    assert len(requests) >= 3
    assert min(after.begin - before.end for before, after in itertools.pairwise(requests)) >= 0.99


def test_a_terminal_shows_progress_and_then_the_result_alone_on_its_line(site: StubSite, tmp_path: Path) -> None:
    site.answers[f"{HOST}/robots.txt"] = Answer(body=b"User-agent: *\nCrawl-delay: 1\n")
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "difang", "crawl", "sd", "--limit", "1"]
    with subprocess.Popen(command, env=difang_at(site, tmp_path).environment(), stdout=end):
        os.close(end)
        shown = b"".join(iter(partial(read_terminal, terminal), b"")).decode()
    os.close(terminal)
    *progress, blank, result = shown.removesuffix("\r\n").split("\r")
    assert any("requests" in words for words in progress)
    assert blank.strip() == ""
    assert re.match(r"\d{8}T\d{6}Z-sd-\w+  finished ", result)


def read_terminal(terminal: int) -> bytes:
    """What was printed there; Linux ends it with an error."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""


def test_the_agent_is_honest_and_never_asks_for_what_robots_txt_forbids(site: StubSite, tmp_path: Path) -> None:
    site.answers[f"{HOST}/robots.txt"] = Answer(body=f"User-agent: *\nDisallow: {article(2)[len(HOST) :]}\n".encode())
    difang = difang_at(site, tmp_path, contact="mailto:crawl@example.org")
    difang.crawl("sd")
    assert {request.headers["User-Agent"] for request in site.requests} == {
        f"difang/{__version__} (+mailto:crawl@example.org)"
    }
    assert endings(difang)[article(2)] == ("refused", "The robots.txt of sd.people.com.cn does not allow it.")
    assert article(2) not in site.urls()
    assert article(1) in site.urls()


def test_a_host_whose_robots_txt_fails_is_left_alone_and_asked_by_the_next_run(site: StubSite, tmp_path: Path) -> None:
    site.answers[f"{HOST}/robots.txt"] = Answer(status=503)
    difang = difang_at(site, tmp_path)
    (run,) = difang.crawl("sd", code=1)
    assert "cannot give its robots.txt" in run["sentence"]
    assert set(site.urls()) == {f"{HOST}/robots.txt"}
    del site.answers[f"{HOST}/robots.txt"]
    (run,) = difang.crawl("sd")
    assert run["discovered"] == 2
    site.requests.clear()
    difang.crawl("sd")
    assert f"{HOST}/robots.txt" not in site.urls()


def test_a_spent_allowance_refuses_the_rest_until_tomorrow(site: StubSite, tmp_path: Path) -> None:
    site.answers[f"{HOST}/"] = html(*(article(n) for n in range(10)))
    difang = difang_at(site, tmp_path, daily_allowance="6")
    (run,) = difang.crawl("sd")
    assert run["outcomes"] == {"refused": 6}
    assert run["queued"] == 4
    assert len(site.requests) == 6
    (run,) = difang.crawl("sd", code=1)
    assert "had its 6 requests for today" in run["sentence"]
    assert len(site.requests) == 6


def test_a_correction_is_asked_for_on_condition_and_304_is_unchanged(site: StubSite, tmp_path: Path) -> None:
    both = [article(3), article(4)]
    site.answers[SITEMAP] = sitemap(*((url, "2026-01-02T08:00:00+08:00") for url in both))
    difang = difang_at(site, tmp_path, mapped=True)
    difang.crawl("sd")
    site.answers[SITEMAP] = sitemap(*((url, "2026-01-02T09:00:00+08:00") for url in both))
    site.answers[article(4)] = Answer(body=b"<html>corrected</html>", headers={"ETag": '"new"'})
    site.requests.clear()
    (run,) = difang.crawl("sd")
    assert (run["discovered"], run["outcomes"], run["queued"]) == (2, {"unchanged": 1}, 1)
    conditions = {request.url: request.headers["If-None-Match"] for request in site.requests}
    assert (conditions[article(3)], conditions[article(4)]) == ('"3"', '"4"')
    assert difang.run("archive", "cat", article(4)).stdout == "<html>corrected</html>"
    (run,) = difang.crawl("sd")
    assert run["discovered"] == 0


def test_each_answer_has_its_outcome(site: StubSite, tmp_path: Path) -> None:
    large = Answer(body=b"x" * (1 << 20), repeat=65)
    away = Answer(status=302, headers={"Location": "http://elsewhere.example.org/"})
    moved = Answer(status=301, headers={"Location": article(9)})
    circle = Answer(status=302, headers={"Location": article(7)})
    answers = {3: Answer(status=404), 4: Answer(status=410), 5: Answer(status=503), 6: away, 7: circle, 8: moved}
    site.answers |= {article(n): answer for n, answer in answers.items()} | {article(10): large}
    site.answers |= {article(11): Answer(status=403), article(12): Answer()}
    site.answers[f"{HOST}/"] = html(*(article(n) for n in (1, 3, 4, 5, 6, 7, 8, 10, 11, 12)))
    difang = difang_at(site, tmp_path)
    (run,) = difang.crawl("sd")
    ended = endings(difang)
    expected = {3: "gone", 4: "gone", 5: "failed", 6: "not_an_article", 7: "failed", 10: "failed", 11: "failed"}
    assert {n: ended[article(n)][0] for n in expected} == expected
    reasons = {n: ended[article(n)][1] or "" for n in expected}
    assert reasons[3] == "HTTP 404."
    assert reasons[5] == "HTTP 503."
    assert "elsewhere.example.org" in reasons[6]
    assert "larger than 64 MiB" in reasons[10]
    assert all(reasons.values())
    assert run["queued"] == 3  # an article, one that moved, and an empty page for the worker to judge
    assert site.urls().count(article(5)) == 2
    assert not any("elsewhere" in url for url in site.urls())
    moved_to = difang.run("archive", "cat", "--headers", article(8)).stdout
    assert moved_to.startswith(f"200 {article(9)} ")
    site.answers[article(5)] = page(5)
    difang.crawl("sd")
    assert endings(difang)[article(5)] == (None, None)


def test_what_failed_is_fetched_again_at_once_where_somebody_asks_for_it(site: StubSite, tmp_path: Path) -> None:
    site.answers[article(2)] = Answer(status=503)
    difang = difang_at(site, tmp_path)
    (run,) = difang.crawl("sd")
    assert run["outcomes"] == {"failed": 1}
    assert (run["new_articles"], run["first_article"], run["last_article"]) == (1, "2026-01-02", "2026-01-02")
    site.answers[article(2)] = page(2)
    site.requests.clear()
    retry = json.loads(difang.run("runs", "retry", run["run"], "--here", "--by", "Li", "--json").stdout)
    assert (retry["state"], retry["cause"], retry["started_by"]) == ("finished", "retry", "Li")
    assert (retry["retry_of"], retry["queued"], retry["new_articles"]) == (run["run"], 1, 1)
    assert [url for url in site.urls() if "robots" not in url] == [article(2)]


def test_a_run_that_reaches_its_time_limit_ends_cleanly(site: StubSite, tmp_path: Path) -> None:
    site.answers[f"{HOST}/robots.txt"] = Answer(body=b"User-agent: *\nCrawl-delay: 30\n")
    difang = difang_at(site, tmp_path)
    difang.var.mkdir()
    with closing(Ledger(f"sqlite:///{difang.var / 'ledger.db'}")) as ledger:
        planned = ledger.plans.plan(
            channel="sd",
            channel_name="山东频道",
            cause=RunCause.OPERATOR,
            due_at=datetime.now(UTC),
            started_by="Li",
            time_limit=timedelta(seconds=1),
        )
        (run,) = difang.crawl("--run", planned.id, code=1)
    assert (run["run"], run["state"]) == (planned.id, "failed")
    assert run["sentence"].startswith("It reached its time limit of 0:00:01")
    assert run["seconds"] < 15
    assert list((difang.var / "archive").rglob("*.open")) == []


def test_later_pages_follow_their_first_and_mirrors_and_old_hosts_are_sightings(site: StubSite, tmp_path: Path) -> None:
    pager = (
        '<a href="{0}-2.html">2</a> <a href="{0}-3.html">3</a> <a href="javascript:showAd(\'{0}-4.html\')">下一页</a>'
    )
    stem = article(1).removesuffix(".html").removeprefix(HOST)
    site.answers[article(1)] = page(1, pager.format(stem))
    site.answers |= {f"{HOST}{stem}-{k}.html": page(k) for k in (2, 3)}
    mirror, aged = article(2).replace("/n2/", "/BIG5/n2/"), article(2).replace(HOST, OLD)
    lone = article(3).replace("/n2/", "/BIG5/n2/")
    site.answers[f"{HOST}/"] = html(more='<meta http-equiv="refresh" content="0;url=/GB/9/index.html">')
    site.answers[f"{HOST}/GB/9/index.html"] = html(mirror, article(1), aged, article(2), lone)
    difang = difang_at(site, tmp_path)
    (run,) = difang.crawl("sd")
    assert run["discovered"] == 8
    order = [url for url in site.urls() if "/n2/" in url]
    assert order == [article(1), f"{HOST}{stem}-2.html", f"{HOST}{stem}-3.html", article(2), article(3)]
    assert {mirror, aged, lone} < endings(difang).keys()
    (run,) = difang.crawl("sd")
    assert run["discovered"] == 0


def test_asked_for_addresses_are_fetched_even_if_known_and_nothing_else(site: StubSite, tmp_path: Path) -> None:
    difang = difang_at(site, tmp_path)
    difang.crawl("sd")
    site.requests.clear()
    central = "http://politics.people.com.cn/GB/14562/10339009.html"
    site.answers[central] = page(3)
    runs = difang.crawl("--url", article(1), "--url", central.replace("http:", "https:"))
    assert sorted(run["channel"] for run in runs) == ["politics", "sd"]
    assert [run["queued"] for run in runs] == [1, 1]
    assert sorted(url for url in site.urls() if "robots" not in url) == sorted([article(1), central])
    assert endings(difang)[central] == (None, None)


def test_days_and_a_limit_bound_what_is_fetched(site: StubSite, tmp_path: Path) -> None:
    days = {n: f"2026/010{n}" for n in range(1, 6)}
    dated = {n: article(n, day) for n, day in days.items()}
    site.answers |= {url: page(n) for n, url in dated.items()}
    site.answers[f"{HOST}/"] = html(*dated.values(), f"{HOST}/GB/1/10339009.html")
    difang = difang_at(site, tmp_path)
    site.answers[COLUMN] = html(dated[5])
    difang.crawl("sd", "--since", "2026-01-02", "--until", "2026-01-04")
    assert endings(difang).keys() == {dated[2], dated[3], dated[4]}
    (run,) = difang.crawl("sd", "--limit", "1")
    assert run["discovered"] == 1
    difang.crawl("sd")
    assert endings(difang).keys() == {*dated.values(), f"{HOST}/GB/1/10339009.html"}


def listing(first: int, last: int, number: int, pages: int) -> Answer:
    pager = "".join(f'<a href="index{k}.html">{k}</a>' for k in range(2, pages + 1))
    return html(*(article(n) for n in range(last, first - 1, -1)), more=f'<div class="page">{pager}</div>')


def test_a_column_is_walked_to_its_end_once_and_later_only_as_far_as_needed(site: StubSite, tmp_path: Path) -> None:
    site.answers |= {article(n): page(n) for n in range(60)}
    later = [COLUMN.replace("index", f"index{k}") for k in (2, 3)]
    for k, url in enumerate([COLUMN, *later]):
        site.answers[url] = listing(20 - k * 10, 29 - k * 10, k + 1, 3)
    difang = difang_at(site, tmp_path)
    (run,) = difang.crawl("sd")
    assert run["discovered"] == 30
    site.answers[COLUMN] = listing(22, 31, 1, 3)
    site.requests.clear()
    (run,) = difang.crawl("sd")
    assert run["discovered"] == 2
    assert not set(later) & set(site.urls())
    difang.crawl("sd", "--full")
    assert set(later) <= set(site.urls())


def test_columns_rest_while_the_sitemap_covers_them(site: StubSite, tmp_path: Path) -> None:
    site.answers[SITEMAP] = sitemap((article(1), "2026-01-02"), (article(2), "2026-01-02"))
    difang = difang_at(site, tmp_path, mapped=True)
    difang.crawl("sd")
    site.answers[SITEMAP] = sitemap((article(2), "2026-01-02"), (article(3), "2026-01-02"))
    site.requests.clear()
    (run,) = difang.crawl("sd")
    assert run["discovered"] == 1
    assert sorted(site.urls()) == sorted([f"{HOST}/", SITEMAP, article(3)])
    site.answers[SITEMAP] = sitemap((article(4), "2026-01-02"), (article(5), "2026-01-02"))
    site.requests.clear()
    difang.crawl("sd")
    assert COLUMN in site.urls()


@pytest.mark.parametrize(("verified", "code"), [(True, 1), (False, 0)])
def test_a_column_without_one_article_link_is_a_failed_run_where_it_was_verified(
    site: StubSite, tmp_path: Path, verified: bool, code: int
) -> None:
    site.answers[COLUMN] = html("/about.html")
    difang = difang_at(site, tmp_path, verified=verified)
    (run,) = difang.crawl("sd", code=code)
    assert run["queued"] == 2
    assert ("shows no article link" in (run["sentence"] or "")) is verified
    assert "shows no article link" in Path(run["log"]).read_text(encoding="utf-8")


def test_a_redesigned_front_page_is_a_failed_run(site: StubSite, tmp_path: Path) -> None:
    site.answers[f"{HOST}/"] = html("/about.html")
    (run,) = difang_at(site, tmp_path).crawl("sd", code=1)
    assert run["state"] == "failed"
    assert "may have been redesigned" in run["sentence"]


def test_a_host_that_is_down_ends_the_run_with_a_sentence(site: StubSite, tmp_path: Path) -> None:
    site.answers[SITEMAP] = sitemap(*((article(n), "2026-01-02") for n in range(9)))
    site.answers |= {article(n): Answer(status=500) for n in range(9)}
    difang = difang_at(site, tmp_path, mapped=True, retries="0")
    (run,) = difang.crawl("sd", code=1)
    assert "5 pages failed one after another" in run["sentence"]
    site.answers |= {article(n): page(n) for n in range(9)}
    (run,) = difang.crawl("sd")
    assert run["queued"] == 9


def test_a_full_disk_ends_the_run_with_a_sentence_and_loses_nothing(site: StubSite, tmp_path: Path) -> None:
    heavy = {article(n): Answer(body=os.urandom(1_000_000)) for n in range(9)}
    site.answers |= heavy | {f"{HOST}/": html(*heavy)}
    difang = difang_at(site, tmp_path)
    limited = ["bash", "-c", 'ulimit -f 5000; exec "$@"', "bash", sys.executable, "-m", "difang", "crawl", "sd"]
    done = subprocess.run(limited, env=difang.environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "free the disk, then crawl again" in done.stdout
    (run,) = difang.crawl("sd")
    assert run["state"] == "finished"
    difang.run("archive", "verify")
    assert all(outcome is None for outcome, _ in endings(difang).values())


def test_a_live_crawl_without_a_contact_is_refused(tmp_path: Path) -> None:
    done = Difang(var=tmp_path / "var", proxy=None).run("crawl", "sd", code=2)
    assert "DIFANG_CONTACT" in done.stderr
    assert "Traceback" not in done.stderr
