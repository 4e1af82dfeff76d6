"""The four captured pages, field by field against what was read off them by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from difang.ingest.extract import extract
from difang.ingest.extract.result import PageReading
from difang.ingest.warc import pages
from tests.unit.extract.pages import CAPTURED, HOSTS, page

pytestmark = pytest.mark.skipif(not CAPTURED.is_dir(), reason=f"the captured pages are not at {CAPTURED}")


def gold() -> list[dict[str, Any]]:
    file = CAPTURED / "gold.json"
    return list(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else []


@pytest.mark.parametrize("expected", gold(), ids=lambda expected: expected["file"])
@pytest.mark.parametrize("knows_address", [True, False], ids=["with address", "without address"])
def test_every_field_is_as_read_by_hand(expected: dict[str, Any], knows_address: bool) -> None:
    """A saved page tells its own address too."""
    body = (CAPTURED / expected["file"]).read_bytes()
    reading = extract(page(body, expected["url"] if knows_address else ""), HOSTS)
    assert isinstance(reading, PageReading)
    article = json.loads(reading.article.to_json())
    wanted = {name: value for name, value in expected.items() if name not in ("file", "more_pages")}
    assert {name: article[name] for name in wanted} == wanted
    assert reading.parts == tuple(expected.get("more_pages", ()))


def test_the_warc_file_gives_the_same_articles() -> None:
    """Four records, four articles, in the order of the file."""
    readings = [extract(page, HOSTS) for page in pages(CAPTURED / "pages.warc.gz")]
    bodies = {reading.article.id: reading.article.body for reading in readings if isinstance(reading, PageReading)}
    assert bodies == {expected["id"]: expected["body"] for expected in gold()}
