"""`difang extract` as a process: what it prints and how it ends."""

from __future__ import annotations

import io
import json
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.golden.make import FOLDER
from tests.services.answering import answering
from tests.unit.extract.layouts import layout_c
from tests.unit.extract.pages import URL

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


def told(url: str, words: str, pages: int) -> tuple[str, int, bytes]:
    """A page of one article at its address, with links to this many pages."""
    links = "".join(f'<a href="/n2/2024/0510/c166192-40840001-{k}.html">【{k}】</a>' for k in range(2, pages + 1))
    return url, 200, layout_c(f'<p>{words}。</p><div class="zdfy">{links}</div>').encode()


def page_url(number: int) -> str:
    return URL if number == 1 else URL.replace(".html", f"-{number}.html")


CAPTURES: dict[str, tuple[list[tuple[int, str, int]], str]] = {
    "the first page again": ([(1, "甲", 3), (2, "乙", 3), (3, "丙", 3), (1, "甲新", 3)], "甲新。\n乙。\n丙。"),
    "the second page again": ([(1, "甲", 3), (2, "乙", 3), (3, "丙", 3), (2, "乙新", 3)], "甲。\n乙新。\n丙。"),
    "all pages again": ([(1, "甲", 2), (2, "乙", 2), (1, "甲新", 2), (2, "乙新", 2)], "甲新。\n乙新。"),
    "one page twice": ([(1, "甲", 1), (1, "甲新", 1)], "甲新。"),
    "split later": ([(1, "甲", 1), (2, "乙", 2)], "甲。\n乙。"),
    "split later, the other way round": ([(2, "乙", 2), (1, "甲", 1)], "甲。\n乙。"),
    "a page more": ([(1, "甲", 2), (2, "乙", 2), (1, "甲新", 3), (3, "丙", 3), (2, "乙新", 3)], "甲新。\n乙新。\n丙。"),
}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_article_captured_more_than_once_is_printed_once(tmp_path: Path, workers: str) -> None:
    """With the newest of each of its pages, also where the first was captured before the piece was split."""
    numbers = {name: str(50_000_000 + number) for number, name in enumerate(CAPTURES)}
    captured = [
        (url.replace("40840001", numbers[name]), status, body.replace(b"40840001", numbers[name].encode()))
        for name, (pages, _) in CAPTURES.items()
        for url, status, body in (told(page_url(page), words, last) for page, words, last in pages)
    ]
    write_warc(tmp_path / "x.warc.gz", captured)
    code, lines, errors = extract("--warc", tmp_path / "x.warc.gz", "--workers", workers)
    assert (code, errors) == (0, "")
    bodies = {line["id"].removeprefix("people:L_"): line["body"] for line in lines if "id" in line}
    assert bodies == {numbers[name]: body for name, (_, body) in CAPTURES.items()}
    assert sum("id" in line for line in lines) == len(CAPTURES)
    assert not any("missing_page" in str(line.get("warnings")) for line in lines)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_joined_article_is_explained_by_all_its_pages(tmp_path: Path, workers: str) -> None:
    """Which page, and which record it was; a part tells its record and its article."""
    captured = [told(page_url(page), words, 3) for page, words in ((3, "丙"), (1, "甲"), (2, "乙"))]
    write_warc(tmp_path / "x.warc.gz", captured)
    code, lines, _ = extract("--warc", tmp_path / "x.warc.gz", "--explain", "--workers", workers)
    assert code == 0
    article, explained = lines[-2:]
    bodies = [(trace["page"], trace["text"]) for trace in explained["explain"] if trace["field"] == "body"]
    assert bodies == [(1, "甲。"), (2, "乙。"), (3, "丙。")]
    assert {trace["field"] for trace in explained["explain"]} == set(article)
    assert [page["url"] for page in explained["pages"]] == [page_url(page) for page in (1, 2, 3)]
    parts = [line for line in lines if line.get("outcome") == "part"]
    assert [line["reason"].rpartition(" ")[0] for line in parts] == [
        f"Page {page} of {URL}, from x.warc.gz at byte" for page in (3, 2)
    ]
    assert explained["pages"][2]["file"] == parts[0]["reason"].partition("from ")[2].rstrip(".")


def test_an_article_tells_every_address_it_was_seen_at(tmp_path: Path) -> None:
    """Of the same file: its mirror, another channel's address, the one that led to it."""
    elsewhere, mirror = URL.replace("c166192", "c166193"), mirror_of(URL)
    first, again, copied = told(URL, "甲", 1), told(elsewhere, "甲", 1), told(mirror, "甲", 1)
    for order in ([first, again, copied], [copied, again, first], [again, first]):
        write_warc(tmp_path / "x.warc.gz", order)
        code, lines, _ = extract("--warc", tmp_path / "x.warc.gz", "--explain")
        article, explained = lines[:2]
        assert code == 0
        assert article["urls"] == [article["url"], *sorted({url for url, _, _ in order} - {article["url"]})]
        entries = [trace["text"] for trace in explained["explain"] if trace["field"] == "urls"]
        assert entries == article["urls"]
        assert [line["outcome"] for line in lines[2:] if "outcome" in line] == ["sighting"] * (len(order) - 1)


def test_another_address_of_an_article_is_a_sighting(tmp_path: Path) -> None:
    """The newest capture is the article, and its explanation follows it."""
    elsewhere = URL.replace("c166192", "c166193")
    write_warc(tmp_path / "x.warc.gz", [told(elsewhere, "甲", 1), told(URL, "甲新", 1)])
    code, lines, _ = extract("--warc", tmp_path / "x.warc.gz", "--explain")
    assert (code, lines[0]["url"], lines[0]["body"]) == (0, URL, "甲新。")
    assert (lines[1]["url"], "explain" in lines[1]) == (URL, True)
    assert [(line["url"], line["outcome"]) for line in lines[2:]] == [(elsewhere, "sighting")]


def mirror_of(url: str) -> str:
    host = url.index("/", 8)
    return f"{url[:host]}/BIG5{url[host:]}"


def test_a_broken_file_gives_its_whole_pages_then_one_sentence(tmp_path: Path) -> None:
    """And exit code 1; other files are still read."""
    file = tmp_path / "x.warc.gz"
    body = (PLAIN / "page.html").read_bytes()
    number = expected(PLAIN)["id"].rpartition("_")[2]
    others = [str(int(number) + more) for more in (1, 2, 3)]
    write_warc(
        file, [(address(PLAIN).replace(number, n), 200, body.replace(number.encode(), n.encode())) for n in others]
    )
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

    with answering(Answer) as where:
        yield where, asked


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


ANSWERS = {
    "/short": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n<html>abc",
    "/short404": b"HTTP/1.1 404 Not Found\r\nContent-Length: 200\r\n\r\nno",
    "/chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<html\r\nzz\r\n",
    "/status": b"\0\1garbage\r\n\r\n",
    "/headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n<html>",
    "/header": b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n<html>",
    "/%E4%B8%AD%20b": b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
}


@pytest.fixture
def odd() -> Iterator[str]:
    """A server of answers that break the rules."""

    class Answer(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            path = self.rfile.readline().split()[1].decode()
            while self.rfile.readline().strip():
                pass
            self.wfile.write(ANSWERS[path])

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_an_answer_that_breaks_off_or_is_none_is_one_sentence(odd: str) -> None:
    """Exit code 1, no traceback, and not half a page as if it were whole."""
    broken = [f"{odd}{path}" for path in ANSWERS if not path.startswith("/%")]
    code, lines, errors = extract(*broken)
    assert (code, lines) == (1, [])
    assert [line.split(" cannot be fetched: ")[0] for line in errors.splitlines()] == [
        f"difang: {url}" for url in broken
    ]
    assert all(line.endswith(".") and len(line.split(": ", 2)[2]) > 3 for line in errors.splitlines())


def test_an_address_may_hold_what_a_browser_takes(odd: str) -> None:
    """Han characters, a space, a scheme in capitals."""
    code, lines, errors = extract(odd.replace("http", "HTTP") + "/中 b")
    assert (code, errors, lines[0]["outcome"]) == (0, "", "gone")


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
