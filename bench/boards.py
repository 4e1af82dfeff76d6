"""Fifty open boards while pages are ingested at full rate: how long a page takes, and what the ingest loses by it.

    python -m bench.boards [--boards 50] [--rounds 8] [--channels 33] [--days 6]

In each round the same queue of pages is worked off twice by `difang ingest --drain`, in turns with and without the
boards open, beside a `difang serve` that does nothing else. A board is a stream of events that is read to its end.
While it lasts /board is asked for twice a second. Processor time is exact on a busy machine too, wall time only on a
quiet one; what the boards cost is told as the median over the rounds, each compared with itself without boards.
Exits 1 where the ingest takes 5 % more time of the clock or the processor, or the web more than 10 % of a processor.
"""

from __future__ import annotations

import argparse
import os
import resource
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.ledger import Ledger
from tests.services.command import Difang
from tests.services.people import SignedIn, signed_in
from tests.services.replica import replica
from tests.services.web import Web

ALLOWED = 0.05
WEB_ALLOWED = 0.10


@dataclass(frozen=True, kw_only=True)
class Round:
    """Seconds of the ingest, of the web's processor meanwhile, of each page asked for, and the events read."""

    processor: float
    wall: float
    web: float
    pages: list[float]
    events: int


@contextmanager
def serving(difang: Difang) -> Iterator[tuple[Web, int]]:
    process = difang.start("serve", "--port", "0", "--no-schedule", "--no-ingest")
    try:
        assert process.stdout
        port = process.stdout.readline().strip().rstrip("/").rsplit(":", 1)[1]
        yield Web(port=int(port)), process.pid
    finally:
        process.terminate()
        process.communicate(timeout=60)


@contextmanager
def open_boards(web: Web, who: SignedIn, number: int) -> Iterator[list[int]]:
    """So many streams, emptied by one thread that does nothing with them: their browsers are other machines.

    The list counts the events of each.
    """
    read, over = [0] * number, threading.Event()
    asked = (
        f"GET /board/events HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\ncookie: {who.cookie}\r\n\r\n"
    )
    with ExitStack() as streams, selectors.DefaultSelector() as waiting:
        for place in range(number):
            line = streams.enter_context(closing(socket.create_connection(("127.0.0.1", web.port))))
            line.sendall(asked.encode())
            waiting.register(line, selectors.EVENT_READ, place)

        def empty() -> None:
            while not over.is_set():
                for key, _ in waiting.select(0.5):
                    read[key.data] += key.fileobj.recv(1 << 20).count(b"\ndata: {")  # type: ignore[union-attr]

        thread = threading.Thread(target=empty)
        thread.start()
        try:
            while not all(read):
                time.sleep(0.1)
            yield read
        finally:
            over.set()
            thread.join()


def processor_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def one_round(filled: Path, folder: Path, boards: int) -> Round:
    shutil.copytree(filled, folder)
    difang = Difang(var=folder, proxy=None)
    with closing(Ledger(f"sqlite:///{folder / 'ledger.db'}")) as ledger:
        who = signed_in(ledger)
    with ExitStack() as parts:
        web, pid = parts.enter_context(serving(difang))
        read = parts.enter_context(open_boards(web, who, boards)) if boards else []
        pages: list[float] = []
        before, spent, begun, ended = processor_of(pid), _children(), time.perf_counter(), list[float]()
        worker = subprocess.Popen(
            [sys.executable, "-m", "difang", "ingest", "--drain"], env=difang.environment(), stdout=subprocess.DEVNULL
        )
        end = threading.Thread(target=lambda: ended.append(worker.wait() or time.perf_counter()))
        end.start()
        while end.is_alive():
            asked = time.perf_counter()
            if boards:
                assert web.get("/board", cookie=who.cookie).status == 200
                pages.append(time.perf_counter() - asked)
            end.join(max(0.0, 0.5 - (time.perf_counter() - asked)))
        wall = ended[0] - begun
        assert worker.returncode == 0
        done = Round(
            processor=_children() - spent, wall=wall, web=processor_of(pid) - before, pages=pages, events=sum(read)
        )
    shutil.rmtree(folder)
    return done


def _children() -> float:
    """Processor time of the processes that have ended and were waited for; the service has not."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--boards", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--channels", type=int, default=33)
    parser.add_argument("--days", type=int, default=6)
    asked = parser.parse_args()
    size = (
        "--channels",
        str(asked.channels),
        "--days",
        str(asked.days),
        "--per-day",
        "6",
        "--archive",
        "4",
        "--crawl-delay",
        "0",
    )
    kept: dict[int, list[Round]] = {0: [], asked.boards: []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chosen = [channel.slug for channel in load_channels(None)[: asked.channels]]
        with replica(*size) as running:
            Difang(var=folder / "filled", proxy=running.url, settings={"contact": "mailto:b@example.org"}).crawl(
                *chosen
            )
        for number in range(asked.rounds):
            for boards in sorted(kept, reverse=bool(number % 2)):
                kept[boards].append(one_round(folder / "filled", folder / f"{number}-{boards}", boards))
    return tell(kept[0], kept[asked.boards], asked.boards)


def tell(without: list[Round], with_: list[Round], boards: int) -> int:
    pages = sorted(one * 1000 for round_ in with_ for one in round_.pages)
    pairs = list(zip(without, with_, strict=True))
    spent = [after.processor / before.processor - 1 for before, after in pairs]
    slower = [after.wall / before.wall - 1 for before, after in pairs]
    web = median(r.web / r.wall for r in with_) - median(r.web / r.wall for r in without)
    events = sum(r.events for r in with_)
    print(f"{boards} boards, {len(with_)} rounds, {events:,} events read, {len(pages)} pages asked for")
    print(f"  page                    median {median(pages):.0f} ms, 95 % {pages[len(pages) * 19 // 20]:.0f} ms")
    for name, told, ratios in (("processor", "processor", spent), ("wall", "wall", slower)):
        alone, beside = (median(getattr(r, told) for r in rounds) for rounds in (without, with_))
        each = " ".join(f"{ratio:+.1%}" for ratio in sorted(ratios))
        print(f"  ingest, {name:9} time  {alone:.2f} s, with boards {beside:.2f} s: {median(ratios):+.1%} ({each})")
    print(f"  the web                 {web:.1%} of one processor, pages included")
    return 0 if median(spent) < ALLOWED and median(slower) < ALLOWED and web < WEB_ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
