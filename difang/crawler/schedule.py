"""The schedule: when each channel is crawled; every crawl is a process of its own."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from difang.crawler.channels import Channel

STOP_SECONDS = 20.0

log = logging.getLogger(__name__)


class Crawls:
    """Starts crawl processes and waits for them; on stop they are asked to end cleanly, archive closed."""

    def __init__(self, command: Sequence[str]) -> None:
        """`command` is the crawl command line, to which the channel's slug is added."""
        self._command = tuple(command)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        self._stopping = False

    def crawl(self, slug: str) -> int | None:
        """Crawl the channel and wait for the end; the exit code, or None when difang is stopping."""
        with self._lock:
            if self._stopping:
                return None
            # A group of its own, because a Ctrl-C in the terminal is for this process, which then ends the crawls.
            process = subprocess.Popen([*self._command, slug], stdout=subprocess.DEVNULL, process_group=0)  # noqa: S603
            self._running[slug] = process
        code = process.wait()
        with self._lock:
            del self._running[slug]
        if code and not self._stopping:
            log.warning("The crawl of %s ended with code %d; `difang runs` tells why.", slug, code)
        return code

    def running(self) -> list[str]:
        """The channels being crawled now."""
        with self._lock:
            return sorted(self._running)

    def stop(self) -> None:
        """Ask all crawls to end and wait for them; one that does not listen is killed."""
        with self._lock:
            self._stopping = True
            processes = list(self._running.values())
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


class Schedule:
    """One job a channel, at the interval of the channel table, started apart so that hosts are not hit at once.

    A firing that comes late (a busy or sleeping machine) is still carried out, once; a channel whose crawl still runs
    is not crawled a second time beside it.
    """

    def __init__(self, channels: Sequence[Channel], crawls: Crawls, *, at_once: int, every: timedelta | None) -> None:
        """At most `at_once` crawls at a time; `every` overrides the intervals of the channels."""
        self._crawls = crawls
        self._scheduler = BackgroundScheduler(
            timezone="Asia/Shanghai",
            executors={"default": ThreadPoolExecutor(at_once)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        start = datetime.now(UTC)
        for number, channel in enumerate(channels):
            interval = every or channel.every
            self._scheduler.add_job(
                crawls.crawl,
                IntervalTrigger(seconds=round(interval.total_seconds())),
                args=[channel.slug],
                id=channel.slug,
                name=channel.name,
                next_run_time=start + interval * number / len(channels) / 4,
            )

    def start(self) -> None:
        """Begin; the first crawls start at once, the last a quarter of an interval later."""
        self._scheduler.start()

    def next_runs(self) -> dict[str, datetime]:
        """When each channel is crawled next."""
        return {job.id: job.next_run_time for job in self._scheduler.get_jobs() if job.next_run_time}

    def stop(self) -> None:
        """No further firing; running crawls end cleanly."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self._crawls.stop()
