"""Who of a process's threads computes: pages are read ahead while the batch in hand waits, not while it computes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event


class Turns:
    """Shared by a worker, its index and the thread that reads ahead.

    Threads of one interpreter do not compute side by side: each waits for the other's lock, and finds the processor's
    caches full of the other's. Taking turns saves a worker some 7 % of its processor time (docs/reliability.md).
    """

    def __init__(self) -> None:
        self._free = Event()
        self._free.set()

    def await_free(self) -> None:
        """Return once nobody computes; for the thread that reads ahead, before each page."""
        self._free.wait()

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Within it the thread that reads ahead stops at the next page; whoever computes must not wait for that one."""
        self._free.clear()
        try:
            yield
        finally:
            self._free.set()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Within it, something outside this interpreter is waited for, and the thread that reads ahead goes on."""
        computed = not self._free.is_set()
        self._free.set()
        try:
            yield
        finally:
            if computed:
                self._free.clear()
