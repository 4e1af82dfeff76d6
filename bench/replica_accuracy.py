"""How exact extraction is on the replica: every field of every article against the truth, over all layouts.

    python -m bench.replica_accuracy --articles 20000

Prints a table: field, articles compared, wrong, share exact; then how many pages ended in another outcome than the
truth's, and how many U+FFFD came out. Exits 1 where a field is below 99.9 %, or editors or time below 100 %.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from difang.command.settings import Settings
from difang.command.wiring import hosts
from difang.ingest.extract import extract, join
from difang.ingest.extract.result import Hosts, PageReading
from difang.ingest.page import Page
from difang.samplesite.site import Site

CHANNELS = 33
FIELDS = (
    *("id", "url", "channel", "channel_name", "kind", "title", "pre_title", "subtitle", "original_title"),
    *("published_at", "source", "source_url", "byline", "reporters", "correspondents", "editors", "dateline"),
    *("sections", "keywords", "body", "images", "print_edition", "page_count", "template", "content_hash"),
)
WHOLE = frozenset(("editors", "published_at"))


def fetched(site: Site, url: str) -> Page:
    """The page the replica answers under this address."""
    answer = site.answer(url)
    return Page(
        url=url,
        final_url=url,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        fetched_at=datetime.now(UTC),
        run_id="bench",
    )


def read_article(site: Site, addresses: list[str], known: Hosts) -> tuple[dict[str, Any] | None, str]:
    """The article joined from its pages as JSON knows it, or None and the reason."""
    readings = [extract(fetched(site, url), known) for url in addresses]
    for reading in readings:
        if not isinstance(reading, PageReading):
            return None, f"{reading.outcome}: {reading.reason}"
    return json.loads(join([one for one in readings if isinstance(one, PageReading)]).to_json()), ""


def compare(site: Site, most: int, known: Hosts) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None, str]]:
    """The truth of each article, what was read, and the reason where nothing was."""
    for number, truth in enumerate(site.truth()):
        if number >= most:
            return
        pages = [url for url in truth["addresses"] if "/BIG5/" not in url]
        article, reason = read_article(site, pages, known)
        yield truth, article, reason


def wrong_outcomes(site: Site, known: Hosts, most: int) -> Counter[str]:
    """How pages that are no articles ended, as `truth → read`, where the two differ."""
    differing: Counter[str] = Counter()
    for number, address in enumerate(site.addresses()):
        if number >= most:
            break
        if address["outcome"] not in ("gone", "not_an_article"):
            continue
        reading = extract(fetched(site, address["url"]), known)
        outcome = "article" if isinstance(reading, PageReading) else reading.outcome.value
        differing[f"{address['outcome']} → {outcome}"] += 1
    return differing


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=3, help="Differences to show of each field.")
    options = parser.parse_args()
    site = Site(seed=options.seed, channels=CHANNELS, days=2, per_day=20, archive=options.articles // CHANNELS + 20)
    known = hosts(Settings())
    wrong: dict[str, list[tuple[str, Any, Any]]] = defaultdict(list)
    layouts: Counter[str] = Counter()
    articles = lost = replaced = 0
    started = time.monotonic()
    for truth, article, reason in compare(site, options.articles, known):
        articles += 1
        layouts[truth["template"]] += 1
        if article is None:
            lost += 1
            wrong["outcome"].append((truth["url"], reason, truth["template"]))
            continue
        replaced += json.dumps(article, ensure_ascii=False).count("\ufffd")
        for field in FIELDS:
            if article[field] != truth[field]:
                wrong[field].append((truth["url"], article[field], truth[field]))
    seconds = time.monotonic() - started
    print(f"{articles} articles, seed {options.seed}, {seconds:.0f} s; layouts: {dict(layouts)}")
    failed = bool(lost or replaced)
    for field in FIELDS:
        exact = 1 - (len(wrong[field]) + lost) / max(articles, 1)
        failed |= exact < (1 if field in WHOLE else 0.999)
        print(f"{field:16} {articles:7} {len(wrong[field]):6} {exact:10.4%}")
    print(f"articles not read: {lost}; U+FFFD: {replaced}; outcomes: {dict(wrong_outcomes(site, known, articles))}")
    for field, found in wrong.items():
        for url, read, told in found[: options.show]:
            print(f"--- {field} {url}\n    read {str(read)[:300]}\n    told {str(told)[:300]}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
