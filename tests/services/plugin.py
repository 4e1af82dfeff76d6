"""Fixtures of real services, each started only when a test asks for it; Elasticsearch once a test run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.services.chromium import running_chromium
from tests.services.elasticsearch import NotInstalled, running_elasticsearch


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """The address of a real Elasticsearch 9; where none can run the test is skipped, or fails where CI=true."""
    try:
        with running_elasticsearch() as url:
            yield url
    except NotInstalled as missing:
        _do_without(missing)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real Chromium, for one module because Playwright holds the thread's event loop; else as Elasticsearch."""
    try:
        with running_chromium() as browser:
            yield browser
    except NotInstalled as missing:
        _do_without(missing)


def _do_without(missing: NotInstalled) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(str(missing))
    pytest.skip(str(missing))
