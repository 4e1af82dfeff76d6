"""Empty ledgers on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from difang.crawler.ledger.ledger import Ledger
from tests.services.postgresql import Postgresql


@pytest.fixture
def address(ledger_address: str) -> str:
    """Where the ledger of this test lies."""
    return ledger_address


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    with closing(Ledger(address)) as ledger:
        yield ledger


@pytest.fixture(params=["sqlite", "postgresql"])
def new_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a ledger may be made: a database without a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    name = server.make()
    yield server.address(name)
    server.drop(name)
