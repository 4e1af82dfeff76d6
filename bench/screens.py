"""Pictures of every page of the console, with what a day's work leaves behind.

    python -m bench.screens FOLDER [--only board,runs] [--all]

The replica is crawled, the operator's tasks are done (tests/services/visits.py), then each page is taken wide and light
in Chinese, and narrow and dark in English; with `--all` in all eight ways. What is wider than its window is named.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.issues import Wanted
from difang.crawler.ledger.people import Role
from tests.services.chromium import running_chromium
from tests.services.people import SignedIn
from tests.services.stage import BUSY, FRESH, QUIET, Stage, stage
from tests.services.visits import ADMINS, LONG, OPERATORS, Hand
from tests.services.watched import Scheme, watched_page

_WIDTHS = {"wide": 1280, "narrow": 390}
_LISTS = ("board", "runs", "issues", "set-aside", "try", "trace", "takedowns", "reprocess", "index", "telling")
_MORE = ("users", "deeds", "account", "alerts", "sign-in")
_ASKED = "mode=cron&cron=0+6-22%2F2+*+*+*&since=2026-11-01&until=2026-11-20"


def pages(running: Stage) -> Iterator[tuple[str, str]]:
    """The name and address of each picture."""
    ledger = running.service.ledger
    runs = ledger.runs.newest(500)
    yield from ((name, f"/{name}") for name in (*_LISTS, *_MORE))
    yield "run", f"/runs/{next(run for run in runs if run.channel == QUIET and run.requests > 3).id}"
    for run in [run for run in runs if ledger.run_lists.failures(run.id, 1)][:1]:
        yield "run-failed", f"/runs/{run.id}"
    yield "channel", f"/channels/{BUSY}"
    yield "channel-asked", f"/channels/{QUIET}?{_ASKED}"
    for issue in ledger.issues.select(Wanted(), 1):
        yield "issue", f"/issues/{issue.id}"
    article = running.article(BUSY)["url"]
    yield "try-read", f"/try?url={article}"
    yield "trace-found", f"/trace?target={article}"


def take(chromium: Browser, running: Stage, ways: list[tuple[str, Scheme, str]], only: set[str], folder: Path) -> None:
    for width, scheme, locale in ways:
        who = running.someone(Role.ADMIN)
        for name, address in pages(running):
            if only and name not in only:
                continue
            shown: SignedIn | None = None if name == "sign-in" else who
            with watched_page(
                chromium, running.home, shown, width=_WIDTHS[width], scheme=scheme, locale=locale
            ) as page:
                page.set_default_timeout(LONG)
                page.goto(address)
                if name == "set-aside" and page.locator("tbody th a").count():
                    page.screenshot(path=folder / f"set-aside-{width}-{scheme}-{locale}.png", full_page=True)
                    page.locator("tbody th a").first.click()
                    page.wait_for_load_state()
                    name = "set-aside-page"
                page.wait_for_timeout(400)  # until a live page has had its first word
                page.screenshot(path=folder / f"{name}-{width}-{scheme}-{locale}.png", full_page=True)
                shown_wide = page.evaluate("document.documentElement.scrollWidth")
                if shown_wide > _WIDTHS[width]:
                    print(f"{name} is {shown_wide} wide in a window of {_WIDTHS[width]}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--only", default="", help="names of pages, separated by commas")
    options.add_argument("--all", action="store_true", help="all eight ways")
    asked = options.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    schemes: tuple[Scheme, ...] = ("light", "dark")
    every = list(itertools.product(_WIDTHS, schemes, ("zh-CN", "en-GB")))
    some: list[tuple[str, Scheme, str]] = [("wide", "light", "zh-CN"), ("narrow", "dark", "en-GB")]
    others = [channel.slug for channel in load_channels(None) if channel.slug not in (BUSY, QUIET, FRESH)]
    with (
        tempfile.TemporaryDirectory() as scratch,
        stage(Path(scratch), others=others, per_day=3) as running,
        running_chromium() as chromium,
    ):
        for role, tasks in ((Role.OPERATOR, OPERATORS), (Role.ADMIN, ADMINS)):
            with watched_page(chromium, running.home, running.someone(role)) as page:
                page.set_default_timeout(LONG)
                for task in tasks:
                    task(Hand(page=page, stage=running))
        running.difang.run("schedule", "resume", *(channel.slug for channel in load_channels(None)))
        take(chromium, running, every if asked.all else some, set(filter(None, asked.only.split(","))), asked.folder)


if __name__ == "__main__":
    main()
