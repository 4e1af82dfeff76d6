"""Real difang processes for tests: run a command, start the replica or the replay, end them all at the end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")


@dataclass(frozen=True, kw_only=True)
class Difang:
    """difang as somebody runs it in a shell, with a `var` of its own; `settings` as environment variables."""

    var: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """Nothing of the tester's own settings or proxies reaches the process."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return {**inherited, "DIFANG_VAR": str(self.var), "PYTHONPATH": str(ROOT), **self.settings}

    def __call__(
        self, *words: str, input_: bytes | None = None, timeout: float = 180
    ) -> subprocess.CompletedProcess[str]:
        """Run `difang words…` to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "difang", *words],
            env=self.environment(),
            input=input_,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    def json(self, *words: str) -> Any:
        """Run `difang words… --json`; what it printed, read. The command must end with 0."""
        done = self(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start `difang words…` and leave it running."""
        return subprocess.Popen(
            [sys.executable, "-m", "difang", *words],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )


@contextmanager
def listening(difang: Difang, *words: str) -> Iterator[str]:
    """`difang words…` (samplesite, replay, serve) running; its address, such as http://127.0.0.1:4711."""
    process = difang.start(*words)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://[\w.:]+", line)
        assert found, f"difang {' '.join(words)} said {line!r} in place of its address"
        yield found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


def fetch(url: str, *, post: object = None) -> bytes:
    """The body at an address of this machine; `post` is sent as JSON."""
    data = None if post is None else json.dumps(post).encode()
    request = urllib.request.Request(url, data=data)  # noqa: S310 an address of this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        body: bytes = answer.read()
    return body
