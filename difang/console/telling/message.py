"""The words of a message about several issues, each with a link to the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from difang.console.languages import N_, translations
from difang.console.operating.labels import SEVERITIES
from difang.console.sentences import retold
from difang.crawler.ledger.issues import Issue
from difang.crawler.ledger.tables import Severity

MOST = 20
"""Issues in one message; the others are counted."""

_LONGEST = 300
_ORDER = list(Severity)
_NEW_ONE, _NEW = N_("1 个新问题"), N_("%(number)s 个新问题")
_OPEN, _OVER = N_("%(number)s 个仍未解决"), N_("%(number)s 个已解决")
_NOBODY, _RESOLVED, _MORE = N_("还没有人接手："), N_("已解决："), N_("……另有 %(number)s 个")
_COMMA, _TEST, _TRIES = N_("，"), N_("一条测试消息"), N_("%(name)s 在测试规则 %(rule)s。")


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


def words(news: News, public: str, language: str) -> tuple[str, str]:
    """Title and text in a language of the console; `public` is its address, without which there are no links."""
    say = translations(language).gettext
    counted = ((len(news.new), _NEW, _NEW_ONE), (len(news.again), _OPEN, _OPEN), (len(news.ended), _OVER, _OVER))
    parts = [say(one if number == 1 else more) % {"number": number} for number, more, one in counted if number]
    lines: list[str] = []
    for heading, issues in (("", news.new), (say(_NOBODY), news.again), (say(_RESOLVED), news.ended)):
        if issues and heading:
            lines += ["", heading]
        worst = sorted(issues, key=lambda issue: (-_ORDER.index(issue.severity), issue.id))
        lines += [_line(issue, public, language) for issue in worst[:MOST]]
        if len(issues) > MOST:
            lines.append(say(_MORE) % {"number": len(issues) - MOST})
    return f"difang: {say(_COMMA).join(parts)}", "\n".join(lines).strip()


def trial(by: str, rule: str, language: str) -> tuple[str, str]:
    """Title and text of what the button sends that tries a rule."""
    say = translations(language).gettext
    return f"difang: {say(_TEST)}", say(_TRIES) % {"name": by, "rule": rule}


def _line(issue: Issue, public: str, language: str) -> str:
    sentence = " ".join(retold(language, issue.sentence).split())
    sentence = sentence if len(sentence) <= _LONGEST else sentence[:_LONGEST] + "…"
    severity = translations(language).gettext(SEVERITIES[issue.severity])
    link = f" {public.rstrip('/')}/issues/{issue.id}" if public else ""
    return f"[{severity}] {sentence}{link}"
