"""The last admin stays, whoever asks at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from threading import Barrier

import pytest

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import People, Role
from difang.ingest.errors import UsageError

ADMINS = ("chen", "zhou")


@pytest.mark.parametrize(
    "away",
    [
        lambda people, name: people.change_role(name, Role.READER),
        lambda people, name: people.bar(name, barred=True),
        lambda people, name: people.remove(name),
    ],
    ids=["role", "bar", "remove"],
)
def test_two_admins_who_take_each_other_away_leave_one(address: str, away: Callable[[People, str], None]) -> None:
    with ExitStack() as opened, ThreadPoolExecutor(len(ADMINS)) as pool:
        ledgers = [opened.enter_context(closing(Ledger(address))) for _ in ADMINS]
        people = ledgers[0].people
        for _ in range(20):
            for name in ADMINS:
                if people.get(name):
                    people.change_role(name, Role.ADMIN)
                    people.bar(name, barred=False)
                else:
                    people.accept(people.invite(Role.ADMIN, by="test"), name=name, password="no hash")  # noqa: S106
            together = Barrier(len(ADMINS))

            def take(ledger: Ledger, name: str, together: Barrier = together) -> bool:
                together.wait(10)
                try:
                    away(ledger.people, name)
                except UsageError:
                    return False
                return True

            assert sorted(pool.map(take, ledgers, ADMINS)) == [False, True]
            left = [user for user in people.all() if user.role is Role.ADMIN and not user.barred]
            assert len(left) == 1
