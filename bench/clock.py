"""The clock of a running service set an hour ahead and back, again and again; then the whole service halted.

python -m bench.clock [--times 5] [--halt 390] [--channels 6] [--every 5]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from difang.crawler.channel_table import load_channels
from tests.services.clock_changes import ClockRow, clock_stage


def main() -> None:
    """Print what became of every firing; a halt of more than five minutes is longer than a firing may be late."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--halt", type=float, default=390.0, help="Seconds; 0 leaves it out.")
    parser.add_argument("--channels", type=int, default=6)
    parser.add_argument("--every", type=int, default=5, help="Minutes between two firings of a channel.")
    asked = parser.parse_args()
    slugs = [channel.slug for channel in load_channels(None) if channel.regional][: asked.channels]
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        clock_stage(Path(folder), channels=slugs, every_minutes=asked.every) as stage,
    ):
        stage.first_crawl()
        for _ in range(asked.times):
            stage.an_hour_ahead()
            stage.an_hour_back()
        if asked.halt:
            stage.halted(asked.halt)
        row = stage.row()
    halt = f", halted {asked.halt:.0f} s" if asked.halt else ""
    print(
        f"{asked.channels} channels every {asked.every} min, {asked.times} times an hour ahead and back{halt}:"
        f" {time.monotonic() - began:.0f} s"
    )
    _print(row)


def _print(row: ClockRow) -> None:
    told, found = row.account, row.found
    print(
        f"planned {told.planned} = ahead {told.ahead} + finished {told.finished} + missed {told.missed}"
        f" + other {told.waiting + told.running + told.failed + told.cancelled + told.lost};"
        f" withdrawn {told.withdrawn}; of the missed caught up {told.caught_up}, by {len(row.missed)} runs"
    )
    print(f"unaccounted for {len(told.faults)}; begun twice {len(row.twice)}; unresolved issues {row.unresolved}")
    for why in sorted(row.reasons):
        print(f"  {why}")
    print(f"published {found.published}, difference {found.total} {found.examples(3)}", flush=True)


if __name__ == "__main__":
    main()
