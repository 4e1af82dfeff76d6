"""A forward proxy that gives scripted answers, for what no replica does by itself: oddities one by one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler

from tests.services.answering import answering


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an address answers; 304 by itself where the request's condition holds for `headers`' ETag."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    repeat: int = 1  # the body so many times, for very large ones


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it arrived; `begin` and `end` in seconds of the monotonic clock."""

    url: str
    headers: Message
    status: int
    begin: float
    end: float


class StubSite:
    """`answers` by address; what is not there is 404. `requests` in the order they came."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[Request] = []
        self.url = ""

    def urls(self) -> list[str]:
        return [request.url for request in self.requests]

    def answer(self, url: str, headers: Message) -> Answer:
        answer = self.answers.get(url, Answer(status=404, body=b"none"))
        etag = answer.headers.get("ETag")
        return Answer(status=304) if etag and headers.get("If-None-Match") == etag else answer


@contextmanager
def stub_site() -> Iterator[StubSite]:
    """A stub site that listens until the end."""
    site = StubSite()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            begin, answer = time.monotonic(), site.answer(self.path, self.headers)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) * answer.repeat))
            self.end_headers()
            try:
                for _ in range(answer.repeat):
                    self.wfile.write(answer.body)
            except OSError:  # the client wants no more of it
                self.close_connection = True
            request = Request(
                url=self.path, headers=self.headers, status=answer.status, begin=begin, end=time.monotonic()
            )
            site.requests.append(request)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with answering(Handler) as site.url:
        yield site
