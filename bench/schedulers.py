"""Two and three schedulers on PostgreSQL, the leader killed ten times: firings once each, time of a takeover.

python -m bench.schedulers [--kills 10] [--lease 10]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from difang.crawler.schedule.account import account
from tests.services.postgresql import running_postgresql
from tests.services.schedulers import schedulers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--lease", type=float, nargs="*", default=[2.0, 10.0])
    asked = parser.parse_args()
    print("processes lease s kills firings  begun twice missed faults   takeover s: shortest, median, longest")
    with running_postgresql() as server:
        for lease in asked.lease:
            for number in (2, 3):
                measure(server.address(server.make()), number, lease, asked.kills)


def measure(address: str, number: int, lease: float, kills: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        schedulers(address, Path(folder), lease_seconds=lease, number=number) as some,
    ):
        took = []
        for _ in range(kills):
            took.append(some.kill_leader())
            some.start()
            time.sleep(1.0)
        begun = len(some.begun())
        some.await_that(lambda: len(some.begun()) > begun + 9)
        for process in some.processes.values():
            process.kill()
            process.wait()
        told = account(some.ledger, datetime.now(UTC))
        times = Counter(some.begun())
    twice = sum(count > 1 for count in times.values())
    due = told.planned - told.ahead
    print(
        f"{number:>9} {lease:>7.0f} {kills:>5} {due:>7} {len(times):>6} {twice:>5} {told.missed:>6}"
        f" {len(told.faults):>6}   {min(took):.1f}, {statistics.median(took):.1f}, {max(took):.1f}",
        flush=True,
    )
    for fault in told.faults:
        print(f"  {fault}", flush=True)


if __name__ == "__main__":
    main()
