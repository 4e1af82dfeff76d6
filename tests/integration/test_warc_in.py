"""Other tools' WARC files: pages of the known hosts come into archive, queue and index, once, whatever their form."""

from __future__ import annotations

import gzip
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from difang.crawler.ledger.warc_files import WarcFile
from difang.crawler.warc_in import Parts as Places
from difang.crawler.warc_in import Progress, copy_pages
from difang.ingest.errors import UsageError
from difang.ingest.index.port import ArticleIndex
from difang.ingest.warc import BrokenWarc, pages
from tests.integration.parts import Parts, parts_in
from tests.integration.test_worker import SEVERAL, SINGLE, TRUTH, assert_true, fetched, work
from tests.warc_made import CUT_FORMS, FORMS, MOMENT, UNDECODABLE_FORMS, Warc, warc_of

PAGES = [(url, fetched(url).body) for record in TRUTH for url in record["addresses"] if "/BIG5/" not in url]


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    with parts_in(tmp_path / "var") as parts:
        yield parts


def places(parts: Parts) -> Places:
    return Places(ledger=parts.ledger, archive=parts.archive, queue=parts.queue, hosts=parts.hosts, agent="tests")


def copy(parts: Parts, path: Path) -> WarcFile:
    return copy_pages(path, places(parts), on_progress=lambda _: None)


def archived(parts: Parts) -> Counter[str]:
    """How often each page lies in the archive."""
    urls: Counter[str] = Counter()
    for file in parts.archive.files():
        with file.open("rb") as stream:
            urls.update(
                record.rec_headers.get_header("WARC-Target-URI")
                for record in ArchiveIterator(stream)
                if record.rec_type == "response"
            )
    return urls


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_pages_in_every_form_become_the_articles_they_are(
    parts: Parts, embedded: ArticleIndex, tmp_path: Path, name: str, version: str
) -> None:
    assert len(PAGES) > len(FORMS)
    file = copy(parts, warc_of(tmp_path / name, PAGES, version=version))
    assert file.counts == {"copied": len(PAGES), "request record": len(PAGES), "warcinfo record": 1}
    assert file.troubles == ()
    work(parts.worker(embedded), parts)
    assert embedded.status().documents == len(TRUTH)
    for record in TRUTH:
        held = embedded.get([record["id"]])[record["id"]].article
        assert_true(embedded, record | {"urls": held.urls})
    [run] = parts.ledger.runs.newest(5)
    counts = parts.ledger.runs.counts([run])[run.id]
    assert sum(counts.outcomes.values()) == counts.discovered == len(PAGES)
    assert archived(parts) == Counter(url for url, _ in PAGES)


def test_what_is_left_out_is_counted_with_the_reason(parts: Parts, tmp_path: Path) -> None:
    url, body = PAGES[0]
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(url.replace("http://", "https://") + "?from=app#top", body)
    warc.response("http://example.org/n2/2026/0301/c1-1234567.html", body)
    warc.response("http://sd.people.com.cn/", body)
    warc.response(PAGES[1][0], body, status="404 Not Found")
    warc.response(PAGES[1][0], body, **{"WARC-Truncated": "length"})
    warc.record("metadata", url, b"a: b\r\n")
    warc.record("resource", "urn:pageinfo", b"{}")
    warc.record("revisit", url, b"")
    copied = copy(parts, warc.close())
    assert copied.counts == {
        "copied": 1,
        "another host": 1,
        "no article's address": 1,
        "status 404": 1,
        "cut by the tool that fetched it": 1,
        "metadata record": 1,
        "resource record": 1,
        "revisit that does not tell its original": 1,
        "request record": 5,
        "warcinfo record": 1,
    }
    [claim] = parts.queue.claim(5, lease_seconds=60)
    assert claim.ref.url == url
    assert claim.ref.fetched_at > MOMENT
    assert claim.ref.position is not None
    assert parts.archive.read(claim.ref.position).body == body


NEVER = [
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-08:00",
    "0001-01-01T00:00:00+09:00",
    "2150-01-01T00:00:00Z",
    "soon",
]


@pytest.mark.parametrize("when", NEVER)
@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_a_page_fetched_at_no_possible_time_is_left_out_and_the_others_come(
    parts: Parts, embedded: ArticleIndex, tmp_path: Path, when: str, name: str
) -> None:
    """No later fetch could ever correct it, and some times cannot even be reckoned with."""
    warc = Warc(tmp_path / name)
    for number, (url, body) in enumerate(PAGES[:5]):
        warc.response(url, body, **({"WARC-Date": when} if number == 2 else {}))
    copied = copy(parts, warc.close())
    assert copied.troubles == ()
    assert copied.counts["copied"] == 4
    assert copied.counts["no time at which it can have been fetched"] == 1
    assert archived(parts) == Counter(url for number, (url, _) in enumerate(PAGES[:5]) if number != 2)
    work(parts.worker(embedded), parts)
    [run] = parts.ledger.runs.newest(5)
    assert sum(parts.ledger.runs.counts([run])[run.id].outcomes.values()) == 4


@pytest.mark.parametrize("form", CUT_FORMS)
@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_a_page_whose_body_was_cut_is_left_out_and_the_others_come(
    parts: Parts, tmp_path: Path, form: str, name: str
) -> None:
    """Half an article must not stand in the index as a whole one."""
    warc = Warc(tmp_path / name)
    for number, (url, body) in enumerate(PAGES[:3]):
        warc.response(url, body, form=form if number == 1 else "chunked")
    copied = copy(parts, warc.close())
    assert copied.troubles == ()
    assert (copied.counts["copied"], copied.counts["cut before its end"]) == (2, 1)
    assert archived(parts) == Counter([PAGES[0][0], PAGES[2][0]])


@pytest.mark.parametrize("form", UNDECODABLE_FORMS)
@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_a_page_whose_coding_cannot_be_undone_is_left_out_and_the_others_come(
    parts: Parts, tmp_path: Path, form: str, name: str
) -> None:
    """No garbage comes into the archive."""
    warc = Warc(tmp_path / name)
    for number, (url, body) in enumerate(PAGES[:3]):
        warc.response(url, body, form=form if number == 1 else "gzip twice")
    copied = copy(parts, warc.close())
    assert copied.troubles == ()
    assert (copied.counts["copied"], copied.counts["content coding that cannot be undone"]) == (2, 1)
    assert archived(parts) == Counter([PAGES[0][0], PAGES[2][0]])


def test_where_a_page_comes_from_is_written_beside_it(parts: Parts, tmp_path: Path) -> None:
    warc = Warc(tmp_path / "far.warc.gz")
    warc.response(PAGES[0][0] + "?a=1", PAGES[0][1])
    copy(parts, warc.close())
    with (tmp_path / "far.warc.gz").open("rb") as stream:
        [original] = [r.rec_headers for r in ArchiveIterator(stream) if r.rec_type == "response"]
    with parts.archive.files()[0].open("rb") as stream:
        [headers] = [r.rec_headers for r in ArchiveIterator(stream) if r.rec_type == "response"]
    assert headers.get_header("Difang-Source") == "far.warc.gz"
    assert headers.get_header("Difang-Source-Record") == original.get_header("WARC-Record-ID")
    assert headers.get_header("Difang-Source-URI") == PAGES[0][0] + "?a=1"


@pytest.mark.parametrize("first", [1, 40])
def test_two_pages_of_one_record_id_are_two_pages(
    parts: Parts, tmp_path: Path, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one go and in two; twice the same record is one."""
    monkeypatch.setattr("difang.crawler.warc_in.copying._MOST", first)
    warc = Warc(tmp_path / "a.warc.gz")
    same = {"WARC-Record-ID": "<urn:uuid:12345678-feed-beef-c0de-123456789012>", "WARC-Date": "2026-03-01T08:00:00Z"}
    for url, body in (*PAGES[:2], PAGES[0]):
        warc.response(url, body, **same)
    copied = copy(parts, warc.close())
    assert (copied.counts["copied"], copied.counts["copied before"]) == (2, 1)
    assert archived(parts) == Counter(url for url, _ in PAGES[:2])


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_an_address_in_capitals_is_the_same_address(parts: Parts, tmp_path: Path, name: str) -> None:
    """Scheme and host have no case."""
    url, body = PAGES[0]
    host = url.split("/")[2]
    warc = Warc(tmp_path / name)
    warc.response(url.replace(f"http://{host}", f"HTTP://{host.upper()}"), body, form="gzip")
    path = warc.close()
    assert copy(parts, path).counts["copied"] == 1
    assert archived(parts) == Counter([url])
    assert [page.body for page in pages(path)] == [body]


def test_a_page_that_prints_how_a_record_begins_does_not_make_its_file_one_member(parts: Parts, tmp_path: Path) -> None:
    """The first record of a file that was compressed record by record."""
    warc = Warc(tmp_path / "a.warc.gz", info=False)
    warc.response(PAGES[0][0], PAGES[0][1] + b"<!--\r\n\r\nWARC/1.0\r\n-->")
    warc.response(*PAGES[1])
    copied = copy(parts, warc.close())
    assert copied.troubles == ()
    assert copied.counts["copied"] == 2


def test_the_same_file_and_a_copy_of_it_bring_nothing_twice(parts: Parts, tmp_path: Path) -> None:
    path = warc_of(tmp_path / "a.warc.gz", PAGES[:6])
    first = copy(parts, path)
    assert copy(parts, path).run_id == first.run_id
    again = copy(parts, Path(shutil.copy(path, tmp_path / "b.warc.gz")))
    assert again.counts["copied before"] == 6
    assert "copied" not in again.counts
    assert parts.queue.counts().ready == 6
    assert set(archived(parts).values()) == {1}


def test_what_was_taken_down_comes_in_when_the_file_is_given_after_the_takedown_was_undone(
    parts: Parts, tmp_path: Path
) -> None:
    """Once; what was copied before is not copied again."""
    taken = parts.ledger.takedowns.put([SINGLE[0]["id"]], reason="a test", by="me")
    path = warc_of(tmp_path / "a.warc.gz", [(r["url"], fetched(r["url"]).body) for r in SINGLE[:3]])
    first = copy(parts, path)
    assert (first.counts["copied"], first.counts["taken down"]) == (2, 1)
    assert copy(parts, path).ended_at
    parts.ledger.takedowns.undo([taken.number], by="me")
    again = copy(parts, path)
    assert (again.again, again.run_id, again.ended_at) == (True, first.run_id, None)
    assert (again.counts["copied"], again.counts["copied before"]) == (1, 2)
    assert copy(parts, path).ended_at
    assert archived(parts) == Counter(record["url"] for record in SINGLE[:3])
    assert parts.queue.counts().ready == 3


def test_what_lies_on_another_host_comes_in_when_the_file_is_given_once_the_host_has_a_channel(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where reading again is stopped; with the hosts as they were, the file is not read again."""
    monkeypatch.setattr("difang.crawler.warc_in.copying._MOST", 5)
    new = PAGES[0][0].replace("//", "//new.")
    path = warc_of(tmp_path / "a.warc.gz", [*PAGES[:12], (new, PAGES[0][1])])
    assert copy(parts, path).counts["another host"] == 1
    assert copy(parts, path).ended_at
    hosts = {**parts.hosts, new.split("/")[2]: parts.hosts["sd.people.com.cn"]}

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        copy_pages(path, replace(places(parts), hosts=hosts), on_progress=stop)
    copied = copy_pages(path, replace(places(parts), hosts=hosts), on_progress=lambda _: None)
    assert (copied.counts["copied"], copied.counts["copied before"]) == (1, 12)
    assert archived(parts) == Counter([*(url for url, _ in PAGES[:12]), new])


class Stopped(Exception):
    pass


@pytest.mark.parametrize("step", ["archive", "queue", "ledger", "progress"])
def test_stopped_at_any_step_it_goes_on_and_nothing_is_doubled(
    parts: Parts, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = warc_of(tmp_path / "a.warc.gz", PAGES)
    monkeypatch.setattr("difang.crawler.warc_in.copying._MOST", 5)

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    with monkeypatch.context() as broken:
        if step == "archive":
            broken.setattr("difang.crawler.archive.writer.RunFiles.sync", stop)
        if step == "queue":
            broken.setattr(parts.queue, "put", stop)
        if step == "ledger":
            broken.setattr(parts.ledger.warc_files, "keep", stop)
        for _ in range(3):
            with pytest.raises(Stopped):
                copy_pages(path, places(parts), on_progress=stop)
    assert copy(parts, path).counts["copied"] == len(PAGES)
    assert archived(parts) == Counter(url for url, _ in PAGES)
    assert parts.queue.counts().ready == len(PAGES)


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_a_broken_place_takes_only_its_own_record(parts: Parts, tmp_path: Path, name: str) -> None:
    warc = Warc(tmp_path / name)
    ends = []
    for url, body in PAGES[:6]:
        warc.response(url, body)
        ends.append(warc.tell())
    path = warc.close()
    content = bytearray(path.read_bytes())
    if name.endswith(".gz"):
        content[ends[1] + 200 : ends[1] + 260] = b"\x00" * 60
    else:
        at = content.index(b"Content-Length: ", ends[1]) + len(b"Content-Length: ")
        content[at : at + 1] = b"9"
    path.write_bytes(content)
    copied = copy(parts, path)
    assert copied.counts["copied"] >= 5 if name.endswith(".gz") else copied.counts["copied"] >= 2
    assert copied.troubles
    assert "is broken" in copied.troubles[0]
    assert copied.ended_at is None or copied.offset <= path.stat().st_size


def test_a_cut_file_gives_what_is_whole_and_says_so(parts: Parts, tmp_path: Path) -> None:
    path = warc_of(tmp_path / "a.warc.gz", PAGES[:6])
    path.write_bytes(path.read_bytes()[: -path.stat().st_size // 6])
    copied = copy(parts, path)
    assert 0 < copied.counts["copied"] < 6
    assert "copy the file again for the rest" in copied.troubles[0]


@pytest.mark.parametrize("content", [b"", b"<html>no WARC</html>" * 100])
def test_a_file_that_is_none_is_told(parts: Parts, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(content)
    [trouble] = copy(parts, path).troubles
    assert ("is no WARC file" if content else "is empty") in trouble


@pytest.mark.parametrize("count", [2, 6, 40])
def test_a_file_compressed_as_a_whole_is_told(parts: Parts, tmp_path: Path, count: int) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(warc_of(tmp_path / "a.warc", PAGES[:count]).read_bytes()))
    [trouble] = copy(parts, path).troubles
    assert "unpack it" in trouble
    with pytest.raises(BrokenWarc, match=r"compressed as a whole|no whole WARC file"):
        list(pages(path))


def test_our_own_archive_is_not_copied_into_itself(parts: Parts) -> None:
    parts.fetch([fetched(SINGLE[0]["url"])])
    with pytest.raises(UsageError, match="in the archive already"):
        copy(parts, parts.archive.files()[0])


def test_what_was_taken_down_does_not_come_into_the_archive(parts: Parts, tmp_path: Path) -> None:
    several = SEVERAL[0]
    parts.ledger.takedowns.put([several["id"]], reason="a test", by="me")
    pages = [(url, fetched(url).body) for url in (*several["addresses"], SINGLE[0]["url"])]
    copied = copy(parts, warc_of(tmp_path / "a.warc.gz", pages))
    assert copied.counts["taken down"] == len(several["addresses"])
    assert archived(parts) == {SINGLE[0]["url"]: 1}


def test_a_crawl_does_not_fetch_what_came_out_of_a_file(parts: Parts, tmp_path: Path) -> None:
    told: list[Progress] = []
    copy_pages(warc_of(tmp_path / "a.warc.gz", PAGES[:3]), places(parts), on_progress=told.append)
    known = parts.ledger.addresses.known([url for url, _ in PAGES[:3]])
    assert {address.due_at for address in known.values()} == {None}
    assert all(address.fetched_at for address in known.values())
    assert told[-1].offset == told[-1].size
