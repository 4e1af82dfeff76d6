"""The golden pages, field by field, and that nobody stored one unread."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from difang.ingest.extract import extract, join
from difang.ingest.extract.result import PageReading
from tests.golden.make import EXAMPLES, FOLDER, examples, write
from tests.unit.extract.pages import HOSTS, page

GOLDEN = sorted(file.parent for file in FOLDER.glob("*/*/expected.json"))
MANDATORY = ("id", "url", "channel", "channel_name", "title", "published_at", "body", "template")


def read(folder: Path) -> dict[str, Any]:
    """The article of all pages in the folder, the last page first."""
    about = json.loads((folder / "headers.json").read_text(encoding="utf-8"))
    readings = []
    for file in sorted(folder.glob("page*.html"), reverse=True):
        url = about["url"].replace(".html", f"{file.stem.removeprefix('page')}.html")
        reading = extract(page(file.read_bytes(), url, type_=about["headers"]["Content-Type"]), HOSTS)
        assert isinstance(reading, PageReading), reading
        readings.append(reading)
    return dict(json.loads(join(readings).to_json()))


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_a_golden_page_gives_its_article(folder: Path) -> None:
    """A failure names the fields that changed."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    article = read(folder)
    seen = expected.pop("urls")
    assert {name: article[name] for name in expected if article[name] != expected[name]} == {}
    assert set(seen) <= set(article["urls"])


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_a_golden_article_was_read_by_somebody(folder: Path) -> None:
    """No U+FFFD, no site name behind a title, no mandatory field empty."""
    text = (folder / "expected.json").read_text(encoding="utf-8")
    expected = json.loads(text)
    assert "\ufffd" not in text
    assert not any(expected[name] in ("", None) for name in MANDATORY if not (name == "body" and expected["images"]))
    assert not expected["title"].endswith(("人民网", "--", expected["channel_name"]))
    assert not any(name in ("人民网", "") for name in expected["sections"])
    assert all(len(name) > 1 and " " not in name for name in expected["editors"] + expected["reporters"])


def test_every_example_has_its_folder_and_no_folder_is_left_over() -> None:
    """Run `python -m tests.golden.make` after changing the list."""
    assert {(folder.parent.name, folder.name) for folder in GOLDEN} == {(t, name) for t, name, _ in examples(EXAMPLES)}


def test_every_golden_page_is_printed_as_it_is_stored(tmp_path: Path) -> None:
    """Run `python -m tests.golden.make` after changing what the replica prints, and read what changed."""
    write(tmp_path, EXAMPLES)
    assert changed(tmp_path) == []


def test_a_new_layout_changes_no_golden_page_of_another(tmp_path: Path) -> None:
    """Wherever in the lists it is added."""
    turned = {template: dict(reversed(named.items())) for template, named in reversed(EXAMPLES.items())}
    first = {"health": {"another": {"pages": 2}, **turned.pop("health")}}
    write(tmp_path, first | turned)
    assert (tmp_path / "health" / "another" / "page-2.html").is_file()
    assert changed(tmp_path) == []


def test_no_two_golden_pages_tell_the_same_story() -> None:
    """An article's number comes of its story's."""
    ids = [json.loads((folder / "expected.json").read_text(encoding="utf-8"))["id"] for folder in GOLDEN]
    assert len(set(ids)) == len(ids)


def changed(made: Path) -> list[str]:
    """The stored files that were not made, or not as they are stored."""
    stored = [file.relative_to(FOLDER) for folder in GOLDEN for file in folder.iterdir()]
    return [
        str(file)
        for file in stored
        if not (made / file).is_file() or (made / file).read_bytes() != (FOLDER / file).read_bytes()
    ]
