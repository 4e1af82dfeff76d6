"""The truth: what a correct reader must make of every article, and of every address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from difang.samplesite.edition import Edition
from difang.samplesite.plan import Fate, Plan

_OUTCOMES = {
    Fate.SOFT_GONE: "gone",
    Fate.MISSING: "gone",
    Fate.WITHDRAWN: "gone",
    Fate.STUB: "not_an_article",
    Fate.NO_ARTICLE: "not_an_article",
    Fate.FORBIDDEN: "refused",
}


def record(edition: Edition, plan: Plan) -> dict[str, Any]:
    """Every field of the article as shown now, and all its addresses."""
    piece = edition.piece(plan)
    addresses = [entry["url"] for entry in addresses_of(edition, plan)]
    seen = [entry["url"] for entry in addresses_of(edition, plan) if entry["outcome"] in ("indexed", "sighting")]
    return {**piece.truth(), "urls": seen, "addresses": addresses}


def addresses_of(edition: Edition, plan: Plan) -> Iterator[dict[str, str]]:
    """The addresses of one plan, each with its outcome: indexed, part, sighting, gone, not_an_article or refused."""
    article = f"people:L_{plan.number}"
    if plan.fate is not Fate.ARTICLE or edition.deleted(plan):
        yield {"url": plan.url, "outcome": _OUTCOMES.get(plan.fate, "gone"), "id": article}
        return
    yield {"url": plan.url, "outcome": "indexed", "id": article}
    piece = edition.piece(plan)
    for page in range(2, len(piece.pages) + 1):
        yield {"url": f"http://{plan.host}{piece.page_path(page)}", "outcome": "part", "id": article}
    if plan.mirrored:
        yield {"url": f"http://{plan.host}/BIG5{plan.path}", "outcome": "sighting", "id": article}
