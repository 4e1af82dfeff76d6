"""The metrics, computed from ledger, queue, archive and index, so that every process of an installation agrees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from difang import __version__
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run_tables import RunState
from difang.ingest.errors import DifangError
from difang.ingest.index.port import ArticleIndex
from difang.ingest.outcome import Outcome
from difang.ingest.queue import PageQueue

LEASE = "schedule"
_BUCKETS = (300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 43_200.0, 86_400.0, 604_800.0)
"""Seconds."""
_WAITING = (RunState.PLANNED, RunState.RUNNING)


class Figures:
    """A collector for prometheus_client. A part that fails is told by `difang_part_up`; the others answer."""

    def __init__(
        self, *, ledger: Ledger, open_queue: Callable[[], PageQueue], index: ArticleIndex, archive: Path
    ) -> None:
        """`open_queue` gives the page queue for one look; `archive` is the folder of the WARC files."""
        self._ledger = ledger
        self._open_queue = open_queue
        self._parts: dict[str, Callable[[], Iterable[Metric]]] = {
            "ledger": self._of_the_ledger,
            "queue": self._of_the_queue,
            "index": lambda: _of_the_index(index),
            "archive": lambda: _of_the_archive(archive),
        }

    def collect(self) -> Iterator[Metric]:
        """Every metric, read now."""
        yield _gauge("info", "Always 1; the label says the version.", {(__version__,): 1}, ["version"])
        up: dict[tuple[str, ...], float] = {}
        for name, part in self._parts.items():
            try:
                found = list(part())
            except (DifangError, OSError):
                up[(name,)] = 0
                continue
            up[(name,)] = 1
            yield from found
        yield _gauge("part_up", "1 where the part answers, 0 where it does not.", up, ["part"])

    def _of_the_ledger(self) -> Iterable[Metric]:
        figures = self._ledger.figures
        outcomes = {(outcome.value,): 0 for outcome in Outcome} | {(o,): n for o, n in figures.outcomes().items()}
        runs, traffic = figures.runs(), figures.traffic()
        ended = {key: n for key, n in runs.items() if key[1] not in _WAITING}
        waiting = {key: n for key, n in runs.items() if key[1] in _WAITING}
        requests = {(channel,): n for channel, (n, _) in traffic.items()}
        received = {(channel,): size for channel, (_, size) in traffic.items()}
        finished = {(channel,): at.timestamp() for channel, at in figures.last_finished().items()}
        newest = {(channel,): one.appeared_at.timestamp() for channel, one in self._ledger.freshness.newest().items()}
        paused = {(channel,): int(change.paused) for channel, change in self._ledger.schedule.changes().items()}
        held = self._ledger.lease_held(LEASE)
        beat = {(): held.seen_at.timestamp()} if held else {}
        return (
            _counter("pages", "Discovered addresses by how they ended.", outcomes, ["outcome"]),
            _counter("requests", "Requests of all crawls of a channel.", requests, ["channel"]),
            _counter("received_bytes", "Bytes received by all crawls of a channel.", received, ["channel"]),
            _counter("runs", "Runs that ended, by how.", ended, ["channel", "state"]),
            _gauge("runs_open", "Runs that are planned or running.", waiting, ["channel", "state"]),
            _gauge("run_finished_timestamp_seconds", "End of the last finished run.", finished, ["channel"]),
            _gauge("channel_paused", "1 where an operator has paused the channel.", paused, ["channel"]),
            _gauge("newest_article_timestamp_seconds", "When the newest article appeared.", newest, ["channel"]),
            _gauge("issues_open", "Issues that are not resolved.", figures.issues(), ["kind", "severity"]),
            _gauge("leader_seen_timestamp_seconds", "When the service that leads was seen last.", beat, []),
            _delays(self._ledger.freshness.delay_steps()),
        )

    def _of_the_queue(self) -> Iterable[Metric]:
        with closing(self._open_queue()) as queue:
            counts, oldest = queue.counts(), queue.oldest()
        age = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0
        pages = {(state,): getattr(counts, state) for state in ("ready", "later", "claimed", "set_aside")}
        return (
            _gauge("queue_pages", "Pages in the queue, and those set aside.", pages, ["state"]),
            _gauge("queue_oldest_seconds", "Since the page that waits longest was fetched.", {(): max(0.0, age)}, []),
        )


def _of_the_index(index: ArticleIndex) -> Iterable[Metric]:
    status = index.status()
    return (
        _gauge("index_documents", "Articles in the index.", {(): status.documents}, []),
        _gauge("index_bytes", "Size of the index.", {(): status.size}, []),
    )


def _of_the_archive(folder: Path) -> Iterable[Metric]:
    sizes = [file.stat().st_size for file in folder.glob("*.warc.gz*")] if folder.is_dir() else []
    return (
        _gauge("archive_bytes", "Size of the archive.", {(): sum(sizes)}, []),
        _gauge("archive_files", "WARC files of the archive.", {(): len(sizes)}, []),
    )


def _delays(steps: Mapping[timedelta, int]) -> Metric:
    """Exact to 9 %, as the ledger keeps the delays; a window of four weeks, so it may shrink as old days leave."""
    metric = HistogramMetricFamily("difang_index_delay_seconds", "From publication to searchable, of four weeks.")
    seconds = [(length.total_seconds(), n) for length, n in steps.items()]
    buckets = [(str(limit), float(sum(n for length, n in seconds if length <= limit))) for limit in _BUCKETS]
    every = float(sum(n for _, n in seconds))
    metric.add_metric([], [*buckets, ("+Inf", every)], sum_value=sum(length * n for length, n in seconds))
    return metric


def _gauge(name: str, text: str, values: Mapping[Any, float], labels: list[str]) -> Metric:
    metric = GaugeMetricFamily(f"difang_{name}", text, labels=labels)
    for key, value in sorted(values.items()):
        metric.add_metric(key, value)
    return metric


def _counter(name: str, text: str, values: Mapping[Any, float], labels: list[str]) -> Metric:
    metric = CounterMetricFamily(f"difang_{name}", text, labels=labels)
    for key, value in sorted(values.items()):
        metric.add_metric(key, value)
    return metric
