"""What is behind an issue, for people: each figure by its name, moments as a clock in Beijing shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from difang.console.languages import N_
from difang.console.pages import beijing
from difang.crawler.ledger.issues import Issue

FIGURES = {
    "since": N_("起于"),
    "last": N_("最近一次"),
    "newest": N_("最新文章"),
    "looked_at": N_("看到这时为止"),
    "alarm_at": N_("告警时间"),
    "silent_minutes": N_("没有新文章的分钟数"),
    "usual_minutes": N_("平常间隔的分钟数"),
    "day": N_("日期"),
    "first_day": N_("第一天"),
    "last_day": N_("最后一天"),
    "days_in_a_row": N_("连续天数"),
    "days_of_history": N_("有记录的天数"),
    "runs_in_a_row": N_("连续采集次数"),
    "articles": N_("文章"),
    "expected_articles": N_("应有文章"),
    "usual_low": N_("平常最少"),
    "usual_middle": N_("平常居中"),
    "usual_high": N_("平常最多"),
    "table_low": N_("频道表：最少"),
    "table_high": N_("频道表：最多"),
    "pages": N_("这样的页数"),
    "of": N_("总页数"),
    "usual_pages": N_("平常这样的页数"),
    "usual_of": N_("平常总页数"),
    "listings": N_("列表数"),
    "links_before": N_("此前的链接数"),
    "last_answer": N_("最后的应答"),
    "reason": N_("原因"),
    "hosts": N_("主机数"),
    "waiting": N_("等待的网页"),
    "times": N_("次数"),
    "code": N_("退出码"),
    "tries": N_("试过几次"),
    "owner": N_("规则属于"),
    "missed": N_("错过的次数"),
    "caught_up_by": N_("补采"),
    "run": N_("采集"),
    "sentence": N_("说明"),
}
"""Another figure is shown by its own word."""


def figures_of(issue: Issue) -> list[tuple[str, str]]:
    """Label (to be translated) and value of each figure; what is not there is left out."""
    told = [(FIGURES.get(name, name), _told(value)) for name, value in issue.figures.items()]
    return [(label, value) for label, value in told if value]


def _told(value: Any) -> str:
    if value is None:
        return ""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        moment = None
    return beijing(moment) if moment and moment.tzinfo else str(value)
