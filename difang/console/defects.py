"""What nobody foresaw while a page was made: one event in the log, and a page as any other, with its headers."""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from difang.ingest.event import Event

SENTENCE = "A defect of difang kept this from being done; try again, and if it stays, tell an operator when it was."

log = logging.getLogger(__name__)


class Defects:
    """Stands around all routes, and within what gives every answer its headers."""

    def __init__(self, app: ASGIApp, *, answer: Callable[[Request, str], Response]) -> None:
        """`answer` makes the answer of status 500 that says a sentence."""
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; where the answer had begun it breaks off, so that nobody takes the part for the whole."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except ClientDisconnect:  # whoever asked is gone
            if not begun:
                await Response(status_code=400)(scope, receive, sending)
        except Exception as error:
            tell(scope, error)
            if begun:
                raise
            await self._apology(scope)(scope, receive, sending)

    def _apology(self, scope: Scope) -> Response:
        try:
            return self._answer(Request(scope), SENTENCE)
        except Exception as error:  # the page of errors itself is what fails
            tell(scope, error)
            return Response(f"{SENTENCE}\n", 500, media_type="text/plain")


def tell(scope: Scope, error: Exception) -> None:
    """Write the defect into the log, with its traceback."""
    told = Event.DEFECT.of(where=f"{scope.get('method', '')} {scope.get('path', '')}".strip())
    log.error("A defect of difang: a page could not be made (%s)", type(error).__name__, exc_info=error, extra=told)
