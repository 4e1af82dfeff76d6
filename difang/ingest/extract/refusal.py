"""Pages that are no articles, and why: gone, something else than HTML, stubs, listings."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from difang.ingest.address import is_listing
from difang.ingest.extract.dates import printed_time
from difang.ingest.extract.document import Document
from difang.ingest.extract.result import NoArticle
from difang.ingest.extract.text import opening_of, text_of
from difang.ingest.outcome import Outcome
from difang.ingest.page import Page

LARGEST_BODY = 16 * 1024 * 1024
"""Bytes; a larger body is set aside unread. The captured pages have 30 to 55 KB."""

_SHORT_PAGE = 3000
_LONGEST_MESSAGE = 30
_GONE = ("页面没有找到", "出错啦", "頁面沒有找到")
_SAYS_GONE = re.compile(rf"\W*(?:404|抱歉|对不起|對不起)?\W*(?:{'|'.join(_GONE)})")
_HEADINGS = ("h1", "h2", "h3")
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x89PNG", "a PNG image"),
    (b"GIF8", "a GIF image"),
    (b"BM", "a bitmap image"),
    (b"PK\x03\x04", "an archive or office file"),
    (b"\xd0\xcf\x11\xe0", "an office file"),
    (b"\x1f\x8b", "compressed data"),
    (b"\x00\x00\x00", "a video"),
    (b"ID3", "a sound recording"),
    (b"RIFF", "a media file"),
)
_FEED = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(rss|feed|urlset|sitemapindex|rdf:RDF)\b", re.IGNORECASE | re.DOTALL
)
_TYPED = re.compile(
    r"^(?:image|audio|video|font)/"
    r"|^application/(?:pdf|json|zip|octet-stream|javascript|msword|vnd)|^text/(?:css|javascript|plain)|xml$"
)
_MARKUP = re.compile(rb"<(?:html|head|body|div|p|meta|title|!doctype|h1|table)[\s>]", re.IGNORECASE)


def refuse_unread(page: Page) -> NoArticle | None:
    """Why the page is no article, as far as status, headers and first bytes tell; None where they do not."""
    if page.status in (404, 410):
        return no_article(page, Outcome.GONE, f"The server answered {page.status}.")
    if not 200 <= page.status < 300:
        return no_article(page, Outcome.SET_ASIDE, f"The server answered {page.status}, which is no page.")
    if not page.body or page.body.isspace():
        return no_article(page, Outcome.SET_ASIDE, "The page is empty: 0 bytes of text came.")
    if len(page.body) > LARGEST_BODY:
        size = len(page.body) / 1024 / 1024
        return no_article(page, Outcome.SET_ASIDE, f"The page has {size:.0f} MB; more than 16 MB are not read.")
    if kind := _other_kind(page):
        return no_article(page, Outcome.NOT_AN_ARTICLE, f"The address holds {kind}, no HTML page.")
    return None


def _other_kind(page: Page) -> str | None:
    for signature, kind in _SIGNATURES:
        if page.body.startswith(signature):
            return kind
    if feed := _FEED.match(page.body[:4096].removeprefix(b"\xef\xbb\xbf")):
        return f"an XML {feed[1].decode()}"
    if _MARKUP.search(page.body, 0, 65536):
        return None
    type_ = (page.header("content-type") or "").split(";")[0].strip().lower()
    if _TYPED.search(type_):
        return type_
    if b"\0" in page.body[:1024]:
        return "binary data"
    return None if b"<" in page.body else "plain text"


def refuse_gone(page: Page, document: Document, *, read: bool) -> NoArticle | None:
    """A soft 404: the words of the site's error page in the title, or in a page that no template reads."""
    if read and len(document.source) >= _SHORT_PAGE:
        return None
    word = next((word for word in _GONE if word in document.source), None)
    if word is None:
        return None
    headings = (opening_of(heading, _LONGEST_MESSAGE) for heading in document.root.iter(*_HEADINGS))
    if not any(_SAYS_GONE.match(name) for name in (document.title, *headings)):
        text = "" if read else text_of(document.root)
        if read or len(text) > 2000 or printed_time(text):  # an article that speaks of such a page
            return None
    return no_article(page, Outcome.GONE, f"The page says {word}.")


def refuse_unmatched(page: Page, document: Document) -> NoArticle | None:
    """Why a page no template reads is no article: a refresh stub, a front page, a listing; None where it may be one."""
    if document.refresh is not None and len(text_of(document.root)) < 500:
        return no_article(page, Outcome.NOT_AN_ARTICLE, "The page only sends its reader on to another address.")
    if has_listing_address(page):
        return no_article(page, Outcome.NOT_AN_ARTICLE, "The page is a front page or a column listing.")
    return None


def has_listing_address(page: Page) -> bool:
    """Whether the page came from the address of a front page or a listing, which are no article whatever they hold."""
    return any(urlsplit(url).scheme in ("http", "https") and is_listing(url) for url in (page.final_url, page.url))


def no_article(page: Page, outcome: Outcome, reason: str) -> NoArticle:
    """A page that is no article, under the address it was asked for."""
    return NoArticle(url=page.url, outcome=outcome, reason=reason)
