"""How pages are made of templates: escaped always, times as in Beijing, links only to web addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse

from difang.crawler.ledger.run import Run

BEIJING = ZoneInfo("Asia/Shanghai")
_HEADINGS = {400: "请求有误", 404: "没有这一页", 405: "请求有误", 503: "暂时不能检索"}


class Pages:
    """Renders the templates of one folder."""

    def __init__(self, folder: Path) -> None:
        """Templates are read from `folder`; a name a template uses and nobody gave is an error."""
        self._templates = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "web": web_address,
            "article_page": article_page,
            "passage": Markup,  # passages come escaped, <em> the only tag: docs/search.md
            "beijing": beijing,
            "clock": clock,
            "duration": duration,
        }

    def show(self, template: str, *, here: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The page of a template; `here` names the part of the site it belongs to."""
        return HTMLResponse(self._templates.get_template(template).render(here=here, **values), status_code=status)

    def trouble(self, sentence: str, status: int) -> HTMLResponse:
        """The page that says what went wrong, with a heading by the status."""
        return self.show(
            "message.html", here="", status=status, heading=_HEADINGS.get(status, "出错了"), trouble=sentence
        )


def web_address(url: str) -> str:
    """The address if it is a web address, else `#`: text of articles is hostile, javascript: must not become a link."""
    return url if url.startswith(("http://", "https://")) else "#"


def article_page(article_id: str) -> str:
    """The address of an article's page, whatever characters its id holds."""
    return f"/article/{quote(article_id, safe=':')}"


def clock(published_at: str) -> str:
    """2020-02-06 17:51 of an article's 2020-02-06T17:51:00+08:00."""
    return published_at[:16].replace("T", " ")


def beijing(moment: datetime | None) -> str:
    """2026-11-23 08:15 as a clock in Beijing shows it; empty where there is no moment."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if moment else ""


def duration(run: Run) -> str:
    """How long a run took, or has taken so far: 48 秒, 12 分 30 秒; empty for one that has not begun."""
    if run.started_at is None:
        return ""
    seconds = round(((run.ended_at or datetime.now(UTC)) - run.started_at).total_seconds())
    return f"{seconds // 60} 分 {seconds % 60:02} 秒" if seconds >= 60 else f"{max(0, seconds)} 秒"
