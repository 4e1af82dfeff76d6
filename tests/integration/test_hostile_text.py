"""Text made by others, wherever difang shows it to those who work with it, stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import quote

import pytest

from difang.console.people.gate import doors
from difang.crawler.ledger.alert_tables import Rhythm
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.saved_searches import Wish
from difang.crawler.ledger.task_tables import TaskKind, TaskState
from difang.ingest.extract.encoding import decode
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.page import Page
from tests.integration.acting import Acting, acting_in
from tests.integration.hostile import EVIL, HOSTILE
from tests.integration.parts import page_of
from tests.integration.test_worker import SINGLE, fetched, work
from tests.made_articles import document
from tests.services.people import signed_in

RUNS = re.compile(
    r"<script(?! src=\"/static/)|<img|=\"[^\"<>]*alert\(\"|(?:href|src)=\"?(?:javascript|data):", re.IGNORECASE
)
"""What a browser would run, or ask another host for; a quotation mark in an attribute would end it."""

TELLING = ("/account", "/alerts", "/deeds", "/index", "/reprocess", "/set-aside", "/takedowns", "/telling", "/users")
"""Pages without a parameter in their address which show such text."""


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acting]:
    with acting_in(tmp_path_factory.mktemp("hostile")) as acting:
        yield acting


def page_with_hostile_fields() -> Page:
    """A page of the site whose headline, editor line and text hold markup, written so that it is read as text."""
    record = SINGLE[0]
    page = fetched(record["url"])
    decoded = decode(page.body)
    text = decoded.text.replace(record["title"], record["title"] + escape(EVIL))
    for old in (record["editors"][0], record["body"].split("\n")[0][:8]):
        text = text.replace(old, escape(EVIL))
    return replace(page, body=text.encode(decoded.encoding))


def fill(acting: Acting, admin: str) -> list[str]:
    """Hostile text in every place; the addresses of more pages that show it."""
    ledger, queue = acting.parts.ledger, acting.parts.queue
    acting.parts.fetch([page_with_hostile_fields()])
    with closing(EmbeddedIndex(acting.parts.folder / "index")) as index:
        work(acting.parts.worker(index), acting.parts)
        index.write([document(HOSTILE)])
    aside = acting.set_aside(page_of("http://sd.people.com.cn/n2/2026/0301/c1-6.html", EVIL.encode()), EVIL, EVIL)
    acting.set_aside(page_of("http://sd.people.com.cn/n2/2026/0301/c1-7.html", EVIL.encode()), EVIL)
    queue.discard_set_aside([aside + 1], by=EVIL, why=EVIL)
    ledger.takedowns.put(["people:L_1"], reason=EVIL, by=EVIL)
    ledger.deeds.note(EVIL, EVIL, EVIL, **{EVIL: EVIL, "why": [EVIL]})
    signed_in(ledger, Role.READER, name=EVIL)
    ledger.sessions.make_token(admin, label=EVIL, scopes=["read"], days=1)
    ledger.saved_searches.save(admin, Wish(query=EVIL, name=EVIL, target=None, rhythm=Rhythm.NOW))
    rule = {"name": EVIL, "address": "json://127.0.0.1:9/x", "severity": "low", "window": "0"}
    assert acting.post("/telling", Role.ADMIN, **rule).status == 303
    for kind, result in results().items():
        task = ledger.tasks.begin(kind, {"template": EVIL}, by=EVIL)
        ledger.tasks.end(task.id, TaskState.DONE, sentence=EVIL, result=result)
    article = quote(SINGLE[0]["url"], safe="")
    return [
        f"/trace?target={article}",
        f"/trace?target={quote(HOSTILE.id, safe='')}",
        f"/try?url={article}",
        f"/set-aside/{aside}",
        f"/set-aside/{aside + 1}",
        f"/deeds?who={quote(EVIL, safe='')}",
        f"/set-aside?reason={quote(EVIL, safe='')}",
    ]


def results() -> dict[TaskKind, dict[str, Any]]:
    """What long work found, as the processes tell it."""
    counts = ("pages", "articles", "same", "changed", "added", "removed", "newer_in_index", "taken_down")
    page = {"url": EVIL, "before": EVIL, "now": EVIL}
    compared = {
        **dict.fromkeys((*counts, "set_aside_now_read", "would_be_set_aside"), 1),
        "edition": EVIL,
        "applied": False,
        "fields": {"editors": 1, EVIL: 1},
        "troubles": [EVIL],
        "field_examples": {name: [{"id": EVIL, "url": EVIL, "old": EVIL, "new": EVIL}] for name in ("editors", EVIL)},
        **{name: [page] for name in ("now_articles", "no_articles", "now_read")},
    }
    moved = {"target": EVIL, "source": EVIL, "documents": 1, "copied": 1, "removed": 1, "compared": 1, "waited": 0.1}
    return {TaskKind.REPROCESS: compared, TaskKind.REBUILD: {"articles": moved, EVIL: moved}}


def test_hostile_text_runs_on_no_page_of_those_who_work_with_it(acting: Acting) -> None:
    """In headline, editor line, text, reasons, names, labels, and in what long work found."""
    admin = acting.as_(Role.ADMIN)
    own = fill(acting, admin.name)
    plain = {door.path for door in doors(acting.app) if "GET" in door.methods and "{" not in door.path}
    assert set(TELLING) <= plain
    for target in (*sorted(plain), *own):
        if target.endswith("/events"):
            continue
        answer = acting.get(target, Role.ADMIN)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        found = RUNS.search(answer.text)
        assert not found, (target, answer.text[found.start() - 100 : found.end() + 100])
        assert ("&lt;script&gt;" in answer.text) or target not in (*TELLING, *own), f"{target} shows none of it"
