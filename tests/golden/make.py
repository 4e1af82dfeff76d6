"""Make the golden pages anew: `python -m tests.golden.make`, then read what changed before committing it.

Each is a folder tests/golden/<template>/<name>/ with the bytes of the page as received (page.html, page-2.html …),
its address and headers (headers.json) and the article the replica says it is (expected.json), never one of ours.
"""

from __future__ import annotations

import json
import shutil
import zlib
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from difang.samplesite.site import Site

FOLDER = Path(__file__).parent
NOT_OURS = ("addresses", "version", "modified_at", "encoding", "story")
"""What the replica tells of an article beyond the article contract."""

OLD = {"encoding": "gb18030", "indent": "spaces"}
EXAMPLES: dict[str, dict[str, dict[str, Any]]] = {
    "A": {
        "plain": {**OLD, "editors": "full"},
        "credits": {
            **OLD,
            "credits": "byline",
            "correspondents": 1,
            "padded": True,
            "pre_title": True,
            "subtitle": True,
        },
        "pictures": {**OLD, "picture_forms": ("captioned", "bare", "followed"), "dateline": "dated", "credits": "head"},
        "table": {**OLD, "table": True, "items": True, "entities": True, "editors": "padded"},
        "two-pages": {**OLD, "pages": 2, "source": "plain"},
    },
    "A′": {
        "plain": {**OLD, "sub_layout": 0},
        "sou": {**OLD, "sub_layout": 1, "editors": "bracket", "declared": "header"},
        "show-text": {**OLD, "sub_layout": 2, "editors_at": "last", "related": "inside"},
    },
    "B": {
        "plain": {},
        "mislabelled": {**OLD, "declared": "header", "credits": "tail", "reporters": 2, "padded": True},
        "editors-outside": {"editors_at": "outside", "editors": "intern", "otitle": "filled"},
        "print-edition": {"paper": True, "credits": "byline", "reporters": 2, "padded": True},
        "three-pages": {"pages": 3, "dateline": "dated", "credits": "head"},
        "video": {"kind": "video"},
    },
    "C": {
        "plain": {},
        "gb18030": {**OLD, "otitle": "filled", "qr": True, "trail": False},
        "says-gb2312": {"declared": "meta", "bom": True},
        "empty-editors": {"editors": "empty", "empty_heading": True},
        "hollow-editors": {"editors": "hollow", "source": "missing"},
        "running-editor": {"running_editor": True, "editors_at": "last", "editors": "spaces"},
        "related-paragraphs": {"related": "paragraphs", "source": "original"},
        "pictures": {"picture_forms": ("captioned", "plain", "followed"), "marks": True},
        "table": {"table": True, "items": True},
        "new-year": {"published": "2023-01-01T09:05:00+08:00", "dateline": "dated", "credits": "head"},
        "no-contentid": {"contentid": False, "credits": "ending"},
        "interview": {"kind": "interview", "pages": 2},
    },
    "C′": {"plain": {}, "everything": {"paper": True, "otitle": "filled", "qr": True, "table": True, "pages": 2}},
    "health": {"plain": {}, "pictures": {"picture_forms": ("captioned",), "editors": "full"}},
    "gray": {"plain": {**OLD}},
    "txtcon": {"plain": {}},
    "content": {"plain": {**OLD}},
    "pic": {"series": {"kind": "gallery", "pages": 3}},
    "picG": {"series": {"kind": "gallery", "pages": 2, **OLD}},
}


def main() -> None:
    """Write every folder anew."""
    write(FOLDER, EXAMPLES)


def write(into: Path, wanted: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Write the folders of these examples below `into`."""
    site = Site(seed=20, channels=("sd",), days=2, per_day=5, archive=40, now=datetime(2026, 3, 1, tzinfo=UTC))
    for template, name, forms in examples(wanted):
        folder = into / template / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        published = datetime.fromisoformat(forms.pop("published")) if "published" in forms else None
        kind = forms.pop("kind", "article")
        told = (
            site.example(generation=template, n=n, published=published, kind=kind, **forms)
            for n in count(first_story(template, name))
        )
        example = next(one for one in told if len(one.pages) == forms.get("pages", 1))  # a short story has fewer
        for at, (url, response) in enumerate(example.pages, 1):
            suffix = "" if at == 1 else f"-{at}"
            (folder / f"page{suffix}.html").write_bytes(response.body)
            if at == 1:
                _write(folder / "headers.json", {"url": url, "headers": dict(response.headers)})
        truth = {field: value for field, value in example.truth.items() if field not in NOT_OURS}
        _write(folder / "expected.json", truth)


def examples(wanted: dict[str, dict[str, dict[str, Any]]]) -> list[tuple[str, str, dict[str, Any]]]:
    """Template, name and forms of each golden page."""
    return [(template, name, dict(forms)) for template, named in wanted.items() for name, forms in named.items()]


def first_story(template: str, name: str) -> int:
    """The story a golden page tells if it is long enough: its own, so that a new golden page changes no other."""
    return 10 + zlib.crc32(f"{template}/{name}".encode()) % 90_000


def _write(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
