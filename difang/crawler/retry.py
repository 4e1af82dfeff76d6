"""Trying again, at once, what failed in a run."""

from __future__ import annotations

from datetime import datetime

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.plans import Asked
from difang.crawler.span import Span
from difang.ingest.errors import DifangError


def plan_retry(ledger: Ledger, run_id: str, by: str, now: datetime) -> Asked:
    """Plan a run, due now, of the addresses that failed in this one and that no later run has fetched.

    Where such a run is planned already or running, it is that one.

    Raises UsageError where there is none of this id, DifangError where nothing is left to try again.
    """
    run = ledger.runs.get(run_id)
    if run.ended_at is None:
        raise DifangError(f"The run {run_id} is {run.state}; what fails in it can be tried again once it has ended.")
    failed = ledger.discoveries.failed(run_id)
    if not failed:
        raise DifangError(f"Of run {run_id} no failed address is left to try again.")
    return ledger.plans.ask(
        channel=run.channel,
        channel_name=run.channel_name,
        now=now,
        by=by,
        request=Span(urls=tuple(failed)),
        retry_of=run.id,
    )
