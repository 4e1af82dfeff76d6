"""A web application served on a free port, and plain requests to it."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI

from difang.console.server import Server


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back; header names are in lower case."""

    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True, kw_only=True)
class Web:
    """A server on this port of 127.0.0.1."""

    port: int

    def get(self, target: str, **headers: str) -> Answer:
        """Ask for a target exactly as it is written."""
        return self.ask("GET", target, headers)

    def get_bytes(self, target: str) -> bytes:
        """The body as it came, which must be an answer of 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", target)
            answer = connection.getresponse()
            assert answer.status == 200
            return answer.read()
        finally:
            connection.close()

    def post(self, target: str, form: Mapping[str, str], **headers: str) -> Answer:
        """Send a form as browsers do."""
        sent = {"content-type": "application/x-www-form-urlencoded", **headers}
        return self.ask("POST", target, sent, urlencode(form))

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: str | None = None) -> Answer:
        """One request, no redirect followed; `_` in a header's name stands for `-`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, target, body, sent)
            answer = connection.getresponse()
            told: dict[str, str] = {}
            for name, value in answer.getheaders():
                told[name.lower()] = f"{told[name.lower()]}, {value}" if name.lower() in told else value
            return Answer(status=answer.status, headers=told, text=answer.read().decode())
        finally:
            connection.close()


@contextmanager
def serving(app: FastAPI, *, proxies: str = "") -> Iterator[Web]:
    """The application on a real server in a thread, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(app, proxies=proxies)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Web(port=listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()
