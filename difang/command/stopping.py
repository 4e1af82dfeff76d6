"""How commands that run other processes end: a signal unwinds the stack, so that no process is left behind."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def unwinding_on_signals(code: int) -> Iterator[None]:
    """Within the block the first SIGINT, SIGTERM or SIGHUP ends the command with this exit code, by SystemExit.

    Later ones are ignored: the ending is under way, and would leave processes behind if it were broken off. uvicorn
    ends the process by the signal it got (after it has closed its connections) unless a handler such as this is set.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise SystemExit(code)

    before = {number: signal.signal(number, end) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_process(process: subprocess.Popen[bytes] | subprocess.Popen[str], seconds: float) -> None:
    """Ask the process to end, wait, and kill it where it does not listen."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
