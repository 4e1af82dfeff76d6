"""The archive: written pages come back equal, at once, from a whole, an open and a recovered file."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from difang.crawler.archive import Archive
from difang.crawler.archive.record import fitting_headers
from difang.ingest.errors import RetryLater, SetAside
from difang.ingest.page import Page, Position
from difang.ingest.warc import pages

PAGE = Page(
    url="http://sd.people.com.cn/n2/2022/0213/c1-35131671.html",
    final_url="http://sd.people.com.cn/n2/2022/0213/c2-35131671.html",
    status=200,
    headers=(("Content-Type", "text/html; charset=gb2312"), ("Set-Cookie", "a"), ("Set-Cookie", "b")),
    body="疫情".encode("gb18030") + b"\xff\r\n\r\n\x00" * 50,
    fetched_at=datetime(2026, 2, 3, 4, 5, 6, 7, UTC),
    run_id="20260203T040506Z-sd-abcdef",
)


def numbered(n: int) -> Page:
    return replace(PAGE, url=f"{PAGE.url}?{n}", final_url=f"{PAGE.url}?{n}", body=os.urandom(3000))


def open_archive(folder: Path, max_bytes: int = 1_000_000) -> Archive:
    return Archive(folder, max_bytes=max_bytes)


@pytest.mark.parametrize("status", [200, 404, 599])
@pytest.mark.parametrize("body", [b"", PAGE.body])
def test_a_page_read_back_equals_the_page_fetched_while_the_file_is_open_and_after(
    tmp_path: Path, status: int, body: bytes
) -> None:
    archive = open_archive(tmp_path)
    files = archive.open_run(PAGE.run_id, "difang/test")
    page = replace(PAGE, status=status, body=body)
    position = files.keep(page)
    open_read = archive.read(position)
    files.close()
    assert open_read == archive.read(position) == replace(page, position=position)
    assert [file.name for file in archive.files()] == [position.file]


def test_files_follow_one_another_at_the_size_limit_and_sort_by_time(tmp_path: Path) -> None:
    archive = open_archive(tmp_path, max_bytes=10_000)
    files = archive.open_run(PAGE.run_id, "difang/test")
    kept = [numbered(n) for n in range(12)]
    positions = [files.keep(page) for page in kept]
    files.close()
    names = [file.name for file in archive.files()]
    assert len(names) > 2
    assert names == sorted(dict.fromkeys(position.file for position in positions))
    assert [page for file in archive.files() for page in pages(file)] == [
        replace(page, position=position) for page, position in zip(kept, positions, strict=True)
    ]


def test_a_run_without_pages_leaves_no_file(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    archive.open_run("run", "difang/test").close()
    assert archive.files() == []
    assert archive.recover() == []


def killed_writer(folder: Path, number: int, torn: int) -> list[tuple[Page, Position]]:
    """A child writes pages, tears the last record, and is killed; what it kept before."""
    kept = [numbered(n) for n in range(number)]
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        files = open_archive(folder).open_run(PAGE.run_id, "difang/test")
        for page in kept:
            position = files.keep(page)
            os.write(write, f"{position.file} {position.offset} {position.length}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as told:
        rows = [row.split() for row in told]
    if torn:
        left = next(folder.glob("*.open"))
        with left.open("r+b") as file:
            file.truncate(left.stat().st_size - torn)
    return [
        (page, Position(file=row[0], offset=int(row[1]), length=int(row[2])))
        for page, row in zip(kept, rows, strict=True)
    ]


@pytest.mark.parametrize("torn", [0, 1, 700])
def test_what_a_killed_run_left_is_cut_to_its_last_whole_page_and_references_stay_valid(
    tmp_path: Path, torn: int
) -> None:
    kept = killed_writer(tmp_path, 4, torn)
    archive = open_archive(tmp_path)
    assert [file.name for file in archive.recover()] == [kept[0][1].file]
    whole = kept if not torn else kept[:-1]
    assert [archive.read(position) for _, position in whole] == [replace(p, position=at) for p, at in whole]
    assert len(list(pages(archive.files()[0]))) == len(whole)
    if torn:
        with pytest.raises(SetAside):
            archive.read(kept[-1][1])


def test_a_killed_run_without_one_whole_page_leaves_nothing(tmp_path: Path) -> None:
    killed_writer(tmp_path, 1, 10)
    archive = open_archive(tmp_path)
    assert archive.recover() == []
    assert archive.files() == []


def test_a_file_whose_writer_lives_is_left_alone(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    files = archive.open_run(PAGE.run_id, "difang/test")
    files.keep(PAGE)
    assert archive.recover() == []
    assert [file.suffix for file in archive.files()] == [".open"]
    files.close()


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """A disk that is full after so many bytes of a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_is_a_sentence_and_the_file_ends_with_the_page_before(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    files = archive.open_run(PAGE.run_id, "difang/test")
    first = files.keep(numbered(1))
    with files_limited_to(first.offset + first.length + 1000), pytest.raises(RetryLater, match="free the disk"):
        files.keep(numbered(2))
    third = files.keep(numbered(3))
    files.close()
    assert [page.position for page in pages(archive.files()[0])] == [first, third]


def test_a_file_that_is_not_there_sets_the_page_aside(tmp_path: Path) -> None:
    with pytest.raises(SetAside, match="no file nothing"):
        open_archive(tmp_path).read(Position(file="nothing.warc.gz", offset=0, length=1))


def test_headers_name_no_coding_and_the_true_length() -> None:
    headers = fitting_headers([("Content-Encoding", "gzip"), ("content-length", "9"), ("ETag", '"x"')], 20)
    assert headers == (("ETag", '"x"'), ("Content-Length", "20"))
