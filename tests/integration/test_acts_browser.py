"""A hostile page in a real browser: shown as it looks it runs nothing, loads nothing, and leads nowhere."""

from __future__ import annotations

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


def test_a_hostile_page_as_it_looks_does_nothing(tmp_path: Path, chromium: Browser) -> None:
    with acting_in(tmp_path) as acting:
        number = acting.set_aside(page_of(EVIL, BODY.encode()), "broken")
        home = f"http://127.0.0.1:{acting.web.port}"
        name, _, value = acting.as_(Role.OPERATOR).cookie.partition("=")
        context = chromium.new_context()
        context.add_cookies([{"name": name, "value": value, "url": home}])
        asked: list[str] = []
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
        for address in (f"/set-aside/{number}", f"/set-aside/{number}/looks"):
            page.goto(home + address, wait_until="networkidle")
            if not address.endswith("looks"):
                page.locator("iframe.looks").scroll_into_view_if_needed()
            frame = next(one for one in page.frames if one.url.endswith("/looks"))
            frame.locator("h1").wait_for()
            assert frame.locator("h1").inner_text() == "毒页"
            assert frame.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(1, 2, 3)"
            assert frame.title() != "ran"
            frame.locator("#b").click()
            frame.locator("#a").click(no_wait_after=True)
            page.wait_for_load_state("networkidle")
            if not address.endswith("looks"):
                assert page.url == home + address
        sent = [url for url in asked if "evil.test" in url and not url.endswith("/i")]
        assert sent == [], sent
        assert len(acting.parts.queue.set_aside_pages()) == 1, "no form was sent"
        context.close()
