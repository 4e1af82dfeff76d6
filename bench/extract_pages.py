"""The pages that extraction is measured on: the captured ones, and replica pages of every layout."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from difang.ingest.extract.encoding import decode
from difang.ingest.extract.template import select
from difang.ingest.extract.templates import templates
from difang.ingest.page import Page
from difang.samplesite.alterations import scrambled
from difang.samplesite.site import Site

SHARED = Path(os.environ.get("DIFANG_SHARED", Path(__file__).parents[1] / ".." / "shared"))


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A page, its text rightly decoded, and what its body and editors are."""

    page: Page
    text: str
    body: str
    editors: tuple[str, ...]


def captured() -> list[Sample]:
    """The captured pages, none where they are not at hand."""
    file = SHARED / "pages" / "gold.json"
    if not file.is_file():
        print(f"The captured pages are not at {SHARED / 'pages'}; only replica pages are measured.")
        return []
    golds = json.loads(file.read_text(encoding="utf-8"))
    return [
        _sample(_page(gold["url"], (file.parent / gold["file"]).read_bytes()), gold["body"], tuple(gold["editors"]))
        for gold in golds
    ]


def replica(count: int, *, seed: int = 1) -> list[Sample]:
    """Replica articles of one page, of all channels and layouts in turn."""
    site = Site(seed=seed, channels=33, days=2, per_day=20, archive=200)
    return [sample for sample, _ in zip(_articles(site), range(count), strict=False)]


def _articles(site: Site) -> Iterator[Sample]:
    for number, truth in enumerate(site.truth()):
        if number % 7 == 0 and truth["page_count"] == 1 and truth["body"]:
            answer = site.answer(truth["url"])
            yield _sample(_page(truth["url"], answer.body), truth["body"], tuple(truth["editors"]))


def with_unknown_names(sample: Sample) -> Sample:
    """The same page with every class name and id changed, in UTF-8."""
    text = scrambled(sample.text)
    return replace(sample, page=replace(sample.page, body=text.encode()), text=text)


def with_head_inside(samples: Iterable[Sample]) -> list[Sample]:
    """The pages with headline and time at the start of the text's own container, names scrambled; others left out."""
    return [with_unknown_names(replace(sample, text=text)) for sample in samples if (text := _head_inside(sample.text))]


def _head_inside(html: str) -> str | None:
    root = etree.fromstring(html, etree.HTMLParser())
    for template in templates():
        places = (template.body, template.title, template.published)
        parts = [next((found[0] for one in place if (found := select(root, one))), None) for place in places]
        body, *head = parts
        if body is None or any(part is None or not "".join(part.itertext()).strip() for part in head):
            continue
        for part in reversed(head):
            part.tail = None
            body.insert(0, part)
        body[len(head) - 1].tail, body.text = body.text, None
        return str(etree.tostring(root, encoding="unicode", method="html"))
    return None


def _page(url: str, body: bytes) -> Page:
    return Page(
        url=url,
        final_url=url,
        status=200,
        headers=(("Content-Type", "text/html"),),
        body=body,
        fetched_at=datetime.now(UTC),
        run_id="bench",
    )


def _sample(page: Page, body: str, editors: tuple[str, ...]) -> Sample:
    return Sample(page=page, text=decode(page.body).text, body=body, editors=editors)
