"""An operator and an admin in a real browser, while a real service crawls the replica: every task, and a lost line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from difang.crawler.ledger.people import Role
from difang.crawler.ledger.tables import Severity
from tests.services.stage import Stage, stage
from tests.services.visits import ADMINS, LONG, OF_NO_CHECK, OPERATORS, Hand, Task
from tests.services.watched import watched_page


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("visits"), every=60) as running:
        yield running


def test_every_task_is_done_in_the_console_alone(chromium: Browser, running: Stage) -> None:
    """In one run, in Chinese; the browser complains of nothing, and the audit log has each with who and when.

    At human speed it is `python -m bench.visits`.
    """
    everybody: tuple[tuple[Role, tuple[Task, ...]], ...] = ((Role.OPERATOR, OPERATORS), (Role.ADMIN, ADMINS))
    for role, tasks in everybody:
        with watched_page(chromium, running.home, running.someone(role)) as page:
            page.set_default_timeout(LONG)
            for task in tasks:
                task(Hand(page=page, stage=running))


def test_a_board_that_lost_its_connection_comes_back_by_itself(chromium: Browser, running: Stage) -> None:
    name, _, secret = running.someone(Role.OPERATOR).cookie.partition("=")
    with chromium.new_context(base_url=running.home, locale="zh-CN") as context:
        context.set_default_timeout(LONG)
        context.add_cookies([{"name": name, "value": secret, "url": running.home}])
        page = context.new_page()
        page.goto("/board")
        lamp = page.locator("#lamp")
        expect(lamp).to_have_text("实时更新", timeout=LONG)
        page.evaluate("window.stayed = true")
        context.set_offline(True)
        page.evaluate("window.dispatchEvent(new Event('online'))")  # a new connection, which cannot be made
        expect(lamp).not_to_have_text("实时更新", timeout=LONG)
        running.service.ledger.issues.see(
            kind=OF_NO_CHECK,
            channel="hi",
            key="u",
            sentence="Seen later.",
            examples=[],
            figures={},
            severity=Severity.HIGH,
        )
        context.set_offline(False)
        expect(lamp).to_have_text("实时更新", timeout=LONG)
        expect(page.locator("#issues")).to_contain_text("Seen later.", timeout=LONG)
        assert page.evaluate("window.stayed")
