"""The console on a real server, on an index, a ledger and a queue in one folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from difang.console.app import make_app
from difang.console.people.visitor import COOKIE
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.port import ArticleIndex, Document
from difang.ingest.sqlite_queue import SqliteQueue
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.services.web import Answer, Web, serving

PASSWORD = "four plain words together"  # noqa: S105


@dataclass(frozen=True, kw_only=True)
class Console:
    """The console as it is served, and what it stands on."""

    app: FastAPI
    web: Web
    ledger: Ledger
    ledger_url: str

    def sign_in(self, name: str, password: str, **more: str) -> Answer:
        return self.web.post("/sign-in", {"name": name, "password": password, **more})


@contextmanager
def console_in(folder: Path, documents: Iterable[Document] = (), **more: Any) -> Iterator[Console]:
    """A console on an embedded index of these documents; the rest as `console_on`."""
    articles = EmbeddedIndex(folder / "index")
    articles.write(list(documents))
    with console_on(SearchIndex(EmbeddedEngine(folder / "index")), articles, folder, **more) as console:
        yield console


@contextmanager
def console_on(
    search: SearchIndex,
    articles: ArticleIndex,
    folder: Path,
    *,
    ledger: Ledger | None = None,
    proxies: str = "",
    **more: Any,
) -> Iterator[Console]:
    """A console on this index, closed at the end; its ledger is its own unless one is given, `more` is `make_app`'s."""
    url = f"sqlite:///{folder / 'ledger.db'}"
    with ExitStack() as parts:
        for part in (search, articles):
            parts.enter_context(closing(part))
        ledger = ledger or parts.enter_context(closing(Ledger(url)))
        queue = parts.enter_context(closing(SqliteQueue(folder / "queue.db")))
        app = make_app(search=search, articles=articles, ledger=ledger, queue=queue, **more)
        web = parts.enter_context(serving(app, proxies=proxies))
        yield Console(app=app, web=web, ledger=ledger, ledger_url=url)


def cookie_of(answer: Answer) -> str:
    """The session a sign-in began, as the header of the next request."""
    found = re.search(rf"{COOKIE}=([^;]+)", answer.headers.get("set-cookie", ""))
    assert found, answer.headers
    return f"{COOKIE}={found[1]}"
