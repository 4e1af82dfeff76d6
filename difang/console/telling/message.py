"""The words of a message about several issues, each with a link to the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from difang.crawler.ledger.issues import Issue
from difang.crawler.ledger.tables import Severity

MOST = 20
"""Issues in one message; the others are counted."""

_LONGEST = 300
_ORDER = list(Severity)


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What one message tells: issues that are new or graver, those nobody has taken up, and those that ended."""

    new: Sequence[Issue] = field(default_factory=list)
    again: Sequence[Issue] = field(default_factory=list)
    ended: Sequence[Issue] = field(default_factory=list)

    @property
    def issues(self) -> list[Issue]:
        """All of them."""
        return [*self.new, *self.again, *self.ended]


def words(news: News, public: str) -> tuple[str, str]:
    """Title and text; `public` is the console's address, without which there are no links."""
    counted = (
        (len(news.new), "new issue", "new issues"),
        (len(news.again), "still open", "still open"),
        (len(news.ended), "resolved", "resolved"),
    )
    title = "difang: " + ", ".join(f"{n} {one if n == 1 else more}" for n, one, more in counted if n)
    lines: list[str] = []
    for heading, issues in (("", news.new), ("Nobody has taken up:", news.again), ("Resolved:", news.ended)):
        if issues and heading:
            lines += ["", heading]
        worst = sorted(issues, key=lambda issue: (-_ORDER.index(issue.severity), issue.id))
        lines += [_line(issue, public) for issue in worst[:MOST]]
        if len(issues) > MOST:
            lines.append(f"… and {len(issues) - MOST} more")
    return title, "\n".join(lines).strip()


def _line(issue: Issue, public: str) -> str:
    sentence = " ".join(issue.sentence.split())
    sentence = sentence if len(sentence) <= _LONGEST else sentence[:_LONGEST] + "…"
    link = f" {public.rstrip('/')}/issues/{issue.id}" if public else ""
    return f"[{issue.severity.value}] {sentence}{link}"
