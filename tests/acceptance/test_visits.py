"""Each of an operator's tasks, done in a real browser on a real service while it crawls the replica."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from difang.crawler.ledger.people import Role
from tests.services.stage import Stage, stage
from tests.services.visits import ADMINS, LONG, OPERATORS, Hand
from tests.services.watched import watched_page


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("visits")) as running:
        yield running


@contextmanager
def visiting(chromium: Browser, running: Stage, role: Role) -> Iterator[Hand]:
    with watched_page(chromium, running.home, running.someone(role)) as page:
        page.set_default_timeout(LONG)
        yield Hand(page=page, stage=running)


def test_an_operator_and_an_admin_do_all_their_tasks(chromium: Browser, running: Stage) -> None:
    with visiting(chromium, running, Role.OPERATOR) as hand:
        for task in OPERATORS:
            task(hand)
    with visiting(chromium, running, Role.ADMIN) as hand:
        for task in ADMINS:
            task(hand)
