"""A stream of server-sent events, read as a browser does."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tests.services.web import Web


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event: its id, and its data as JSON."""

    id: str
    data: Any


class Stream:
    """An open stream."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self._answer = answer

    def next(self) -> Event:
        """The next event that carries data; raises StopIteration at the end of the stream."""
        fields: dict[str, str] = {}
        while line := self._answer.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name:
                fields[name] = value
            elif fields.get("data"):
                return Event(id=fields["id"], data=json.loads(fields["data"]))
            else:
                fields.clear()
        raise StopIteration


@contextmanager
def stream(web: Web, target: str, **headers: str) -> Iterator[Stream]:
    """Open the stream, which is closed at the end; `_` in a header's name stands for `-`."""
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("GET", target, headers={"accept": "text/event-stream", **sent})
        yield Stream(connection.getresponse())
    finally:
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)  # or closing would wait for a thread that reads
        connection.close()
