"""Crawling a channel now, because somebody asks for it; asked twice it is one run."""

from __future__ import annotations

from datetime import datetime

from difang.crawler.channels import Channel
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_tables import RunCause
from difang.crawler.span import Span


def waiting_run(ledger: Ledger, channel: str) -> Run | None:
    """The run of the channel that somebody asked for and that has not begun yet."""
    asked = (run for run in ledger.plans.ahead(channel) if run.cause is RunCause.OPERATOR and not run.asked_for)
    return next(asked, None)


def plan_run_now(ledger: Ledger, channel: Channel, by: str, now: datetime, *, full: bool = False) -> Run:
    """Plan a run of the channel, due now; `full` walks every listing to its end, whatever earlier crawls saw."""
    return ledger.plans.plan(
        channel=channel.slug,
        channel_name=channel.name,
        cause=RunCause.OPERATOR,
        due_at=now,
        started_by=by,
        request=Span(full=full),
    )
