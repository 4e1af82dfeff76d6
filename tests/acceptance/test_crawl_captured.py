"""The four captured pages, replayed, come through the crawl into the archive byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from difang.ingest.warc import pages
from tests.services.command import Difang

SHARED = Path(os.environ.get("DIFANG_SHARED") or Path(__file__).parents[3] / "shared")
WARC = SHARED / "pages" / "pages.warc.gz"


@pytest.mark.skipif(not WARC.exists(), reason=f"NOT TESTED: the captured pages are not at {WARC}")
def test_captured_pages_are_crawled_by_address_and_archived_whole(tmp_path: Path) -> None:
    captured = {page.url: page for page in pages(WARC)}
    command = [sys.executable, "-m", "difang", "replay", str(WARC), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as replay:
        try:
            assert replay.stdout is not None
            difang = Difang(var=tmp_path / "var", proxy=replay.stdout.readline().strip())
            runs = difang.crawl(*(word for url in captured for word in ("--url", url)))
        finally:
            replay.terminate()
    assert {run["channel"] for run in runs} == {"js", "culture", "politics", "finance"}
    archived = {page.url: page for file in (difang.var / "archive").iterdir() for page in pages(file)}
    for url, page in captured.items():
        assert (archived[url].status, archived[url].body) == (page.status, page.body)
    missing = {url for url, page in archived.items() if page.status == 404}
    assert len(missing) == 3  # pages 2 to 4 of the culture article were never captured
    assert archived.keys() == captured.keys() | missing
