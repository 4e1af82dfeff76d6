"""A real Chromium, driven through Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.services.elasticsearch import NotInstalled

NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """The browser until the end of the block; raises NotInstalled where the machine has none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise NotInstalled("Chromium is missing: install the package chromium of the system")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
