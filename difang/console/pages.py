"""How pages are made of templates: in the reader's language, escaped always, links only to web addresses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.support import NullTranslations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from difang.console import unseen, wording
from difang.console.buttons import with_buttons
from difang.console.languages import LANGUAGES, N_, language_of, translations
from difang.console.people.gate import own_address, own_hosts
from difang.console.people.visitor import ROLE_NAMES, Visitor
from difang.console.pictures import origin
from difang.console.sentences import retold
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.run import Run

BEIJING = ZoneInfo("Asia/Shanghai")
LOOKING = ["GET", "HEAD"]
"""The methods of pages and feeds anybody may point at: link checkers and feed readers ask for the head alone."""
_LONGEST_ASKED = 2_000  # characters
_HEADINGS = {
    400: N_("请求有误"),
    401: N_("请先登录"),
    403: N_("没有权限"),
    404: N_("没有这一页"),
    405: N_("请求有误"),
    409: N_("现在做不了"),
    422: N_("请求有误"),
    429: N_("请稍候"),
    503: N_("暂时不能检索"),
}
_LISTS = {
    "/runs/": ("/runs", N_("全部采集")),
    "/issues/": ("/issues", N_("全部问题")),
    "/set-aside/": ("/set-aside", N_("全部搁置的网页")),
    "/channels/": ("/board", N_("全部频道")),
    "/audits/": ("/board", N_("全部频道")),
    "/backfills/": ("/board", N_("全部频道")),
    "/alerts/": ("/alerts", N_("已存检索")),
}
"""Where what is not there would be listed, by the beginning of its address."""


class Pages:
    """Renders the templates of one folder."""

    def __init__(self, folder: Path) -> None:
        """Templates are read from `folder`; a name a template uses and nobody gave is an error."""
        self._templates = {language: _environment(folder, language) for language in LANGUAGES}

    def show(self, request: Request, template: str, *, here: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The page of a template, in the language of who asks; `here` names the part of the site it belongs to."""
        language = language_of(request)
        visitor = getattr(request.state, "visitor", None) or Visitor()
        known = {
            "here": here,
            "language": language,
            "languages": LANGUAGES,
            "visitor": visitor,
            "role_names": ROLE_NAMES,
            "asked": _asked(request),
        }
        page = unseen.shown(self._templates[language].get_template(template).render(**known, **values))
        headers = {"vary": "cookie, accept-language"}
        if visitor.signed_in:  # what only they may see, such as a token shown once, stays in nobody's cache
            headers["cache-control"] = "no-store"
        return HTMLResponse(page, status_code=status, headers=headers)

    def fragment(self, language: str, template: str, **values: Any) -> str:
        """A piece of a page, the same for everyone who reads this language."""
        return unseen.shown(self._templates[language].get_template(template).render(language=language, **values))

    def trouble(self, request: Request, sentence: str, status: int) -> HTMLResponse:
        """The page that says what went wrong, with a heading by the status, and a way back to a form."""
        heading = _HEADINGS.get(status, N_("出错了"))
        told: dict[str, Any] = {"heading": heading, "trouble": sentence, "back": _form_of(request)}
        told["lists"] = [
            there for start, there in _LISTS.items() if status == 404 and request.url.path.startswith(start)
        ]
        return self.show(request, "message.html", here="", status=status, **told)


def _environment(folder: Path, language: str) -> Environment:
    templates = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    templates.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    templates.filters |= {
        "said": translations(language).gettext,  # for values; _() is for literals alone, whose text it takes as safe
        "retold": partial(_marked, language),  # for sentences of the programme, which it keeps in English
        "retold_text": partial(_retold, language),  # the same within an attribute
        "web": web_address,
        "article_page": article_page,
        "origin": origin,
        "code": code,
        "passage": Markup,  # passages come escaped, <em> the only tag: docs/search.md
        "beijing": beijing,
        "fetched": fetched,
        "month": partial(format_date, format="LLL", locale=language),
        "weekday": partial(format_date, format="ccccc", locale=language),
        "clock": clock,
        "beijing_clock": beijing_clock,
        "delay": partial(delay, translations(language)),
        "duration": partial(duration, translations(language)),
        "lasting": partial(wording.length, translations(language)),
        "away": partial(wording.away, translations(language)),
        "size": wording.size,
    }
    return templates


def _asked(request: Request) -> str:
    """The page's own address, to come back to; the front page for one so long that links to it would be the page."""
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return address if len(address) <= _LONGEST_ASKED else "/"


def _form_of(request: Request) -> str:
    """Where the form stood that was sent; where the browser keeps that to itself an operator's is the board."""
    if request.method != "POST":
        return ""
    visitor = getattr(request.state, "visitor", None) or Visitor()
    said = urlsplit(request.headers.get("referer", ""))
    page = own_address(said.path + (f"?{said.query}" if said.query else ""))
    if said.netloc in own_hosts(request) and page != "/" and len(page) <= _LONGEST_ASKED:
        return page
    return "/board" if visitor.role.may(Role.OPERATOR) else ""


def _retold(language: str, text: str) -> str:
    return with_buttons(language, retold(language, text))


def _marked(language: str, text: str) -> str | Markup:
    """A sentence in the reader's language; what stays English on a page of another language is marked as such."""
    said = _retold(language, text)
    if said != text or language == "en" or not any(character.isascii() and character.isalpha() for character in text):
        return said
    return Markup('<span lang="en">{}</span>').format(said)


def web_address(url: str) -> str:
    """The address if it is a web address, else `#`: text of articles is hostile, javascript: must not become a link."""
    return url if url.startswith(("http://", "https://")) else "#"


def article_page(article_id: str) -> str:
    """The address of an article's page, whatever characters its id holds."""
    return f"/article/{quote(article_id, safe=':')}"


def code(text: str) -> Markup:
    """The text, escaped, with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 escaped before


def clock(published_at: str) -> str:
    """2020-02-06 17:51 of an article's 2020-02-06T17:51:00+08:00."""
    return published_at[:16].replace("T", " ")


def fetched(fetched_at: str) -> str:
    """2026-11-23 08:15 in Beijing of an article's 2026-11-23T00:15:02.931366+00:00."""
    return beijing(datetime.fromisoformat(fetched_at))


def beijing(moment: datetime | None) -> str:
    """2026-11-23 08:15 as a clock in Beijing shows it; empty where there is no moment."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if moment else ""


def beijing_clock(moment: datetime) -> str:
    """08:15 of today, 11-24 08:15 of another day, as a clock in Beijing shows it."""
    local = moment.astimezone(BEIJING)
    today = local.date() == datetime.now(BEIJING).date()
    return local.strftime("%H:%M" if today else "%m-%d %H:%M")


def delay(words: NullTranslations, later: timedelta) -> str:
    """A delay in the one unit that tells it: 25 分钟, 3 小时, 12 天."""
    minutes = int(later.total_seconds()) // 60
    if minutes < 60:
        return words.gettext("%(number)s 分钟") % {"number": minutes}
    if minutes < 48 * 60:
        return words.gettext("%(number)s 小时") % {"number": minutes // 60}
    return words.gettext("%(number)s 天") % {"number": minutes // (24 * 60)}


def duration(words: NullTranslations, run: Run) -> str:
    """How long a run took, or has taken so far: 48 秒, 12 分 30 秒; empty for one that has not begun."""
    if run.started_at is None:
        return ""
    seconds = round(((run.ended_at or datetime.now(UTC)) - run.started_at).total_seconds())
    if seconds >= 60:
        return words.gettext("%(minutes)d 分 %(seconds)02d 秒") % {"minutes": seconds // 60, "seconds": seconds % 60}
    return words.gettext("%(seconds)d 秒") % {"seconds": max(0, seconds)}
