"""What a page says in another language than its own: its words, without those that are data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from playwright.sync_api import Page

_TEXTS = """() => {
  const found = [], page = document.documentElement.lang;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const of = walk.currentNode.parentElement;
    const aside = of.closest("script, style, code, pre, textarea, .log, iframe, .who, .brand");
    if (!aside && !(page === "en" && of.closest("[lang^=zh]")))
      found.push(walk.currentNode.data);
  }
  for (const one of document.querySelectorAll("[title], [aria-label], [placeholder], [alt]"))
    for (const name of ["title", "aria-label", "placeholder", "alt"])
      if (one.hasAttribute(name) && !one.closest("iframe, .who, .brand")) found.push(one.getAttribute(name));
  found.push(document.title);
  return found;
}"""
_NAMES = re.compile(
    r"https?://\S*|`[^`]*`|\S+@\S+|[A-Za-z0-9_.:/-]*[/0-9_#.][A-Za-z0-9_.:/-]*"
    r"|(?<![A-Za-z])(?:difang|HTTP|WARC|Apprise|Slack|Telegram|Elasticsearch|OpenID|cron|Traceback|meta|keywords"
    r"|publishdate|source|contentid|title|trafilatura|JSON(?: Lines)?|CSV|Parquet|BibTeX|API|RSS|Atom|MB|kB|GB|B"
    r"|charset=utf-|utf-|[A-Za-z]*Error|DIFANG_INDEX)(?![A-Za-z])"
)
"""Addresses, files, selectors, words with a digit, and names that are the same in any language."""


def other_words(page: Page, data: Iterable[str]) -> list[str]:
    """English words on a Chinese page, Chinese ones on an English page; `data` is what people and articles say."""
    language = str(page.locator("html").get_attribute("lang"))
    given = sorted({" ".join(one.split()) for one in data if len(one) > 1}, key=len, reverse=True)
    texts = [" ".join(text.split()) for text in page.evaluate(_TEXTS)]
    return [text[:300] for text in texts if is_other(text, language, given)]


def is_other(text: str, language: str, given: Sequence[str] = ()) -> bool:
    """Whether a text has words of another language, without those that are `given`."""
    if any(text in one for one in given):
        return False
    for one in given:
        text = re.sub(rf"(?<![A-Za-z]){re.escape(one)}(?![A-Za-z])", " ", text)
    foreign = "[A-Za-z]{2,}" if language.startswith("zh") else "[一-鿿]"
    return re.search(foreign, _NAMES.sub(" ", text)) is not None
