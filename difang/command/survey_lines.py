"""How the command line prints a backfill or an audit: as one line for people, as a table, or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from difang.crawler.counting import counted

if TYPE_CHECKING:
    from difang.crawler.survey.progress import Progress


def record(progress: Progress) -> dict[str, Any]:
    """A backfill as JSON gives it; `found` is the sum of `outcomes`."""
    survey = progress.survey
    return {
        "number": survey.id,
        "purpose": survey.purpose.value,
        "channel": survey.channel,
        "from": survey.since.isoformat(),
        "to": survey.until.isoformat(),
        "state": survey.state.value,
        "sentence": survey.sentence,
        "created_by": survey.created_by,
        "created_at": survey.created_at.isoformat(),
        "started_at": survey.started_at.isoformat() if survey.started_at else None,
        "ended_at": survey.ended_at.isoformat() if survey.ended_at else None,
        "resume_at": survey.resume_at.isoformat() if survey.resume_at else None,
        "expected_end": progress.expected_end.isoformat(timespec="minutes") if progress.expected_end else None,
        "days": survey.days,
        "days_complete": progress.days_complete,
        "complete_since": progress.complete_since.isoformat() if progress.complete_since else None,
        "found": progress.found,
        "articles": progress.articles,
        "outcomes": dict(progress.outcomes),
        "requests": survey.requests,
        "requests_an_article": round(progress.requests_an_article, 3) if progress.requests_an_article else None,
        "expected_articles": survey.expected_articles,
        "expected_requests": survey.expected_requests,
        "runs": survey.runs,
        "last_run": survey.run_id,
    }


def line(progress: Progress) -> str:
    """A backfill as one line."""
    survey = progress.survey
    words = [
        f"{progress.days_complete:,} of {counted(survey.days, 'day')} complete",
        counted(progress.found, "address", "addresses"),
        f"{progress.articles:,} searchable",
        counted(survey.requests, "request"),
    ]
    if progress.expected_end is not None:
        words.append(f"expected end {progress.expected_end.astimezone():%Y-%m-%d %H:%M}")
    sentence = f": {survey.sentence}" if survey.sentence else ""
    days = f"{survey.since} to {survey.until}"
    return f"{survey.id}  {survey.channel}  {days}  {survey.state.value}  {', '.join(words)}{sentence}"


def table(progress: Progress) -> str:
    """Everything about a backfill, a line each."""
    lines: list[str] = []
    for name, value in record(progress).items():
        if name == "outcomes":
            lines += [f"  {outcome:<18} {number}" for outcome, number in value.items()]
        elif value is not None:
            lines.append(f"{name:<20} {value}")
    return "\n".join(lines)
