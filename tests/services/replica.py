"""The replica as a real process, and its truth."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import ProxyHandler, build_opener

_OPEN = build_opener(ProxyHandler({})).open


@dataclass(frozen=True, kw_only=True)
class Replica:
    """A running replica; `url` is also the proxy's address."""

    url: str

    def truth(self, what: str) -> list[dict[str, Any]]:
        """The records of /truth/articles or /truth/addresses."""
        with _OPEN(f"{self.url}/truth/{what}", timeout=60) as answer:
            return [json.loads(row) for row in answer if row.strip()]

    def outcomes(self) -> dict[str, str]:
        """Every address of the truth with its outcome."""
        return {record["url"]: record["outcome"] for record in self.truth("addresses")}

    def requests(self) -> dict[str, Any]:
        """Host → count, most_at_once, shortest_gap_s."""
        with _OPEN(f"{self.url}/control/requests", timeout=60) as answer:
            hosts: dict[str, Any] = json.load(answer)["hosts"]
            return hosts

    def order(self, what: str, **order: Any) -> None:
        """Move the clock, or switch a fault: /control/clock, /control/faults."""
        with _OPEN(f"{self.url}/control/{what}", data=json.dumps(order).encode(), timeout=60) as answer:
            answer.read()


@contextmanager
def replica(*options: str) -> Iterator[Replica]:
    """A replica on a free port, with these options of `difang samplesite`, until the end."""
    command = [sys.executable, "-m", "difang", "samplesite", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Replica(url=process.stdout.readline().strip())
        finally:
            process.terminate()
            process.wait(30)
