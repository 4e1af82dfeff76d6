"""How the command line prints a run: as one line for people, or as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from difang.crawler.counting import counted

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
        "cause": run.cause.value,
        "started_by": run.started_by,
        "due_at": run.due_at.isoformat() if run.due_at else None,
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
        "new_articles": run.new_articles,
        "first_article": run.first_article.isoformat() if run.first_article else None,
        "last_article": run.last_article.isoformat() if run.last_article else None,
        "first_published": run.first_published.isoformat() if run.first_published else None,
        "last_published": run.last_published.isoformat() if run.last_published else None,
        "time_limit_seconds": run.time_limit.total_seconds() if run.time_limit else None,
        "cancel_asked_at": run.cancel_at.isoformat() if run.cancel_at else None,
        "cancel_asked_by": run.cancel_by,
        "caught_up_by": run.caught_up_by,
        "retry_of": run.retry_of,
        "machine": run.machine,
        "exit_code": run.exit_code,
        "log": run.log,
    }


def line(run: Run, counts: Counts) -> str:
    """A run as one line."""
    if run.state.value == "planned":
        asked = f": {run.scope[:200]}" if run.scope else ""
        return f"{run.id}  planned  {run.cause.value}, due {run.due_at:%Y-%m-%d %H:%M:%S}Z, by {run.started_by}{asked}"
    words = [f"{counts.discovered} discovered"]
    words += [f"{number} {outcome.value}" for outcome, number in sorted(counts.outcomes.items())]
    words += [f"{counts.queued} in the queue"] if counts.queued else []
    words += [f"{counts.unfetched} unfetched"] if counts.unfetched else []
    words += [f"{run.known} known", counted(run.requests, "request"), f"{_seconds(run):.1f} s"]
    words += [counted(run.warnings, "warning")] if run.warnings else []
    wanted = f" ({run.cancel_by} wants it to end)" if run.cancel_by and run.state.value == "running" else ""
    sentence = f": {run.sentence}" if run.sentence else wanted
    return f"{run.id}  {run.state.value}  {', '.join(words)}{sentence}"


def _seconds(run: Run) -> float:
    """How long it took, or takes by now."""
    if run.started_at is None:
        return 0.0
    running = datetime.now(UTC) if run.state.value == "running" else run.started_at
    return max(0.0, ((run.ended_at or running) - run.started_at).total_seconds())
