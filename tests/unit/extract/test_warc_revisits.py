"""Revisit records of WARC files: which response they mean."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from difang.ingest.warc import BrokenWarc, LeftOut, pages, pages_and_revisits
from difang.ingest.warc_originals import Originals
from difang.ingest.warc_revisit import Revisit
from tests.warc_made import Warc, digest_of, refers_to

A, B = "http://sd.people.com.cn/a", "http://sd.people.com.cn/b"
BODY, OTHER = b"<p>one</p>" * 50, b"<p>other</p>" * 50


def test_the_original_of_the_same_address_comes_before_others_of_the_digest(tmp_path: Path) -> None:
    """Its headers are the page's."""
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(B, BODY)
    warc.response(A, BODY)
    warc.revisit(A, seconds=60, **{"WARC-Payload-Digest": digest_of(BODY)})
    assert meant(warc.close()) == A


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_of_two_bodies_of_one_second_the_digest_tells_which(tmp_path: Path, name: str) -> None:
    warc = Warc(tmp_path / name)
    for body in (OTHER, BODY):
        warc.response(A, body, **{"WARC-Date": "2026-03-01T08:00:01.5Z"})
    warc.revisit(A, seconds=60, **refers_to(A, seconds=1, payload=BODY))
    path = warc.close()
    [revisit] = again(path)
    originals = Originals([revisit])
    originals.look(path)
    place = originals.of(revisit)
    assert place is not None
    assert BODY in bytes_of(path, place.start, place.end)


@pytest.mark.parametrize("digest", ["sha256:abc", "sha1:" + "ab" * 20])
def test_digests_that_cannot_be_compared_leave_what_the_record_says_of_its_own_address(
    tmp_path: Path, digest: str
) -> None:
    """Of another address it is not enough."""
    for url, expected in ((A, A), (B, None)):
        warc = Warc(tmp_path / "a.warc.gz")
        warc.response(A, BODY)
        warc.revisit(url, seconds=60, **refers_to(A, seconds=1), **{"WARC-Payload-Digest": digest})
        assert meant(warc.close()) == expected


def test_a_revisit_of_no_time_is_left_out_and_one_of_no_web_address_is_none(tmp_path: Path) -> None:
    warc = Warc(tmp_path / "a.warc.gz")
    warc.revisit("urn:x", seconds=60)
    warc.revisit(A, seconds=60, **{"WARC-Date": "soon"})
    warc.response(A, BODY)
    with pytest.raises(LeftOut, match="no time: 'soon'"):
        list(pages_and_revisits(warc.close()))


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_a_revisit_that_is_cut_is_a_break(tmp_path: Path, name: str) -> None:
    warc = Warc(tmp_path / name)
    warc.response(A, BODY)
    before = warc.tell()
    warc.revisit(A, seconds=60, **refers_to(A, seconds=1, payload=BODY))
    path = warc.close()
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(BrokenWarc, match=f"from byte {before} on"):
        list(pages(path))


def test_what_the_original_tells_of_its_own_fetch_is_not_told_of_the_later_one(tmp_path: Path) -> None:
    """Its `Date` says nothing of the host's clock at another time."""
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(A, BODY)
    warc.revisit(A, seconds=60, **refers_to(A, seconds=1))
    path = warc.close()
    [original], [revisit] = list(pages(path)), again(path)
    told = (("Content-Type", "text/html; charset=gb2312"), ("date", "Sun, 01 Mar 2099 08:00:00 GMT"), ("Age", "5"))
    page = revisit.page(replace(original, headers=told))
    assert page.headers == told[:1]
    assert (page.body, page.url, page.position) == (BODY, A, revisit.position)
    assert page.ahead == timedelta(0)


def again(path: Path) -> list[Revisit]:
    return [page for page in pages_and_revisits(path) if isinstance(page, Revisit)]


def meant(path: Path) -> str | None:
    """The address of the response that the only revisit of the file means."""
    [revisit] = again(path)
    originals = Originals([revisit])
    originals.look(path)
    place = originals.of(revisit)
    return place.url if place else None


def bytes_of(path: Path, start: int, end: int) -> bytes:
    content = path.read_bytes()[start:end]
    return gzip.decompress(content) if path.suffix == ".gz" else content
