"""The console on a real server and a real embedded index: pages, API, and what hostile text and addresses do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from babel.messages.pofile import read_po

from difang.console import languages
from difang.console.app import make_app
from difang.crawler.ledger.addresses import Found, Headers
from difang.crawler.ledger.discoveries import Queued
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Tally
from difang.crawler.ledger.tables import RunCause, RunState
from difang.ingest.article import Image
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.port import ArticleIndex
from difang.ingest.page import Page, PageRef, Position, ReadPage
from difang.ingest.sqlite_queue import SqliteQueue
from difang.search.elastic import ElasticEngine
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.integration.conftest import clear, client
from tests.made_articles import document, made_article, made_articles
from tests.services.people import signed_in
from tests.services.postgresql import Postgresql
from tests.services.relay import Relay
from tests.services.web import Web, serving

FOUND = "http://sd.people.com.cn/n2/2020/0206/c1-1.html"
EVIL = '<script>alert("1")</script>{{7*7}}<img src=x onerror=alert(1)>'
HOSTILE = made_article(
    id="evil:<b>/../x?y#z",
    url="javascript:alert(1)",
    urls=("javascript:alert(1)", "data:text/html,<script>alert(1)</script>"),
    channel="evil",
    channel_name=EVIL,
    title=EVIL,
    pre_title=EVIL,
    subtitle=EVIL,
    original_title=EVIL,
    source=f'源"{EVIL}',
    source_url="JavaScript:alert(1)",
    byline=EVIL,
    editors=(f'恶"{EVIL}',),
    reporters=(EVIL,),
    sections=(EVIL,),
    keywords=(EVIL,),
    images=(Image(url="javascript:alert(1)", caption=EVIL),),
    warnings=(EVIL,),
    body=f"毒文一段\n{EVIL}\n毒文二段",
)


@contextmanager
def console(
    search: SearchIndex,
    articles: ArticleIndex,
    folder: Path,
    read_page: ReadPage | None = None,
    address: str = "",
) -> Iterator[tuple[Web, Ledger]]:
    with ExitStack() as parts:
        for part in (search, articles):
            parts.enter_context(closing(part))
        ledger = parts.enter_context(closing(Ledger(address or f"sqlite:///{folder / 'ledger.db'}")))
        queue = parts.enter_context(closing(SqliteQueue(folder / "queue.db")))
        web = parts.enter_context(
            serving(make_app(search=search, articles=articles, ledger=ledger, queue=queue, read_page=read_page))
        )
        yield web, ledger


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Web, Ledger]]:
    folder = tmp_path_factory.mktemp("console")
    index = EmbeddedIndex(folder / "index")
    index.write([document(article) for article in (*made_articles(60), HOSTILE)])
    with console(SearchIndex(EmbeddedEngine(folder / "index")), index, folder) as running:
        yield running


@pytest.fixture
def web(filled: tuple[Web, Ledger]) -> Web:
    return filled[0]


def links(text: str, pattern: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(rf'href="({pattern}[^"]*)"', text)]


def test_a_reader_pages_through_all_articles_and_opens_each(web: Web) -> None:
    seen: list[str] = []
    target = "/?sort=oldest"
    while target:
        page = web.get(target)
        assert page.status == 200
        seen += links(page.text, "/article/")
        further = re.search(r'rel="next" href="([^"]+)"', page.text)
        target = further[1].replace("&amp;", "&") if further else ""
    assert len(seen) == len(set(seen)) == 61
    assert {web.get(address).status for address in seen} == {200}


FACET = r'<li><a href="(/\?[^"]+)"[^>]*>([^<]*)</a> <span>([\d,]+)</span>'


def facets_of(page: str) -> list[tuple[str, str, str]]:
    """Address, label and count of each facet's value."""
    return [(address.replace("&amp;", "&"), label, count) for address, label, count in re.findall(FACET, page)]


def test_a_facet_narrows_to_the_number_it_shows(web: Web) -> None:
    facets = facets_of(web.get("/").text)
    assert len(facets) > 20
    for address, _, count in facets:
        assert f"<strong>{count}</strong>" in web.get(address).text, address


def test_reporters_are_a_facet_once_something_is_asked_and_in_the_api_where_named(web: Web) -> None:
    """They take a count of their own."""
    assert "reporter=" not in web.get("/").text
    shown = [facet for facet in facets_of(web.get("/?from=2000-01-01").text) if "&reporter=" in facet[0]]
    assert len(shown) > 1
    for address, _, count in shown:
        assert f"<strong>{count}</strong>" in web.get(address).text, address
    assert "reporter" not in web.get("/api/v1/search").json()["facets"]
    told = web.get("/api/v1/search?facet=reporter&facet=template").json()["facets"]
    assert [str(row["count"]) for row in told["reporter"]][: len(shown)] == [count for _, _, count in shown]
    assert [row["value"] for row in told["template"]] == ["B"]
    assert web.get("/api/v1/search?facet=editor").status == 422


def test_a_second_value_of_a_facet_adds_and_a_bar_of_the_histogram_narrows(web: Web) -> None:
    first, second = [facet for facet in facets_of(web.get("/").text) if "channel=" in facet[0]][:2]
    page = web.get(first[0]).text
    both = next(address for address, label, _ in facets_of(page) if label == second[1])
    page = web.get(both).text
    assert f"<strong>{int(first[2]) + int(second[2])}</strong>" in page
    bars = re.findall(r'<a href="([^"]+)" aria-label="[^：]+：(\d+)"><title>', page)
    assert len(bars) > 3
    assert sum(int(count) for _, count in bars) == int(first[2]) + int(second[2])
    address, count = bars[0]
    assert f"<strong>{count}</strong>" in web.get(address.replace("&amp;", "&")).text


def test_export_feed_and_api_know_what_was_chosen(web: Web) -> None:
    chosen = "channel=sd&channel=js&editor=" + quote("萧云")
    total = web.get(f"/api/v1/search?{chosen}").json()["total"]
    assert 0 < total == len(web.get(f"/api/v1/export?{chosen}").text.splitlines())
    assert web.get(f"/feed/atom?{chosen}").text.count("<entry>") == total
    assert f"<strong>{total}</strong>" in web.get(f"/?{chosen}").text


def test_what_cannot_be_chosen_is_told_by_the_api_and_left_out_and_told_by_the_page(web: Web) -> None:
    assert web.get("/api/v1/search?month=2026-13").status == 400
    some = f"<strong>{web.get('/api/v1/search?channel=sd').json()['total']}</strong>"
    page = web.get("/?channel=sd&month=2026-13&year=12", accept_language="en")
    assert page.status == 200
    assert some in page.text
    assert "Left out month:2026-13, which is no date." in page.text
    assert "Left out year:12, which is no date." in page.text
    assert "未采用 month:2026-13，没有这样的日期。" in web.get("/?channel=sd&month=2026-13").text


def test_more_values_of_a_facet_than_can_be_chosen_are_told(web: Web) -> None:
    many = "&".join(f"channel={slug}" for slug in ("sd", *range(60)))
    assert web.get(f"/api/v1/search?{many}").status == 400
    page = web.get(f"/?{many}", accept_language="en")
    assert page.status == 200
    assert "Too many are chosen of channel: those at the end were left out." in page.text
    assert f"<strong>{web.get('/api/v1/search?channel=sd').json()['total']}</strong>" in page.text


def test_text_of_articles_stays_text_on_every_page(web: Web) -> None:
    pages = [web.get("/"), web.get(f"/?q={quote('毒文')}"), web.get(f"/article/{quote(HOSTILE.id, safe='')}")]
    for page in pages:
        assert page.status == 200
        assert "&lt;script&gt;" in page.text
        assert not re.search(
            r"<(script(?! src)|img)|javascript:alert[^<]*\"|href=\"(data|java)", page.text, re.IGNORECASE
        )
        assert "{{7*7}}" in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'self'")
        assert page.headers["x-content-type-options"] == "nosniff"
    assert 'href="/article/evil:%3Cb%3E%2F..%2Fx%3Fy%23z"' in pages[1].text


def test_the_article_page_lists_images_by_caption_and_asks_no_other_host(web: Web) -> None:
    page = web.get(f"/article/{quote(HOSTILE.id, safe='')}").text
    assert 'id="images"' in page
    assert "<img" not in page


def test_the_api_gives_the_search_and_the_article_of_the_contract(web: Web) -> None:
    result = web.get(f"/api/v1/search?q={quote('毒文')}").json()
    assert (result["total"], result["hits"][0]["id"]) == (1, HOSTILE.id)
    assert web.get(f"/api/v1/articles/{quote(HOSTILE.id, safe='')}").json() == _as_json(HOSTILE.to_dict())


def _as_json(value: object) -> object:
    if isinstance(value, dict):
        return {name: _as_json(inner) for name, inner in value.items()}
    return [_as_json(inner) for inner in value] if isinstance(value, (list, tuple)) else value


LONG = 100_000


@pytest.mark.parametrize(
    "query",
    [
        "a" * LONG,
        quote("公" * 7_000),
        quote("公 交 " * 2_000),
        quote("公" * (LONG // 3)),
        quote("👨\u200d👩\u200d👧\u200d👦🏳️\u200d🌈 ！ ！ ！ ！ ！"),
        "(" * LONG,
        '"' * LONG,
        "-" * LONG,
        "a+OR+" * 9_000,
        quote('！？（）【】—…，。*?~^:/\\"'),
        quote('"公交 (AND OR -'),
        "%00%01%1b%7f%0a%0d",
        "%ed%a0%80%ed%b0%80",
        "%ff%fe",
        quote(EVIL),
        quote("from:0001-01-01 to:9999-12-31 from:99999 最近99999999999天"),
    ],
    ids=lambda query: query[:12],
)
def test_any_query_is_answered_and_never_repeated_as_html(web: Web, query: str) -> None:
    page = web.get(f"/?q={query}")
    assert page.status == 200
    assert not re.search(r"<script(?! src=.?/static/)", page.text)
    assert len(page.text) < 6 * LONG
    assert web.get(f"/api/v1/search?q={query}").status == 200


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/?from=2026-02-30", 400),
        ("/?q=a&cursor=rubbish", 400),
        (f"/?cursor={'A' * 5000}", 400),
        (f"/?cursor={quote('汉字')}", 400),
        ("/?from=0001-01-01&to=9999-12-31", 200),
        ("/?from=2026-02-02&to=2020-01-01", 400),
        ("/?sort=%3Cx%3E", 200),
        ("/article/nothing", 404),
        ("/versions/nothing", 404),
        ("/?month=2026-99&channel=%00", 200),
        ("/article/a%2Fb/c", 404),
        ("/article/%3Cscript%3Ealert(1)%3C/script%3E", 404),
        ("/article/%00", 404),
        ("/article/%ed%a0%80", 404),
        (f"/article/{'x' * 5000}", 404),
        ("/static/..%2f..%2fapp.py", 404),
        ("/nothing", 404),
    ],
)
def test_an_odd_address_gets_a_page_that_says_so(web: Web, target: str, status: int) -> None:
    page = web.get(target)
    assert page.status == status
    assert "<title>" in page.text
    assert not re.search(r"<script(?! src=.?/static/)", page.text)
    assert ('role="alert"' in page.text) == (status != 200)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("search?limit=-1", 422),
        ("search?limit=1000000000", 422),
        ("search?limit=x", 422),
        ("search?from=2026-02-30", 422),
        ("search?sort=x", 422),
        ("search?cursor=zz", 400),
        ("articles/nothing", 404),
        ("articles/%3Cb%3E/x", 404),
        ("nothing", 404),
    ],
)
def test_an_error_of_the_api_is_one_sentence_of_json(web: Web, target: str, status: int) -> None:
    answer = web.get(f"/api/v1/{target}")
    assert answer.status == status
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["error"]


def test_versions_are_shown_with_their_differences_and_hostile_text_stays_text(tmp_path: Path) -> None:
    old = made_article(id="v:1", title="海岱市公布新规", body=f"第一段。\n共有36例。{EVIL}")
    new = made_article(
        id="v:1", title="海岱市公布新规", body=f"第一段。\n共有63例。{EVIL}", fetched_at="2020-02-07T10:00:00+00:00"
    )
    index = EmbeddedIndex(tmp_path / "index")
    index.write([document(new)])
    index.keep_versions([old])
    with console(SearchIndex(EmbeddedEngine(tmp_path / "index")), index, tmp_path) as (web, _):
        assert "2 个版本" in web.get("/article/v:1").text
        page = web.get("/versions/v:1").text
        assert len(web.get("/api/v1/versions/v:1").json()) == 2
        assert web.get("/versions/none").status == 404
    assert sorted(re.findall(r"<(?:del|ins)><span[^>]*>[^<]*</span>([^<]*)", page)) == ["6", "6"]
    assert "<script>" not in page


def test_the_article_page_tells_where_the_story_stands_and_what_else_its_editor_did(tmp_path: Path) -> None:
    index = EmbeddedIndex(tmp_path / "index")
    told = [
        made_article(id=f"s:{slug}", channel=slug, channel_name=f"{slug}频道", editors=("萧云",), published_at=at)
        for slug, at in (("sd", "2020-02-06T08:00:00+08:00"), ("js", "2020-02-06T11:30:00+08:00"))
    ]
    other = made_article(id="o:1", title="另一篇", editors=("萧云",))
    index.write([*(replace(document(one), story="s:sd") for one in told), document(other)])
    with console(SearchIndex(EmbeddedEngine(tmp_path / "index")), index, tmp_path) as (web, _):
        page = web.get("/article/s:js").text
        english = web.get("/article/s:js", accept_language="en").text
    assert "2 处刊出" in page
    assert "+3 小时" in page
    assert 'href="/article/s:sd"' in page
    assert 'href="/article/o:1"' in page
    assert "+3 h" in english


def test_readers_see_archived_copies_as_source_that_never_runs(tmp_path: Path) -> None:
    position = Position(file="a.warc.gz", offset=5, length=9)
    body = f"<html><script>alert(1)</script>{EVIL}山东".encode("gb18030")

    def read_page(asked: Position) -> Page:
        assert asked == position
        now = datetime(2026, 3, 1, tzinfo=UTC)
        return Page(
            url=FOUND, final_url=FOUND, status=200, headers=(), body=body, fetched_at=now, run_id="r", position=asked
        )

    index = EmbeddedIndex(tmp_path / "index")
    index.write([document(made_article(id="people:L_1", url=FOUND))])
    search = SearchIndex(EmbeddedEngine(tmp_path / "index"))
    with console(search, index, tmp_path, read_page=read_page) as (web, ledger):
        run = ledger.runs.begin(channel="sd", channel_name="山东频道", started_by="test", logs=tmp_path)
        key = "people:L_1"
        ledger.discoveries.found(run.id, "sd", [Found(url=FOUND, key=key, page=1, found_on="http://sd.people.com.cn/")])
        ref = PageRef(url=FOUND, key=key, run_id=run.id, fetched_at=datetime(2026, 3, 1, tzinfo=UTC), position=position)
        ledger.discoveries.queued([Queued(ref=ref, headers=Headers())])
        assert "存档副本" in web.get("/article/people:L_1").text
        page = web.get("/archived/people:L_1")
        assert web.get("/archived/none").status == 404
        assert web.get("/archived/people:L_1?copy=7").status == 200
    assert page.status == 200
    assert "山东" in page.text
    assert "<script>" not in page.text


def test_the_page_of_the_api_is_in_the_readers_language(web: Web) -> None:
    """Every description of the API has its Chinese, and none too many."""
    described = web.get("/openapi.json").json()
    told: set[str] = set()
    for operation in (operation for methods in described["paths"].values() for operation in methods.values()):
        told |= {operation.get("description") or operation["summary"]}
        told |= {answer["description"] for answer in operation["responses"].values()}
        told |= {one.get("description", one["schema"].get("description", "")) for one in operation["parameters"]}
    with (Path(languages.__file__).parent / "translations" / "zh" / "openapi.po").open(encoding="utf-8") as file:
        chinese = {str(message.id): str(message.string) for message in read_po(file) if message.id}
    assert set(chinese) == told - {""}
    assert all(chinese.values())
    assert "文件格式" in web.get("/api").text
    assert "<code>next</code> of the page before" in web.get("/api", accept_language="en").text


def test_the_process_tells_that_it_answers(web: Web) -> None:
    assert (web.get("/healthz").status, web.get("/healthz").text) == (200, "ok\n")


def test_runs_are_shown_in_chinese_with_a_sum_and_live(filled: tuple[Web, Ledger], tmp_path: Path) -> None:
    web, ledger = filled
    cookie = signed_in(ledger).cookie
    assert "还没有采集过" in web.get("/runs", cookie=cookie).text
    run = ledger.runs.begin(channel="sd", channel_name="山东频道", started_by="test", logs=tmp_path)
    busy = web.get("/runs", cookie=cookie).text
    assert '<span title="running">进行中</span>' in busy
    assert "data-live=" in busy
    ledger.runs.end(run.id, RunState.FAILED, "<script>the host</script>", Tally(requests=1_234))
    calm = web.get("/runs", cookie=cookie).text
    assert '<span title="failed">失败</span>' in calm
    assert '<td class="n">1234</td>' in calm
    assert not re.search(r"<script(?! src=./static/)", calm)
    due_at = datetime(2026, 3, 2, 4, tzinfo=UTC)
    late = ledger.plans.plan(
        channel="js", channel_name="江苏频道", cause=RunCause.SCHEDULE, due_at=due_at, started_by="schedule"
    )
    ledger.plans.miss(late.id, "The service was down.")
    missed = web.get("/runs", cookie=cookie).text
    assert '<span title="missed">错过</span><br><small><span lang="en">The service was down.</span></small>' in missed
    assert "<td>2026-03-02 12:00</td>" in missed


def test_an_embedded_index_that_breaks_is_a_503_until_it_is_mended(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    index = EmbeddedIndex(folder)
    index.write([document(HOSTILE)])
    index.close()
    meta = folder / "meta.json"
    sound = meta.read_bytes()
    with console(SearchIndex(EmbeddedEngine(folder)), EmbeddedIndex(folder), tmp_path) as (web, _):
        meta.write_bytes(b"{")
        _assert_down(web)
        meta.write_bytes(sound)
        _assert_up(web)


def test_an_elasticsearch_that_is_down_is_a_503_until_it_is_back(elasticsearch_url: str, tmp_path: Path) -> None:
    relay = Relay(int(elasticsearch_url.rsplit(":", 1)[1]))
    with ExitStack() as stack:
        stack.callback(clear, elasticsearch_url)
        with closing(ElasticIndex(client(elasticsearch_url))) as writer:
            writer.write([document(HOSTILE)])
            writer.refresh()
        near = f"http://127.0.0.1:{relay.port}"
        web, _ = stack.enter_context(
            console(SearchIndex(ElasticEngine(client(near))), ElasticIndex(client(near)), tmp_path)
        )
        for _ in range(2):
            _assert_down(web)
            with relay.up():
                _assert_up(web)
                assert web.get(f"/article/{'x' * 5000}").status == 404


def _assert_down(web: Web) -> None:
    for target in (
        "/",
        "/?q=a",
        "/article/x",
        "/versions/x",
        "/api/v1/search",
        "/api/v1/articles/x",
        "/api/v1/suggest?q=a",
    ):
        answer = web.get(target)
        assert answer.status == 503, target
        assert answer.json()["error"] if target.startswith("/api") else 'role="alert"' in answer.text
    assert web.get("/healthz").status == 200


def _assert_up(web: Web) -> None:
    assert "<strong>1</strong> 篇" in web.get("/").text
    assert web.get(f"/api/v1/articles/{quote(HOSTILE.id, safe='')}").status == 200


def test_while_postgresql_is_down_each_page_that_needs_the_ledger_says_so(
    postgresql: Postgresql, postgresql_ledger: str, tmp_path: Path
) -> None:
    index = EmbeddedIndex(tmp_path / "index")
    search = SearchIndex(EmbeddedEngine(tmp_path / "index"))
    with console(search, index, tmp_path, address=postgresql_ledger) as (web, ledger):
        cookie = signed_in(ledger).cookie
        assert web.get("/issues/9999999999999999999999", cookie=cookie).status == 400
        assert web.get("/issues/9999999999", cookie=cookie).status == 400
        postgresql.stop()
        try:
            answers = {path: web.get(path, cookie=cookie) for path in ("/sign-in", "/board", "/runs", "/issues", "/")}
        finally:
            postgresql.start()
        assert {path: answer.status for path, answer in answers.items()} == dict.fromkeys(answers, 503)
        assert all("请恢复数据库" in answer.text for answer in answers.values())
        assert web.get("/board", cookie=cookie).status == 200
