"""A webhook on a free port that keeps what it is sent, and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.services.answering import answering


@dataclass(kw_only=True)
class Webhook:
    """`address` to send to; `status` of the next answers; `got` the JSON of each request taken with 200.

    `came` is set once something was taken.
    """

    address: str = ""
    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0
    came: threading.Event = field(default_factory=threading.Event)

    def articles(self) -> list[str]:
        """The ids of all articles sent, in order."""
        return [article["id"] for each in self.got for article in each.get("articles", [])]


@contextmanager
def webhook() -> Iterator[Webhook]:
    """A webhook, until the end of the block."""
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            hook.asked += 1
            if hook.status == 200:
                hook.got.append(json.loads(body))
                hook.came.set()
            self.send_response(hook.status)
            self.send_header("location", "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the library's name
            """Nothing."""

    with answering(Handler) as address:
        hook.address = f"{address}/hook?key=s3cret"
        yield hook
