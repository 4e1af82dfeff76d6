"""A channel that falls silent, one that redesigns its listings, a host that is down: told how soon, cleared how soon.

python -m bench.issues [hours between two crawls] [days before anything breaks]
"""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from bench.week import HOUR, START, week_replica
from tests.services.breaking import FAULTS, WELL, break_and_mend
from tests.services.simulation import Simulation


def main(step: int = 12, days: int = 2) -> None:
    """Print a row for each fault, and every other issue there was."""
    with tempfile.TemporaryDirectory() as folder, week_replica([*FAULTS, WELL], 24) as site:
        told, issues = break_and_mend(
            Simulation(site, Path(folder), START),
            step=step * HOUR,
            history=timedelta(days=days),
            most=timedelta(days=5),
        )
    print("| what happens | issue | told after | at first | cleared after |\n|---|---|---|---|---|")
    for one in told:
        opened, resolved = _hours(one.opened_after), _hours(one.resolved_after)
        print(f"| {one.fault} | {one.kind} | {opened} | {one.sentence} | {resolved} |")
    expected = {(one.channel, one.kind) for one in told}
    others = [issue for issue in issues if (issue.channel, issue.kind) not in expected]
    print(f"issues in all {len(issues)}, others than these {len(others)}")
    for issue in others:
        print(f"  {issue.kind}: {issue.sentence}")


def _hours(span: timedelta | None) -> str:
    return f"{span / HOUR:.0f} h" if span else "never"


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
