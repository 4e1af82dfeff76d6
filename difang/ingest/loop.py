"""The worker's day: batch after batch, growing pauses while a service is away, an end when told or when all is done."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from threading import Event

from difang.ingest.errors import RetryLater
from difang.ingest.event import Event as LogEvent
from difang.ingest.outcome import Outcome
from difang.ingest.queue import PageQueue
from difang.ingest.worker import Worker

IDLE_SECONDS = 0.5
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 15.0
PATIENCE_OF_A_DRAIN = 4
"""Pauses (1 + 2 + 4 + 8 s) after which `--drain` gives up on a service that stays away; the pages stay queued."""

log = logging.getLogger(__name__)

OnBatch = Callable[[Counter[Outcome]], None]


def drain(worker: Worker, queue: PageQueue, *, most: int, stop: Event, on_batch: OnBatch) -> Counter[Outcome]:
    """Work until no page is left in the queue, not even for later; the outcomes.

    Raises RetryLater when index, queue or ledger stay out of reach for about 15 s.
    """
    total: Counter[Outcome] = Counter()
    failures = 0
    try:
        while not stop.is_set():
            try:
                outcomes = worker.work(most)
            except RetryLater as error:
                failures += 1
                if failures > PATIENCE_OF_A_DRAIN:
                    raise
                _pause(stop, failures, error)
                continue
            failures = 0
            if outcomes is None:
                counts = queue.counts()
                if not counts.ready + counts.later + counts.claimed:
                    break
                stop.wait(IDLE_SECONDS)
                continue
            total += outcomes
            on_batch(outcomes)
    finally:
        worker.let_go()
    return total


def work_on(worker: Worker, *, most: int, stop: Event, on_batch: OnBatch) -> None:
    """Work until stopped; a service that is away is waited for, however long. `on_batch` is told of idle rounds too."""
    failures = 0
    try:
        while not stop.is_set():
            try:
                outcomes = worker.work(most)
            except RetryLater as error:
                failures += 1
                _pause(stop, failures, error)
                continue
            failures = 0
            on_batch(outcomes or Counter())
            if outcomes is None:
                stop.wait(IDLE_SECONDS)
    finally:
        worker.let_go()


def _pause(stop: Event, failures: int, error: RetryLater) -> None:
    seconds = min(FIRST_PAUSE_SECONDS * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS)
    told = LogEvent.WORKER_WAITS.of(seconds=seconds, tries=failures)
    log.warning("%s Trying again in %.0f s; no page is lost.", error, seconds, extra=told)
    stop.wait(seconds)
