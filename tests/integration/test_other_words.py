"""Every page of those who work with it is in one language, as a browser shows it, whatever went wrong behind it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from difang.console.people.deed_names import DEEDS
from difang.console.people.gate import doors
from difang.console.people.visitor import SCOPES
from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.addresses import Found
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.run import Tally
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.saved_searches import Wish
from difang.crawler.ledger.tables import Severity
from difang.crawler.ledger.task_tables import TaskKind, TaskState
from difang.crawler.span import Span
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.outcome import Ending, Outcome
from tests.integration.acting import Acting, acting_in
from tests.integration.parts import page_of
from tests.integration.test_worker import SINGLE, fetched, work
from tests.services.other_words import other_words

SPOKEN = (
    "王 芳",
    "她说的话",
    "the admin",
    "nowhere",  # the channel that is asked for and is none
    "the operator",
    "sd",
    "json",
    "地方",
    "中文",
    "English",
    "nonsense",
    "none-such",
)
"""Names and words of people, which are the same in any language."""

CODES = (*Outcome, *RunState, *SCOPES, *DEEDS)
"""Words that are shown beside their names, because the API, the metrics and the log have them."""

FAILED = "The front page http://sd.people.com.cn/ gives nothing: HTTP 503."
ISSUES = {
    "silent": "山东频道: nothing new for 9 h, usually 40 min.",
    "volume": "山东频道: no new article on Monday 2026-03-02, usually 10 to 40; so for 2 days.",
    "host_down": "All channels: sd.people.com.cn gives nothing for 3 h: HTTP 503.",
    "listing_empty": "山东频道: the front page shows no article link for 3 h (before: 90);"
    " the site may have been redesigned.",
    "nothing_found": f"山东频道: the last run found no article, new or known: {FAILED}",
    "set_aside": "山东频道: 14 of the newest 16 pages could not be read and were set aside.",
    "run_failed": f"山东频道: the last 2 runs failed: {FAILED}",
    "missed_run": "山东频道: 3 planned crawls did not take place between 2026-03-02 08:00 and 2026-03-02 11:00"
    " (Asia/Shanghai). The machine was suspended for 3 h 20 min. Run sd-1 catches up.",
    "drift": "山东频道: 40 % of the 30 pages fetched on 2026-03-02 were read by no template (usually 1 %).",
    "index_away": "The index does not answer for 2 min: Elasticsearch cannot be reached (ConnectionError);"
    " check DIFANG_INDEX and the server. 3 fetched pages wait for it; nothing is lost.",
    "pages_wait": "3 pages wait, and for 2 min no ingest worker takes any.",
    "worker_died": "The ingest worker on host-1 was killed by signal 9, and was started again; no page is lost.",
    "alert_failing": "Alert 1 of 王 芳 to 127.0.0.1 fails since 2026-03-02 08:15 (Asia/Shanghai, 4 tries): The"
    " receiver did not take the message (HTTP 500). Its owner can mend or pause it on /alerts.",
}


def broken(acting: Acting) -> list[str]:
    """A day on which everything went wrong; the addresses of pages that show it."""
    ledger = acting.parts.ledger
    acting.parts.fetch([fetched(SINGLE[0]["url"])])
    with closing(EmbeddedIndex(acting.parts.folder / "index")) as index:
        work(acting.parts.worker(index), acting.parts)
    failed, running = (
        ledger.runs.begin(
            channel=slug, channel_name=name, started_by="王 芳", logs=acting.parts.folder, request=Span(limit=9)
        )
        for slug, name in (("sd", "山东频道"), ("js", "江苏频道"))
    )
    url = "http://sd.people.com.cn/n2/2026/0301/c1-9.html"
    ledger.discoveries.found(failed.id, "sd", [Found(url=url, key="k", page=1, found_on=None)])
    ledger.tell([Ending(run_id=failed.id, url=url, outcome=Outcome.FAILED, reason="HTTP 503.", article_id=None)])
    ledger.runs.end(failed.id, RunState.FAILED, f"{FAILED} (and 2 more; see its log)", Tally())
    for number, (kind, sentence) in enumerate(ISSUES.items()):
        severity = list(Severity)[number % 3]
        channel = "sd" if sentence.startswith("山东") else ""
        about: dict[str, Any] = {"kind": kind, "channel": channel, "key": kind, "examples": [url]}
        about["figures"] = {"pages": 14, "of": 16}
        ledger.issues.see(**about, sentence=sentence, severity=severity)
    first, *_, last = ledger.issues.unresolved()
    page = page_of("http://sd.people.com.cn/n2/2026/0301/c1-6.html", b"<p>")
    aside = acting.set_aside(page, "The page has an article's body, but no headline is to be found.")
    given_up = acting.set_aside(page_of("http://sd.people.com.cn/n2/2026/0301/c1-7.html", b""), "HTTP 200.")
    acting.parts.queue.discard_set_aside([given_up], by="王 芳", why="她说的话")
    ledger.takedowns.put(["people:L_1"], reason="她说的话", by="王 芳")
    admin = acting.as_(Role.ADMIN).name
    ledger.sessions.make_token(admin, label="她说的话", scopes=["read"], days=1)
    ledger.saved_searches.save(admin, Wish(query="她说的话", name="她说的话", target=None))
    rule = {"name": "她说的话", "address": "json://127.0.0.1:9/x", "severity": "low", "window": "0"}
    assert acting.post("/telling", Role.ADMIN, **rule).status == 303
    assert acting.post(f"/issues/{last.id}/acknowledge", Role.OPERATOR).status == 303
    assert acting.post(f"/issues/{first.id}/resolve", Role.OPERATOR).status == 303
    assert acting.post("/channels/sd/pause", Role.OPERATOR, why="她说的话").status == 303
    for kind in (TaskKind.REPROCESS, TaskKind.REBUILD):
        task = ledger.tasks.begin(kind, {"channel": "sd"}, by="王 芳")
        ledger.tasks.end(task.id, TaskState.FAILED, sentence="The service ended; begin it again to go on.")
    article = quote(SINGLE[0]["url"], safe="")
    asked = "?mode=cron&cron=0+6-22%2F2+*+*+*&since=2026-11-01&until=2026-11-20"
    wrong = "?mode=cron&cron=0+6+1+*+1&since=2026-11-21&until=2026-11-20"
    return [
        *(f"/runs/{run.id}" for run in (failed, running)),
        *(f"/issues/{issue.id}" for issue in ledger.issues.unresolved()),
        *(f"/channels/{slug}{rest}" for slug, rest in (("sd", asked), ("js", wrong), ("zj", ""))),
        *(f"/set-aside/{number}" for number in (aside, given_up)),
        *(
            f"/trace?target={quote(one, safe='')}"
            for one in (SINGLE[0]["url"], SINGLE[0]["id"], url, page.url, "nonsense")
        ),
        *(f"/try?url={article}", "/try?url=http%3A%2F%2Fexample.org%2F", "/runs?state=nonsense", "/runs/none-such"),
        *("/issues?state=resolved", "/set-aside?until=nonsense", "/trends?q=a&from=nonsense", "/?q=a&from=nonsense"),
        *("/set-aside/99999", "/channels/nowhere", "/issues/99999", "/nowhere"),
    ]


def said_by_data(value: object) -> Iterator[str]:
    """Every text of a record."""
    if isinstance(value, str):
        yield from (value, *value.split("\n"), value.replace("\n", " "))
    elif isinstance(value, dict):
        yield from value
        yield from said_by_data([*value.values()])
    elif isinstance(value, list | tuple):
        for one in value:
            yield from said_by_data(one)


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_no_page_says_a_word_of_another_language(tmp_path: Path, chromium: Browser, locale: str) -> None:
    names = [text for channel in load_channels(None) for text in (channel.name, channel.slug)]
    with acting_in(tmp_path) as acting:
        own = broken(acting)
        working = [door for door in doors(acting.app) if "GET" in door.methods and door.role is not None]
        plain = sorted(
            door.path
            for door in working
            if not re.search(r"[{]|/(events|looks|metrics)$|^/api|[.](json|csv)$|^/export", door.path)
        )
        assert len(plain) > 15
        data = [*SPOKEN, *CODES, socket.gethostname(), *names, *said_by_data(SINGLE[0])]
        with chromium.new_context(base_url=f"http://127.0.0.1:{acting.web.port}", locale=locale) as context:
            name, _, secret = acting.as_(Role.ADMIN).cookie.partition("=")
            context.add_cookies([{"name": name, "value": secret, "domain": "127.0.0.1", "path": "/"}])
            page = context.new_page()
            found = []
            for target in (*plain, *own):
                page.goto(target)
                found += [f"{target}: {words}" for words in other_words(page, data)]
        assert not found, "\n".join(dict.fromkeys(found))
