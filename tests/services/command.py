"""The command `difang` as a real process with a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.services import fork_server


@dataclass(frozen=True, kw_only=True)
class Difang:
    """Runs commands against a proxy; `settings` are DIFANG_… variables without the prefix."""

    var: Path
    proxy: str | None
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The process environment without any setting of whoever runs the tests."""
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("DIFANG_") and not name.lower().endswith("_proxy")
        }
        mine = {"var": str(self.var), "delay": "0", "timeout": "5", "retries": "1"} | self.settings
        proxy = {"http_proxy": self.proxy} if self.proxy else {}
        return clean | proxy | {f"DIFANG_{name.upper()}": value for name, value in mine.items()}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and leave it running."""
        command = [sys.executable, "-m", "difang", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment(), stdout=pipe, stderr=pipe, text=True)

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; it must end with this exit code."""
        done = fork_server.run(arguments, self.environment())
        assert done.returncode == code, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def crawl(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        """Crawl; the runs as JSON gives them."""
        done = self.run("crawl", *arguments, "--json", code=code)
        assert done.stderr == "", done.stderr
        return [json.loads(row) for row in done.stdout.splitlines()]
