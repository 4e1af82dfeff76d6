"""Runs `difang` in forks of one process that has its libraries loaded: real processes without their second of imports.

python -m tests.services.fork_server        orders as JSON lines on stdin, exit codes as lines on stdout
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

_SECONDS = 120


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `difang` with these arguments in a process of its own, killed after two minutes."""
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        order = {"arguments": arguments, "environment": dict(environment), "out": str(out), "err": str(err)}
        server.stdin.write(json.dumps(order) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        told = (file.read_text(encoding="utf-8") for file in (out, err))
        return subprocess.CompletedProcess(list(arguments), code, *told)


@cache
def _server() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.services.fork_server"]
    root = Path(__file__).parents[2]
    server = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(_end, server)
    return server


def _end(server: subprocess.Popen[str]) -> None:
    with server:
        assert server.stdin is not None
        server.stdin.close()
        server.wait(10)


def _serve() -> None:
    import scrapy.core.downloader.handlers.http11  # the next three are loaded once, for every fork

    import difang.command.crawl
    import difang.crawler.process

    assert scrapy and difang and "twisted.internet.reactor" not in sys.modules

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


def _become(order: Mapping[str, object]) -> None:
    from difang.command.main import main

    code = 1
    try:
        signal.alarm(_SECONDS)
        os.environ.clear()
        os.environ.update(order["environment"])  # type: ignore[call-overload]
        for descriptor, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(str(order[name]), os.O_WRONLY | os.O_CREAT, 0o600), descriptor)
        sys.argv = ["difang", *order["arguments"]]  # type: ignore[misc]
        main()
        code = 0
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
