"""Killing at random: the leading service, crawls, workers, connections, the database server; then the account.

python -m bench.kills [30] [--database postgresql sqlite] [--channels 6] [--seed 1]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from difang.crawler.channel_table import load_channels
from tests.services.kills import Outcome, kill_at_random, services
from tests.services.postgresql import running_postgresql


def main() -> None:
    """Print each kill, and how everything stood in the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=30)
    parser.add_argument("--database", nargs="*", default=["postgresql", "sqlite"], choices=["postgresql", "sqlite"])
    parser.add_argument("--channels", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for database in asked.database:
        began = time.monotonic()
        outcome = measure(database, asked.kills, asked.channels, asked.seed)
        print(f"{database}, {asked.kills} kills, {asked.channels} channels: {time.monotonic() - began:.0f} s")
        print_outcome(outcome)


def measure(database: str, kills: int, channels: int, seed: int) -> Outcome:
    slugs = [channel.slug for channel in load_channels(None) if channel.regional][:channels]
    with ExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory()))
        server = parts.enter_context(running_postgresql()) if database == "postgresql" else None
        address = server.address(server.make()) if server else f"sqlite:///{folder / 'ledger.db'}"
        some = parts.enter_context(services(address, folder, server=server, channels=slugs, seed=seed))
        return kill_at_random(some, kills)


def print_outcome(outcome: Outcome) -> None:
    """Each kill, the times by kind, the account, and the difference to the truth."""
    print("| at s | killed | | made good after s |\n|---|---|---|---|")
    times = defaultdict(list)
    for kill in outcome.kills:
        print(f"| {kill.at:.0f} | {kill.what} | {kill.detail} | {kill.seconds:.1f} |")
        times[kill.what].append(kill.seconds)
    print("| killed | times | made good after s: median, longest |\n|---|---|---|")
    for what, took in sorted(times.items()):
        print(f"| {what} | {len(took)} | {statistics.median(took):.1f}, {max(took):.1f} |")
    told, found = outcome.account, outcome.found
    print(
        f"planned {told.planned} = ahead {told.ahead} + waiting {told.waiting} + running {told.running}"
        f" + finished {told.finished} + failed {told.failed} + cancelled {told.cancelled} + lost {told.lost}"
        f" + missed {told.missed}; caught up {told.caught_up}, not yet {told.open_}"
    )
    print(f"firings named {told.named}, unaccounted for {len(told.faults)}; the account balances: {told.balanced}")
    print(f"runs by state: { ({state.value: number for state, number in outcome.runs.items() if number}) }")
    for sentence, number in outcome.sentences.items():
        print(f"{number} times {sentence}")
    print(f"lost: {dict(outcome.lost)}, unexplained {outcome.unexplained}")
    print(f"still running: {len(outcome.running)}, workers left: {outcome.workers}, tracebacks: {outcome.troubles}")
    print(f"published {found.published}, found {found.found}, difference {found.total} {found.examples(5)}")
    print(
        f"addresses of the truth that no run found: {len(outcome.undiscovered)} {outcome.undiscovered[:5]}", flush=True
    )


if __name__ == "__main__":
    main()
