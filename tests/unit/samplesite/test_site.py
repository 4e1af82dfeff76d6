"""The replica as a whole: the same from the same seed, and true to its truth."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from difang.samplesite.calendar import CHINA
from difang.samplesite.site import Site
from tests.unit.samplesite.sites import NOW, links, site, text_of, walked


def test_the_same_seed_gives_the_same_site_and_another_seed_another() -> None:
    first, again, other = (json.dumps(list(site(seed=seed).truth())) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_an_article_is_the_same_in_a_longer_site_with_more_channels() -> None:
    small = site(channels=("js",))
    large = site(channels=33)
    url = next(t["url"] for t in small.truth() if t["published_at"].startswith("2026-03-01"))
    assert small.answer(url).body == large.answer(url).body


def test_the_order_of_questions_does_not_matter() -> None:
    one, two = site(), site()
    records = list(one.truth())
    for record in reversed(records):
        assert two.answer(record["url"]).body == one.answer(record["url"]).body


def test_every_page_holds_what_the_truth_says_of_it() -> None:
    one = site(channels=33, archive=20)
    records = list(one.truth())
    assert {r["template"] for r in records} == {
        *("A", "A′", "B", "C", "C′", "health", "gray", "txtcon", "content", "pic", "picG")
    }
    assert {r["kind"] for r in records} == {"article", "gallery", "video", "interview", "special"}
    assert {r["encoding"] for r in records} == {"utf-8", "gb18030"}
    for record in records:
        pages = [url for url in record["addresses"] if "/BIG5/" not in url]
        assert len(pages) == record["page_count"]
        text = "".join(text_of(one.answer(url).body, record["encoding"]) for url in pages)
        printed = [record["title"], *record["body"].split("\n"), *record["editors"], *record["reporters"]]
        printed += [record[name] for name in ("pre_title", "subtitle", "original_title", "source", "byline")]
        printed += [image["caption"] for image in record["images"]] + record["correspondents"] + record["sections"]
        missing = [text_ for text_ in filter(None, printed) if text_.replace(" ", "") not in text]
        assert not missing, (record["url"], missing)


def test_captions_keep_to_the_rule_and_are_no_body() -> None:
    captions = [
        (image["caption"], record)
        for record in site(channels=20).truth()
        for image in record["images"]
        if image["caption"]
    ]
    assert len(captions) > 50
    for caption, record in captions:
        assert caption[0] in "图▲" or caption.endswith("摄")
        assert caption not in record["body"].split("\n")


def test_listings_link_every_article_address_and_no_other() -> None:
    one = site(days=4, per_day=15)
    for slug in ("sd", "js", "henan"):
        hosts = {c.host for c in one.channels if c.slug == slug} | {c.old_host for c in one.channels if c.slug == slug}
        known = {a["url"] for a in one.addresses() if a["outcome"] != "part" and a["url"].split("/")[2] in hosts}
        assert walked(one, slug) == known


def test_addresses_end_as_they_answer() -> None:
    one = site(channels=12, archive=80)
    outcomes = set()
    for entry in one.addresses():
        outcomes.add(entry["outcome"])
        answer = one.answer(entry["url"])
        text = answer.body.decode("utf-8", errors="ignore")
        if entry["outcome"] == "gone":
            assert answer.status in (404, 410) or "页面没有找到" in text or "出错啦" in text
        else:
            assert answer.status == 200, entry
    assert outcomes == {"indexed", "part", "sighting", "gone", "not_an_article", "refused"}


def test_what_robots_forbid_is_linked_and_no_truth() -> None:
    one = site(channels=("he",), archive=200)
    robots = one.answer("http://he.people.com.cn/robots.txt").body.decode()
    forbidden = robots.split("Disallow: ")[1].strip()
    refused = {a["url"] for a in one.addresses() if a["outcome"] == "refused"}
    assert refused
    assert all(forbidden in url for url in refused)
    assert not refused & {record["url"] for record in one.truth()}
    assert refused <= walked(one, "he")


def test_the_central_hosts_ask_for_patience() -> None:
    for host in ("www.people.cn", "www.people.com.cn"):
        assert b"Crawl-delay: 120" in site().answer(f"http://{host}/robots.txt").body
        assert b"Crawl-delay: 3" in site(crawl_delay=3).answer(f"http://{host}/robots.txt").body


def test_the_sitemap_lists_the_newest_hundred_and_one_of_them_twice() -> None:
    one = site(per_day=80)
    index = one.answer("http://www.people.cn/sitemap_index.xml").body.decode()
    assert "<sitemapIndex" in index
    assert index.count("<sitemap>") == 43
    listed = one.answer("http://www.people.cn/sitemap/cn/sd/news_sitemap.xml").body.decode()
    urls = [part.split("</loc>")[0] for part in listed.split("<loc>")[1:]]
    assert len(urls) == 101
    assert urls[0] == urls[1]
    newest = sorted((r["published_at"], r["url"]) for r in one.truth("sd"))[-90:]
    assert {url for _, url in newest} <= set(urls)


def test_every_front_page_links_all_addresses_of_the_newest_articles_two_of_them_behind_a_refresh_stub() -> None:
    one = site(channels=33, per_day=15)
    stubs = set()
    for channel in one.channels:
        url = f"http://{channel.host}/"
        answer = one.answer(url)
        if b'http-equiv="refresh"' in answer.body:
            stubs.add(channel.slug)
            url = answer.body.decode().split("url=")[1].split('"')[0]
            answer = one.answer(url)
        linked = set(
            links(answer.body, url, "utf-8" if "utf-8" in (answer.header("Content-Type") or "") else "gb18030")
        )
        newest = sorted(one.truth(channel.slug), key=lambda record: record["published_at"])[-30:]
        assert {address for record in newest for address in record["urls"]} <= linked, channel.slug
    assert stubs == {"sh", "gx"}


def test_the_first_listing_page_answers_under_three_names_and_the_page_after_the_last_under_none() -> None:
    one = site(per_day=200)
    column = next(c for c in one.channels if c.slug == "sd").columns[0]
    base = f"http://sd.people.com.cn{column.path}"
    assert one.answer(base).body == one.answer(f"{base}index.html").body == one.answer(f"{base}index1.html").body
    assert one.answer(f"{base}index2.html").status == 200
    assert one.answer(f"{base}index99.html").status == 404


@pytest.mark.parametrize(
    "url",
    [
        "http://sd.people.com.cn/n2/2026/0301/c214000-99999999.html",
        "http://sd.people.com.cn/n2/2026/0301/c214000-00000001.html",
        "http://sd.people.com.cn/GB/1/index.html",
        "http://www.people.cn/sitemap/cn/nowhere/news_sitemap.xml",
        "http://sd.people.com.cn/nothing",
    ],
)
def test_what_does_not_exist_is_404(url: str) -> None:
    assert site().answer(url).status == 404


@pytest.mark.parametrize(("url", "status"), [("http://[broken/", 400), ("http://news.example/", 502), ("", 502)])
def test_no_address_makes_it_raise(url: str, status: int) -> None:
    assert site().answer(url).status == status


def test_another_column_in_an_articles_address_is_404() -> None:
    one = site()
    url = next(r["url"] for r in one.truth("sd") if "/n2/2026/" in r["url"])
    assert one.answer(url).status == 200
    assert one.answer(url.replace("/c", "/c9")).status == 404


def test_old_hosts_answer_for_old_articles() -> None:
    one = site(channels=("henan", "fj"), archive=60)
    hosts = {r["url"].split("/")[2] for r in one.truth()}
    assert {"ha.people.com.cn", "fujian.people.com.cn", "henan.people.com.cn"} <= hosts


def test_stories_are_reprinted_on_several_channels_under_ids_of_their_own() -> None:
    by_story: dict[str, list[dict[str, object]]] = {}
    for record in site(channels=12, per_day=20).truth():
        by_story.setdefault(record["story"], []).append(record)
    reprints = [records for records in by_story.values() if len({r["channel"] for r in records}) > 1]
    assert len(reprints) >= 3
    assert all(len({r["id"] for r in records}) == len(records) for records in reprints)


def test_daily_bulletins_differ_by_their_numbers_alone() -> None:
    one = site(channels=("sd",), days=6)
    letters = {
        "".join(c for c in r["body"].split("\n")[1] if not c.isdigit())
        for r in one.truth()
        if "水情" in r["title"] or "日报：" in r["title"] or "批发价格" in r["title"]
    }
    assert len(letters) == 1


def test_numbers_below_their_least_and_unknown_channels_are_refused() -> None:
    for wrong in ({"per_day": 0}, {"days": -1}, {"channels": 34}, {"channels": ("sd", "xx")}):
        with pytest.raises(ValueError, match=r"\w+"):
            site(**wrong)


def test_a_site_can_reach_back_to_2010_day_by_day() -> None:
    one = Site(seed=2, channels=("xz",), days=365 * 17, per_day=1, now=NOW)
    first = next(iter(one.truth()))
    assert first["published_at"].startswith("2010-01-0")
    assert one.now.tzinfo is CHINA


def test_datelines_of_new_years_day_can_be_of_the_old_year() -> None:
    one = site(channels=33, per_day=30, days=1, archive=0, now=NOW.replace(month=1, day=1, hour=23))
    one.advance(timedelta(0))
    crossing = [
        r["dateline"]["date"]
        for r in one.truth()
        if r["published_at"].startswith("2026-01-01") and r["dateline"] and r["dateline"]["date"]
    ]
    assert {"2025-12-31", "2026-01-01"} == set(crossing)
