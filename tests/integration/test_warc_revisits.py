"""Pages that another tool fetched again and stored without their bodies: they count at their own time."""

from __future__ import annotations

import pkgutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from difang.crawler.ledger.warc_files import WarcFile
from difang.crawler.takedown import Undone, take_down
from difang.crawler.warc_in import Parts as Places
from difang.crawler.warc_in import copy_files, copy_pages
from difang.ingest.index.port import ArticleIndex
from difang.ingest.outcome import Outcome
from difang.ingest.warc_originals import Originals
from tests.integration.parts import Parts, parts_in, stored
from tests.integration.test_takedown import CHANNELS, undone
from tests.integration.test_trace import traced
from tests.integration.test_warc_in import archived, places
from tests.integration.test_worker import SINGLE, fetched, work
from tests.warc_made import FORMS, MOMENT, Warc, at, digest_of, refers_to

URL = SINGLE[0]["url"]
TITLE = SINGLE[0]["title"]
BODY = fetched(URL).body
CODING = "gb18030" if b"charset=gb" in BODY[:2000].lower() else "utf-8"
CORRECTED = BODY.replace(TITLE.encode(CODING), f"{TITLE}（更正）".encode(CODING))
OTHER = SINGLE[1]["url"]
WITHOUT = "revisit whose original was not found"


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    with parts_in(tmp_path / "var") as parts:
        yield parts


def copy(parts: Parts, *paths: Path) -> list[WarcFile]:
    """The files in the order of their names."""

    def opened() -> Places:
        return places(parts)

    files = [got for _, got in copy_files(paths, opened, workers=1, on_progress=lambda _: None)]
    return sorted((got for got in files if isinstance(got, WarcFile)), key=lambda file: file.path)


@pytest.fixture(autouse=True)
def _parts_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Places, "close", lambda _: None)


ID = "<urn:uuid:12345678-feed-beef-c0de-123456789012>"
WAYS = {
    "by address and time": ("200 OK", refers_to(URL, seconds=1, payload=BODY)),
    "by its digest alone": ("200 OK", {"WARC-Payload-Digest": digest_of(BODY).replace("sha1", "SHA-1")}),
    "by address and time, without a digest": ("200 OK", refers_to(URL, seconds=1)),
    "by id": ("200 OK", {"WARC-Refers-To": ID}),
    "by id, with the digest of nothing": (
        "304 Not Modified",
        {"WARC-Refers-To": ID} | refers_to(URL, seconds=9, payload=b""),
    ),
    "not modified, says the server": ("304 Not Modified", refers_to(f"<{URL}>", seconds=1)),
    "without headers, cut as old tools say": (
        None,
        refers_to(URL, seconds=1, payload=BODY) | {"WARC-Truncated": "length"},
    ),
    "at another address": ("200 OK", refers_to(URL + "?from=app", seconds=0, payload=BODY)),
}
"""What the server answered the second time, and how the record tells where the body lies."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_a_page_that_went_back_to_what_it_was_is_what_it_was(
    parts: Parts, embedded: ArticleIndex, tmp_path: Path, way: str, name: str
) -> None:
    """However its original is told; at the time of the second fetch, with the original's headers."""
    status, about = WAYS[way]
    warc = Warc(tmp_path / name)
    warc.response(URL, BODY, **{"WARC-Record-ID": ID})
    warc.response(URL, CORRECTED)
    warc.revisit(URL, seconds=60, status=status, **about)
    assert CORRECTED != BODY
    [file] = copy(parts, warc.close())
    assert (file.counts["copied"], file.counts.get(WITHOUT), file.unfound) == (3, None, "")
    work(parts.worker(embedded), parts)
    held = stored(embedded, SINGLE[0]["id"])
    assert (held["title"], held["fetched_at"]) == (TITLE, (MOMENT + timedelta(seconds=60)).isoformat())
    [place] = parts.ledger.discoveries.positions(URL)[:1]
    page = parts.archive.read(place)
    assert (page.body, page.status, page.header("Content-Type")) == (BODY, 200, "text/html")
    assert page.fetched_at == MOMENT + timedelta(seconds=60)


@pytest.mark.parametrize("form", [form for form in FORMS if "undone" not in form])
def test_a_page_that_is_as_before_is_unchanged(parts: Parts, embedded: ArticleIndex, tmp_path: Path, form: str) -> None:
    """Its body was stored in whatever form; the revisit comes before its original here."""
    pack = FORMS[form][1]
    warc = Warc(tmp_path / "a.warc.gz")
    warc.revisit(URL, seconds=60, **refers_to(URL, seconds=1, payload=pack(BODY)))
    warc.response(URL, BODY, form=form)
    copy(parts, warc.close())
    assert work(parts.worker(embedded), parts) == {Outcome.INDEXED: 1, Outcome.UNCHANGED: 1}


def test_taken_down_and_back_every_capture_a_file_has_of_an_address_comes_again(
    parts: Parts, index: ArticleIndex, tmp_path: Path
) -> None:
    """It is there out of order; the first text was fetched twice, once without its body."""
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(URL, BODY, **{"WARC-Date": at(300)})
    warc.response(URL, CORRECTED, **{"WARC-Date": at(200)})
    warc.response(URL, BODY, **{"WARC-Date": at(100)})
    warc.revisit(URL, seconds=150, **refers_to(URL, seconds=100))
    copy(parts, warc.close())
    work(parts.worker(index), parts)
    index.refresh()
    before = index.versions(SINGLE[0]["id"])
    assert [version.article.fetched_at[14:19] for version in before] == ["05:00", "03:20", "01:40"]
    take_down(URL, reason="a test", by="me", channels=CHANNELS, ledger=parts.ledger, index=index)
    assert undone(parts, index, URL) == Undone(queued=4)
    work(parts.worker(index), parts)
    index.refresh()
    assert index.versions(SINGLE[0]["id"]) == before
    fetches = [step.fetch.at for step in traced(parts, index, URL).steps if step.fetch and step.fetch.at]
    assert sorted(fetches) == [MOMENT + timedelta(seconds=seconds) for seconds in (100, 150, 200, 300)]


def test_the_original_may_lie_in_another_file_and_come_later(parts: Parts, tmp_path: Path) -> None:
    """The same file alone brings nothing, is told each time, and is no failure; nothing comes twice."""
    again, first = Warc(tmp_path / "again.warc.gz"), Warc(tmp_path / "first.warc.gz")
    again.response(OTHER, fetched(OTHER).body)
    again.revisit(URL, seconds=60, **refers_to(URL, seconds=1, payload=BODY))
    first.response(URL, BODY)
    files = again.close(), first.close()
    for read_before in (False, True):
        [file] = copy(parts, files[0])
        assert (file.counts["copied"], file.counts[WITHOUT], file.unfound) == (1, 1, URL)
        assert (file.troubles, file.ended_at is not None) == ((), read_before)
    brought, original = copy(parts, *files)
    assert (brought.counts["copied"], brought.counts.get(WITHOUT), brought.unfound) == (2, None, "")
    assert brought.again
    assert original.counts["copied"] == 1
    assert [file.ended_at is not None for file in copy(parts, *files)] == [True, True]
    assert parts.queue.counts().ready == 3


def test_a_file_that_was_written_on_meanwhile_is_read_when_it_is_given_again(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its new pages are not taken for read."""
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(URL, BODY)
    warc.revisit(URL, seconds=60, **refers_to(URL, seconds=1, payload=BODY))
    warc.tell()

    def write_on(originals: Originals, path: Path) -> None:
        warc.response(OTHER, fetched(OTHER).body)
        warc.tell()
        look(originals, path)

    look = Originals.look
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Originals, "look", write_on)
        [file] = copy(parts, warc.path)
    assert (file.counts["copied"], file.counts[WITHOUT]) == (1, 1)
    [file] = copy(parts, warc.close())
    assert (file.counts["copied"], file.counts["copied before"], file.counts.get(WITHOUT)) == (2, 1, None)
    assert archived(parts) == {URL: 2, OTHER: 1}


NOT_MEANT = {
    "another address, without a digest": refers_to(OTHER, seconds=2),
    "another address, with another digest": refers_to(OTHER, seconds=2, payload=b"another"),
    "another address by its id": {"WARC-Refers-To": ID},
    "its own address, with another digest": refers_to(URL, seconds=1, payload=b"another"),
    "its own address at another time": refers_to(URL, seconds=7),
}


@pytest.mark.parametrize("told", NOT_MEANT)
def test_no_body_is_taken_that_is_not_certainly_the_pages(parts: Parts, tmp_path: Path, told: str) -> None:
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(URL, BODY)
    warc.response(OTHER, fetched(OTHER).body, **{"WARC-Record-ID": ID})
    warc.revisit(URL, seconds=60, **NOT_MEANT[told])
    [file] = copy(parts, warc.close())
    assert (file.counts["copied"], file.counts[WITHOUT], file.unfound) == (2, 1, URL)


def test_of_two_responses_of_one_second_the_one_of_the_time_told_is_meant(
    parts: Parts, embedded: ArticleIndex, tmp_path: Path
) -> None:
    """And none where it tells a time at which there was no response."""
    moment = at(1).removesuffix("Z")
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(URL, BODY, **{"WARC-Date": f"{moment}.100000Z"})
    warc.response(URL, CORRECTED, **{"WARC-Date": f"{moment}.900000Z"})
    for seconds, fraction in ((60, "9"), (61, "5")):
        about = {"WARC-Refers-To-Target-URI": URL, "WARC-Refers-To-Date": f"{moment}.{fraction}00000Z"}
        warc.revisit(URL, seconds=seconds, **about)
    [file] = copy(parts, warc.close())
    assert (file.counts["copied"], file.counts[WITHOUT]) == (3, 1)
    work(parts.worker(embedded), parts)
    assert stored(embedded, SINGLE[0]["id"])["title"] == f"{TITLE}（更正）"


def test_a_page_fetched_again_that_tells_no_original_is_counted_as_such(parts: Parts, tmp_path: Path) -> None:
    """No other file would help."""
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(URL, BODY)
    warc.revisit(URL, seconds=60, status="304 Not Modified")
    [file] = copy(parts, warc.close())
    assert (file.counts["copied"], file.counts.get(WITHOUT), file.unfound) == (1, None, "")
    assert file.counts["revisit that does not tell its original"] == 1


def test_the_revisits_own_address_and_answer_decide_whether_it_is_wanted(parts: Parts, tmp_path: Path) -> None:
    """It does not bring a page of an unknown host in by the digest of a known one's, nor a page that is gone."""
    about = refers_to(URL, seconds=1, payload=BODY)
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(URL, BODY)
    warc.revisit(URL.replace("//", "//new."), seconds=60, **about)
    warc.revisit("http://sd.people.com.cn/", seconds=61, **about)
    warc.revisit(URL, seconds=62, status="404 Not Found", **about)
    warc.revisit(URL, seconds=63, **about | {"WARC-Date": "2150-01-01T00:00:00Z"})
    [file] = copy(parts, warc.close())
    assert file.counts == {
        "copied": 1,
        "another host": 1,
        "no article's address": 1,
        "status 404": 1,
        "no time at which it can have been fetched": 1,
        "request record": 1,
        "warcinfo record": 1,
    }


def test_an_original_that_is_no_whole_page_brings_none(parts: Parts, tmp_path: Path) -> None:
    """With the reason the original itself has."""
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(URL, BODY, form="shorter than promised")
    warc.revisit(URL, seconds=60, **refers_to(URL, seconds=1, payload=BODY))
    [file] = copy(parts, warc.close())
    assert file.counts == {"cut before its end": 2, "request record": 1, "warcinfo record": 1}


class Stopped(Exception):
    pass


STEPS = {
    "looking": "difang.ingest.warc_originals.Originals.look",
    "archive": "difang.crawler.archive.writer.RunFiles.sync",
    "queue": "difang.ingest.sqlite_queue.SqliteQueue.put",
    "ledger": "difang.crawler.ledger.warc_files.WarcFiles.keep",
    "end": "difang.crawler.ledger.runs.Runs.end",
}


@pytest.mark.parametrize(
    ("step", "before"), [*((step, 0) for step in STEPS), *((step, 1) for step in ("archive", "queue", "ledger"))]
)
def test_stopped_at_any_step_it_goes_on_and_nothing_is_doubled(
    parts: Parts, tmp_path: Path, step: str, before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the file was read, while the bodies come to the pages fetched again; some went all the way before."""
    monkeypatch.setattr("difang.crawler.warc_in.copying._MOST", 2)
    warc = Warc(tmp_path / "a.warc.gz")
    pages = [(record["url"], fetched(record["url"]).body) for record in SINGLE[:5]]
    for number, (url, body) in enumerate(pages, start=1):
        warc.response(url, body)
        warc.revisit(url, seconds=60 + number, **refers_to(url, seconds=number, payload=body))
    path = warc.close()
    read = copy_pages(path, places(parts), on_progress=lambda _: None)
    assert (read.counts["copied"], read.counts[WITHOUT]) == (5, 5)

    done = pkgutil.resolve_name(STEPS[step])
    for _ in range(2):
        calls = count()

        def step_or_stop(*arguments: object, calls: Iterator[int] = calls, **named: object) -> object:
            if next(calls) >= before:
                raise Stopped
            return done(*arguments, **named)

        with monkeypatch.context() as broken:
            broken.setattr(STEPS[step], step_or_stop)
            with pytest.raises(Stopped):
                copy(parts, path)
    [file] = copy(parts, path)
    assert (file.counts["copied"], file.counts.get("copied before"), file.counts.get(WITHOUT)) == (10, None, None)
    assert archived(parts) == Counter({url: 2 for url, _ in pages})
    assert parts.queue.counts().ready == 10
