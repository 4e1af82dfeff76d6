"""Commands that are forward proxies, run as real processes."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def running(*command: str, said: str = "") -> Iterator[str]:
    """`difang …` until the end of the block; gives the address it prints first.

    Checks that it ends cleanly, and that this is in what it said on stderr.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "difang", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), process.stderr.read()
        yield address
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors, errors
    assert said in errors


def through(proxy: str, url: str, headers: dict[str, str] | None = None, timeout: float = 10) -> tuple[int, bytes]:
    """Status and body of the address, asked for through the proxy."""
    connection = http.client.HTTPConnection(proxy.removeprefix("http://"), timeout=timeout)
    try:
        connection.request("GET", url, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
