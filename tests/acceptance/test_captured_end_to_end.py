"""The captured pages from the replay to the search result, on the embedded index and on Elasticsearch."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import clear
from tests.services.command import Difang

PAGES = Path(__file__).parents[3] / "shared" / "pages"


@pytest.fixture(params=["embedded", "elasticsearch"])
def index(request: pytest.FixtureRequest) -> Iterator[str]:
    """The setting DIFANG_INDEX; the server's index is empty before and after."""
    if request.param == "embedded":
        yield ""
        return
    url = str(request.getfixturevalue("elasticsearch_url"))
    clear(url)
    yield url
    clear(url)


@pytest.mark.skipif(not PAGES.exists(), reason=f"NOT TESTED: the captured pages are not at {PAGES}")
def test_one_query_finds_exactly_the_captured_page_with_its_fields(index: str, tmp_path: Path) -> None:
    gold = {record["id"]: record for record in json.loads((PAGES / "gold.json").read_text(encoding="utf-8"))}
    words = [sys.executable, "-m", "difang", "replay", str(PAGES / "pages.warc.gz"), "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as replay:
        try:
            assert replay.stdout is not None
            difang = Difang(var=tmp_path / "var", proxy=replay.stdout.readline().strip(), settings={"index": index})
            difang.crawl(*(word for record in gold.values() for word in ("--url", record["url"])))
        finally:
            replay.terminate()
    difang.run("ingest", "--drain")
    found = json.loads(difang.run("search", "中高风险地区 editor:萧潇", "--json").stdout)
    assert (found["total"], [hit["id"] for hit in found["hits"]]) == (1, ["people:L_35131671"])
    hit, true = found["hits"][0], gold["people:L_35131671"]
    assert {name: hit[name] for name in _SHOWN} == {name: true[name] for name in _SHOWN}
    exported = [
        json.loads(line) for line in difang.run("export", "from:2009 to:2024", "--format", "jsonl").stdout.splitlines()
    ]
    assert {record["id"] for record in exported} >= gold.keys()
    for record in exported:
        assert _as_read(record, gold[record["id"]]) == _as_read(gold[record["id"]], gold[record["id"]])


_SHOWN = ("title", "published_at", "source", "editors", "channel", "url")


def _as_read(record: dict[str, Any], gold: dict[str, Any]) -> dict[str, Any]:
    """The fields somebody read off the page, the body without white space."""
    read = {name: record[name] for name in gold if name not in ("file", "more_pages", "body")}
    return read | {"body": "".join(record["body"].split())}
