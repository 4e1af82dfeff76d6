"""How the command line prints the schedule: as JSON, and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from difang.crawler.channels import Channel
from difang.crawler.schedule.account import account
from difang.crawler.schedule.leading import leading
from difang.crawler.schedule.policy import POLICIES, Policy, policies
from difang.crawler.schedule.timing import ZONE, Timing

if TYPE_CHECKING:
    from difang.crawler.ledger.firings import InForce
    from difang.crawler.ledger.ledger import Ledger
    from difang.crawler.ledger.run import Run


def record(ledger: Ledger, channels: Sequence[Channel], now: datetime) -> dict[str, Any]:
    """The schedule as JSON gives it."""
    in_force = ledger.schedule.timings_in_force()
    ahead: dict[str, list[Run]] = {}
    for run in ledger.plans.ahead():
        ahead.setdefault(run.channel, []).append(run)
    told = account(ledger, now)
    return {
        "leader": leading(ledger, now),
        "policies": POLICIES,
        "channels": [
            _channel(policy, in_force.get(slug), ahead.get(slug, []), ledger.runs.newest(1, slug), now)
            for slug, policy in policies(channels, ledger.schedule.changes(), None).items()
        ],
        "account": asdict(told) | {"balanced": told.balanced},
    }


def _channel(
    policy: Policy, in_force: InForce | None, ahead: list[Run], newest: list[Run], now: datetime
) -> dict[str, Any]:
    due = [run.due_at for run in ahead if run.due_at and run.cause == "schedule"]
    change = policy.change
    timing = policy.timing
    if in_force:  # what the leader really plans by: its --every may differ from the table
        timing = Timing(every=in_force.every, cron=in_force.cron, offset=in_force.offset)
    return {
        "channel": policy.channel,
        "name": policy.name,
        "timing": str(timing),
        "from": policy.source,
        "jitter": int(policy.jitter.total_seconds()),
        "next": min(due).isoformat() if due else None,
        "waiting": [run.id for run in ahead if run.due_at and run.due_at <= now],
        "last_run": newest[0].id if newest else None,
        "last_state": newest[0].state.value if newest else None,
        "paused": policy.paused,
        "changed_by": change.changed_by if change else None,
        "changed_at": change.changed_at.isoformat() if change else None,
        "why": change.why if change else None,
    }


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The schedule for people."""
    yield f"Leader    {told['leader']['said']}."
    for name, policy in told["policies"].items():
        yield f"{name:<9} {policy}."
    for channel in told["channels"]:
        yield _line(channel)
    sums = told["account"]
    over = ("finished", "failed", "cancelled", "lost", "missed", "running", "waiting", "ahead")
    words = ", ".join(f"{sums[name]} {name}" for name in over if sums[name])
    yield f"Account   {sums['planned']} planned = {words or 'nothing'};"
    yield f"          {sums['missed']} missed = {sums['caught_up']} caught up + {sums['open_']} not yet."
    for fault in sums["faults"][:20]:
        yield f"WRONG     {fault}"


def _line(channel: dict[str, Any]) -> str:
    when = "nothing planned"
    if channel["paused"]:
        why = f": {channel['why']}" if channel["why"] else ""
        when = f"paused by {channel['changed_by']}{why}"
    elif channel["next"]:
        when = f"next {datetime.fromisoformat(channel['next']).astimezone(ZONE):%m-%d %H:%M:%S}"
    last = f"last {channel['last_run']} {channel['last_state']}" if channel["last_run"] else "never run"
    waits = f", {len(channel['waiting'])} waiting" if channel["waiting"] else ""
    by = f" (by {channel['changed_by']})" if channel["from"] == "operator" else ""
    return f"{channel['channel']:<8} {channel['name']:\u3000<6} {channel['timing']}{by}  {when}{waits}  {last}"
