"""Fixtures of real services, each started only when a test asks for it; the two servers once a test run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from difang.crawler.ledger.ledger import Ledger
from tests.services.chromium import running_chromium
from tests.services.elasticsearch import NotInstalled, running_elasticsearch
from tests.services.missing import do_without
from tests.services.postgresql import Postgresql, running_postgresql


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """The address of a real Elasticsearch 9; where none can run the test is skipped, or fails where CI=true."""
    try:
        with running_elasticsearch() as url:
            yield url
    except NotInstalled as missing:
        do_without(missing)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real Chromium, for one module because Playwright holds the thread's event loop; else as Elasticsearch."""
    try:
        with running_chromium() as browser:
            yield browser
    except NotInstalled as missing:
        do_without(missing)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A real PostgreSQL, for tests that make databases of their own in it; else as Elasticsearch."""
    try:
        with running_postgresql() as server:
            yield server
    except NotInstalled as missing:
        do_without(missing)


@pytest.fixture(scope="session")
def _template(postgresql: Postgresql) -> str:
    """A database with the ledger's newest tables, to be copied."""
    name = postgresql.make()
    Ledger(postgresql.address(name)).close()
    return name


@pytest.fixture
def postgresql_ledger(postgresql: Postgresql, _template: str) -> Iterator[str]:
    """The address of an empty ledger on PostgreSQL."""
    name = postgresql.make(_template)
    yield postgresql.address(name)
    postgresql.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty ledger, on each kind of database in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    address: str = request.getfixturevalue("postgresql_ledger")
    return address
