"""Whether a process lives: one that ended and that nobody asked after does not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from difang.ingest.process_names import pid_died


def test_a_process_that_ended_counts_as_gone_before_anybody_asked_after_it() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    try:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and stays to be asked after
        assert pid_died(socket.gethostname(), process.pid)
    finally:
        process.communicate()


def test_a_process_that_lives_does_not() -> None:
    assert not pid_died(socket.gethostname(), os.getpid())
