"""Loading from JSON lines, where the index takes one article not now and the others well."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from difang.crawler.ledger.ledger import Ledger
from difang.ingest.errors import RetryLater
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.load import Trouble, load_lines
from difang.ingest.index.port import Document, WriteResult, Written
from difang.ingest.pieces import SqlitePieces
from tests.made_articles import made_articles


class Choosy(EmbeddedIndex):
    """Takes these ids never, and says not now."""

    refused: frozenset[str] = frozenset()

    def write(self, documents: Sequence[Document]) -> list[WriteResult]:
        """The others as they are."""
        taken = iter(super().write([one for one in documents if one.article.id not in self.refused]))
        busy = (WriteResult(id=one.article.id, written=Written.RETRY, reason="busy") for one in documents)
        return [no if no.id in self.refused else next(taken) for no in busy]


def test_one_article_the_index_does_not_take_now_is_told_and_the_others_are_loaded(tmp_path: Path) -> None:
    """Where it takes none at all, loading ends."""
    articles = list(made_articles(5))
    lines = [article.to_json().encode() for article in articles]
    told: list[Trouble] = []
    with (
        closing(Ledger(f"sqlite:///{tmp_path / 'ledger'}")) as ledger,
        closing(SqlitePieces(tmp_path / "queue.db")) as pieces,
        closing(Choosy(tmp_path / "index")) as index,
    ):
        index.refused = frozenset({articles[1].id})
        counts, troubles = load_lines(lines, index, pieces=pieces, takedowns=ledger.takedowns, told=told.append)
        assert (counts["kept"], troubles) == (4, 1)
        assert told == [Trouble(line=2, reason="the index does not take it now, load it again: busy")]
        with pytest.raises(RetryLater, match="at line 1: busy"):
            load_lines(lines[1:2], index, pieces=pieces, takedowns=ledger.takedowns, told=told.append)
