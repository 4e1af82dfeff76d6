"""How pages are made of templates: escaped always, times as in Beijing, links only to web addresses."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse

BEIJING = ZoneInfo("Asia/Shanghai")


class Pages:
    """Renders the templates of one folder."""

    def __init__(self, folder: Path) -> None:
        """Templates are read from `folder`; a name a template uses and nobody gave is an error."""
        self._templates = Environment(
            loader=FileSystemLoader(folder), autoescape=select_autoescape(default=True), undefined=StrictUndefined
        )
        self._templates.filters["web"] = web_address
        self._templates.filters["passage"] = Markup  # passages come escaped, <em> the only tag: docs/search.md
        self._templates.filters["beijing"] = beijing

    def show(self, template: str, *, here: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The page of a template; `here` names the part of the site it belongs to."""
        return HTMLResponse(self._templates.get_template(template).render(here=here, **values), status_code=status)


def web_address(url: str) -> str:
    """The address if it is a web address, else `#`: text of articles is hostile, javascript: must not become a link."""
    return url if url.startswith(("http://", "https://")) else "#"


def beijing(moment: datetime | None) -> str:
    """2026-11-23 08:15 as a clock in Beijing shows it; empty where there is no moment."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if moment else ""
