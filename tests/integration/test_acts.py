"""The operators' deeds on a real console: what each changes, and that it is written down; hostile bytes do nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from difang.console.act.uploads import MOST
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.run_tables import RunCause
from difang.ingest.index.embedded import EmbeddedIndex
from tests.integration.acting import Acting, acting_in, over_the_form
from tests.integration.parts import page_of
from tests.integration.test_worker import SINGLE, fetched, work
from tests.services.people import signed_in
from tests.services.web import Answer

EVIL = "http://sd.people.com.cn/n2/2026/0301/c1-66666666.html"
EVIL_BODY = b"""<html><head><meta http-equiv=refresh content="0;url=/users"><link rel=preconnect href=http://evil.test>
<title>x</title></head><body onload="alert(1)"><script>alert(2)</script><h1>\xe6\xaf\x92</h1></body></html>"""


@pytest.fixture
def acting(tmp_path: Path) -> Iterator[Acting]:
    with acting_in(tmp_path) as acting:
        yield acting


def upload(acting: Acting, body: bytes, *, name: str = "page.html", url: str = "", csrf: str | None = None) -> Answer:
    who = acting.as_(Role.OPERATOR)
    edge = "----edge"
    parts = {"csrf": who.csrf if csrf is None else csrf, "url": url}
    text = "".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in parts.items()
    )
    text += f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    sent = text + body.decode("latin-1") + f"\r\n--{edge}--\r\n"
    told = {"content-type": f"multipart/form-data; boundary={edge}", "cookie": who.cookie, "accept": "text/html"}
    return acting.web.ask("POST", "/try/upload", told, sent)


def test_set_aside_pages_are_listed_by_reason_and_one_is_explained(acting: Acting) -> None:
    one = acting.set_aside(page_of(EVIL, EVIL_BODY), "no <b>headline</b>", "Traceback: <script>")
    good = acting.set_aside(fetched(SINGLE[0]["url"]), "a template changed")
    listed = acting.get("/set-aside").text
    assert "no &lt;b&gt;headline&lt;/b&gt;" in listed
    assert f"/set-aside/{one}" in listed
    assert f"/set-aside/{one}" not in acting.get("/set-aside?reason=template").text
    assert f'value="{good}"' in acting.get("/set-aside?channel=" + SINGLE[0]["channel"]).text
    page = acting.get(f"/set-aside/{one}").text
    assert "Traceback: &lt;script&gt;" in page
    assert "<script" not in page
    assert f'src="/set-aside/{one}/looks"' in page
    assert SINGLE[0]["title"] in acting.get(f"/set-aside/{good}").text
    missing = acting.get("/set-aside/999")
    assert missing.status == 404
    assert "999" in missing.text[missing.text.index('role="alert"') :]
    assert '<a href="/set-aside">全部搁置的网页' in missing.text
    assert "nonsense" in over_the_form(acting.get("/set-aside?since=nonsense"))
    assert "nowhere" in over_the_form(acting.get("/set-aside?channel=nowhere"))


@pytest.mark.parametrize(("since", "chosen"), [("0001-01-01", True), ("9999-12-31", False)])
def test_any_day_a_calendar_has_may_be_asked_for(acting: Acting, since: str, chosen: bool) -> None:
    number = acting.set_aside(page_of(EVIL, EVIL_BODY), "broken")
    listed = acting.get(f"/set-aside?since={since}")
    assert (listed.status, f"/set-aside/{number}" in listed.text) == (200, chosen)
    assert acting.post("/set-aside/discard", all="on", why="x", since=since).status == 303
    assert bool(acting.parts.queue.discarded_pages()) is chosen


@pytest.mark.parametrize("host", ["evil.example", "www.people.com.cn"])
def test_only_what_can_be_read_is_offered_to_be_tried(acting: Acting, host: str) -> None:
    offered = 'href="/try?url='
    page = acting.get(f"/trace?target=http://{host}/")
    assert (page.status, offered in page.text) == (200, False)
    assert offered in acting.get(f"/trace?target={EVIL}").text


def test_an_upload_that_is_too_large_is_toldover_the_form(acting: Acting) -> None:
    answer = upload(acting, b"x" * 17_000_001)
    assert (answer.status, answer.headers["location"]) == (303, "/try?large=yes")
    assert "16 MiB" in over_the_form(acting.get(answer.headers["location"]))


def test_characters_that_turn_text_round_or_are_not_seen_are_shown(acting: Acting) -> None:
    reason = "a\u202eb\x1bc\u2028d"
    number = acting.set_aside(page_of(EVIL, EVIL_BODY), reason)
    for page in ("/set-aside", f"/set-aside/{number}"):
        assert "a⟨U+202E⟩b␛c⟨U+2028⟩d" in acting.get(page).text
    filtered = acting.get(f"/set-aside?reason={quote(reason)}").text
    assert f'name="reason" value="{reason}"' in filtered, "a form gives back what it was given"


def test_a_set_aside_page_is_retried_and_discarded_and_both_are_written_down(acting: Acting) -> None:
    numbers = [acting.set_aside(page_of(f"{EVIL}?{n}", EVIL_BODY), "broken") for n in range(3)]
    assert "先勾选" in over_the_form(acting.post("/set-aside/retry"))
    refused = acting.post("/set-aside/discard", number=str(numbers[0]), why=" ", url="1-66666666")
    assert "为什么放弃" in over_the_form(refused)
    assert f'value="{numbers[0]}" checked' in refused.text, "what was ticked stays so"
    assert 'name="url" value="1-66666666"' in refused.text
    refused = acting.post("/set-aside/discard", all="on", why="a login page", since="2026-13-01")
    assert "2026-13-01" in over_the_form(refused)
    assert 'name="why" value="a login page"' not in refused.text, "there is nothing left to choose from"
    assert acting.post("/set-aside/retry", number=str(numbers[0])).status == 303
    assert acting.post("/set-aside/discard", number=str(numbers[1]), why="a login page").status == 303
    queue = acting.parts.queue
    assert [page.number for page in queue.set_aside_pages()] == [numbers[2]]
    assert [(one.by, one.why) for one in queue.discarded_pages()] == [("the operator", "a login page")]
    assert queue.counts().ready == 1
    assert "a login page" in acting.get(f"/set-aside/{numbers[1]}").text
    assert acting.post("/set-aside/retry", all="on", reason="broken").status == 303
    assert queue.set_aside_pages() == []
    told = [(deed.who, deed.deed, deed.about) for deed in acting.deeds()]
    assert told == [
        ("the operator", "page.retry", str(numbers[2])),
        ("the operator", "page.discard", str(numbers[1])),
        ("the operator", "page.retry", str(numbers[0])),
    ]


def test_a_page_as_it_looks_is_locked_in_and_its_bytes_are_a_file(acting: Acting) -> None:
    number = acting.set_aside(page_of(EVIL, EVIL_BODY), "broken")
    looks = acting.get(f"/set-aside/{number}/looks")
    policy = looks.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-" not in policy
    assert looks.headers["x-content-type-options"] == "nosniff"
    assert "<link" not in looks.text
    assert "毒" in looks.text
    whole = acting.get(f"/set-aside/{number}/bytes")
    assert whole.text.encode() == EVIL_BODY
    assert whole.headers["content-type"] == "application/octet-stream"
    assert whole.headers["content-disposition"] == f'attachment; filename="set-aside-{number}.bin"'
    assert "sandbox" in whole.headers["content-security-policy"]


def test_an_archived_page_is_tried_and_a_new_one_is_fetched_by_a_run(acting: Acting) -> None:
    record = SINGLE[0]
    acting.parts.fetch([fetched(record["url"])])
    tried = acting.get(f"/try?url={record['url']}").text
    assert record["title"] in tried
    assert record["editors"][0] in tried
    assert "<iframe" in tried
    assert "毒" not in acting.get(f"/try/looks?url={record['url']}").text
    answer = acting.post("/try/fetch", url=SINGLE[1]["url"])
    assert answer.status == 303
    [run] = acting.parts.ledger.plans.ahead()
    assert (run.request.urls, run.cause, run.started_by) == ((SINGLE[1]["url"],), RunCause.OPERATOR, "the operator")
    assert 'content="3"' in acting.get(answer.headers["location"]).text
    assert [deed.deed for deed in acting.deeds()] == ["page.fetch"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "http://sd.people.com.cn:8080/n2/2026/0301/c1-1.html",
        "http://sd.people.com.cn.evil.test/",
        "http://evil.people.com.cn/",
        "gopher://sd.people.com.cn/",
    ],
)
def test_nothing_is_fetched_but_from_a_channels_host(acting: Acting, url: str) -> None:
    answer = acting.post("/try/fetch", url=url)
    assert answer.status == 400
    assert f'name="url" value="{url}"' in answer.text, "it is said over the form"
    assert acting.parts.ledger.plans.ahead() == []
    tried = acting.get(f"/try?url={quote(url, safe='')}").text
    assert 'role="alert"' in tried.partition('name="url"')[0]
    assert 'action="/try/fetch"' not in tried


@pytest.mark.parametrize("text", ["javascript:alert(1)", "a" * 3_000, "http://", "<b>"], ids=lambda text: text[:20])
def test_what_is_neither_an_address_nor_an_id_is_saidover_the_form(acting: Acting, text: str) -> None:
    for page, deeds in (("/try?url=", ("/try/fetch",)), ("/trace?target=", ("/try/fetch", "/takedowns?target"))):
        answer = acting.get(page + quote(text, safe=""), Role.ADMIN)
        assert answer.status == 400
        assert "既不是网址" in answer.text.partition("required maxlength")[0], "over the form"
        assert not [deed for deed in deeds if deed in answer.text]
    offered = acting.get("/trace?target=people:L_35131671", Role.ADMIN).text
    assert "/takedowns?target" in offered, "what has not come yet may be kept out"


def test_the_audit_log_has_channels_and_roles_by_their_names(acting: Acting) -> None:
    acting.post("/channels/sd/pause", why="a test")
    acting.post("/board/pause", why="a test")
    acting.post("/users/invite", Role.ADMIN, role="operator")
    log = acting.get("/deeds", Role.ADMIN).text
    for about in ("山东频道", "全部", "操作员"):
        assert f'object">{about}</td>' in log
    assert "共 32 个" in log


def test_the_audit_log_does_not_take_people_and_rules_for_channels(acting: Acting) -> None:
    acting.parts.ledger.deeds.note("boss", "user.remove", "hn")
    acting.parts.ledger.deeds.note("boss", "telling.make", "hb")
    acting.parts.ledger.deeds.note("boss", "telling.remove", "all")
    acting.parts.ledger.deeds.note("boss", "user.identity", "li", issuer="https://id.example", subject="7")
    log = acting.get("/deeds", Role.ADMIN).text
    assert re.findall(r'object">([^<]*)</td>', log) == ["li", "all", "hb", "hn"]
    for named in ("身份服务", "在身份服务的编号"):
        assert f'what">{named}</span>' in log


def test_what_changes_nothing_is_not_written_down(acting: Acting) -> None:
    assert acting.post("/set-aside/retry", number="99999").status == 303
    assert acting.deeds() == []


def test_an_uploaded_page_is_read_and_kept_nowhere(acting: Acting) -> None:
    page = fetched(SINGLE[0]["url"])
    answer = upload(acting, page.body, name="../../etc/passwd", url=page.url)
    assert answer.status == 200
    assert "content_hash" in answer.text
    assert "passwd" not in answer.text
    assert "这是您上传的文件" in answer.text
    assert "采集于" not in answer.text, "it is none of the archive"
    frame = re.search(r'<iframe[^>]* src="([^"]+)"', answer.text)
    assert frame
    assert acting.get(frame[1]).status == 200
    assert acting.get(frame[1]).headers["content-security-policy"].startswith("sandbox")
    other = signed_in(acting.parts.ledger, Role.OPERATOR, name="another")
    assert acting.web.get(frame[1], cookie=other.cookie).status == 404
    for _ in range(MOST):
        upload(acting, page.body)
    assert acting.get(frame[1]).status == 404, "only the newest are kept"
    assert upload(acting, b"").text.count("trouble") == 1
    assert "<script" not in upload(acting, b"<script>alert(1)</script>" * 20).text
    assert acting.parts.archive.files() == []
    assert upload(acting, b"x", csrf="wrong").status == 403


def test_a_body_that_is_too_large_is_refused_before_it_is_read(acting: Acting) -> None:
    who = acting.as_(Role.OPERATOR)
    for target, length in (("/try/upload", 17_000_001), ("/set-aside/retry", 1_000_001)):
        answer = acting.web.ask("POST", target, {"cookie": who.cookie, "content-length": str(length)})
        assert answer.status == 413
    answer = acting.web.ask("POST", "/set-aside/retry", {"cookie": who.cookie, "transfer-encoding": "chunked"})
    assert answer.status == 411


def test_an_article_is_traced(acting: Acting) -> None:
    record = SINGLE[0]
    acting.parts.fetch([fetched(record["url"])])
    with closing(EmbeddedIndex(acting.parts.folder / "index")) as index:
        work(acting.parts.worker(index), acting.parts)
    page = acting.get(f"/trace?target={record['id']}")
    assert page.status == 200
    assert "在索引中，可以检索。" in page.text
    assert record["title"] in page.text
    assert "+00:00" not in page.text, "moments are told as a clock in Beijing shows them"
    assert record["url"] in page.text
    assert acting.get("/trace?target=%3Cscript%3E://").status == 400
    assert "<script" not in acting.get("/trace?target=%3Cscript%3E").text


def test_an_article_is_taken_down_and_brought_back_by_an_admin_alone(acting: Acting) -> None:
    record = SINGLE[0]
    acting.parts.fetch([fetched(record["url"])])
    with closing(EmbeddedIndex(acting.parts.folder / "index")) as index:
        work(acting.parts.worker(index), acting.parts)
    assert acting.post("/takedowns", target=record["url"], reason="asked for").status == 403
    assert acting.post("/takedowns", Role.ADMIN, target=record["url"], reason="asked <i>for</i>").status == 303
    with closing(EmbeddedIndex(acting.parts.folder / "index")) as index:
        assert index.get([record["id"]]) == {}
    assert "asked &lt;i&gt;for&lt;/i&gt;" in acting.get("/takedowns").text
    assert acting.post("/takedowns/undo", Role.ADMIN, target=record["id"]).status == 303
    assert acting.parts.queue.counts().ready == 1
    assert [deed.deed for deed in acting.deeds()] == ["takedown.undo", "takedown"]
    for nonsense in ("xyz", "\0", "people:", "people:L_35131671 ; x", "url:1"):
        assert acting.post("/takedowns", Role.ADMIN, target=nonsense, reason="r").status == 400
    assert len(acting.deeds()) == 2
    assert acting.post("/takedowns", Role.ADMIN, target="nonsense://", reason="x").status == 400


def test_what_is_no_backfill_is_told_with_the_page_that_lists_them(acting: Acting) -> None:
    for language, said in (("zh", "“频道页”列出全部"), ("en", "“the channel's page” lists them")):
        who = acting.as_(Role.OPERATOR)
        sent = {"cookie": who.cookie, "accept_language": language}
        answer = acting.web.post("/backfills/99/pause", {"csrf": who.csrf}, **sent)
        assert answer.status == 404
        assert said in html.unescape(answer.text)
