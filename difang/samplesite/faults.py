"""Faults: what goes wrong on purpose, per host or address: statuses, silence, broken connections, odd bodies."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass

from difang.samplesite.response import Response, plain

_PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
_BODIES = {"empty": b"", "binary": _PNG}
_HUGE = 50_000_000
KINDS = ("timeout", "reset", "down", "huge", *_BODIES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """`kind` is status or one of KINDS; `share` of the requests it meets, from 0 to 1."""

    kind: str
    status: int = 503
    share: float = 1.0


def failing(fault: Fault) -> Response | None:
    """What a request that meets the fault is answered; None where it is not answered at all (timeout, reset)."""
    if fault.kind == "status":
        return plain(fault.status, f"fault {fault.status}")
    if fault.kind == "down":
        return plain(502, "the host is down")
    if fault.kind == "huge":
        return Response(status=200, headers=(("Content-Type", "text/html"),), body=b"<html>" + b" " * _HUGE)
    if fault.kind in _BODIES:
        return Response(status=200, headers=(("Content-Type", "text/html"),), body=_BODIES[fault.kind])
    return None


class Faults:
    """The faults now switched on; a request that met one may pass when it is made again."""

    def __init__(self) -> None:
        self._by_place: dict[str, Fault] = {}
        self._tries: Counter[str] = Counter()

    def set(self, place: str, fault: Fault | None) -> None:
        """Switch a fault on for a host (`*` for all) or one address, or off with None."""
        if fault is None:
            self._by_place.pop(place, None)
        else:
            self._by_place[place] = fault
        self._tries.clear()

    def clear(self) -> None:
        """Switch all faults off, those of single addresses too."""
        self._by_place.clear()
        self._tries.clear()

    def hit(self, host: str, url: str) -> Fault | None:
        """The fault this request meets, if any; which ones do follows from the address and the number of tries."""
        fault = self._by_place.get(url) or self._by_place.get(host) or self._by_place.get("*")
        if fault is None:
            return None
        self._tries[url] += 1
        mark = zlib.crc32(f"{url} {self._tries[url]}".encode()) % 10_000
        return fault if mark < fault.share * 10_000 else None

    def listed(self) -> dict[str, str]:
        """Host or address → fault in words, for those who ask what is on."""
        return {
            place: f"{fault.status if fault.kind == 'status' else fault.kind}:{fault.share:g}"
            for place, fault in self._by_place.items()
        }


def parsed(kind: str, share: float = 1.0) -> Fault:
    """The fault of a word: an HTTP status or one of KINDS; raises ValueError for another word."""
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not {share:g}")
    if kind in KINDS:
        return Fault(kind=kind, share=share)
    if kind.isdigit() and 400 <= int(kind) <= 599:
        return Fault(kind="status", status=int(kind), share=share)
    raise ValueError(f"no fault is called {kind!r}: use a status from 400 to 599, {', '.join(KINDS)}")
