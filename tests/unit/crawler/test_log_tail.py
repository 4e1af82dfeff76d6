"""The end of a log is read and searched backwards, and leafed through, a bounded part at a look."""

from __future__ import annotations

from pathlib import Path

import pytest

from difang.crawler import log_tail
from difang.crawler.log_tail import read_back, read_on


def written(path: Path, lines: list[str], end: str = "\n") -> Path:
    path.write_text("\n".join(lines) + end, encoding="utf-8")
    return path


def test_the_last_lines_come_in_order_and_earlier_ones_at_the_next_look(tmp_path: Path) -> None:
    lines = [f"第 {number} 行" for number in range(1000)]
    log = written(tmp_path / "a.log", lines)
    seen: list[str] = []
    before: int | None = None
    while before != 0:
        tail = read_back(log, before=before, most=70)
        seen = [*tail.lines, *seen]
        before = tail.start
    assert seen == lines


@pytest.mark.parametrize("piece", [1, 2, 7, 64])
def test_pieces_may_fall_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(log_tail, "PIECE", piece)
    lines = ["甲", "", "bc", "丁戊", "", "x" * 100]
    assert list(read_back(written(tmp_path / "a.log", lines)).lines) == lines
    assert list(read_back(written(tmp_path / "b.log", lines, end="")).lines) == lines


def test_what_was_cut_off_into_the_older_file_is_the_beginning(tmp_path: Path) -> None:
    written(tmp_path / "a.log.1", ["one", "two"])
    log = written(tmp_path / "a.log", ["three"])
    assert read_back(log).lines == ("one", "two", "three")
    assert read_back(log, find="TWO").lines == ("two",)


@pytest.mark.parametrize("needle", ["NEEDLE", "the needle", "针", "É"])
def test_a_search_looks_through_a_hundred_megabytes_at_once(tmp_path: Path, needle: str) -> None:
    log = tmp_path / "a.log"
    line = "2026-11-23 08:15:02+08:00 INFO http://sd.people.com.cn/n2/2026/1123/c1-1.html 200 " + "x" * 40 + "\n"
    with log.open("w", encoding="utf-8") as file:
        file.write("the needle, 针, é\n")
        for _ in range(800):
            file.write(line * 1000)
    assert log.stat().st_size > 95_000_000
    tail = read_back(log, find=needle)
    assert (tail.lines, tail.start) == (("the needle, 针, é",), 0)
    assert read_back(log, find="is not there").lines == ()


def test_a_search_that_is_bounded_goes_on_from_where_it_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_tail, "PIECE", 100)
    log = written(tmp_path / "a.log", ["the needle", *["x" * 30] * 1000])
    looks, before = 0, None
    while not (tail := read_back(log, find="needle", before=before, most_bytes=5000)).lines:
        assert tail.end - tail.start < 5200
        looks, before = looks + 1, tail.start
    assert looks == 6


def test_one_can_leaf_back_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_tail, "PIECE", 100)
    lines = [f"第 {number} 行 {'even' if number % 2 == 0 else 'odd'}" for number in range(500)]
    written(tmp_path / "a.log.1", lines[:300])
    log = written(tmp_path / "a.log", lines[300:])
    for find in ("", "EVEN"):
        wanted = [line for line in lines if find.lower() in line]
        seen: list[str] = []
        after = 0
        while (tail := read_on(log, after=after, find=find, most=70)).end < tail.size:
            assert tail.lines == read_back(log, before=tail.end, find=find, most=70).lines
            seen, after = [*seen, *tail.lines], tail.end
        assert [*seen, *tail.lines] == wanted
    assert read_on(log, after=0, find="nowhere").lines == ()
    assert read_on(log, after=10**9).lines == read_on(tmp_path / "none.log", after=7).lines == ()


def test_a_line_of_many_megabytes_is_shown_cut_and_hides_nothing(tmp_path: Path) -> None:
    log = written(tmp_path / "a.log", ["first", "y" * 30_000_000, "last"])
    assert [line[:5] for line in read_back(log).lines] == ["first", "yyyyy", "last"]
    assert max(map(len, read_back(log).lines)) == 2000
    assert read_back(log, find="first").lines == ("first",)
    assert read_on(log, after=0).lines[0] == "first"
    assert read_on(log, after=0).lines[-1] == "last"


def test_there_may_be_no_log(tmp_path: Path) -> None:
    assert read_back(tmp_path / "none.log").lines == ()
