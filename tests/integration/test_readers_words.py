"""What goes wrong on readers' pages is told in the page's language, and without what only an operator understands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from difang.console.limiting import RateLimit
from difang.crawler.ledger.people import Role
from difang.ingest.errors import RetryLater
from difang.ingest.index.embedded import EmbeddedIndex
from difang.search.embedded import EmbeddedEngine
from difang.search.engine import Found, Place, Sort
from difang.search.index import SearchIndex
from difang.search.tree import Tree, understood
from tests.integration.consoles import console_on
from tests.made_articles import document, made_articles
from tests.services.other_words import is_other
from tests.services.people import SignedIn, signed_in
from tests.services.web import Answer, Web

HTML = "text/html,*/*;q=0.8"
DOWN = "Elasticsearch cannot be reached (ConnectionError); check DIFANG_INDEX and the server at /var/lib/difang."


class Down(EmbeddedEngine):
    """An engine that is out of reach as soon as this word is asked for."""

    def find(self, tree: Tree, *, sort: Sort, limit: int, after: Place | None, facets: bool) -> Found:
        """What it finds."""
        if "停机" in understood(tree):
            raise RetryLater(DOWN)
        return super().find(tree, sort=sort, limit=limit, after=after, facets=facets)


class Site:
    def __init__(self, web: Web, reader: SignedIn, operator: SignedIn) -> None:
        self.web, self.reader, self.operator = web, reader, operator


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("words")
    articles = EmbeddedIndex(folder / "index")
    articles.write([document(article) for article in made_articles(30)])
    limit = RateLimit(anyone="1/hour", known="500/minute")
    with console_on(SearchIndex(Down(folder / "index")), articles, folder, limit=limit) as console:
        roles = (Role.READER, Role.OPERATOR)
        reader, operator = (signed_in(console.ledger, role, name=f"a {role}") for role in roles)
        yield Site(console.web, reader, operator)


def told(answer: Answer) -> str:
    """What the page says of the trouble, with its heading."""
    found = re.findall(r"<h1>(.*?)</h1>|<p class=\"trouble\"[^>]*>(.*?)</p>", answer.text, re.DOTALL)
    assert 'class="trouble"' in answer.text, answer.text
    return unescape(re.sub("<[^>]*>", "", " ".join("".join(pair) for pair in found)))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/article/people:1", 404),
        ("/versions/people:1", 404),
        ("/archived/people:1", 404),
        ("/1", 404),
        ("/feed/1", 404),
        ("/?from=2020-02-30", 400),
        ("/?from=2020-03-02&to=2020-03-01", 400),
        ("/?cursor=1", 400),
        ("/trends?q=1&from=2010-01-01&to=2020-01-01&by=day", 400),
        ("/trends?q=1&from=2020-02-30", 400),
        ("/trends.csv?q=1&over=1", 422),
        ("/feed/atom?from=2020-02-30", 422),
        (f"/api/v1/export?q=1&month={quote('2020-13')}", 400),
        ("/alerts/9999", 404),
        (f"/?q={quote('停机')}", 503),
        (f"/feed/atom?q={quote('停机')}", 503),
    ],
)
def test_a_refusal_is_in_the_language_of_the_page(site: Site, target: str, status: int, language: str) -> None:
    answer = site.web.get(target, accept_language=language, accept=HTML, cookie=site.reader.cookie)
    assert answer.status == status
    assert not is_other(told(answer), language, ["people:1", "from", "over"]), told(answer)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("target", "form"),
    [
        ("/alerts", {"query": "字" * 2_001}),
        ("/alerts", {"query": "字", "name": "名" * 101}),
        ("/alerts", {"query": "*"}),
        ("/alerts", {"query": "字", "target": "77"}),
        ("/alerts", {"query": "字", "hour": "25"}),
        ("/alert-targets", {"address": "file:///etc/passwd"}),
        ("/alert-targets/9999/test", {}),
        ("/alerts/9999/delete", {}),
    ],
)
def test_a_form_that_is_refused_says_so_in_its_language(
    site: Site, target: str, form: dict[str, str], language: str
) -> None:
    sent = {"csrf": site.reader.csrf, **form}
    answer = site.web.post(target, sent, accept_language=language, cookie=site.reader.cookie)
    assert 400 <= answer.status < 500
    assert not is_other(told(answer), language, ["hour"]), told(answer)
    assert "openapi" not in answer.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_asks_too_often_is_told_in_the_language_of_the_page(site: Site, language: str) -> None:
    answers = [site.web.get("/feed/atom", accept_language=language) for _ in range(2)]
    assert answers[-1].status == 429
    assert not is_other(told(answers[-1]), language), told(answers[-1])


@pytest.mark.parametrize("target", [f"/?q={quote('停机')}", f"/api/v1/search?q={quote('停机')}"])
def test_an_outage_tells_readers_to_come_back_and_operators_what_is_wrong(site: Site, target: str) -> None:
    read = site.web.get(target, cookie=site.reader.cookie)
    assert read.status == 503
    assert "DIFANG_INDEX" not in read.text
    assert "/var/lib" not in read.text
    assert "DIFANG_INDEX" in site.web.get(target, cookie=site.operator.cookie, accept_language="en").text


@pytest.mark.parametrize("target", ["/?q=id", "/trends?q=1"])
def test_no_count_needs_a_plural(site: Site, target: str) -> None:
    page = site.web.get(target, accept_language="en", cookie=site.reader.cookie)
    assert page.status == 200
    assert not re.search(r"\b1(</strong>)? (articles|channels|pictures|times)", page.text)
