"""`difang extract` as a process: what it prints and how it ends."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.golden.make import FOLDER

PLAIN = FOLDER / "C" / "plain"
SEVERAL = FOLDER / "B" / "three-pages"


def extract(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, the lines printed, and what went to stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "difang", "extract", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
        timeout=60,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.decode().splitlines()], done.stderr.decode()


def expected(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "expected.json").read_text(encoding="utf-8")))


def address(folder: Path) -> str:
    return str(json.loads((folder / "headers.json").read_text(encoding="utf-8"))["url"])


def write_warc(file: Path, answers: list[tuple[str, int, bytes]]) -> None:
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for url, status, body in answers:
            headers = StatusAndHeaders(f"{status} OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            payload = {"payload": io.BytesIO(body), "length": len(body)}
            writer.write_record(writer.create_warc_record(url, "response", http_headers=headers, **payload))


def three_pages() -> list[tuple[str, int, bytes]]:
    stem = address(SEVERAL).removesuffix(".html")
    suffixes = ("", "-2", "-3")
    return [(f"{stem}{suffix}.html", 200, (SEVERAL / f"page{suffix}.html").read_bytes()) for suffix in suffixes]


def test_a_file_gives_its_article_in_the_order_of_the_contract() -> None:
    """A saved page with its address beside it, and a second one that is missing."""
    code, lines, errors = extract(PLAIN / "page.html", "missing.html")
    assert code == 1
    assert errors == "difang: missing.html cannot be read: No such file or directory.\n"
    assert len(lines) == 1
    assert {name: lines[0][name] for name in expected(PLAIN)} == expected(PLAIN)
    assert list(lines[0])[:4] == ["id", "url", "urls", "channel"]
    assert list(lines[0])[-3:] == ["warnings", "content_hash", "fetched_at"]


def test_standard_input_is_told_its_address() -> None:
    """Without one it tells what it can of itself."""
    body = (PLAIN / "page.html").read_bytes()
    code, lines, _ = extract("-", "--url", "http://sd.people.com.cn/n2/2026/0101/c1-99999999.html", stdin=body)
    assert (code, lines[0]["url"]) == (0, "http://sd.people.com.cn/n2/2026/0101/c1-99999999.html")
    code, lines, _ = extract("-", stdin=body)
    assert (code, lines[0]["url"], lines[0]["channel"]) == (0, address(PLAIN), "sd")


def test_explain_shows_rule_and_text_of_each_field() -> None:
    """On a line of its own, after the article."""
    code, lines, _ = extract(PLAIN / "page.html", "--explain")
    assert code == 0
    traces = {trace["field"]: trace for trace in lines[1]["explain"]}
    assert {"template", "title", "published_at", "source", "editors", "sections", "body"} <= set(traces)
    assert traces["editors"]["rule"] == "div.edit"
    assert expected(PLAIN)["editors"][0] in traces["editors"]["text"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_pages_of_one_article_are_joined_wherever_they_stand(tmp_path: Path, workers: str) -> None:
    """Pages three, one and two, with others between; parts and refused pages have lines of their own."""
    first, second, third = three_pages()
    gone = ("http://sd.people.com.cn/n2/2026/0101/c1-1000001.html", 404, b"no")
    plain = (address(PLAIN), 200, (PLAIN / "page.html").read_bytes())
    write_warc(tmp_path / "x.warc.gz", [third, gone, first, plain, second])
    code, lines, errors = extract("--warc", tmp_path / "x.warc.gz", "--workers", workers)
    assert (code, errors) == (0, "")
    by_url = {line["url"]: line for line in lines}
    assert [line.get("outcome") for line in lines].count("part") == 2
    assert by_url[gone[0]] == {"url": gone[0], "outcome": "gone", "reason": "The server answered 404."}
    joined = by_url[first[0]]
    assert (joined["body"], joined["page_count"]) == (expected(SEVERAL)["body"], 3)
    assert joined["warnings"] == []


@pytest.mark.parametrize("first", ["original", "mirror"])
def test_the_mirror_is_a_sighting_where_there_is_the_original(tmp_path: Path, first: str) -> None:
    """Of an article of one page and of one of three; alone it is the article."""
    pages = [*three_pages(), (address(PLAIN), 200, (PLAIN / "page.html").read_bytes())]
    mirrored = [(mirror_of(url), status, body.replace(b"</p>", b"BIG5</p>")) for url, status, body in pages]
    write_warc(tmp_path / "x.warc.gz", pages + mirrored if first == "original" else mirrored + pages)
    code, lines, errors = extract("--warc", tmp_path / "x.warc.gz")
    assert (code, errors) == (0, "")
    assert sorted(line["body"] for line in lines if "id" in line) == sorted(
        expected(of)["body"] for of in (PLAIN, SEVERAL)
    )
    sightings = {line["url"] for line in lines if line.get("outcome") == "sighting"}
    assert sightings == {mirrored[0][0], mirrored[3][0]}
    write_warc(tmp_path / "alone.warc.gz", mirrored)
    _, lines, _ = extract("--warc", tmp_path / "alone.warc.gz")
    assert [line["body"].count("BIG5") > 0 for line in lines if "id" in line] == [True, True]


def mirror_of(url: str) -> str:
    host = url.index("/", 8)
    return f"{url[:host]}/BIG5{url[host:]}"


def test_a_broken_file_gives_its_whole_pages_then_one_sentence(tmp_path: Path) -> None:
    """And exit code 1; other files are still read."""
    file = tmp_path / "x.warc.gz"
    write_warc(file, [(address(PLAIN), 200, (PLAIN / "page.html").read_bytes())] * 3)
    file.write_bytes(file.read_bytes()[:-20])
    code, lines, errors = extract("--warc", file, "--warc", tmp_path / "none.warc.gz", PLAIN / "page.html")
    assert (code, len(lines)) == (1, 3)
    assert errors.count("\n") == 2
    assert "is broken from byte" in errors
    assert "none.warc.gz cannot be read" in errors


WRONG = [
    ("http://[x",),
    (),
    ("a.html", "b.html", "--url", "http://x.example/"),
    ("--warc", "x", "--url", "http://x.example/"),
    ("--no",),
]


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    """With a sentence that says what to do."""
    code, lines, errors = extract(*arguments)
    assert (code, lines) == (2, [])
    assert errors


@pytest.fixture
def proxy() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A forward proxy that answers one golden page, and what it was asked with which user agent."""
    asked: list[tuple[str, str]] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["User-Agent"]))
            body = (PLAIN / "page.html").read_bytes()
            self.send_response(200 if self.path == address(PLAIN) else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the standard library
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_address_is_fetched_once_through_the_proxy(proxy: tuple[str, list[tuple[str, str]]]) -> None:
    """With an honest user agent."""
    where, asked = proxy
    code, lines, _ = extract(address(PLAIN), http_proxy=where, DIFANG_CONTACT="desk@example.org")
    assert code == 0
    assert lines[0]["id"] == expected(PLAIN)["id"]
    assert [url for url, _ in asked] == [address(PLAIN)]
    assert asked[0][1].startswith("difang/")
    assert "desk@example.org" in asked[0][1]
    code, lines, _ = extract("http://sd.people.com.cn/nothing.html", http_proxy=where)
    assert (code, lines[0]["outcome"]) == (0, "gone")


def test_a_reader_that_has_enough_ends_it_and_blames_no_file(tmp_path: Path) -> None:
    """As `| head` does."""
    file = tmp_path / "a.warc.gz"
    write_warc(file, three_pages() * 100)
    command = [sys.executable, "-m", "difang", "extract", "--warc", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2]) as it:
        assert it.stdout is not None
        assert it.stderr is not None
        it.stdout.readline()
        it.stdout.close()
        assert it.stderr.read() == b""
        assert it.wait(60) == 0
