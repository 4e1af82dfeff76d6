"""The schedule: when each channel is crawled; every crawl is a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from difang.crawler.channels import Channel
from difang.crawler.ledger.plans import Plans
from difang.crawler.ledger.run_tables import RunCause


class Schedule:
    """One job a channel, at the interval of the channel table, started apart so that hosts are not hit at once.

    A firing that comes late (a busy or sleeping machine) is still carried out, once; a channel whose crawl still runs
    is not crawled a second time beside it.
    """

    def __init__(self, channels: Sequence[Channel], plans: Plans, *, every: timedelta | None) -> None:
        """`every` overrides the intervals of the channels."""
        self._plans = plans
        self._scheduler = BackgroundScheduler(
            timezone="Asia/Shanghai",
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        start = datetime.now(UTC)
        for number, channel in enumerate(channels):
            interval = every or channel.every
            self._scheduler.add_job(
                self._fire,
                IntervalTrigger(seconds=round(interval.total_seconds())),
                args=[channel],
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
        """No further firing."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _fire(self, channel: Channel) -> None:
        if not self._plans.ahead(channel.slug):
            now = datetime.now(UTC)
            self._plans.plan(
                channel=channel.slug,
                channel_name=channel.name,
                cause=RunCause.SCHEDULE,
                due_at=now,
                started_by="schedule",
            )
