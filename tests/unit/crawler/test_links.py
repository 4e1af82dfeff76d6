"""What pages link to, in the forms the site prints."""

from __future__ import annotations

from datetime import datetime

from difang.crawler.links import (
    articles_in,
    later_pages,
    links_of,
    listing_key,
    listings_in,
    next_listing_page,
    sitemap_links,
)

HOST = "sd.people.com.cn"
BASE = f"http://{HOST}/GB/166192/index.html"


def articles(html: str) -> list[str]:
    return [link.url for link in articles_in(links_of(html.encode("gb18030"), BASE).urls, [HOST])]


def test_relative_links_doubles_queries_and_newlines_in_an_href_give_one_address_each() -> None:
    html = """<a href="/n2/2022/0213/c360307-35131671.html"><img></a>
    <A HREF='/n2/2022/0213/c360307-35131671.html'>标题</A>
    <a href="/n2/2022/0213/c360307-3513\n1672.html">断行</a>
    <a href="../../n2/2022/0213/c360307-35131673.html?from=x">短</a>
    <a href="https://sd.people.com.cn/n2/2022/0213/c360307-35131674.html">s</a>"""
    assert articles(html) == [f"http://{HOST}/n2/2022/0213/c360307-3513167{n}.html" for n in (1, 2, 3, 4)]


def test_other_hosts_scripts_and_listings_are_no_articles() -> None:
    html = """<a href="http://js.people.com.cn/n2/2022/0213/c1-35131671.html">x</a>
    <a href="javascript:showAd('x')">下一页</a>
    <a href="/GB/166192/index2.html">2</a> <a href="http://[broken">x</a> <a href="mailto:x@y.z">m</a> <a>no href</a>"""
    assert articles(html) == []


def test_bytes_that_are_no_text_of_the_declared_encoding_do_not_end_the_page() -> None:
    body = b'<meta charset="gb2312">\xff\xfe\x80 <p>\x95\x32\x82</p><a href="/n2/2022/0213/c1-35131671.html">x</a>'
    assert len(articles_in(links_of(body, BASE).urls, [HOST])) == 1


def test_a_page_without_markup_has_no_links() -> None:
    assert links_of(b"", BASE).urls == ()
    assert links_of(b"\x00\x01", BASE).urls == ()


def test_a_refresh_stub_leads_on() -> None:
    html = '<meta http-equiv="Refresh" content="0; URL=\'/GB/166188/index.html\'">'
    assert links_of(html.encode(), f"http://{HOST}/").refresh == f"http://{HOST}/GB/166188/index.html"
    assert links_of(b'<meta http-equiv="refresh" content="300">', BASE).refresh is None


def test_listings_are_first_pages_of_columns_once_each() -> None:
    urls = [f"http://{HOST}{path}" for path in ("/", "/GB/1/", "/GB/1/index.html", "/GB/1/index1.html")]
    urls += [f"http://{HOST}{path}" for path in ("/GB/1/2/index.html", "/GB/1/index2.html", "/index.html")]
    assert listings_in(urls, [HOST]) == [f"http://{HOST}/GB/1/", f"http://{HOST}/GB/1/2/index.html"]
    assert listing_key(f"http://{HOST}/GB/1/index1.html") == f"http://{HOST}/GB/1/"


def test_the_pager_leads_to_the_next_number_only() -> None:
    urls = [f"http://{HOST}/GB/1/index{n}.html" for n in ("", "1", "2", "3", "20")] + [
        f"http://{HOST}/GB/2/index2.html"
    ]
    assert next_listing_page(urls, f"http://{HOST}/GB/1/") == f"http://{HOST}/GB/1/index2.html"
    assert next_listing_page(urls, f"http://{HOST}/GB/1/index2.html") == f"http://{HOST}/GB/1/index3.html"
    assert next_listing_page(urls, f"http://{HOST}/GB/1/index20.html") is None


def test_later_pages_are_those_of_the_same_number() -> None:
    html = """<div class="zdfy"><a href="/n1/2019/0615/c1-31153719-2.html">2</a><a href='c1-31153719-3.html'>3</a>
    <a href="/n1/2019/0615/c1-31153719.html">1</a><a href="/n1/2019/0615/c1-31153720-2.html">other</a>
    <a href="javascript:showAd('/n1/2019/0616/c1-31153999.html')">下一页</a>
    <a href="/n1/2019/0615/c1-31153719-2.html">again</a></div>"""
    url = "http://culture.people.com.cn/n1/2019/0615/c1-31153719.html"
    assert later_pages(html.encode(), url) == [url.replace(".html", f"-{page}.html") for page in (2, 3)]
    assert later_pages(html.encode(), "http://culture.people.com.cn/") == []


def test_a_sitemap_with_the_site_s_own_root_and_doubles_is_read() -> None:
    xml = """<?xml version="1.0"?><sitemapIndex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <url><loc> http://sd.people.com.cn/n2/2026/0102/c1-41234567.html </loc>
    <lastmod>2026-01-02T08:00:00+08:00</lastmod></url>
    <url><loc>http://sd.people.com.cn/n2/2026/0102/c1-41234567.html</loc><lastmod>2026-01-02 09:00:00</lastmod></url>
    <url><loc>http://sd.people.com.cn/n2/2026/0102/c1-41234568.html</loc><lastmod>yesterday</lastmod></url>
    <url><loc>http://js.people.com.cn/n2/2026/0102/c1-41234569.html</loc></url><url><loc/></url></sitemapIndex>"""
    first, second = sitemap_links(xml.encode(), [HOST])
    assert first.lastmod == datetime.fromisoformat("2026-01-02T09:00:00+08:00")
    assert (second.url, second.lastmod) == ("http://sd.people.com.cn/n2/2026/0102/c1-41234568.html", None)
    assert sitemap_links(b"no xml", [HOST]) == sitemap_links(b"", [HOST]) == []
