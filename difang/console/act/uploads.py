"""The files tried last, kept in memory for the frame that shows how they look; nowhere else, and not for long."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

from difang.ingest.page import Page

MOST = 4
"""Each may have 16 MB."""


class Uploads:
    """The newest uploads of one process; usable from any thread."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, tuple[str, Page]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, page: Page, *, of: str) -> str:
        """The word by which the user may have it back, until enough others have come."""
        word = secrets.token_urlsafe(16)
        with self._lock:
            self._pages[word] = (of, page)
            while len(self._pages) > MOST:
                self._pages.popitem(last=False)
        return word

    def get(self, word: str, *, of: str) -> Page | None:
        """The upload, for the user it is of alone."""
        with self._lock:
            owner, page = self._pages.get(word, ("", None))
        return page if owner == of else None
