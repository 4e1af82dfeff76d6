"""The truth: what a correct reader must make of every article, and of every address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from difang.samplesite.edition import Edition
from difang.samplesite.piece import Piece
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
    entries = list(_of_article(plan, piece))
    seen = [entry["url"] for entry in entries if entry["outcome"] != "part"]
    return {**piece.truth(), "urls": seen, "addresses": [entry["url"] for entry in entries]}


def addresses_of(edition: Edition, plan: Plan) -> Iterator[dict[str, str]]:
    """The addresses of one plan, each with its outcome: indexed, part, sighting, gone, not_an_article or refused."""
    if edition.visible(plan):
        yield from _of_article(plan, edition.piece(plan))
    else:
        yield {"url": plan.url, "outcome": _OUTCOMES.get(plan.fate, "gone"), "id": f"people:L_{plan.number}"}


def _of_article(plan: Plan, piece: Piece) -> Iterator[dict[str, str]]:
    article = f"people:L_{plan.number}"
    yield {"url": plan.url, "outcome": "indexed", "id": article}
    for page in range(2, len(piece.pages) + 1):
        yield {"url": f"http://{plan.host}{piece.page_path(page)}", "outcome": "part", "id": article}
    if plan.mirrored:
        yield {"url": f"http://{plan.host}/BIG5{plan.path}", "outcome": "sighting", "id": article}
