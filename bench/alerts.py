"""Saved searches measured: processor time an article with 0, 100 and 1,000 of them, beside what else it costs.

    python -m bench.alerts [--days 10] [--rounds 5]

Queries are made as readers' are: phrases and words cut out of articles, some with OR, -not, a channel, an editor or a
date, one in ten with no word at all (channel, editor or date alone). What is measured is what the ingest worker does
beside its own work: the entry of an article, its traits, and the searches asked. Prints medians of the rounds, of
processor time of this process; exits 1 where 1,000 searches take more than a millisecond an article.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from datetime import date, datetime
from statistics import median

from difang.ingest.article import Article
from difang.ingest.index.entry import entry_of
from difang.samplesite.calendar import CHINA
from difang.samplesite.site import Site
from difang.search.alerts.matcher import Matcher
from tests.made_articles import CHANNELS, EDITORS, document

TODAY = date(2026, 11, 23)
NUMBERS = (0, 100, 1_000)
MOST_MICROSECONDS = 1_000.0


def cut(chance: random.Random, articles: Sequence[Article], shortest: int, longest: int) -> str:
    body = chance.choice(articles).body.replace("\n", "").replace('"', "")
    start = chance.randrange(max(1, len(body) - longest))
    return body[start : start + chance.randint(shortest, longest)]


def query(chance: random.Random, articles: Sequence[Article]) -> str:
    name = chance.choice((f"channel:{chance.choice(list(CHANNELS))}", f"editor:{chance.choice(EDITORS)}", "最近30天"))
    sort = chance.random()
    if sort < 0.1:
        return name
    if sort < 0.5:
        return f'"{cut(chance, articles, 5, 9)}"'
    words = cut(chance, articles, 3, 4)
    if sort < 0.7:
        return f"{words} {name}"
    if sort < 0.8:
        return f"{words} OR {cut(chance, articles, 2, 4)}"
    if sort < 0.9:
        return f"{words} -{cut(chance, articles, 2, 3)}"
    return cut(chance, articles, 8, 25)


def replica_articles(days: int) -> list[Article]:
    """What the replica publishes in so many days; their text repeats itself more than that of a real site."""
    now = datetime(2026, 3, 2, 18, 0, tzinfo=CHINA)
    site = Site(seed=3, channels=("sd", "js", "he", "bj", "sh", "gd"), days=days, per_day=10, archive=60, now=now)
    given = {"warnings": [], "template": "B", "content_hash": "", "fetched_at": now.isoformat()}
    names = Article.__dataclass_fields__
    return [
        Article.from_dict({name: value for name, value in (given | record).items() if name in names})
        for record in site.truth()
    ]


def microseconds(matcher: Matcher | None, articles: Sequence[Article]) -> tuple[float, float]:
    """Of one article, in processor time; and how many searches found one."""
    begun, found = time.process_time(), 0
    for article in articles:
        entry = entry_of(document(article))
        found += sum(1 for _ in matcher.matches(entry)) if matcher else 0
    return (time.process_time() - begun) / len(articles) * 1e6, found / len(articles)


def main() -> int:
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("--days", type=int, default=10)
    reading.add_argument("--rounds", type=int, default=5)
    options = reading.parse_args()
    articles = replica_articles(options.days)
    print(f"{len(articles):,} articles of {sum(len(a.body) for a in articles) / len(articles):,.0f} characters")
    chance = random.Random(9)
    worst = 0.0
    base = median(microseconds(None, articles)[0] for _ in range(options.rounds))
    print(f"the entry alone, which the index needs as well: {base:,.0f} µs an article")
    for number in NUMBERS:
        begun = time.process_time()
        matcher = Matcher({at: query(chance, articles) for at in range(number)}, TODAY)
        compiled = (time.process_time() - begun) * 1e3
        rounds = [microseconds(matcher, articles) for _ in range(options.rounds)]
        worst = median(took for took, _ in rounds) - base
        told = f"{worst:8,.0f} µs an article beside the entry, {rounds[0][1]:6.1f} found"
        print(f"{number:5,} saved searches: {told}; compiled in {compiled:,.0f} ms")
    return 0 if worst <= MOST_MICROSECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
