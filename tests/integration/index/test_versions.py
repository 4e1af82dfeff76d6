"""The contract of versions, on both indexes: corrections are kept apart, and search sees the newest alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.mapping import VERSIONS as VERSIONS_FAMILY
from difang.ingest.index.port import ArticleIndex, Document
from difang.ingest.index.versions import history
from tests.integration.conftest import OpenIndex, clear, client
from tests.integration.parts import page_of, parts_in
from tests.made_articles import made_article

TIMES = [f"2026-01-0{day}T00:00:00.{day:06}+00:00" for day in range(1, 5)]
VERSIONS = [
    made_article(title=f"第{n}版", body=f"第一段。\n这是{n}。\n末段。", fetched_at=t) for n, t in enumerate(TIMES)
]


def test_what_is_kept_comes_back_with_its_differences(index: ArticleIndex) -> None:
    """In order of time, whatever the order of keeping; kept twice it is there once, as it was the first time."""
    assert index.versions("people:L_1") == []
    index.write([Document(article=VERSIONS[3], first_seen=TIMES[0])])
    assert index.versions("people:L_1") == history(VERSIONS[3], [])
    for number in (2, 0, 1, 2, 0):
        index.keep_versions([VERSIONS[number]])
    index.keep_versions([replace(VERSIONS[1], title="another"), made_article(id="people:L_2", fetched_at=TIMES[0])])
    index.refresh()
    found = index.versions("people:L_1")
    assert found == history(VERSIONS[3], VERSIONS[:3])
    assert [version.article for version in found] == VERSIONS[::-1]
    assert [(c.field, c.paragraph) for c in found[0].changes] == [("title", None), ("body", 2)]
    assert index.versions("people:L_2") == []
    assert index.status().documents == 1


def test_versions_of_many_articles_are_found_at_once_and_dropped_one_by_one(index: ArticleIndex) -> None:
    others = [made_article(id=f"people:L_{number}", fetched_at=TIMES[0]) for number in range(2, 30)]
    index.keep_versions([*VERSIONS[:3], *others])
    ids = ["people:L_1", *(one.id for one in others), "people:L_99"]
    found = index.kept_versions(ids)
    assert found.keys() == set(ids) - {"people:L_99"}
    assert sorted(one.fetched_at for one in found["people:L_1"]) == TIMES[:3]
    index.drop_versions([VERSIONS[1], others[0], VERSIONS[3]])
    found = index.kept_versions(ids)
    assert sorted(one.fetched_at for one in found["people:L_1"]) == [TIMES[0], TIMES[2]]
    assert found.keys() == set(ids) - {"people:L_99", others[0].id}
    assert index.kept_versions([]) == {}


def test_one_that_can_never_be_kept_keeps_no_other_from_it(
    elasticsearch_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Its id is too long for Elasticsearch; nobody waits for it."""
    clear(elasticsearch_url)
    index = ElasticIndex(client(elasticsearch_url))
    index.write([Document(article=VERSIONS[3], first_seen=TIMES[0])])
    index.keep_versions([replace(VERSIONS[1], id=f"people:{'1' * 600}"), *VERSIONS[:3]])
    index.refresh()
    assert len(index.versions("people:L_1")) == 4
    assert "is not kept" in caplog.text
    index.close()
    clear(elasticsearch_url)


def test_more_than_one_request_can_hold_are_kept(elasticsearch_url: str) -> None:
    """Some 120 MB; a request of Elasticsearch holds 100."""
    clear(elasticsearch_url)
    index = ElasticIndex(client(elasticsearch_url))
    large = [made_article(id=f"people:L_{n}", body="长文" * 100_000) for n in range(200)]
    index.keep_versions(large)
    index.refresh()
    with client(elasticsearch_url) as server:
        assert server.count(index=VERSIONS_FAMILY.read)["count"] == 200
    index.close()
    clear(elasticsearch_url)


def test_they_go_with_their_article(index: ArticleIndex) -> None:
    """Removed, nothing of it is left; the others keep theirs."""
    for id_ in ("people:L_1", "people:L_2"):
        index.write([Document(article=replace(VERSIONS[1], id=id_), first_seen=TIMES[0])])
        index.keep_versions([replace(VERSIONS[0], id=id_)])
    assert index.remove(["people:L_1"]) == 1
    index.write([Document(article=VERSIONS[3], first_seen=TIMES[3])])
    index.refresh()
    assert len(index.versions("people:L_1")) == 1
    assert len(index.versions("people:L_2")) == 2


def test_another_process_sees_them(open_index: OpenIndex) -> None:
    """Opened anew."""
    first = open_index()
    first.write([Document(article=VERSIONS[1], first_seen=TIMES[0])])
    first.keep_versions([VERSIONS[0]])
    first.refresh()
    first.close()
    assert len(open_index().versions("people:L_1")) == 2


PAGE = """<html><head><meta name="contentid" content="L_{id}"><title>{title}</title></head><body><div class="rm_txt">
<h1 id="newstit">{title}</h1><div class="channel"><div class="col-1-1">2026年01月0{day}日07:48 | 来源：<a>海岱晚报</a>
</div></div><div class="rm_txt_con"><p>海岱市的公交集团今天新开三条线路，市民出行更加方便，客流平稳。</p><p>{line}</p>
<div class="edit cf">(责编：萧云、纪小禾)</div></div></div></body></html>"""
URL = "http://sd.people.com.cn/n2/2026/0101/c1-35000001.html"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0, 1, 2, 0)])
def test_pages_in_any_order_and_twice_give_the_same_versions(
    index: ArticleIndex, tmp_path: Path, order: tuple[int, ...]
) -> None:
    """Through the worker: three pages of one article, each corrected since the one before."""
    with parts_in(tmp_path) as parts:
        worker = parts.worker(index)
        for number in order:
            body = PAGE.format(id=35000001, title="海岱市新开公交线路", day=1, line=f"共投入公交车{number + 20}辆。")
            parts.fetch([page_of(URL, body.encode(), seconds=number * 60.0)])
            worker.work(10)
        assert parts.waiting() == 0
    index.refresh()
    found = index.versions("people:L_35000001")
    assert [version.article.body[-9:] for version in found] == [f"投入公交车{n}辆。" for n in (22, 21, 20)]
    assert [[c.new for c in version.changes] for version in found] == [
        [["共投入公交车22辆。"]],
        [["共投入公交车21辆。"]],
        [],
    ]
    assert index.status().documents == 1
