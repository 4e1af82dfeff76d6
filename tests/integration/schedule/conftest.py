"""Stages on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from difang.crawler.ledger.ledger import Ledger
from tests.integration.schedule.stage import MINUTE, Stage
from tests.services.schedulers import channel


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Two channels, every half hour and every two hours, on SQLite."""
    yield from _stage(f"sqlite:///{tmp_path / 'ledger.db'}")


@pytest.fixture
def either_stage(ledger_address: str) -> Iterator[Stage]:
    """The same on SQLite and on PostgreSQL in turn."""
    yield from _stage(ledger_address)


def _stage(address: str) -> Iterator[Stage]:
    with closing(Ledger(address)) as ledger:
        yield Stage(ledger, [channel("sd", 30 * MINUTE), channel("js", 120 * MINUTE)])
