"""Live pages on a real server: one reader for all who watch, what is sent after a break, how a stream ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from difang.console.operating import live as live_pages
from difang.console.operating.live import Live
from difang.ingest.errors import RetryLater
from tests.services.events import stream
from tests.services.web import Web, serving


@dataclass
class Shown:
    """What a page shows; `made` counts how often it was asked for."""

    fragments: dict[str, str] = field(default_factory=lambda: {"a": "1", "b": "1"})
    away: str = ""
    made: int = 0

    def make(self) -> dict[str, str]:
        self.made += 1
        if self.away:
            raise RetryLater(self.away)
        return dict(self.fragments)


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def web(shown: Shown) -> Iterator[Web]:
    app = FastAPI()
    live = app.state.live = Live()

    @app.get("/events")
    async def events(request: Request) -> Response:
        return live.answer(request, "page", shown.make, every=0.05)

    with serving(app) as running:
        yield running


def test_all_is_sent_at_first_and_then_what_changes(web: Web, shown: Shown) -> None:
    with stream(web, "/events") as open_:
        assert open_.next().data == {"fragments": {"a": "1", "b": "1"}, "away": ""}
        shown.fragments["b"] = "2"
        assert open_.next().data == {"fragments": {"b": "2"}, "away": ""}


def test_after_a_break_only_what_changed_meanwhile_is_sent(web: Web, shown: Shown) -> None:
    with stream(web, "/events") as staying, stream(web, "/events") as broken:
        last = broken.next().id
        staying.next()
        shown.fragments["a"] = "2"
        staying.next()
        with stream(web, "/events", last_event_id=last) as again:
            assert again.next().data["fragments"] == {"a": "2"}
        with stream(web, "/events", last_event_id="another-7") as other:
            assert other.next().data["fragments"] == {"a": "2", "b": "1"}


def test_fifty_who_watch_are_served_by_one_reader(web: Web, shown: Shown) -> None:
    with ExitStack() as all_:
        streams = [all_.enter_context(stream(web, "/events")) for _ in range(50)]
        for one in streams:
            one.next()
        shown.fragments["a"] = "2"
        before = shown.made
        assert {one.next().data["fragments"]["a"] for one in streams} == {"2"}
        most = 50  # a reader for each would have made it fifty times for each look
        assert shown.made - before < most


def test_a_ledger_that_is_away_is_told_and_its_return_too(web: Web, shown: Shown) -> None:
    with stream(web, "/events") as open_:
        open_.next()
        shown.away = "The ledger is away."
        assert open_.next().data == {"fragments": {}, "away": "The ledger is away."}
        shown.away = ""
        assert open_.next().data == {"fragments": {}, "away": ""}


def test_a_server_that_stops_ends_the_streams(shown: Shown) -> None:
    app = FastAPI()
    live = app.state.live = Live()

    @app.get("/events")
    async def events(request: Request) -> Response:
        return live.answer(request, "page", shown.make, every=0.05)

    with ExitStack() as open_:
        with serving(app) as running:
            left = open_.enter_context(stream(running, "/events"))
            left.next()
        with pytest.raises(StopIteration):
            left.next()


def test_a_stream_ends_soon_when_who_asked_may_no_longer_see_it(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_pages, "ASKED_AGAIN_SECONDS", 0.1)
    app = FastAPI()
    barred: list[str] = []

    def may(request: Request) -> bool:
        if barred == ["away"]:
            raise RetryLater("The ledger is away.")
        return request.headers["cookie"] not in barred

    live = app.state.live = Live(may)

    @app.get("/events")
    async def events(request: Request) -> Response:
        return live.answer(request, "page", shown.make, every=0.05)

    with serving(app) as web, stream(web, "/events", cookie="li") as li, stream(web, "/events", cookie="wang") as wang:
        li.next()
        wang.next()
        barred[:] = ["away"]
        shown.fragments["a"] = "2"
        assert li.next().data["fragments"] == wang.next().data["fragments"] == {"a": "2"}
        barred[:] = ["li"]
        with pytest.raises(StopIteration):
            li.next()
        shown.fragments["a"] = "3"
        assert wang.next().data["fragments"] == {"a": "3"}


def test_who_is_no_reader_of_streams_is_not_kept_waiting(web: Web) -> None:
    assert web.get("/events").status == 406
