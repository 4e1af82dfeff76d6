"""The API does what its OpenAPI description says, whatever it is asked: schemathesis on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import BaseSchema, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from difang.console.app import make_app
from difang.console.limiting import RateLimit
from difang.console.people.gate import READER
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import Role
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.sqlite_queue import SqliteQueue
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.made_articles import document, made_articles
from tests.services.people import signed_in
from tests.services.web import Web, serving

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
EXAMPLES = 20
"""Requests a route and mode; more of them by hand, now and then."""

PATHS = (
    "/api/v1/search",
    "/api/v1/suggest",
    "/api/v1/versions/{article_id}",
    "/api/v1/articles/{article_id}",
    "/api/v1/trends",
    "/api/v1/export",
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    folder = tmp_path_factory.mktemp("api")
    with ExitStack() as opened:
        articles = opened.enter_context(closing(EmbeddedIndex(folder / "index")))
        articles.write([document(article) for article in made_articles(40)])
        search = opened.enter_context(closing(SearchIndex(EmbeddedEngine(folder / "index"))))
        ledger = opened.enter_context(closing(Ledger(f"sqlite:///{folder / 'ledger.db'}")))
        queue = opened.enter_context(closing(SqliteQueue(folder / "queue.db")))
        yield {"articles": articles, "search": search, "ledger": ledger, "queue": queue}


@pytest.fixture(scope="module")
def web(parts: dict[str, object]) -> Iterator[Web]:
    with serving(make_app(**parts)) as web:  # type: ignore[arg-type]
        yield web


@pytest.fixture(scope="module")
def described(web: Web) -> BaseSchema:
    return schemathesis.openapi.from_url(f"http://127.0.0.1:{web.port}/openapi.json")


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("path", PATHS)
def test_the_api_keeps_its_contract(described: BaseSchema, path: str, mode: GenerationMode) -> None:
    operation = described[path]["GET"]

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS)

    ask()


def test_every_route_of_the_api_is_tried(web: Web) -> None:
    described = web.get("/openapi.json").json()
    assert sorted(described["paths"]) == sorted(PATHS)


def test_the_documentation_page_names_every_route_and_asks_nothing_of_others(web: Web) -> None:
    page = web.get("/api", accept_language="en")
    assert page.status == 200
    for path in PATHS:
        assert f"<code>{path}</code>" in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    for name in ("published_at", "also_in", "cursor", "print_edition"):
        assert name in page.text


def test_beyond_the_limit_a_sentence_says_when_to_come_back(parts: dict[str, object]) -> None:
    ledger = parts["ledger"]
    assert isinstance(ledger, Ledger)
    signed_in(ledger, Role.READER)
    token = ledger.sessions.make_token("reader", label="t", scopes=["read"], days=1)
    limit = RateLimit(anyone="2/minute", known="3/minute")
    with serving(make_app(**parts, limit=limit)) as web:  # type: ignore[arg-type]
        answers = [web.get("/api/v1/search") for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 200, 429]
        assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["1", "0", "0"]
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60
        assert "come back" in answers[-1].json()["error"]
        assert web.get("/feed/atom").status == 429
        assert web.get("/").status == 200
        bearer = f"Bearer {token}"
        assert [web.get("/api/v1/trends?q=a", authorization=bearer).status for _ in range(4)] == [200] * 3 + [429]


def test_suggestions_use_up_nothing_of_the_limit_and_have_one_of_their_own(parts: dict[str, object]) -> None:
    limit = RateLimit(anyone="2/minute", known="2/minute", typing="5/minute")
    with serving(make_app(**parts, limit=limit)) as web:  # type: ignore[arg-type]
        typed = [web.get("/api/v1/suggest?q=a") for _ in range(6)]
        assert [answer.status for answer in typed] == [200] * 5 + [429]
        assert typed[0].headers["ratelimit-limit"] == "5"
        assert int(typed[-1].headers["retry-after"]) > 0
        assert [web.get("/api/v1/search").status for _ in range(3)] == [200, 200, 429]


def test_an_export_a_browser_follows_answers_its_refusal_as_a_page(parts: dict[str, object]) -> None:
    with serving(make_app(**parts, limit=RateLimit(anyone="1/minute"))) as web:  # type: ignore[arg-type]
        looked_at = "text/html,application/xhtml+xml,*/*;q=0.8"
        assert web.get("/api/v1/export?format=csv", accept=looked_at).headers["content-type"].startswith("text/csv")
        page = web.get("/api/v1/export?format=csv", accept=looked_at)
        assert page.status == 429
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["retry-after"]
        assert "请稍候" in page.text
        program = web.get("/api/v1/export?format=csv", accept="*/*")
        assert "come back" in program.json()["error"]


def test_suggestions_and_versions_are_described_field_by_field(web: Web) -> None:
    schemas = web.get("/openapi.json").json()["components"]["schemas"]
    assert set(schemas["Suggestions"]["properties"]) == {"query", "suggestions"}
    assert set(schemas["Suggestion"]["properties"]) == {"kind", "value", "label", "query", "count"}
    assert set(schemas["ToldVersion"]["properties"]) == {"fetched_at", "title", "changes", "article"}
    page = web.get("/api", accept_language="en").text
    assert "suggestions: [object]" in page
    assert "changes: [object]" in page


def test_where_readers_must_sign_in_a_token_of_scope_read_is_asked_for(parts: dict[str, object]) -> None:
    ledger = parts["ledger"]
    assert isinstance(ledger, Ledger)
    signed_in(ledger, Role.READER)
    token = ledger.sessions.make_token("reader", label="t", scopes=["read"], days=1)
    with serving(make_app(**parts, readers=READER)) as web:  # type: ignore[arg-type]
        for path in ("/api/v1/search", "/api/v1/trends?q=a", "/api/v1/export"):
            assert web.get(path).status == 401
            assert web.get(path, authorization="Bearer difang_wrong").status == 401
            assert web.get(path, authorization=f"Bearer {token}").status == 200
