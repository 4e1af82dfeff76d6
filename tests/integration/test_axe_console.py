"""The pages of those who work with difang, as axe sees them: wide in the light, on a phone in the dark."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from difang.console.people.gate import doors
from difang.crawler.ledger.addresses import Found
from difang.crawler.ledger.coverage import DayCoverage
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.run import Tally
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.survey_books import Seen
from difang.crawler.ledger.survey_tables import SurveyPurpose
from difang.crawler.ledger.tables import Severity
from difang.ingest.outcome import Ending, Outcome
from tests.integration.acting import Acting, acting_in
from tests.integration.test_hostile_text import fill
from tests.services.axe import violations
from tests.services.watched import watched_page

COLOURS = ("color-contrast", "link-in-text-block")
SMALL = ("target-size", "scrollable-region-focusable")
ASKED = "?mode=cron&cron=0+6-22%2F2+*+*+*&since=2026-11-01&until=2026-11-20"


def runs_and_issues(acting: Acting) -> list[str]:
    """A run that failed at an address, one that runs, an issue taken up and one that is not; pages that show them."""
    ledger = acting.parts.ledger
    failed, running = (
        ledger.runs.begin(channel=slug, channel_name=name, started_by="王 芳", logs=acting.parts.folder)
        for slug, name in (("sd", "山东频道"), ("js", "江苏频道"))
    )
    url = "http://sd.people.com.cn/n2/2026/0301/c1-9.html"
    ledger.discoveries.found(failed.id, "sd", [Found(url=url, key="k", page=1, found_on=None)])
    ledger.tell([Ending(run_id=failed.id, url=url, outcome=Outcome.FAILED, reason="HTTP 503.", article_id=None)])
    ledger.runs.end(failed.id, RunState.FAILED, "The host is down.", Tally())
    for severity in Severity:
        ledger.issues.see(
            kind="silent",
            channel="sd",
            key=severity.value,
            sentence="Nothing new came.",
            examples=[url],
            figures={"hours": 9},
            severity=severity,
        )
    audit = ledger.surveys.ask(
        channel="sd",
        purpose=SurveyPurpose.AUDIT,
        since=date(2026, 3, 1),
        until=date(2026, 3, 2),
        created_by="王 芳",
    )
    ledger.survey_books.see(audit.id, [Seen(url=url, day=date(2026, 3, 1), found_on=url)], pending=False)
    counts: dict[str, Any] = {"found": 8, "indexed": 6, "missing": 2, "taken_down": 0, "survey_id": audit.id}
    for days in range(1, 9):
        day = datetime.now(UTC).date() - timedelta(days=days)
        ledger.coverage.keep(
            [
                DayCoverage(
                    channel="sd", day=day, outcomes={}, checked_at=datetime.now(UTC), **counts | {"missing": days % 2}
                )
            ]
        )
    ledger.people.invite(Role.READER, by="王 芳")
    for slug in ("sd", "js", "gs"):
        about: dict[str, Any] = {"kind": "missed_run", "channel": slug, "key": "", "examples": [], "figures": {}}
        ledger.issues.see(**about, sentence="One planned crawl did not take place.", severity=Severity.LOW)
    waits = {"since": datetime.now(UTC).isoformat(), "waiting": 4}
    about = {"kind": "pages_wait", "channel": "", "key": "queue", "examples": [], "figures": waits}
    ledger.issues.see(
        **about, sentence="4 pages wait, and for 2 min no ingest worker takes any.", severity=Severity.LOW
    )
    [first, *_] = [issue for issue in ledger.issues.unresolved() if issue.kind == "silent"]
    ledger.issues.acknowledge(first.id, "王 芳")
    return [
        f"/runs/{failed.id}",
        f"/runs/{running.id}",
        f"/issues/{first.id}",
        f"/audits/{audit.id}",
        "/channels/sd" + ASKED,
    ]


SQUEEZED = """[...document.querySelectorAll('input[type=checkbox]')].map(box => box.getBoundingClientRect())
  .filter(at => at.width && at.width < at.height).map(at => at.width)"""


def test_axe_finds_nothing_wrong_with_any_page_of_those_who_work_with_it(tmp_path: Path, chromium: Browser) -> None:
    with acting_in(tmp_path) as acting:
        admin = acting.as_(Role.ADMIN)
        own = [*fill(acting, admin.name), *runs_and_issues(acting)]
        working = [door for door in doors(acting.app) if "GET" in door.methods and door.role not in (None, Role.ANYONE)]
        plain = sorted(door.path for door in working if not re.search(r"[{]|/(events|looks|metrics)$|^/api", door.path))
        assert len(plain) > 12
        found: list[str] = []
        with watched_page(chromium, f"http://127.0.0.1:{acting.web.port}", admin, locale="en-GB") as page:
            for target in (*plain, *own):
                page.set_viewport_size({"width": 1280, "height": 900})
                page.emulate_media(color_scheme="light")
                page.goto(target)
                found += violations(page)
                page.set_viewport_size({"width": 390, "height": 900})
                page.emulate_media(color_scheme="dark")
                found += violations(page, (*COLOURS, *SMALL))
                if (wide := page.evaluate("document.documentElement.scrollWidth")) > 390:
                    found.append(f"{target} is {wide} wide on a phone")
                found += [f"{target} has a tick box {width} wide on a phone" for width in page.evaluate(SQUEEZED)]
        assert not found, "\n".join(found)
