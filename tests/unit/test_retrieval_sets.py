"""Sets that relevance is measured on are read however their ids are written."""

from __future__ import annotations

from pathlib import Path

from bench.retrieval_sets import article_of, read_set


def test_ids_may_be_numbers(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"_id": 1, "title": "公交", "text": "三条"}\n{"_id": "b", "text": ""}\n')
    (tmp_path / "queries.jsonl").write_text('{"_id": 7, "text": "公交"}\n{"_id": 8, "text": "无"}\n')
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n7\t1\t1\n")
    read = read_set(tmp_path)
    assert read.documents == [("1", "公交", "三条"), ("b", "", "")]
    assert read.queries == {"7": "公交"}
    assert read.relevant == {"7": {"1": 1}}
    assert article_of(*read.documents[0]).id == "1"
