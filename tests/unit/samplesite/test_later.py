"""What becomes of the replica's articles later: they appear, are corrected, are deleted; conditions and the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from difang.samplesite import control
from difang.samplesite.faults import Faults, failing, parsed
from difang.samplesite.site import Site
from tests.unit.samplesite.sites import NOW, site


def by_url(one: Site) -> dict[str, dict[str, Any]]:
    return {record["url"]: record for record in one.truth()}


def test_articles_appear_as_the_clock_moves() -> None:
    one = site(now=NOW.replace(hour=5))
    before = by_url(one)
    one.advance(timedelta(hours=18))
    new = by_url(one).keys() - before.keys()
    assert len(new) >= 20
    for url in new:
        assert one.answer(url).status == 200
    one.advance(NOW.replace(hour=5))
    assert by_url(one) == before
    assert one.answer(next(iter(new))).status == 404


def test_the_clock_does_not_go_behind_the_sites_first_day() -> None:
    with pytest.raises(ValueError, match="begins on"):
        site().advance(NOW - timedelta(days=30))


def test_corrections_change_one_thing_and_the_sitemap_tells() -> None:
    one = site(channels=12, per_day=40, days=1)
    before = by_url(one)
    one.advance(timedelta(days=4))
    after = by_url(one)
    changed = {url: after[url] for url, record in before.items() if url in after and after[url] != record}
    assert len(changed) >= 5
    for url, record in changed.items():
        names = {name for name, value in record.items() if value != before[url][name]}
        assert names - {"version", "modified_at", "content_hash"} in ({"title"}, {"body"}, {"editors"}), names
        assert record["version"] == 2
        assert record["modified_at"] > before[url]["modified_at"]


def test_deleted_articles_are_404_and_still_listed() -> None:
    one = site(channels=6, per_day=40, days=1)
    before = by_url(one)
    one.advance(timedelta(days=3))
    gone = before.keys() - by_url(one).keys()
    assert gone
    outcomes = {entry["url"]: entry["outcome"] for entry in one.addresses()}
    assert all(one.answer(url).status == 404 and outcomes[url] == "gone" for url in gone)


def test_a_condition_that_holds_gets_304_and_one_that_does_not_the_page() -> None:
    one = site()
    for url in (
        next(iter(by_url(one))),
        "http://sd.people.com.cn/",
        "http://www.people.cn/sitemap/cn/sd/news_sitemap.xml",
    ):
        first = one.answer(url)
        etag, modified = first.header("ETag"), first.header("Last-Modified")
        assert etag
        assert modified
        assert one.answer(url, {"if-none-match": etag}).status == 304
        assert one.answer(url, {"If-Modified-Since": modified}).status == 304
        assert one.answer(url, {"If-None-Match": '"other"', "If-Modified-Since": modified}).status == 200
        assert one.answer(url, {"If-Modified-Since": "Thu, 01 Jan 2009 00:00:00 GMT"}).status == 200
        assert one.answer(url, {"If-Modified-Since": "nonsense"}).status == 200


def test_a_correction_or_deletion_by_hand_shows_at_once() -> None:
    one, faults = site(), Faults()
    url, record = next((u, r) for u, r in by_url(one).items() if r["editors"] and r["version"] == 1)
    etag = one.answer(url).header("ETag")
    one.advance(timedelta(minutes=1))
    control.set_fault(one, faults, {"url": url, "fault": "title"})
    control.set_fault(one, faults, {"url": url, "fault": "editor"})
    assert one.answer(url, {"If-None-Match": str(etag)}).status == 200
    now = by_url(one)[url]
    assert now["title"] == record["title"] + "（更正）"
    assert now["editors"] != record["editors"]
    assert now["version"] == 3
    control.set_fault(one, faults, {"url": url, "fault": "deleted"})
    assert one.answer(url).status == 404
    assert url not in by_url(one)


def test_listings_can_lose_their_links_and_articles_their_class_names() -> None:
    one, faults = site(), Faults()
    listing, url = "http://sd.people.com.cn/", next(r["url"] for r in one.truth("sd") if r["template"] == "C′")
    before = one.answer(url)
    control.set_faults(one, faults, "sd:hollow,sd:template")
    assert b".html" not in one.answer(listing).body.split(b"list_main")[1].split(b"links")[0]
    assert b'class="rm_txt_con' in before.body
    assert b'class="rm_txt_con' not in one.answer(url).body
    assert b"<article" not in one.answer("http://js.people.com.cn/").body
    control.set_faults(one, faults, "sd:redesigned")
    assert b'data-kind="story"' in one.answer(listing).body
    control.set_faults(one, faults, "sd:none")
    assert one.answer(url) == before


def test_faults_meet_their_share_of_requests_and_let_a_retry_pass() -> None:
    faults = Faults()
    faults.set("sd.people.com.cn", parsed("503", 0.3))
    urls = [f"http://sd.people.com.cn/{k}" for k in range(400)]
    met = [url for url in urls if faults.hit("sd.people.com.cn", url)]
    assert 80 < len(met) < 160
    assert sum(faults.hit("sd.people.com.cn", url) is not None for url in met) < len(met) / 2
    assert faults.hit("js.people.com.cn", "http://js.people.com.cn/") is None
    faults.set("sd.people.com.cn", None)
    assert not any(faults.hit("sd.people.com.cn", url) for url in urls)


@pytest.mark.parametrize(("kind", "size"), [("empty", 0), ("binary", 10_248), ("huge", 50_000_006)])
def test_odd_bodies_are_sent_as_if_nothing_were_wrong(kind: str, size: int) -> None:
    answer = failing(parsed(kind))
    assert answer
    assert (answer.status, len(answer.body)) == (200, size)


@pytest.mark.parametrize("text", ["sd:nonsense", "xx:503", "sd:503:2", "sd", "sd:200"])
def test_a_wrong_fault_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        control.set_faults(site(), Faults(), text)


def test_orders_switch_faults_on_and_off() -> None:
    one, faults = site(), Faults()
    control.set_faults(one, faults, "*:timeout:0.5,js:down")
    assert control.state(one, faults)["faults"] == {
        "*": "timeout:0.5",
        **{c.host: "timeout:0.5" for c in one.channels},
        "js.people.com.cn": "down:1",
    }
    control.set_fault(one, faults, {"channel": "*", "fault": "none"})
    assert control.state(one, faults)["faults"] == {}
    control.set_fault(one, faults, {"url": "http://sd.people.com.cn/a.html", "fault": "503"})
    control.set_fault(one, faults, {"channel": "*", "fault": "none"})
    assert control.state(one, faults)["faults"] == {}
    with pytest.raises(ValueError, match="no article"):
        control.set_fault(one, faults, {"url": "http://sd.people.com.cn/none.html", "fault": "deleted"})
    control.set_fault(one, faults, {"url": "http://sd.people.com.cn/a.html", "fault": "empty"})
    assert control.state(one, faults)["faults"] == {"http://sd.people.com.cn/a.html": "empty:1"}
    assert faults.hit("sd.people.com.cn", "http://sd.people.com.cn/a.html")
    assert not faults.hit("sd.people.com.cn", "http://sd.people.com.cn/b.html")
    with pytest.raises(ValueError, match="advance_minutes"):
        control.set_clock(one, {})


def test_a_silent_channel_shows_nothing_new_until_it_is_over() -> None:
    one, faults = site(now=NOW.replace(hour=5)), Faults()
    before = by_url(one)
    control.set_fault(one, faults, {"channel": "sd", "fault": "silent"})
    assert control.state(one, faults)["silent"] == ["sd"]
    one.advance(timedelta(hours=18))
    new = by_url(one).keys() - before.keys()
    assert new
    assert not [url for url in new if "//sd." in url]
    control.set_fault(one, faults, {"channel": "sd", "fault": "none"})
    assert [url for url in by_url(one).keys() - before.keys() if "//sd." in url]
