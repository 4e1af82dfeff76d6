"""Each of an operator's tasks in a real browser, at human speed, on a real service while it crawls the replica.

    python -m bench.visits [--pause 700] [--key 90]

A look lasts `--pause` milliseconds, a key takes `--key`. Prints a line a task: how long it took in all, how much of
that was somebody's own looking and typing, and how many crawls began meanwhile. Fails where a task does, or where the
browser complains.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from difang.crawler.ledger.people import Role
from tests.services.chromium import running_chromium
from tests.services.stage import Stage, stage
from tests.services.visits import ADMINS, LONG, OPERATORS, Hand, Task
from tests.services.watched import watched_page


def visit(chromium: Browser, running: Stage, role: Role, tasks: tuple[Task, ...], pause: float, key: float) -> None:
    with watched_page(chromium, running.home, running.someone(role)) as page:
        page.set_default_timeout(LONG)
        for task in tasks:
            hand = Hand(page=page, stage=running, pause=pause, key=key)
            begun, runs = time.monotonic(), begun_runs(running)
            task(hand)
            seconds, also = time.monotonic() - begun, begun_runs(running) - runs
            said = (task.__doc__ or "").splitlines()[0]
            print(
                f"{seconds:6.1f} s, {sum(hand.own):5.1f} of them looking and typing, {also} crawls: {said}", flush=True
            )


def begun_runs(running: Stage) -> int:
    return sum(run.started_at is not None for run in running.service.ledger.runs.newest(1000))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pause", type=float, default=700, help="milliseconds of a look")
    options.add_argument("--key", type=float, default=90, help="milliseconds of a key")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as running, running_chromium() as chromium:
        begun = time.monotonic()
        visit(chromium, running, Role.OPERATOR, OPERATORS, asked.pause, asked.key)
        visit(chromium, running, Role.ADMIN, ADMINS, asked.pause, asked.key)
        print(f"{time.monotonic() - begun:6.1f} s in all; the browser complained of nothing")


if __name__ == "__main__":
    main()
