"""A fetched page shown as it looks, and as its source; hostile as it may be, it runs nothing and loads nothing."""

from __future__ import annotations

import re

from starlette.responses import Response

from difang.ingest.extract.encoding import decode
from difang.ingest.page import Page

MOST_SOURCE = 300_000
"""Characters of a page's source that are shown; the whole is had as a file."""

_REACHES_OUT = re.compile(r"<(?=(?:link|meta|base|i?frame|frameset|object|embed|portal)\b)", re.IGNORECASE)
_LOCKED = {
    # Style rules of the page itself are all that counts; a sandbox without a word also stops refreshes and forms.
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none';"
    " base-uri 'none'; frame-ancestors 'self'",
    "x-dns-prefetch-control": "off",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def as_it_looks(page: Page) -> Response:
    """The page for a frame: no script, no style sheet, no picture, no address is asked for anything."""
    text = _REACHES_OUT.sub("<x-", decode(page.body).text)  # a browser may connect before it asks the policy
    return Response(text.encode("utf-8", "replace"), media_type="text/html; charset=utf-8", headers=_LOCKED)


def as_file(page: Page, name: str) -> Response:
    """The bytes as received, to be saved; `name` is ours, never the page's."""
    headers = _LOCKED | {"content-disposition": f'attachment; filename="{name}"'}
    return Response(page.body, media_type="application/octet-stream", headers=headers)


def source(page: Page) -> tuple[str, str, bool]:
    """The text, the encoding that gave it, and whether it is cut."""
    decoded = decode(page.body)
    return decoded.text[:MOST_SOURCE], decoded.encoding, len(decoded.text) > MOST_SOURCE
