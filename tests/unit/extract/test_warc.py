"""Pages out of WARC files: whole ones, in parts, and files that break off."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from difang.ingest.errors import SetAside
from difang.ingest.warc import BrokenWarc, LeftOut, page_at, pages, spans
from difang.ingest.warc_record import record_date
from tests.warc_made import CUT_FORMS, UNDECODABLE_FORMS, Warc

BODIES = [f"<p>第{number}页，{'正文。' * 300}{number}</p>".encode() for number in range(12)]


@pytest.fixture
def warc(tmp_path: Path) -> Path:
    """Twelve responses between their requests, one of them chunked, one compressed."""
    file = tmp_path / "run.warc.gz"
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for number, body in enumerate(BODIES):
            sent, headers = body, [("Content-Type", "text/html")]
            if number == 1:
                sent, headers = gzip.compress(body), [*headers, ("Content-Encoding", "gzip")]
            if number == 2:
                sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
                headers = [*headers, ("Transfer-Encoding", "chunked")]
            url = f"http://sd.people.com.cn/{number}"
            for kind in ("request", "response"):
                status = StatusAndHeaders(
                    "200 OK" if kind == "response" else "GET / HTTP/1.1", headers, protocol="HTTP/1.1"
                )
                about = {"Difang-Run": "run-1", "Difang-Final-URL": f"{url}/final"} if number == 3 else {}
                payload = sent if kind == "response" else b""
                writer.write_record(
                    writer.create_warc_record(
                        url,
                        kind,
                        payload=io.BytesIO(payload),
                        length=len(payload),
                        http_headers=status,
                        warc_headers_dict=about,
                    )
                )
    return file


def test_bodies_come_without_transfer_and_content_coding(warc: Path) -> None:
    """In the order of the file, each with its place, at which it is found again."""
    found = list(pages(warc))
    assert [page.body for page in found] == BODIES
    for page in found:
        assert page.position is not None
        assert page_at(warc, page.position.offset, page.position.length) == page
        assert page.header("content-encoding") is None


def test_what_the_archive_notes_of_a_page_is_read(warc: Path) -> None:
    """Run and final address; without the latter it is the address asked for."""
    found = list(pages(warc))
    assert (found[3].run_id, found[3].final_url) == ("run-1", "http://sd.people.com.cn/3/final")
    assert (found[4].run_id, found[4].final_url) == ("", found[4].url)


@pytest.mark.parametrize("size", [1, 900, 5000, 10**9])
def test_the_parts_of_a_file_hold_every_page_once(warc: Path, size: int) -> None:
    """However small they are."""
    parts = spans(warc, size)
    assert [page for part in parts for page in pages(warc, part)] == list(pages(warc))
    assert (len(parts) > 1) is (size < 10**9)


def test_a_file_without_compression_is_read_as_one_part(warc: Path) -> None:
    """Its records cannot be told from its pages."""
    plain = warc.with_suffix("")
    plain.write_bytes(gzip.decompress(warc.read_bytes()))
    assert len(spans(plain, 100)) == 1
    found = list(pages(plain))
    assert [page.body for page in found] == BODIES
    assert found[5].position is not None
    assert page_at(plain, found[5].position.offset, found[5].position.length) == found[5]


def test_a_file_cut_anywhere_gives_its_whole_pages_and_one_sentence(warc: Path) -> None:
    """Never half a page, never an unknown exception."""
    whole = warc.read_bytes()
    ends = [page.position.offset + page.position.length for page in pages(warc) if page.position]
    for cut in range(1, len(whole), 97):
        warc.write_bytes(whole[:cut])
        found: list[bytes] = []
        try:
            for page in pages(warc):
                found += [page.body]
        except BrokenWarc as error:
            assert str(error).endswith(".")
        assert found == BODIES[: sum(end <= cut for end in ends)]


def test_other_files_are_refused_with_a_sentence(tmp_path: Path) -> None:
    """Text, HTML (also with enough words in its first line for one of an ARC file), an empty member."""
    page = "<!DOCTYPE html><html><head></head><body class='a b'><p>正文 有 空格</p></body></html>".encode()
    for content in (
        b"hello\n" * 100,
        b"<html></html>",
        page,
        page + b"\n",
        gzip.compress(b"no record"),
        b"\x1f\x8b\x08garbage",
    ):
        file = tmp_path / "x.warc.gz"
        file.write_bytes(content)
        with pytest.raises(BrokenWarc, match=r"\.$"):
            list(pages(file))


def test_a_place_that_holds_no_whole_page_is_set_aside(warc: Path) -> None:
    """The archive may have lost it."""
    size = warc.stat().st_size
    for offset, length in ((5, 700), (size, 700), (size - 10, 700), (0, 50)):
        with pytest.raises(SetAside, match="no whole page"):
            page_at(warc, offset, length)


@pytest.mark.parametrize(
    "when", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-08:00", "0001-01-01T00:00:00+09:00", "?"]
)
@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_a_record_of_no_possible_time_is_left_out_and_told_at_the_end(tmp_path: Path, when: str, name: str) -> None:
    """The records after it are read."""
    warc = Warc(tmp_path / name)
    for number, body in enumerate(BODIES[:4]):
        warc.response(f"http://sd.people.com.cn/{number}", body, **({"WARC-Date": when} if number == 1 else {}))
    found: list[bytes] = []
    with pytest.raises(LeftOut, match=r"its WARC-Date .* was left out; the others were read"):
        for page in pages(warc.close()):
            found += [page.body]
    assert found == [BODIES[0], BODIES[2], BODIES[3]]


@pytest.mark.parametrize("form", CUT_FORMS)
def test_a_record_whose_body_was_cut_is_left_out_and_told_at_the_end(tmp_path: Path, form: str) -> None:
    """However the tool that fetched it stored what had come."""
    warc = Warc(tmp_path / "a.warc.gz")
    for number, body in enumerate(BODIES[:4]):
        warc.response(f"http://sd.people.com.cn/{number}", body, form=form if number in (0, 2) else "chunked gzip")
    found: list[bytes] = []
    with pytest.raises(LeftOut, match="its body is cut before its end and 1 more was left out"):
        for page in pages(warc.close()):
            found += [page.body]
    assert found == [BODIES[1], BODIES[3]]


@pytest.mark.parametrize("form", UNDECODABLE_FORMS)
def test_a_record_whose_coding_cannot_be_undone_is_left_out_and_told_at_the_end(tmp_path: Path, form: str) -> None:
    """What it holds is no page."""
    warc = Warc(tmp_path / "a.warc.gz")
    for number, body in enumerate(BODIES[:3]):
        warc.response(f"http://sd.people.com.cn/{number}", body, form=form if number == 1 else "gzip, then br")
    found: list[bytes] = []
    with pytest.raises(LeftOut, match="its body has a content coding that cannot be undone was left out"):
        for page in pages(warc.close()):
            found += [page.body]
    assert found == [BODIES[0], BODIES[2]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("20260301080910", "2026-03-01T08:09:10"),
        ("2026-03", "2026-03-01T00:00:00"),
        ("2026", "2026-01-01T00:00:00"),
        ("2026-03-01", "2026-03-01T00:00:00"),
        ("2026-03-01T16:09:10.123456789+08:00", "2026-03-01T08:09:10.123456"),
    ],
)
def test_a_time_in_another_form_than_the_usual_is_read(text: str, told: str) -> None:
    """As WARC 1.1 allows it, or older tools write it."""
    assert record_date(text).isoformat() == f"{told}+00:00"


def test_a_page_kept_as_a_resource_is_read_as_one(tmp_path: Path) -> None:
    """As tools keep it that have no answer of a server; what is no page goes without a word, a record cut is broken."""
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response("http://sd.people.com.cn/0", BODIES[0])
    warc.record("resource", "http://sd.people.com.cn/1", BODIES[1], warc={"Content-Type": "text/html; charset=utf-8"})
    warc.record("resource", "urn:pageinfo", b"{}", warc={"Content-Type": "application/json"})
    warc.record("resource", "http://sd.people.com.cn/1.jpg", b"\xff", warc={"Content-Type": "image/jpeg"})
    file = warc.close()
    found = list(pages(file))
    assert [page.body for page in found] == BODIES[:2]
    assert (found[1].status, found[1].url) == (200, "http://sd.people.com.cn/1")
    assert found[1].headers == (("Content-Type", "text/html; charset=utf-8"),)
    assert found[1].position is not None
    assert page_at(file, found[1].position.offset, found[1].position.length) == found[1]
    file.write_bytes(file.read_bytes()[: found[1].position.offset + found[1].position.length - 9])
    with pytest.raises(BrokenWarc):
        list(pages(file))
