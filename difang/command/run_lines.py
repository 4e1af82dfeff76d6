"""How the command line prints a run: as one line for people, or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from difang.crawler.ledger.discoveries import Counts
    from difang.crawler.ledger.run import Run


def record(run: Run, counts: Counts) -> dict[str, Any]:
    """A run as JSON gives it; `discovered` = the sum of `outcomes` + `queued` + `unfetched`."""
    return {
        "run": run.id,
        "channel": run.channel,
        "channel_name": run.channel_name,
        "state": run.state.value,
        "sentence": run.sentence,
        "scope": run.scope or None,
        "started_by": run.started_by,
        "started_at": run.started_at.isoformat() if run.started_at else None,
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "seconds": round(_seconds(run), 3),
        "discovered": counts.discovered,
        "outcomes": {outcome.value: number for outcome, number in sorted(counts.outcomes.items())},
        "queued": counts.queued,
        "unfetched": counts.unfetched,
        "known": run.known,
        "requests": run.requests,
        "bytes": run.bytes,
        "warnings": run.warnings,
        "log": run.log,
    }


def line(run: Run, counts: Counts) -> str:
    """A run as one line."""
    words = [f"{counts.discovered} discovered"]
    words += [f"{number} {outcome.value}" for outcome, number in sorted(counts.outcomes.items())]
    words += [f"{counts.queued} in the queue"] if counts.queued else []
    words += [f"{counts.unfetched} unfetched"] if counts.unfetched else []
    words += [f"{run.known} known", f"{run.requests} requests", f"{_seconds(run):.1f} s"]
    words += [f"{run.warnings} warnings"] if run.warnings else []
    sentence = f": {run.sentence}" if run.sentence else ""
    return f"{run.id}  {run.state.value}  {', '.join(words)}{sentence}"


def _seconds(run: Run) -> float:
    return (run.ended_at - run.started_at).total_seconds() if run.ended_at and run.started_at else 0.0
