"""Naming a process as the holder of something, and telling whether it still lives where that can be told."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

_OWN = secrets.token_hex(4)


def holder_name() -> str:
    """The name of this process as a holder: machine, process id, and a part no later process will have."""
    return f"{socket.gethostname()}/{os.getpid()}/{_OWN}"


def holder_died(holder: str) -> bool:
    """Whether the holder surely is gone; of another machine's process that cannot be told.

    A container that is started again has its name and process id of before, but is another process.
    """
    machine, pid, own = holder.rsplit("/", 2)
    if (machine, int(pid)) == (socket.gethostname(), os.getpid()):
        return own != _OWN
    return pid_died(machine, int(pid))


def pid_died(machine: str | None, pid: int | None) -> bool:
    """Whether the process was one of this machine and is gone."""
    if machine != socket.gethostname() or pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _has_ended(pid)


def _has_ended(pid: int) -> bool:
    # a process that ended counts as there until its parent has asked after it, which in a container may be never
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[:1] in (["Z"], ["X"])
