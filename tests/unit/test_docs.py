"""The documents lead where they say, and each decision has a number of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *ROOT.glob("docs/**/*.md"),
    *ROOT.glob("deploy/*.md"),
    ROOT / "bench/README.md",
]
DECISIONS = sorted(ROOT.glob("docs/decisions/*.md"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_within_the_project_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    own = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in own if not leads_somewhere(document, link)] == []


def leads_somewhere(document: Path, link: str) -> bool:
    """A heading becomes an anchor as forges make it: small letters, no punctuation, hyphens for spaces."""
    name, _, anchor = link.partition("#")
    target = document.parent / name if name else document
    if not target.exists() or not anchor:
        return target.exists()
    headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
    return anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_bench_stands_in_the_table_of_them() -> None:
    """A module that is run by itself has a line; what the others share has none."""
    runs = {file.stem for file in ROOT.glob("bench/*.py") if "__main__" in file.read_text(encoding="utf-8")}
    assert set(re.findall(r"^\| `(\w+)`", (ROOT / "bench/README.md").read_text(encoding="utf-8"), re.MULTILINE)) == runs


def test_decisions_are_numbered_one_by_one_in_name_and_heading() -> None:
    numbers = [int(file.name[:4]) for file in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))
    headings = [file.read_text(encoding="utf-8").split("\n", 1)[0] for file in DECISIONS]
    assert [int(heading.removeprefix("# ").split(".")[0]) for heading in headings] == numbers
