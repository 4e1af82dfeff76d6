"""The end of a log is read and searched backwards, a bounded part at a look."""

from __future__ import annotations

from pathlib import Path

import pytest

from difang.crawler import log_tail
from difang.crawler.log_tail import read_back


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


def test_a_search_in_a_hundred_megabytes_reads_a_bounded_part_and_goes_on_from_there(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    line = b"2026-11-23 INFO " + b"x" * 100 + b"\n"
    with log.open("wb") as file:
        file.write(b"the needle\n")
        file.seek(100_000_000)
        file.write(b"\n" + line * 100_000)
    tail = read_back(log, find="needle")
    assert tail.lines == ()
    assert tail.size - log_tail.MOST_BYTES <= tail.start < tail.size - log_tail.MOST_BYTES + len(line)
    assert read_back(log, find="needle", before=1000).lines == ("the needle",)


def test_a_line_longer_than_a_look_is_leapt_over_and_one_shown_is_cut(tmp_path: Path) -> None:
    log = written(tmp_path / "a.log", ["first", "y" * 50_000])
    assert len(read_back(log).lines[1]) == 2000
    tail = read_back(log, most_bytes=10_000)
    assert tail.lines == ()
    assert 0 < tail.start < tail.size


def test_there_may_be_no_log(tmp_path: Path) -> None:
    assert read_back(tmp_path / "none.log").lines == ()
