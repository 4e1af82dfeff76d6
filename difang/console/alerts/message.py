"""The message of a delivery: what was found, in the reader's language, as text and as fields for programs."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from difang.console.alerts.notifier import Message
from difang.console.languages import N_, translations
from difang.console.pages import article_page, clock
from difang.crawler.ledger.alert_outbox import Delivery
from difang.ingest.article import Article

NEWEST = 20
"""Articles a message names; the others are behind its link."""

_ONE = N_("%(name)s：1 篇新文章")
_SEVERAL = N_("%(name)s：%(number)s 篇新文章")
_MORE = N_("还有 %(number)s 篇。")
_ALL = N_("全部结果：%(address)s")
_NUMBER = N_("提醒编号：%(id)s（重复收到时编号相同）")
_TEST = N_("%(name)s：测试提醒")
_TEST_TEXT = N_("这是一条测试提醒，说明新文章可以送达此处。")


def message_of(delivery: Delivery, articles: Sequence[Article], *, address: str) -> Message:
    """`articles` are the newest of the delivery that are still in the index; `address` of the console, or empty."""
    say = translations(delivery.language).gettext
    number = delivery.articles
    title = say(_ONE if number == 1 else _SEVERAL) % {"name": delivery.name, "number": number}
    lines = [line for article in articles for line in _lines(article)]
    if number > len(articles):
        lines.append(say(_MORE) % {"number": number - len(articles)})
    if address:
        lines.append(say(_ALL) % {"address": all_hits(delivery.query, address)})
    lines.append(say(_NUMBER) % {"id": delivery.id})
    fields = {
        "delivery": delivery.id,
        "search": {"id": delivery.search, "name": delivery.name, "query": delivery.query},
        "total": number,
        "articles": [_fields(article, address) for article in articles],
    }
    return Message(title=_line(title), text="\n".join(lines), fields=fields)


def trial_message(name: str, language: str) -> Message:
    """What the button sends that tries a place for alerts."""
    say = translations(language).gettext
    return Message(title=_line(say(_TEST) % {"name": name}), text=say(_TEST_TEXT), fields={"test": True})


def all_hits(query: str, address: str = "") -> str:
    """The page of everything the query finds, newest first."""
    return f"{address.rstrip('/')}/?{urlencode({'q': query, 'sort': 'newest'})}"


def _lines(article: Article) -> list[str]:
    about = " · ".join(part for part in (article.channel_name, clock(article.published_at), article.source) if part)
    return [_line(article.title), f"  {_line(about)}", f"  {_line(article.url)}", ""]


def _fields(article: Article, address: str) -> dict[str, str | None]:
    told: dict[str, str | None] = {
        name: getattr(article, name) for name in ("id", "title", "url", "channel", "channel_name", "source")
    }
    page = f"{address.rstrip('/')}{article_page(article.id)}" if address else None
    return {**told, "published_at": article.published_at, "page": page}


def _line(text: str) -> str:
    """On one line: a line break in a title would begin a new header in a mail."""
    return " ".join(text.split())
