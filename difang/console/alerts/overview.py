"""How saved searches are shown: the list with the places alerts go to, and the form of one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse

from difang.console.alerts.message import all_hits
from difang.console.ignored import notes
from difang.console.pages import Pages
from difang.console.people.visitor import Visitor
from difang.crawler.ledger.saved_searches import SavedSearches, Wish
from difang.search.index import SearchIndex

LONGEST_NAME = 100
LONGEST_QUERY = 2_000
LONGEST_SHOWN = 10_000
"""Characters of a query that is too long to be saved and is shown to be shortened."""


class Overview:
    """The list is shown by itself, and after whatever was done to a search or a place."""

    def __init__(self, saved: SavedSearches, search: SearchIndex, pages: Pages, *, mail: bool) -> None:
        """`mail`: whether the operator has set up a mail server."""
        self._saved = saved
        self._search = search
        self._pages = pages
        self._mail = mail

    def show(
        self,
        request: Request,
        visitor: Visitor,
        *,
        said: str = "",
        trouble: str = "",
        dropped: int = 0,
        status: int = 200,
    ) -> HTMLResponse:
        """The page, with what was done (`said`), why it was not (`trouble`), how many finds a new query `dropped`."""
        searches, targets = self._saved.of(visitor.name), self._saved.targets(visitor.name)
        return self._pages.show(
            request,
            "alerts.html",
            here="alerts",
            status=status,
            searches=searches,
            notes={each.id: notes(self._search.read(each.query).ignored) for each in searches},
            targets=targets,
            labels={target.id: target.label for target in targets},
            said=said,
            trouble=trouble,
            dropped=dropped,
            mail=self._mail,
            all_hits=all_hits,
        )

    def form(
        self, request: Request, visitor: Visitor, wish: Wish, number: int | None, trouble: str = ""
    ) -> HTMLResponse:
        """The form of a search, filled in; `number` of one that is saved already."""
        read = self._search.read(wish.query)
        return self._pages.show(
            request,
            "alert.html",
            here="alerts",
            status=422 if trouble else 200,
            wish=wish,
            number=number,
            trouble=trouble,
            understood=read.understood,
            notes=notes(read.ignored),
            targets=self._saved.targets(visitor.name),
            hours=range(24),
            longest_name=LONGEST_NAME,
            longest=LONGEST_QUERY,
        )
