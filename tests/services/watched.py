"""A browser's page of somebody who is signed in, in which nothing may go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.services.people import SignedIn

Scheme = Literal["light", "dark"]


@contextmanager
def watched_page(
    chromium: Browser,
    home: str,
    who: SignedIn | None,
    *,
    width: int = 1280,
    scheme: Scheme = "light",
    locale: str = "zh-CN",
) -> Iterator[Page]:
    """The page until the end of the block; complaints of the browser and answers of other hosts fail it then."""
    complaints: list[str] = []
    with chromium.new_context(
        base_url=home, viewport={"width": width, "height": 900}, color_scheme=scheme, locale=locale
    ) as context:
        if who:
            name, _, secret = who.cookie.partition("=")
            context.add_cookies([{"name": name, "value": secret, "url": home}])
        page = context.new_page()
        page.on("console", lambda said: complaints.extend(_complaint(said)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfinished", lambda asked: complaints.extend([] if asked.url.startswith(home) else [asked.url]))
        yield page
    assert complaints == [], complaints


def _complaint(said: ConsoleMessage) -> list[str]:
    """What a page says on the console; that the frame of a page as it looks runs and loads nothing is right."""
    wanted = "/looks" in said.location.get("url", "") and ("sandboxed" in said.text or "has been blocked" in said.text)
    return [] if wanted or said.type not in ("error", "warning") else [f"{said.type}: {said.text} {said.location}"]
