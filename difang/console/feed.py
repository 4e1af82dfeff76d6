"""A feed of the newest articles a query finds, as Atom or RSS."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from feedgen.feed import FeedGenerator

from difang.console.pages import article_page
from difang.console.search_form import Form
from difang.search.result import Hit

_LONGEST_TITLE = 200
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed_of(hits: list[Hit], form: Form, *, root: str, own: str, names: Mapping[str, str]) -> FeedGenerator:
    """The feed; `root` of the site, `own` address of the feed, `names` of channels by slug."""
    feed = FeedGenerator()
    feed.load_extension("dc")
    title = _title(form, names)
    feed.title(f"地方频道：{title}")
    feed.id(_printable(own))
    feed.link(href=_printable(own), rel="self")
    feed.link(href=root + form.address(), rel="alternate", type="text/html")  # the last one is the link of RSS
    feed.description(f"difang 地方：{title}")
    feed.language("zh-CN")
    feed.updated(hits[0].published_at if hits else datetime.now(UTC))
    for hit in hits:
        entry = feed.add_entry(order="append")
        entry.id(_printable(hit.id))
        entry.guid(_printable(hit.id), permalink=False)
        entry.title(_printable(hit.title))
        entry.link(href=root + article_page(hit.id))
        entry.published(hit.published_at)
        entry.updated(hit.published_at)
        entry.author(name=_printable(hit.channel_name))
        entry.dc.dc_creator(_printable(hit.channel_name))  # RSS takes an author with a mail address alone
        entry.summary(_printable(" … ".join(hit.passages)), type="html")
    return feed


def _title(form: Form, names: Mapping[str, str]) -> str:
    """What was asked for: the words, what was chosen from the facets, the days."""
    chosen = [
        "、".join(names.get(value, value) if name == "channel" else value for value in values)
        for name, values in form.within.chosen()
    ]
    days = f"{form.since or '…'} – {form.until or '…'}" if form.since or form.until else ""
    told = " · ".join(filter(None, (form.q, *chosen, days)))
    return _printable(told[:_LONGEST_TITLE]).strip() or "全部文章"


def _printable(text: str) -> str:
    """The text without what XML cannot hold; wide spaces and joiners stay."""
    return _NO_XML.sub("", text)
