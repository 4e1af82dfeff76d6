"""A hostile page in a real browser: shown as it looks it runs nothing, loads nothing, and leads nowhere."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser

from difang.crawler.ledger.people import Role
from tests.integration.acting import acting_in
from tests.integration.parts import page_of
from tests.integration.test_acts import EVIL

BODY = """<html><head><base href="http://evil.test/"><meta http-equiv="refresh" content="0;url=http://evil.test/gone">
<link rel="stylesheet" href="http://evil.test/a.css"><link rel="preconnect" href="http://evil.test">
<style>h1 { color: rgb(1, 2, 3); background: url(http://evil.test/b.png); } @import "http://evil.test/c.css";</style>
<script>document.title = "ran"; fetch("http://evil.test/d");</script></head>
<body onload="document.title='ran'"><h1>毒页</h1><img src="http://evil.test/e.png" onerror="document.title='ran'">
<svg onload="document.title='ran'"></svg><iframe src="http://evil.test/f"></iframe>
<video src="http://evil.test/g"></video>
<object data="http://evil.test/h"></object>
<form action="/set-aside/retry" method="post"><button id="b">x</button></form>
<a id="a" href="http://evil.test/i" target="_top">y</a></body></html>"""


@contextmanager
def listening(connections: list[object]) -> Iterator[int]:
    """A port that notes whoever connects, and answers nobody."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    connection, sender = server.accept()
                    connection.close()
                    connections.append(sender)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            thread.join()


def test_a_hostile_page_as_it_looks_does_nothing(tmp_path: Path, chromium: Browser) -> None:
    connections: list[object] = []
    with acting_in(tmp_path) as acting, listening(connections) as port:
        body = BODY.replace("evil.test", f"127.0.0.1:{port}")
        number = acting.set_aside(page_of(EVIL, body.encode()), "broken")
        home = f"http://127.0.0.1:{acting.web.port}"
        name, _, value = acting.as_(Role.OPERATOR).cookie.partition("=")
        context = chromium.new_context()
        context.add_cookies([{"name": name, "value": value, "url": home}])
        page = context.new_page()
        page.on("dialog", lambda dialog: connections.append(dialog.message))
        for address in (f"/set-aside/{number}/looks", f"/set-aside/{number}"):
            page.goto(home + address, wait_until="networkidle")
            if not address.endswith("looks"):
                page.locator("iframe.looks").scroll_into_view_if_needed()
            frame = next(one for one in page.frames if one.url.endswith("/looks"))
            frame.locator("h1").wait_for()
            assert frame.locator("h1").inner_text() == "毒页"
            assert frame.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(1, 2, 3)"
            assert frame.title() != "ran"
            frame.locator("#b").click()
        assert connections == []
        frame.locator("#a").click(no_wait_after=True)  # in the frame, which may not lead the whole window away
        page.wait_for_load_state("networkidle")
        assert page.url == home + address
        assert len(acting.parts.queue.set_aside_pages()) == 1, "no form was sent"
        page.goto("about:blank")
        page.set_content(body.replace("_top", "_self"))  # without the lock the same page reaches out
        context.close()
    assert connections
