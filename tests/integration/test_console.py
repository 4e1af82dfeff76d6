"""The console on a real server and a real embedded index: pages, API, and what hostile text and addresses do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from babel.messages.pofile import read_po

from difang.console import languages
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Tally
from difang.crawler.ledger.tables import RunCause, RunState
from tests.integration.consoles import console_in
from tests.integration.hostile import EVIL, HOSTILE
from tests.made_articles import document, made_articles
from tests.services.people import signed_in
from tests.services.web import Web


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Web, Ledger]]:
    documents = [document(article) for article in (*made_articles(60), HOSTILE)]
    with console_in(tmp_path_factory.mktemp("console"), documents) as running:
        yield running.web, running.ledger


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
    assert "&reporter=" not in str(facets_of(web.get("/").text))
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


@pytest.mark.parametrize(("asked", "days"), [("2024-02", "2024-02-01 2024-02-29"), ("2024", "2024-01-01 2024-12-31")])
def test_a_month_or_year_beside_the_query_means_what_it_means_in_it(web: Web, asked: str, days: str) -> None:
    total = web.get(f"/api/v1/search?q=from:{asked}+to:{asked}").json()["total"]
    first, last = days.split()
    for given in (f"from={asked}&to={asked}", f"from={first}&to={last}"):
        assert web.get(f"/api/v1/search?{given}").json()["total"] == total > 0
        assert len(web.get(f"/api/v1/export?{given}").text.splitlines()) == total
        assert web.get(f"/feed/atom?{given}").text.count("<entry>") == total
        assert web.get(f"/api/v1/trends?q=channel:*&{given}").status == 200
        page = web.get(f"/?{given}").text
        assert f"<strong>{total}</strong>" in page
        assert f'name="from" value="{first}"' in page
    assert web.get("/api/v1/search?from=2024-13").status == 422


def test_a_chosen_year_offers_its_own_months(web: Web) -> None:
    """And those that are chosen of another year; each finds what it shows."""
    years = {row["value"]: row["count"] for row in web.get("/api/v1/search").json()["facets"]["year"]}
    year, other = list(years)[:2]
    facets = web.get(f"/api/v1/search?year={year}").json()["facets"]
    assert {row["value"]: row["count"] for row in facets["year"]} == years
    assert {row["value"][:4] for row in facets["month"]} == {year}
    assert sum(row["count"] for row in facets["month"]) == years[year]
    for row in facets["month"]:
        assert web.get(f"/api/v1/search?year={year}&month={row['value']}").json()["total"] == row["count"]
    chosen = web.get(f"/api/v1/search?year={other}").json()["facets"]["month"][0]["value"]
    mixed = web.get(f"/api/v1/search?year={year}&month={chosen}").json()["facets"]["month"]
    assert [row["value"] for row in mixed if row["value"][:4] != year] == [chosen]


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
        assert page.headers["cross-origin-opener-policy"] == "same-origin"
        assert "strict-transport-security" not in page.headers, "it came over http"
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
    assert web.ask("HEAD", "/healthz", {}).status == 200


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
