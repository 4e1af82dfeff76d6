"""Three years of one channel, killed and stopped five times: found against the truth, requests an article.

python -m bench.backfill [articles a day] [years] [days of allowance it takes] [workers]
"""

from __future__ import annotations

import json
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from difang.command.settings import Settings
from difang.command.wiring import open_search
from tests.services.command import Difang
from tests.services.replica import Replica, replica

HOST = "sd.people.com.cn"
NEWEST = date(2026, 3, 2)
STOPS = (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL, signal.SIGTERM, signal.SIGKILL)
_SECONDS = 3_600


def main(per_day: int = 20, years: int = 3, days_of_allowance: int = 3, workers: int = 2) -> None:
    """Print what was found, what it cost, and how an audit of the same days ends."""
    until = NEWEST - timedelta(days=60)
    days = 365 * years + 1
    span = ("--from", str(until - timedelta(days=days - 1)), "--to", str(until))
    size = ("--channels", "sd", "--days", str(days + 120), "--per-day", str(per_day), "--archive", "40")
    now = ("--now", f"{NEWEST}T12:00", "--crawl-delay", "0")
    allowance = round(days * per_day * 1.4 / 0.8 / days_of_allowance)
    with replica(*size, *now) as site, tempfile.TemporaryDirectory() as folder:
        settings = {"daily_allowance": str(allowance)}
        difang = Difang(var=Path(folder) / "var", proxy=site.url, settings=settings)
        print(f"sd, {days} days, {per_day} addresses a day, {allowance} requests a day allowed")
        begin = time.monotonic()
        passed = _backfill(difang, site, span, goal=days * per_day // (len(STOPS) + 1))
        print(f"backfill: {time.monotonic() - begin:.0f} s, {passed} days of allowance")
        _report(difang, site)
        _end(difang, "ingest", "--drain", "--workers", str(workers))
        _compare(difang, site, span)
        _audit(difang, span)


def _backfill(difang: Difang, site: Replica, span: tuple[str, ...], goal: int) -> int:
    """Interrupt it at even distances, then let it come to its end; how many days of allowance that took."""
    days, stops, last = 1, list(STOPS), 0
    while True:
        process = difang.start("backfill", "sd", *span)
        while process.poll() is None:
            if stops and _requests(site) - last >= goal:
                last = _requests(site)
                process.send_signal(stop := stops.pop(0))
                print(f"  {stop.name} after {last} requests")
            time.sleep(0.05)
        out, err = process.communicate()
        if process.returncode == 0:
            assert not stops, "it ended before it was stopped five times"
            print(f"  {out.splitlines()[-1]}")
            return days
        if "requests for today" in out:
            print(f"  the day is spent after {_requests(site)} requests")
            days += 1
            _next_day(difang)
        elif process.returncode not in (1, -signal.SIGKILL):
            raise SystemExit(f"difang backfill ended with {process.returncode}: {err}")


def _next_day(difang: Difang) -> None:
    """Midnight in Beijing, as far as the ledger knows."""
    with closing(sqlite3.connect(difang.var / "ledger.db")) as db, db:
        db.execute("UPDATE hosts SET day = ''")


def _requests(site: Replica) -> int:
    return int(site.requests().get(HOST, {"count": 0})["count"])


def _report(difang: Difang, site: Replica) -> None:
    with closing(sqlite3.connect(difang.var / "ledger.db")) as db:
        states = dict(db.execute("SELECT state, count(*) FROM runs GROUP BY state"))
        pages, walked = db.execute("SELECT sum(pages), count(*) FROM survey_listings WHERE pages > 0").fetchone()
        [(twice,)] = db.execute("SELECT count(*) FROM (SELECT 1 FROM discoveries GROUP BY url HAVING count(file) > 1)")
    asked = sum(host["count"] for host in site.requests().values())
    print(f"  runs: {states}; {asked} requests at the site, {pages} of them pages of {walked} listings")
    print(f"  fetched twice because of a stop: {twice} pages")


def _compare(difang: Difang, site: Replica, span: tuple[str, ...]) -> None:
    truth = {record["id"] for record in site.truth(f"articles?since={span[1]}&until={span[3]}")}
    with closing(open_search(Settings(var=difang.var))) as search:
        found = Counter(record["id"] for record in search.export(""))
    told = json.loads(_end(difang, "backfill", "show", "1", "--json"))
    extra = len(found.keys() - truth)
    print(f"truth {len(truth)}, found {found.total()}, missing {len(truth - found.keys())}, too much {extra}")
    print(f"requests {told['requests']}, an article {told['requests'] / len(truth):.3f}; found: {told['outcomes']}")


def _audit(difang: Difang, span: tuple[str, ...]) -> None:
    _next_day(difang)
    days = [json.loads(row) for row in _end(difang, "audit", "sd", *span, "--json").splitlines()]
    with closing(sqlite3.connect(difang.var / "ledger.db")) as db:
        [(requests,)] = db.execute("SELECT requests FROM surveys WHERE purpose = 'audit'")
    found, indexed, missing = (sum(day[name] for day in days) for name in ("found", "indexed", "missing"))
    print(f"audit: {len(days)} days, {found} found, {indexed} searchable, {missing} missing, {requests} requests")


def _end(difang: Difang, *words: str) -> str:
    process = difang.start(*words)
    out, err = process.communicate(timeout=_SECONDS)
    if process.returncode:
        raise SystemExit(f"difang {' '.join(words)} ended with {process.returncode}: {err}")
    return out


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
