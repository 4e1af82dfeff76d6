"""A console with the operators' pages, on real parts in one folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from difang.console.act.workplace import StartTask, Workplace, no_tasks
from difang.console.app import make_app
from difang.console.operating.works import Works
from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.deeds import Deed
from difang.crawler.ledger.people import Role
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.page import Page
from difang.ingest.sqlite_queue import SqliteQueue
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.integration.parts import Parts, parts_in
from tests.services.people import SignedIn, signed_in
from tests.services.web import Answer, Web, serving


@dataclass(frozen=True, kw_only=True)
class Acting:
    """The console, its parts, and somebody of each role."""

    app: FastAPI
    web: Web
    parts: Parts
    place: Workplace

    def as_(self, role: Role) -> SignedIn:
        return signed_in(self.parts.ledger, role, name=f"the {role}")

    def get(self, target: str, role: Role = Role.OPERATOR) -> Answer:
        return self.web.get(target, cookie=self.as_(role).cookie)

    def post(self, target: str, role: Role = Role.OPERATOR, /, **form: str) -> Answer:
        who = self.as_(role)
        return self.web.post(target, {"csrf": who.csrf, **form}, cookie=who.cookie)

    def deeds(self) -> list[Deed]:
        return self.parts.ledger.deeds.newest(50)

    def set_aside(self, page: Page, reason: str, traceback: str | None = None) -> int:
        """Fetch this page and set it aside; its number."""
        self.parts.fetch([page])
        [claim] = self.parts.queue.claim(1, lease_seconds=60)
        self.parts.queue.set_aside(claim, reason=reason, traceback=traceback)
        return self.parts.queue.set_aside_pages(most=1)[0].number


@contextmanager
def acting_in(folder: Path, start_task: StartTask = no_tasks) -> Iterator[Acting]:
    """Empty parts in this folder, and a console on them."""
    with ExitStack() as stack:
        parts = stack.enter_context(parts_in(folder))
        with closing(EmbeddedIndex(folder / "index")) as index:
            index.write([])
        place = Workplace(
            ledger=parts.ledger,
            archive=parts.archive,
            open_queue=partial(SqliteQueue, folder / "queue.db"),
            open_index=partial(EmbeddedIndex, folder / "index"),
            channels=load_channels(None),
            agent="difang",
            start_task=start_task,
        )
        articles = stack.enter_context(closing(EmbeddedIndex(folder / "index")))
        search = stack.enter_context(closing(SearchIndex(EmbeddedEngine(folder / "index"))))
        works = Works(channels=tuple(place.channels), logs=folder / "logs", archive=folder)
        app = make_app(
            search=search, articles=articles, ledger=parts.ledger, queue=parts.queue, works=works, workplace=place
        )
        yield Acting(app=app, web=stack.enter_context(serving(app)), parts=parts, place=place)


def over_the_form(answer: Answer) -> str:
    """The sentence that stands over the form it is about."""
    assert answer.status == 400
    assert "<form" in answer.text.split("</header>")[-1]
    found = re.search(r'<p class="trouble" role="alert">(.*?)</p>', answer.text)
    assert found
    return found[1]
