"""The fault table: 20,000 articles sent under each fault, found again in the index itself; written into the docs.

    python -m bench.faults [--articles 20000] [--only WORD] [--table docs/reliability.md]

Needs tests/services/install; the full disks need root, because they are mounted. Exits 1 where a row is not flawless.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path

from tests.faults import scenarios
from tests.faults.corpus import Corpus, corpus_in
from tests.faults.scenarios import Scale, Scenario
from tests.faults.stage import Row, Stage
from tests.integration.conftest import clear
from tests.services.elasticsearch import NotInstalled, Server, elasticsearch_server
from tests.services.fault_proxy import Fault

GREAT = Scale(kills=20, fault_seconds=20, away_seconds=60)

EITHER: dict[str, Scenario] = {
    "none": scenarios.nothing,
    "worker `kill -9`, 20 times": scenarios.worker_killed,
    "disk of the archive full for 20 s": scenarios.archive_disk_full,
    "disk of the page queue full for 20 s": scenarios.queue_disk_full,
    "every page twice, in any order": scenarios.duplicated_and_reordered,
    "corrected and taken back, the middle page last": scenarios.taken_back_and_reordered,
    "clock set back an hour": scenarios.clock_set_back,
}
EMBEDDED: dict[str, Scenario] = {
    "disk of the index full for 20 s": scenarios.index_disk_full,
}
_BATCHES = 20
"""At least so many are worked on, or a fault would find the work done where there are few articles."""

BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"


def elasticsearch(server: Server) -> dict[str, Scenario]:
    """The faults that only Elasticsearch can have, and those it shares."""
    storms = {
        "storm of 429 (whole requests), 30 s": Fault.TOO_MANY,
        "storm of 503, 30 s": Fault.UNAVAILABLE,
        "answer lost after the write, 30 s": Fault.LOST,
    }
    rarer = {
        "storm of 429 (every other document), 30 s": Fault.ITEMS,
        "connections broken, 30 s": Fault.RESET,
        "answers 2 s late, 30 s": Fault.SLOW,
    }
    return {
        **EITHER,
        "Elasticsearch `kill -9`, back after 60 s": partial(scenarios.server_killed, server),
        "Elasticsearch down at the start, for 20 s": partial(scenarios.server_down_at_start, server),
        **{name: partial(scenarios.storm, fault) for name, fault in storms.items()},
        "index read-only (its disk nearly full), 20 s": scenarios.index_read_only,
        **{name: partial(scenarios.storm, fault) for name, fault in rarer.items()},
    }


def main() -> None:
    """Run, print, write down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--only", default="", help="Only the faults whose name holds this word.")
    parser.add_argument("--index", choices=["elasticsearch", "embedded"], help="Only this index.")
    parser.add_argument("--corpus", type=Path, help="A folder to keep the pages in.")
    parser.add_argument("--rows", type=Path, help="Rows measured before: left out now; new ones are added.")
    parser.add_argument("--table", type=Path, help="The page whose table is replaced.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = corpus_in(options.corpus or Path(folder) / "corpus", options.articles)
        rows = options.rows or Path(folder) / "rows.jsonl"
        unmeasured: list[str] = []
        jobs: list[tuple[str, Callable[[], list[str]]]] = [
            ("elasticsearch", partial(_on_elasticsearch, corpus, Path(folder), rows, options.only)),
            ("embedded", partial(_all, "embedded", EITHER | EMBEDDED, corpus, "", Path(folder), rows, options.only)),
        ]
        for index, job in jobs:
            if options.index in (None, index):
                unmeasured += job()
        if not rows.is_file():
            sys.exit(1)
        table, flawless = _table(rows), all(row.flawless for _, row in _read(rows))
    print(table)
    if options.table:
        text = options.table.read_text(encoding="utf-8")
        before, after = text.partition(BEGIN)[0], text.partition(END)[2]
        options.table.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")
    sys.exit(bool(unmeasured) or not flawless)


def _on_elasticsearch(corpus: Corpus, folder: Path, rows: Path, only: str) -> list[str]:
    with ExitStack() as stack:
        server = stack.enter_context(elasticsearch_server(heap="1g"))
        server.start()
        faults = elasticsearch(server)
        return _all("elasticsearch", faults, corpus, server.url, folder, rows, only)


def _all(
    index: str, faults: dict[str, Scenario], corpus: Corpus, url: str, folder: Path, rows: Path, only: str
) -> list[str]:
    """Those that could not be measured; the rest goes on."""
    failed: list[str] = []
    for number, (name, scenario) in enumerate(faults.items()):
        label = f"{name} ({index})"
        if only not in name or (rows.is_file() and label in dict(_read(rows))):
            continue
        var = folder / f"{index}-{number}"
        batch = min(250, max(1, len(corpus.refs) // _BATCHES))
        stage = Stage(folder=var, corpus=corpus, index=url, look=url, batch=batch)
        began = time.monotonic()
        try:
            row = scenario(stage, GREAT)
        except NotInstalled as missing:
            print(f"{index}, {name}: left out, {missing}", flush=True)
            continue
        except AssertionError as error:
            failed.append(label)
            print(f"{index}, {name}: not measured, {error}", flush=True)
            continue
        finally:
            stage.kill()
            if url:
                clear(url)
        print(f"{index}, {name}: {row} in {time.monotonic() - began:.0f} s", flush=True)
        with rows.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"name": label, **asdict(row)}) + "\n")
        shutil.rmtree(var, ignore_errors=True)
    return failed


def _read(rows: Path) -> list[tuple[str, Row]]:
    records = [json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()]
    return [(record.pop("name"), Row(**record)) for record in records]


def _table(rows: Path) -> str:
    lines = [
        "| fault | index | sent | found | lost | doubled | stale | untold | recovery, s |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    measured = sorted(dict(_read(rows)).items(), key=lambda item: item[0].rpartition(" (")[2])
    for name, row in measured:
        fault, _, index = name.removesuffix(")").rpartition(" (")
        figures = (row.sent, row.found, row.lost, row.doubled, row.stale, row.untold)
        recovery = f"{row.recovery:.1f}" if row.recovery else "–"
        lines.append(f"| {fault} | {index} | {' | '.join(f'{figure:,}' for figure in figures)} | {recovery} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
