"""The replica's truth, asked over HTTP, and how far what search finds is from it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.request import ProxyHandler, build_opener

from difang.ingest.outcome import Outcome
from difang.search.index import SearchIndex

NOT_COMPARED = {"fetched_at", "warnings", "template", "content_hash"}
"""Fields of an article that are not the site's but ours."""

_open = build_opener(ProxyHandler({})).open


class Truth:
    """A running replica: what it published, and its clock."""

    def __init__(self, address: str) -> None:
        """`address` is where the replica listens."""
        self._address = address

    def articles(self) -> Iterator[dict[str, Any]]:
        """Every article a polite reader can fetch now, with all its fields."""
        with _open(f"{self._address}/truth/articles", timeout=120) as answer:
            for line in answer:
                yield json.loads(line)

    def published(self) -> int:
        """How many articles there are."""
        with _open(f"{self._address}/truth/summary", timeout=120) as answer:
            return int(json.load(answer)["articles"])

    def taken_down(self) -> set[str]:
        """Ids of articles the site links still and shows no more."""
        with _open(f"{self._address}/truth/addresses", timeout=120) as answer:
            records = [json.loads(line) for line in answer]
        return {record["id"] for record in records if record["outcome"] == Outcome.GONE and record["id"]}

    def advance(self, minutes: float) -> None:
        """Move the replica's clock on."""
        order = json.dumps({"advance_minutes": minutes}).encode()
        _open(f"{self._address}/control/clock", data=order, timeout=30).close()

    @contextmanager
    def clock_running(self, *, minutes_a_second: float) -> Iterator[None]:
        """While this lasts the replica's clock moves by itself."""
        stop = threading.Event()

        def tick() -> None:
            while not stop.wait(5):
                self.advance(minutes_a_second * 5)

        thread = threading.Thread(target=tick, name="clock", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What is missing in search, what is there too much (ids), and which fields differ (id → field names).

    `kept` were taken down after they had been fetched; the archive keeps them, so they are no difference.
    """

    published: int
    found: int
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    differing: dict[str, list[str]] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many articles are not as they should be."""
        return len(self.missing) + len(self.extra) + len(self.differing)

    def examples(self, most: int) -> list[str]:
        """Some of them, for people."""
        said = [f"missing: {id_}" for id_ in self.missing] + [f"not in the truth: {id_}" for id_ in self.extra]
        said += [f"differing: {id_} in {', '.join(names)}" for id_, names in self.differing.items()]
        return said[:most]


def difference(truth: Truth, search: SearchIndex) -> Difference:
    """Compare every article of the truth with every article a search for everything finds, field by field."""
    held = {record["id"]: record for record in search.export("")}
    missing, differing, published = [], {}, 0
    for true in truth.articles():
        published += 1
        mine = held.pop(true["id"], None)
        if mine is None:
            missing.append(true["id"])
        elif names := [name for name in mine if name not in NOT_COMPARED and not _equal(name, mine[name], true[name])]:
            differing[true["id"]] = names
    down = truth.taken_down()
    return Difference(
        published=published,
        found=published - len(missing) + len(held),
        missing=missing,
        extra=sorted(held.keys() - down),
        differing=differing,
        kept=sorted(held.keys() & down),
    )


def _equal(name: str, mine: Any, true: Any) -> bool:
    return set(mine) == set(true) if name == "urls" else bool(mine == true)
