"""How well reprints are told from bulletins, and what stories cost.

    python -m bench.neardup [--set DIR] [--replica 6000] [--seed 1 2] [--cost 10000 50000 200000]

Prints precision and recall on the pairs of DIR/pairs.jsonl and on the reprints of the replica, for thresholds of
likeness; then what an article costs at those sizes of the ledger (SQLite), 1,000 articles more at each size: processor
time, exact comparisons, and kB written, which tell of the work whatever else the machine does.
Exits 1 where precision is below .995 or recall below .97 at the threshold in force.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, islice
from pathlib import Path
from unittest.mock import patch

from difang.crawler.ledger import stories
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.article import Article
from difang.ingest.stories.bands import bands_of
from difang.ingest.stories.compare import ALIKE, Reading, same_story
from difang.ingest.stories.parting import parted
from difang.ingest.stories.port import Telling
from difang.ingest.stories.text import Text, text_of
from difang.samplesite.site import Site
from tests.made_articles import made_article

SHARED = Path(os.environ.get("DIFANG_SHARED") or Path(__file__).parents[2] / "shared")
THRESHOLDS = (0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
BATCH = 250
PRECISION, RECALL = 0.995, 0.97

Pair = tuple[int, int]


@dataclass(frozen=True)
class Told:
    """Texts, which pairs of them are the same story (`same`), and which of any kind may be called so (`allowed`).

    `asked` are the pairs looked at, where not all are; `order` tells the texts from the one published first on.
    """

    texts: list[Text]
    same: set[Pair]
    allowed: set[Pair]
    asked: set[Pair] | None = None
    order: Sequence[int] = ()


def labelled(folder: Path) -> Told:
    """The pairs of a file of {label: same or different, a: {title, text}, b: …}."""
    texts: list[Text] = []
    same: set[Pair] = set()
    asked: set[Pair] = set()
    for line in (folder / "pairs.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        at = len(texts)
        texts += [text_of(made_article(title=record[name]["title"], body=record[name]["text"])) for name in "ab"]
        asked.add((at, at + 1))
        if record["label"] == "same":
            same.add((at, at + 1))
    return Told(texts, same, same, asked)


def replica(articles: int, seed: int) -> Told:
    """The replica's articles; same are articles with one story key, allowed any pages with one."""
    site = Site(seed=seed, channels=33, days=2, per_day=20, archive=articles // 33 + 20)
    texts: list[Text] = []
    printed: dict[str, list[tuple[int, str]]] = defaultdict(list)
    times: list[tuple[str, str]] = []
    for number, truth in enumerate(islice(site.truth(), articles)):
        texts.append(text_of(made_article(title=truth["title"], body=truth["body"])))
        times.append((truth["published_at"], truth["id"]))
        printed[truth["story"]].append((number, truth["kind"]))
    allowed = {pair for pages in printed.values() for pair in combinations([number for number, _ in pages], 2)}
    same = {
        pair
        for pages in printed.values()
        for pair in combinations([number for number, kind in pages if kind == "article"], 2)
    }
    return Told(texts, same, allowed, order=sorted(range(len(texts)), key=times.__getitem__))


def curve(told: Told) -> dict[float, tuple[float, float]]:
    """Threshold to precision and recall of pairs that come to be in one story."""
    readings = [Reading(text) for text in told.texts]
    candidates = _candidates(told.texts)
    if told.asked is not None:
        candidates &= told.asked
    found = {}
    for alike in THRESHOLDS:
        linked = {pair for pair in candidates if same_story(readings[pair[0]], readings[pair[1]], alike=alike)}
        stories = linked if told.asked is not None else _joined(told.order, readings, linked)
        right = len(stories & told.allowed)
        found[alike] = (right / max(1, len(stories)), len(stories & told.same) / max(1, len(told.same)))
    return found


def _candidates(texts: Sequence[Text]) -> set[Pair]:
    members: dict[int, list[int]] = defaultdict(list)
    for number, bands in enumerate(bands_of(texts)):
        for band in bands:
            members[band].append(number)
    return {pair for numbers in members.values() for pair in combinations(numbers, 2)}


def _joined(order: Sequence[int], readings: Sequence[Reading], linked: Iterable[Pair]) -> set[Pair]:
    near: dict[int, set[int]] = defaultdict(set)
    for one, other in linked:
        near[one].add(other)
        near[other].add(one)
    stories = parted(order, near, lambda numbers: {number: readings[number] for number in numbers})
    return {pair for story in stories for pair in combinations(sorted(story), 2)}


def articles_of_replica(count: int) -> Iterator[Article]:
    """So many in order of publication, so that reprints come as often early as late; headline, text and time."""
    site = Site(seed=3, channels=33, days=2, per_day=20, archive=count // 28 + 20)  # not every page is an article
    told = ((truth["published_at"], truth["id"], truth["title"], truth["body"]) for truth in site.truth())
    for published_at, id_, title, body in islice(sorted(told), count):
        yield made_article(id=id_, title=title, body=body, published_at=published_at)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """An article's share of 1,000 that came at this size: ms of processor time, comparisons, kB written; kB kept."""

    size: int
    signature: float
    ledger: float
    compared: float
    written: float
    held: float


def costs(sizes: Sequence[int]) -> Iterator[Cost]:
    """What the 1,000 articles after each size cost; comparisons and kB written are the same on a busy machine."""
    source = articles_of_replica(max(sizes) + 1_000)
    with tempfile.TemporaryDirectory() as folder, _counted() as comparisons:
        file = Path(folder) / "ledger.db"
        with closing(Ledger(f"sqlite:///{file}")) as ledger:
            size = 0
            for wanted in sizes:
                while size < wanted:
                    _take(ledger, list(islice(source, BATCH)))
                    size += BATCH
                before, compared = _bytes_written(), len(comparisons)
                took = [_take(ledger, list(islice(source, BATCH))) for _ in range(1_000 // BATCH)]
                size += 1_000
                signature, kept = (sum(part) for part in zip(*took, strict=True))
                yield Cost(
                    size=wanted,
                    signature=signature,
                    ledger=kept,
                    compared=(len(comparisons) - compared) / 1_000,
                    written=(_bytes_written() - before) / 1_000_000,
                    held=file.stat().st_size / size / 1_000,
                )


@contextmanager
def _counted() -> Iterator[list[bool]]:
    """What exact comparisons said, from now on."""
    said: list[bool] = []

    def counted(one: Reading, other: Reading) -> bool:
        said.append(same_story(one, other))
        return said[-1]

    with patch.object(stories, "same_story", counted):
        yield said


def _bytes_written() -> int:
    """By this process, to any file."""
    told = dict(line.split(": ") for line in Path("/proc/self/io").read_text(encoding="ascii").splitlines())
    return int(told["wchar"])


def _take(ledger: Ledger, articles: Sequence[Article]) -> tuple[float, float]:
    """Seconds of processor time for 1,000 articles give milliseconds for one."""
    started = time.process_time()
    texts = [text_of(article) for article in articles]
    bands = bands_of(texts)
    signed = time.process_time()
    tellings = [
        Telling(id=article.id, version=1, published=_second(article.published_at), text=text, bands=of)
        for article, text, of in zip(articles, texts, bands, strict=True)
    ]
    told = ledger.stories.assign(tellings)
    ledger.stories.settle({**ledger.stories.waiting(200), **told})
    return signed - started, time.process_time() - signed


def _second(time_: str) -> int:
    return int(datetime.fromisoformat(time_).timestamp())


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=SHARED / "search" / "neardup", help="folder with pairs.jsonl")
    parser.add_argument("--replica", type=int, default=6_000, help="articles of the replica; 0: none")
    parser.add_argument("--seed", type=int, nargs="*", default=[1], help="seeds of the replica")
    parser.add_argument("--cost", type=int, nargs="*", default=[10_000, 50_000, 200_000], help="sizes of the ledger")
    options = parser.parse_args()
    tables = {str(options.set): curve(labelled(options.set))} if options.set.is_dir() else {}
    for seed in options.seed if options.replica else ():
        tables[f"replica, seed {seed}, {options.replica} articles"] = curve(replica(options.replica, seed))
    for name, table in tables.items():
        print(f"\n{name}\n{'likeness':>9} {'precision':>10} {'recall':>8}")
        for alike, (precision, recall) in table.items():
            print(f"{alike:9.2f} {precision:10.4f} {recall:8.4f}{'  in force' if alike == ALIKE else ''}")
    if options.cost:
        print(f"\n{'':9} {'ms of processor time an article':>31} {'':9} {'kB an article':>18}")
        names = [f"{'articles':>9}", f"{'signature':>10}", f"{'ledger':>9}", f"{'together':>10}", f"{'compared':>9}"]
        print(*names, f"{'written':>10}", f"{'kept':>7}")
        for cost in costs(sorted(options.cost)):
            together = cost.signature + cost.ledger
            print(f"{cost.size:9,} {cost.signature:10.3f} {cost.ledger:9.3f} {together:10.3f}", end="")
            print(f" {cost.compared:9.2f} {cost.written:10.1f} {cost.held:7.1f}", flush=True)
    sys.exit(any(table[ALIKE][0] < PRECISION or table[ALIKE][1] < RECALL for table in tables.values()))


if __name__ == "__main__":
    main()
