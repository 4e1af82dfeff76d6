"""Several captures of one address in one WARC file: the ledger knows where each of them lies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.warc_files import Taken, WarcFile
from difang.ingest.page import PageRef, Position

URL = "http://sd.people.com.cn/n2/2026/0301/c1-41000001.html"
ID = "people:L_41000001"
MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


def capture(file: WarcFile, number: int) -> Taken:
    at, place = MOMENT + timedelta(hours=number), Position(file="warc-1.warc.gz", offset=number, length=10)
    ref = PageRef(url=URL, key=ID, run_id=file.run_id, fetched_at=at, position=place)
    return Taken(record=f"{number}", ref=ref, channel="sd")


@pytest.mark.parametrize("sizes", [(1, 1, 3), (3, 1, 1), (5,)])
def test_every_capture_is_found_however_many_were_copied_at_a_time(
    ledger: Ledger, tmp_path: Path, sizes: tuple[int, ...]
) -> None:
    path = tmp_path / "a.warc.gz"
    path.touch()
    file = ledger.warc_files.begin(path, hosts="")
    captures = [capture(file, number) for number in range(sum(sizes))]
    for size in sizes:
        some, captures = captures[:size], captures[size:]
        ledger.warc_files.keep(file, some)
    every = [0, 1, 2, 3, 4]
    assert [one.position.offset for one in ledger.discoveries.archived([URL])] == every
    assert [one.position.offset for one in ledger.discoveries.archived([ID])] == every
    assert [place.offset for place in ledger.discoveries.positions(URL)] == every[::-1]
    found = ledger.traces.of([ID], [])
    assert [one.position.offset for one in found if one.position] == every
    assert {(one.run_id, one.url) for one in found} == {(file.run_id, URL)}
    run = ledger.runs.get(file.run_id)
    assert ledger.runs.counts([run])[run.id].discovered == 1
