"""Fixtures of real services, each started once a test run and only when a test asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.services.elasticsearch import NotInstalled, running_elasticsearch


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """The address of a real Elasticsearch 9; where none can run the test is skipped, or fails where CI=true."""
    try:
        with running_elasticsearch() as url:
            yield url
    except NotInstalled as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
