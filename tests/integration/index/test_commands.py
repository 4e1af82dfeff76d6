"""`difang index`, `difang search` and `difang export`, as people and programs run them, on both indexes."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from difang.ingest.article import Image
from tests.integration.conftest import clear
from tests.made_articles import made_article, made_articles

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture(params=["embedded", "elasticsearch"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Run]:
    """Runs `difang …` with an empty index."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DIFANG_")}
    environment["DIFANG_VAR"] = str(tmp_path / "var")
    if request.param == "elasticsearch":
        environment["DIFANG_INDEX"] = url = request.getfixturevalue("elasticsearch_url")
        clear(url)

    def difang(*arguments: str, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "difang", *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            env=environment | more,
        )

    yield difang
    if request.param == "elasticsearch":
        clear(url)


def lines(count: int) -> bytes:
    return b"".join(article.to_json().encode() + b"\n" for article in made_articles(count))


def test_articles_are_loaded_searched_and_exported(run: Run) -> None:
    """What goes in comes out, in each format; before that, a hint that there is nothing yet."""
    empty = run("search", "图书馆")
    assert (empty.returncode, b"holds no articles" in empty.stderr) == (0, True)
    assert json.loads(run("index", "status", "--json").stdout)["documents"] == 0

    loaded = run("index", "load", "-", stdin=lines(60))
    assert (loaded.returncode, loaded.stdout) == (0, b"60 articles loaded\n")
    assert json.loads(run("index", "status", "--json").stdout)["documents"] == 60

    result = json.loads(run("search", "--json", "--limit", "3", "海岱市").stdout)
    assert set(result) == {"query", "understood", "ignored", "total", "took_ms", "hits", "facets", "next"}
    assert set(result["hits"][0]) == {
        "id", "url", "title", "channel", "channel_name", "published_at", "source", "editors", "score", "passages",
        "story", "also_in",
    }  # fmt: skip
    assert f"{result['total']} found" in run("search", "海岱市").stdout.decode()

    without = json.loads(run("search", "--json", "-海岱市").stdout)  # a query, though it begins like an option
    assert (without["understood"], without["total"] + result["total"]) == ("-海岱市", 60)

    exported = run("export", "", "--format", "jsonl").stdout
    assert sorted(exported.splitlines()) == sorted(lines(60).splitlines())
    assert run("index", "load", "-", stdin=exported).returncode == 0


PICTURE = Image(url="http://a.example/1.jpg", caption="张三摄")
PLAIN = Image(url="http://a.example/2.jpg", caption=None)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_a_corrected_article_that_is_loaded_keeps_its_older_versions(run: Run, order: tuple[int, ...]) -> None:
    told = [
        made_article(
            title=f"第{n}版",
            editors=("萧云",) * n,
            images=(PICTURE, PLAIN)[:n],
            fetched_at=f"2026-01-0{n + 1}T00:00:00+00:00",
        )
        for n in range(3)
    ]
    same = replace(told[2], fetched_at="2026-01-09T00:00:00+00:00", warnings=("no_minute",))
    for article in [*(told[number] for number in order), same]:
        assert run("index", "load", "-", stdin=article.to_json().encode()).returncode == 0
    lines = run("index", "versions", told[0].id, "--json").stdout.splitlines()
    versions = [json.loads(line) for line in lines]
    assert [version["title"] for version in versions] == ["第2版", "第1版", "第0版"]
    assert [change["field"] for change in versions[0]["changes"]] == ["title", "editors", "images"]
    printed = run("index", "versions", told[0].id).stdout.decode()
    assert "    - 萧云\n    + 萧云 / 萧云\n" in printed
    assert (
        "    - http://a.example/1.jpg, 张三摄\n    + http://a.example/1.jpg, 张三摄 / http://a.example/2.jpg\n"
        in printed
    )


def test_a_wrong_line_is_told_with_its_number_and_the_rest_is_loaded(run: Run) -> None:
    """Exit code 1; lines of pages that are no article are skipped."""
    wrong = [b"{", b"[]", b'{"id": "x"}', b"\xff", made_article().to_json().replace("[]", "5", 1).encode()]
    skipped = [b"", b'{"url": "http://x", "outcome": "gone", "reason": "404"}']
    no_time = made_article(id="people:L_7", published_at="soon").to_json().encode()
    done = run("index", "load", "-", stdin=b"\n".join([*wrong, *skipped, no_time, lines(3)]))
    told = done.stderr.decode()
    assert done.returncode == 1
    assert b"3 articles loaded" in done.stdout
    assert [f"line {number}: " in told for number in range(1, 12)] == [True] * 5 + [False] * 2 + [True] + [False] * 3
    assert "Traceback" not in told


ODD: dict[str, object] = {
    "id": "",
    "id ": "  ",
    "id long": "people:" + "长" * 200,
    "id half": "people:L_\ud83d",
    "id control": "people:L_\0",
    "title": "半个\udc00字",
    "body": "\ud83d",
    "editors": ["萧\ud83d云"],
    "images": [{"url": "http://x/a.jpg", "caption": "\ud83d"}],
    "url": "http://sd.people.com.cn/\0",
    "first_seen": 5,
    "first_seen ": "soon",
    "published_at": "9999-12-31T23:59:00-12:00",
    "fetched_at": "0001-01-01T00:00:00+09:00",
    "fetched_at ": "2098-01-01T00:00:00+00:00",
    "page_count": None,
    "page_count ": True,
    "page_count many": 2**31,
    "page_count huge": 2**63,
}
"""Fields that no article can have; what follows a space only parts two of the same name."""


def test_lines_no_index_can_hold_are_told_with_their_numbers_and_lose_no_other(run: Run) -> None:
    """Each stands between good ones."""
    given, wanted = [], []
    for number, (field, value) in enumerate(ODD.items()):
        good = made_article(id=f"people:L_{number}")
        given += [good.to_json(), json.dumps(made_article(id="people:L_99").to_dict() | {field.split()[0]: value})]
        wanted.append(good.id)
    done = run("index", "load", "-", stdin="\n".join(given).encode())
    told = done.stderr.decode()
    assert "Traceback" not in told
    assert (done.returncode, done.stdout.decode()) == (1, f"{len(ODD)} articles loaded, {len(ODD)} wrong lines\n")
    assert sorted(int(line.split()[1].rstrip(":")) for line in told.splitlines() if line.startswith("line ")) == [
        *range(2, 2 * len(ODD) + 1, 2)
    ]
    exported = run("export", "", "--format", "jsonl").stdout.splitlines()
    assert sorted(json.loads(line)["id"] for line in exported) == sorted(wanted)


def test_what_was_taken_down_is_not_loaded(run: Run) -> None:
    """By its id or by an address it was printed at."""
    urls = [f"http://sd.people.com.cn/n2/2020/0206/c1-{number}.html" for number in (1, 2, 3)]
    first, second, third = (
        replace(article, url=url, urls=(url,)) for article, url in zip(made_articles(3), urls, strict=True)
    )
    for target in (first.id, second.url):
        assert run("takedown", target, "--reason", "a test").returncode == 0
    given = "\n".join(article.to_json() for article in (first, second, third))
    done = run("index", "load", "-", stdin=given.encode())
    assert (done.returncode, done.stdout) == (0, b"1 article loaded, 2 left out because they were taken down\n")
    exported = run("export", "", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["id"] for line in exported] == [third.id]


def test_csv_opens_in_a_spreadsheet_and_computes_nothing(run: Run, tmp_path: Path) -> None:
    """Byte order mark, and no cell that begins a formula."""
    hostile = made_article(title='=HYPERLINK("http://x")', body="+1\n-1", source="@x", editors=("萧云", "赵 一"))
    assert run("index", "load", "-", stdin=hostile.to_json().encode()).returncode == 0
    file = tmp_path / "out.csv"
    assert run("export", "editor:萧云", "--format", "csv", "-o", str(file)).returncode == 0
    text = file.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    assert row["title"] == "'" + hostile.title
    assert row["source"] == "'@x"
    assert row["body"] == "'+1\n-1"
    assert row["editors"] == "萧云、赵 一"


def test_parquet_holds_every_article(run: Run, tmp_path: Path) -> None:
    """Read back."""
    from pyarrow import parquet

    run("index", "load", "-", stdin=lines(25))
    file = tmp_path / "out.parquet"
    assert run("export", "", "--format", "parquet", "-o", str(file)).returncode == 0
    table = parquet.read_table(file)
    assert sorted(table["id"].to_pylist()) == sorted(article.id for article in made_articles(25))


def test_an_index_out_of_reach_is_one_sentence(run: Run) -> None:
    """Exit code 1, no traceback."""
    nowhere = {"DIFANG_INDEX": "http://127.0.0.1:1"}
    for arguments in (("search", "x"), ("index", "status"), ("export", "x", "--format", "jsonl")):
        done = run(*arguments, **nowhere)
        assert done.returncode == 1
        assert done.stderr.startswith(b"difang: Elasticsearch cannot be reached")
        assert done.stderr.count(b"\n") == 1


def test_wrong_usage_is_exit_code_2(run: Run) -> None:
    """A cursor that is none, a date that does not exist, an address that is none."""
    assert run("search", "x", "--cursor", "nonsense").returncode == 2
    assert run("search", "x", "--from", "2020-02-30").returncode == 2
    assert run("search", "x", DIFANG_INDEX="nonsense").returncode == 2
