"""Faults: what goes wrong on purpose, per host: statuses, silence, broken connections, hosts that are down."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass

KINDS = ("timeout", "reset", "down")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """`kind` is timeout, reset, down or status; `share` of the requests it meets, from 0 to 1."""

    kind: str
    status: int = 503
    share: float = 1.0


class Faults:
    """The faults now switched on; a request that met one may pass when it is made again."""

    def __init__(self) -> None:
        self._by_host: dict[str, Fault] = {}
        self._tries: Counter[str] = Counter()

    def set(self, host: str, fault: Fault | None) -> None:
        """Switch a fault on for a host (`*` for all) or off with None."""
        if fault is None:
            self._by_host.pop(host, None)
        else:
            self._by_host[host] = fault
        self._tries.clear()

    def hit(self, host: str, url: str) -> Fault | None:
        """The fault this request meets, if any; which ones do follows from the address and the number of tries."""
        fault = self._by_host.get(host) or self._by_host.get("*")
        if fault is None:
            return None
        self._tries[url] += 1
        mark = zlib.crc32(f"{url} {self._tries[url]}".encode()) % 10_000
        return fault if mark < fault.share * 10_000 else None

    def listed(self) -> dict[str, str]:
        """Host → fault in words, for those who ask what is on."""
        return {
            host: f"{fault.status if fault.kind == 'status' else fault.kind}:{fault.share:g}"
            for host, fault in self._by_host.items()
        }


def parsed(kind: str, share: float = 1.0) -> Fault:
    """The fault of a word: an HTTP status, timeout, reset or down; raises ValueError for another word."""
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not {share:g}")
    if kind in KINDS:
        return Fault(kind=kind, share=share)
    if kind.isdigit() and 400 <= int(kind) <= 599:
        return Fault(kind="status", status=int(kind), share=share)
    raise ValueError(f"no fault is called {kind!r}: use a status from 400 to 599, {', '.join(KINDS)}")
