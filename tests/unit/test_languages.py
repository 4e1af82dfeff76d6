"""The English catalogues hold every text of templates and code, once, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from starlette.requests import Request

import difang.console
from difang.console.languages import FOLDER, language_of

ROOT = Path(difang.console.__file__).parent


def used() -> set[str]:
    methods = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
    keywords = {**DEFAULT_KEYWORDS, "N_": None}
    found = extract_from_dir(ROOT, methods, keywords=keywords)
    return {str(message) for _, _, message, _, _ in found}


def test_every_text_is_translated_once_and_none_too_many() -> None:
    catalogued: Counter[str] = Counter()
    for part in (ROOT / "translations" / "en").glob("*.po"):
        with part.open(encoding="utf-8") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    catalogued[str(message.id)] += 1
                    assert message.string, f"{part.name}: {message.id} has no English"
                    assert not list(message.check()), f"{part.name}: {message.id}"
    assert used() - set(catalogued) == set()
    assert set(catalogued) - used() == set()
    assert [text for text, times in catalogued.items() if times > 1] == []


def test_only_literals_are_translated_as_safe_text() -> None:
    for template in (ROOT / "templates").glob("*.html"):
        assert not re.search(r"\b_\((?!\s*\")", template.read_text(encoding="utf-8")), template.name


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en;q=0.1, zh-CN;q=0.9", "zh"),
        ("zh-CN;q=0.5,en-GB;q=0.8", "en"),
        ("fr, en;q=0.4", "en"),
        ("en;q=0, fr", "zh"),
        ("zh,en", "zh"),
        ("en,zh", "en"),
        ("en;q=many", "zh"),
        ("de-DE;q=1.0, *;q=0.5", "zh"),
        (",;q=1,,", "zh"),
    ],
)
def test_the_browsers_language_is_the_one_it_weighs_most(header: str, language: str) -> None:
    request = Request({"type": "http", "headers": [(b"accept-language", header.encode())]})
    assert language_of(request) == language


@pytest.mark.parametrize("part", sorted(path.name for path in (FOLDER / "en").glob("*.po")))
def test_a_number_of_requests_reads_well_whatever_it_is(part: str) -> None:
    """An audit may have made a single one."""
    assert ")s requests" not in (FOLDER / "en" / part).read_text(encoding="utf-8")
