"""The outbox on a real archive, queue and ledger: what a page becomes on its way to the worker."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from difang.crawler.ledger.addresses import Found
from difang.crawler.outbox import Outbox
from tests.integration.parts import page_of, parts_in

URL = "http://sd.people.com.cn/n2/2026/0302/c1-41234567.html"


def test_a_page_fetched_again_is_later_than_before_though_the_clock_was_set_back(tmp_path: Path) -> None:
    found = Found(url=URL, key="people:L_41234567", page=1, found_on=None)
    with parts_in(tmp_path) as parts:
        for run, page in (("r1", page_of(URL, b"one")), ("r2", page_of(URL, b"two", seconds=-3_600))):
            parts.ledger.discoveries.found(run, "sd", [found])
            files = parts.archive.open_run(run, "tests")
            outbox = Outbox(files=files, queue=parts.queue, ledger=parts.ledger)
            outbox.page(replace(page, run_id=run), found, again=run == "r2")
            outbox.close()
        first, second = parts.queue.claim(10, lease_seconds=1)
    assert second.ref.fetched_at == first.ref.fetched_at + timedelta(microseconds=1)
    assert second.ref.position is not None
    assert parts.archive.read(second.ref.position).fetched_at == second.ref.fetched_at
