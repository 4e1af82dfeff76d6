"""`difang extract --warc` of pages that a tool fetched again and stored without their bodies."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.acceptance.test_extract_command import extract, told
from tests.unit.extract.pages import URL
from tests.warc_made import MOMENT, Warc, refers_to

BEFORE, AFTER = told(URL, "甲", 1)[2], told(URL, "甲新", 1)[2]
AGAIN = refers_to(URL, seconds=1, payload=BEFORE)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("file", ["a.warc.gz", "b.warc.gz"])
def test_an_article_that_went_back_to_what_it_was_is_printed_as_it_was(tmp_path: Path, workers: str, file: str) -> None:
    """In one file, or fetched again in another; the line tells when it was fetched last and where that is stored."""
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(URL, BEFORE)
    warc.response(URL, AFTER)
    again = warc if file == "a.warc.gz" else Warc(tmp_path / file)
    again.revisit(URL, seconds=60, **AGAIN)
    files = {str(made.close()): made for made in (warc, again)}
    named = [argument for name in files for argument in ("--warc", name)]
    code, lines, errors = extract(*named, "--explain", "--workers", workers)
    assert (code, errors) == (0, "")
    article, explained = lines
    assert (article["body"], article["fetched_at"]) == ("甲。", (MOMENT + timedelta(seconds=60)).isoformat())
    assert f"{file} at byte" in str(explained["pages"])


def test_a_page_whose_body_lies_in_no_file_named_is_told_and_the_others_are_printed(tmp_path: Path) -> None:
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(URL, AFTER)
    warc.revisit(URL, seconds=60, **AGAIN)
    code, [article], errors = extract("--warc", warc.close())
    assert (code, article["body"]) == (0, "甲新。")
    assert errors == (
        f"Of 1 page fetched again, such as {URL}, the body lies in none of these files;"
        " name the one that has it with --warc too.\n"
    )


def test_a_page_fetched_again_that_tells_no_original_is_told_as_such(tmp_path: Path) -> None:
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(URL, AFTER)
    warc.revisit(URL, seconds=60, status="304 Not Modified")
    code, [article], errors = extract("--warc", warc.close())
    assert (code, article["body"]) == (0, "甲新。")
    assert errors == f"1 page fetched again, such as {URL}, without a word which record has the body: left out.\n"


def test_a_page_that_was_gone_when_fetched_again_is_told_as_gone(tmp_path: Path) -> None:
    """Whatever the body is."""
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(URL, BEFORE)
    warc.revisit(URL, seconds=60, status="404 Not Found", **AGAIN)
    code, lines, errors = extract("--warc", warc.close())
    assert (code, errors, len(lines)) == (0, "", 2)
    assert [line["outcome"] for line in lines if "outcome" in line] == ["gone"]
