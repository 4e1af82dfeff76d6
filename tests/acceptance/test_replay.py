"""`difang replay` as a real process, on a WARC file made here and on the captured pages where they are."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.acceptance.proxies import running, through
from tests.warc_made import Warc, chunked, digest_of, refers_to

SHARED = Path(os.environ.get("DIFANG_SHARED", Path(__file__).parents[2] / ".." / "shared"))
PAGE = "<html>页面</html>".encode("gb18030")


def warc(file: Path) -> Path:
    """Three responses: plain, gzip coded, chunked; the last under an https address."""
    in_chunks = b"5\r\n" + PAGE[:5] + b"\r\n" + f"{len(PAGE) - 5:x}".encode() + b"\r\n" + PAGE[5:] + b"\r\n0\r\n\r\n"
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for url, body, coding in (
            ("http://sd.people.com.cn/plain.html", PAGE, []),
            ("http://sd.people.com.cn/gzip.html", gzip.compress(PAGE), [("Content-Encoding", "gzip")]),
            ("https://sd.people.com.cn/chunked.html", in_chunks, [("Transfer-Encoding", "chunked")]),
        ):
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), *coding], protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    url, "response", payload=BytesIO(body), http_headers=headers, length=len(body)
                )
            )
    return file


def refused(file: Path) -> str:
    """What the command says of a file it cannot replay."""
    done = subprocess.run(
        [sys.executable, "-m", "difang", "replay", str(file), "--port", "0"], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_captured_bytes_come_back_whatever_coding_they_were_captured_with(tmp_path: Path) -> None:
    with running("replay", str(warc(tmp_path / "made.warc.gz")), "--port", "0") as proxy:
        for name in ("plain", "gzip", "chunked"):
            assert through(proxy, f"http://sd.people.com.cn/{name}.html") == (200, PAGE)
        assert through(proxy, "http://sd.people.com.cn/robots.txt")[0] == 404
        assert through(proxy, "http://js.people.com.cn/plain.html")[0] == 404


AT, BESIDE = "http://sd.people.com.cn/at.html", "http://sd.people.com.cn/beside.html"
NEW = "<html>新</html>".encode("gb18030")


@pytest.mark.parametrize("file", ["a.warc.gz", "b.warc.gz"])
def test_a_page_captured_again_without_its_body_answers_with_the_one_it_refers_to(tmp_path: Path, file: str) -> None:
    """Not with the one captured in between; by its address and time or by its digest; from another file too."""
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(AT, PAGE, form="chunked")
    warc.response(AT, NEW)
    again = warc if file == "a.warc.gz" else Warc(tmp_path / file)
    again.revisit(AT, seconds=60, status="304 Not Modified", **refers_to(AT, seconds=1))
    again.revisit(BESIDE, seconds=61, **{"WARC-Payload-Digest": digest_of(chunked(PAGE))})
    files = {str(made.close()) for made in (warc, again)}
    with running("replay", *sorted(files, reverse=True), "--port", "0") as proxy:
        assert through(proxy, AT) == (200, PAGE if file == "a.warc.gz" else NEW)
        assert through(proxy, BESIDE) == (200, PAGE)
    with running("replay", *sorted(files), "--port", "0") as proxy:
        assert through(proxy, AT) == (200, PAGE)


def test_a_page_captured_after_it_was_found_as_before_answers_as_last(tmp_path: Path) -> None:
    warc = Warc(tmp_path / "a.warc")
    warc.response(AT, PAGE)
    warc.revisit(AT, seconds=60, **refers_to(AT, seconds=1))
    warc.response(AT, NEW)
    with running("replay", str(warc.close()), "--port", "0") as proxy:
        assert through(proxy, AT) == (200, NEW)


def test_a_page_captured_again_whose_body_is_nowhere_is_told_and_answers_as_before(tmp_path: Path) -> None:
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(AT, PAGE)
    for url in (AT, BESIDE):
        warc.revisit(url, seconds=60, **refers_to(url, seconds=30, payload=NEW))
    with running("replay", str(warc.close()), "--port", "0", said="Of 2 pages captured again, such as") as proxy:
        assert through(proxy, AT) == (200, PAGE)
        assert through(proxy, BESIDE)[0] == 404


@pytest.mark.parametrize("share", [0.4, 0.97])
def test_a_file_that_ends_early_is_refused_with_one_sentence(tmp_path: Path, share: float) -> None:
    file = warc(tmp_path / "made.warc.gz")
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    assert "cannot be read" in refused(file)


@pytest.mark.parametrize(
    "content", [b"", b"no WARC at all\n" * 50, gzip.compress(b"nor this")], ids=["empty", "text", "gzip"]
)  # gzip holds the time, and two processes must find tests of the same names
def test_what_is_no_warc_is_refused_with_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.warc.gz"
    file.write_bytes(content)
    said = refused(file)
    assert str(file) in said
    assert "at all" not in said  # what the file holds is not repeated; it may be anything


def test_a_port_that_cannot_be_is_wrong_usage(tmp_path: Path) -> None:
    words = ["replay", str(warc(tmp_path / "made.warc.gz")), "--port", "65536"]
    done = subprocess.run([sys.executable, "-m", "difang", *words], capture_output=True, text=True, timeout=30)
    assert (done.returncode, "Invalid value for '--port'" in done.stderr) == (2, True)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the captured pages lie in no ../shared beside this repository")
def test_the_captured_pages_come_back_as_they_were() -> None:
    with running("replay", str(SHARED / "pages" / "pages.warc.gz"), "--port", "0") as proxy:
        url = "http://js.people.com.cn/n2/2022/0213/c360307-35131671.html"
        assert through(proxy, url)[1] == (SHARED / "pages" / "js-n2-2022-0213-35131671.html").read_bytes()
