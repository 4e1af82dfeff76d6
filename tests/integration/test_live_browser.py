"""Live pages in a real browser: many windows, windows nobody looks at, a line that goes dead, a text being marked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from playwright.sync_api import Browser, BrowserContext, Page, expect
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

import difang.console
from difang.console.operating.live import Live
from tests.services.web import serving

STATIC = Path(difang.console.__file__).parent / "static"
PAGE = """<!doctype html><title>x</title><script src="/static/live.js" defer></script>
<div data-live="/events"><p id="lamp" data-on="on" data-off="off" data-turns="turns" data-gone="gone"></p>
<p id="told" aria-live="polite" data-new="New: "></p></div>
<pre id="text" class="log">first</pre>"""
LOOKED_AT = "Object.defineProperty(document, 'hidden', {get: () => window.isAway === true});"
GO = "(away) => { window.isAway = away; document.dispatchEvent(new Event('visibilitychange')); }"


class Line:
    """The application behind a line that can go dead: no word passes then, and nobody is told."""

    def __init__(self) -> None:
        self.text = "first"
        self.dead = False
        self.left = threading.Event()
        self.app = FastAPI()
        self._live = self.app.state.live = Live()
        self._over = False
        self.app.mount("/static", StaticFiles(directory=STATIC))

        @self.app.get("/")
        def page() -> HTMLResponse:
            return HTMLResponse(PAGE)

        @self.app.get("/events")
        async def events(request: Request) -> Response:
            while self.dead and not self._over:
                await asyncio.sleep(0.02)
            answer = self._live.answer(request, "page", lambda: {"text": self._pre()}, every=0.05)
            assert isinstance(answer, StreamingResponse)
            answer.body_iterator = self._through(answer.body_iterator)  # type: ignore[arg-type]
            return answer

    def end(self) -> None:
        self._over = True

    def _pre(self) -> str:
        return f'<pre id="text" class="log">{self.text}</pre>'

    async def _through(self, words: AsyncIterator[str]) -> AsyncIterator[str]:
        try:
            async for word in words:
                while self.dead and not self._over:
                    await asyncio.sleep(0.02)
                yield word
        finally:
            self.left.set()


@contextmanager
def windows_on(chromium: Browser, line: Line) -> Iterator[BrowserContext]:
    with serving(line.app) as web, chromium.new_context(base_url=f"http://127.0.0.1:{web.port}") as context:
        context.set_default_timeout(15_000)
        context.add_init_script(LOOKED_AT)
        context.clock.install()
        try:
            yield context
        finally:
            line.end()


@pytest.fixture
def line() -> Line:
    return Line()


def opened(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/")
    return page


def test_ten_windows_of_one_browser_are_all_served_and_stay_up_to_date(chromium: Browser, line: Line) -> None:
    with windows_on(chromium, line) as context:
        pages = [opened(context) for _ in range(10)]
        expect(pages[-1].locator("#lamp")).to_have_text("on")
        expect(pages[0].locator("#lamp")).to_have_text("turns")
        line.text = "second"
        expect(pages[-1].locator("#text")).to_have_text("second")
        for page in pages:  # a window without a stream has its turn
            context.clock.fast_forward(16_000)
            expect(page.locator("#text")).to_have_text("second")


def test_a_window_nobody_looks_at_keeps_no_stream_and_is_right_when_looked_at(chromium: Browser, line: Line) -> None:
    with windows_on(chromium, line) as context:
        page = opened(context)
        expect(page.locator("#lamp")).to_have_text("on")
        page.evaluate(GO, True)
        assert line.left.wait(15)
        line.text = "meanwhile"
        context.clock.fast_forward(3_600_000)
        expect(page.locator("#text")).to_have_text("first")
        page.evaluate(GO, False)
        expect(page.locator("#text")).to_have_text("meanwhile")
        expect(page.locator("#lamp")).to_have_text("on")


def test_a_line_that_goes_dead_puts_the_lamp_out_until_a_word_comes_again(chromium: Browser, line: Line) -> None:
    with windows_on(chromium, line) as context:
        page = opened(context)
        lamp = page.locator("#lamp")
        expect(lamp).to_have_text("on")
        line.dead = True
        line.text = "unseen"
        for _ in range(4):
            context.clock.fast_forward(45_000)
            expect(lamp).to_have_text("off")
        line.dead = False
        expect(page.locator("#text")).to_have_text("unseen")
        expect(lamp).to_have_text("on")


def test_a_text_being_marked_stays_until_it_is_let_go(chromium: Browser, line: Line) -> None:
    with windows_on(chromium, line) as context:
        page = opened(context)
        expect(page.locator("#lamp")).to_have_text("on")
        page.evaluate("getSelection().selectAllChildren(document.getElementById('text'))")
        line.text = "second"
        with page.expect_response("**/events"):  # by which the new text has come, once more
            page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator("#lamp")).to_have_text("on")
        assert page.evaluate("getSelection().toString()") == "first"
        page.evaluate("getSelection().removeAllRanges()")
        expect(page.locator("#text")).to_have_text("second")


def test_what_was_opened_stays_open_and_in_focus_and_nothing_else_opens(chromium: Browser, line: Line) -> None:
    folds = "".join(f'<details id="{name}"><summary>{name}</summary>more</details>' for name in ("one", "two"))
    with windows_on(chromium, line) as context:
        line.text = f"{folds}first"
        page = opened(context)
        expect(page.locator("#text")).to_contain_text("first")
        expect(page.locator("#two")).to_have_count(1)
        page.locator("#two summary").click()
        line.text = f"{folds}second"
        expect(page.locator("#text")).to_contain_text("second")
        opens = "[...document.querySelectorAll('details')].map((one) => one.open)"
        assert page.evaluate(opens) == [False, True]
        assert page.evaluate("document.activeElement.textContent") == "two"


def test_new_issues_are_announced_and_those_of_before_are_not(chromium: Browser, line: Line) -> None:
    issue = '<b data-issue="{0}"><span class="what">issue\n {0}</span><button>act</button></b>'.format
    with windows_on(chromium, line) as context:
        line.text = issue(1)
        window = context.new_page()
        window.goto("/")
        expect(window.locator("#told")).to_have_text("New: issue 1")
        line.text = issue(2) + issue(1)
        expect(window.locator("#told")).to_have_text("New: issue 2")
        line.text = issue(1)
        expect(window.locator("#text")).to_have_text("issue\n 1act")
        expect(window.locator("#told")).to_have_text("New: issue 2")
