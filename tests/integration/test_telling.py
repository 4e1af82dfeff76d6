"""Issues told: by severity and channel, grouped, in quiet hours, again, resolved; what is secret stays so."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from difang.console.alerts.notifier import Notifier
from difang.console.alerts.target import Address
from difang.console.telling.duty import Telling, heartbeat, is_quiet
from difang.crawler.ledger.issues import Issue
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.tables import Severity
from difang.crawler.ledger.telling import Wish
from difang.ingest.errors import RetryLater
from tests.integration.acting import acting_in
from tests.services.answering import answering

SECRET = "s3cr3t-t0ken"  # noqa: S105


@dataclass(kw_only=True)
class Receiver:
    """A webhook: what it got, and the status it answers."""

    port: int = 0
    got: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    status: int = 200

    def address(self) -> Address:
        return Address(url=f"json://127.0.0.1:{self.port}/{SECRET}", shown="JSON · 127.0.0.1")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if receiver.status == 200:
                receiver.got.append(json.loads(body))
            self.answer()

        def do_GET(self) -> None:
            receiver.asked.append(self.path)
            self.answer()

        def answer(self) -> None:
            self.send_response(receiver.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with answering(Handler) as address:
        receiver.port = int(address.rpartition(":")[2])
        yield receiver


@pytest.fixture
def ledger(ledger_address: str) -> Iterator[Ledger]:
    with closing(Ledger(ledger_address)) as ledger:
        yield ledger


def see(ledger: Ledger, key: str, *, channel: str = "sd", severity: Severity = Severity.HIGH) -> Issue:
    sentence = f"{channel}: issue {key}"
    ledger.issues.see(
        kind="silent", channel=channel, key=key, sentence=sentence, examples=(), figures={}, severity=severity
    )
    return next(issue for issue in ledger.issues.unresolved() if issue.key == key)


def telling(ledger: Ledger) -> Telling:
    return Telling(ledger=ledger, public="https://difang.example/", notifier=Notifier(private=True))


def test_issues_go_out_once_in_one_message_with_links_then_their_end(ledger: Ledger, receiver: Receiver) -> None:
    wish = Wish(name="a", severity=Severity.MEDIUM, language="en")
    ledger.telling.make(wish, address=receiver.address(), by="li")
    one, two = see(ledger, "one"), see(ledger, "two", severity=Severity.MEDIUM)
    see(ledger, "low", severity=Severity.LOW)
    teller, now = telling(ledger), datetime.now(UTC)
    assert teller.tell(now + timedelta(seconds=30)) == 0, "they wait for others"
    assert teller.tell(now + timedelta(seconds=90)) == 1
    assert teller.tell(now + timedelta(seconds=120)) == 0
    [message] = receiver.got
    assert message["title"] == "difang: 2 new issues"
    assert f"[Now] sd: issue one https://difang.example/issues/{one.id}" in message["message"]
    assert "issue two" in message["message"]
    assert "issue low" not in message["message"]
    ledger.issues.resolve(two)
    assert teller.tell(now + timedelta(seconds=150)) == 1
    assert receiver.got[1]["title"] == "difang: 1 resolved"
    assert teller.tell(now + timedelta(seconds=180)) == 0


def test_a_graver_issue_is_told_anew_and_an_unacknowledged_one_again(ledger: Ledger, receiver: Receiver) -> None:
    wish = Wish(name="a", severity=Severity.LOW, window=0, remind_hours=2, tells_end=False, language="en")
    ledger.telling.make(wish, address=receiver.address(), by="li")
    issue = see(ledger, "one", severity=Severity.LOW)
    teller, now = telling(ledger), datetime.now(UTC)
    assert teller.tell(now) == 1
    see(ledger, "one", severity=Severity.HIGH)
    assert teller.tell(now + timedelta(minutes=1)) == 1
    assert teller.tell(now + timedelta(hours=1)) == 0
    assert teller.tell(now + timedelta(hours=3)) == 1
    assert receiver.got[-1]["title"] == "difang: 1 still open"
    ledger.issues.acknowledge(issue.id, "wang")
    assert teller.tell(now + timedelta(hours=9)) == 0
    ledger.issues.resolve(issue)
    assert teller.tell(now + timedelta(hours=10)) == 0


def test_quiet_hours_and_channels_hold_back_what_is_not_grave_or_not_theirs(ledger: Ledger, receiver: Receiver) -> None:
    wish = Wish(name="a", severity=Severity.LOW, channels=("sd",), quiet_from=0, quiet_until=1439, window=0)
    ledger.telling.make(wish, address=receiver.address(), by="li")
    midnight = datetime(2030, 1, 1, 15, 59, 30, tzinfo=UTC)  # 23:59:30 in Beijing
    see(ledger, "other", channel="js")
    see(ledger, "mild", severity=Severity.MEDIUM)
    see(ledger, "grave")
    assert telling(ledger).tell(midnight - timedelta(hours=1)) == 1
    assert telling(ledger).tell(midnight) == 1
    told = [message["message"] for message in receiver.got]
    assert "grave" in told[0]
    assert "mild" not in told[0]
    assert "mild" in told[1]
    assert "other" not in told[0] + told[1]


def test_each_rule_tells_in_its_own_language(ledger: Ledger, receiver: Receiver) -> None:
    for language in ("zh", "en"):
        wish = Wish(name=language, severity=Severity.LOW, window=0, language=language)
        ledger.telling.make(wish, address=receiver.address(), by="li")
    sentence = "山东频道: nothing new for 9 h, usually 40 min."
    about = {"kind": "silent", "channel": "sd", "key": "channel"}
    ledger.issues.see(**about, sentence=sentence, examples=(), figures={}, severity=Severity.HIGH)
    [issue] = ledger.issues.unresolved()
    assert telling(ledger).tell(datetime.now(UTC)) == 2
    told = {(message["title"], message["message"]) for message in receiver.got}
    link = f"https://difang.example/issues/{issue.id}"
    assert told == {
        ("difang: 1 个新问题", f"[紧急] 山东频道：已有 9 小时没有新文章，通常间隔 40 分钟。 {link}"),
        ("difang: 1 new issue", f"[Now] {sentence} {link}"),
    }


def test_quiet_hours_may_go_over_midnight() -> None:
    wish = Wish(name="a", severity=Severity.LOW, quiet_from=22 * 60, quiet_until=7 * 60)
    hours = [hour for hour in range(24) if is_quiet(wish, datetime(2030, 1, 1, hour, tzinfo=UTC))]
    assert hours == [14, 15, 16, 17, 18, 19, 20, 21, 22]


def test_what_is_not_taken_is_tried_again_later_and_no_secret_is_told(
    ledger: Ledger, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ledger.telling.make(Wish(name="a", severity=Severity.LOW, window=0), address=receiver.address(), by="li")
    see(ledger, "one")
    receiver.status = 500
    teller, now = telling(ledger), datetime.now(UTC)
    assert teller.tell(now) == 0
    [rule] = ledger.telling.rules()
    assert (rule.tries, "500" in str(rule.trouble)) == (1, True)
    receiver.status = 200
    assert teller.tell(now + timedelta(seconds=30)) == 0, "not before its time"
    assert teller.tell(now + timedelta(seconds=61)) == 1
    [rule] = ledger.telling.rules()
    assert (rule.tries, rule.trouble) == (0, None)
    assert "could not tell" in caplog.text
    assert SECRET not in caplog.text + repr(rule)


def test_a_rule_is_made_tried_and_removed_by_an_admin_and_its_address_never_shown(
    tmp_path: Path, receiver: Receiver
) -> None:
    with acting_in(tmp_path) as acting:
        form = {"name": "team", "address": receiver.address().url, "severity": "high", "quiet_from": "22:00"}
        refused = acting.post("/telling", Role.ADMIN, **form)
        assert refused.status == 422
        for kept in ('value="team"', 'value="22:00"', '"high" selected'):
            assert kept in refused.text
        assert receiver.address().url not in refused.text
        form |= {"quiet_until": "07:30", "channel": "sd"}
        assert acting.post("/telling", Role.OPERATOR, **form).status == 403
        assert acting.post("/telling", Role.ADMIN, **form).status == 303
        [rule] = acting.parts.ledger.telling.rules()
        assert (rule.wish.channels, rule.wish.quiet_from, rule.wish.quiet_until) == (("sd",), 1320, 450)
        page = acting.get("/telling", Role.ADMIN).text
        assert "22:00–07:30" in page
        assert SECRET not in page
        assert acting.post(f"/telling/{rule.id}/try", Role.ADMIN).status == 200
        assert receiver.got[0]["title"] == "difang: 一条测试消息", "the language of the page on which it was made"
        english = form | {"name": "others", "language": "en"}
        assert acting.post("/telling", Role.ADMIN, **english).status == 303
        [other] = [one for one in acting.parts.ledger.telling.rules() if one.id != rule.id]
        assert acting.post(f"/telling/{other.id}/try", Role.ADMIN).status == 200
        assert receiver.got[1]["title"] == "difang: a test"
        assert acting.post("/telling", Role.ADMIN, **(form | {"name": "x", "language": "fr"})).status == 422
        assert acting.post(f"/telling/{other.id}/remove", Role.ADMIN).status == 303
        for address in ("file:///etc/passwd", "nonsense", "json://h/?template=/etc/passwd", ""):
            assert acting.post("/telling", Role.ADMIN, **(form | {"name": "x", "address": address})).status == 422
        assert acting.post("/telling", Role.ADMIN, **(form | {"name": "x", "quiet_from": "25:00"})).status == 422
        assert acting.post(f"/telling/{rule.id}/remove", Role.ADMIN).status == 303
        assert acting.parts.ledger.telling.rules() == []
        deeds = acting.deeds()
        once = ["telling.remove", "telling.try", "telling.make"]
        assert [deed.deed for deed in deeds] == ["telling.remove", *once, *once[1:]]
        assert SECRET not in repr(deeds)


@pytest.mark.parametrize(
    ("quiet", "word"),
    [
        ({"quiet_from": "22:00"}, "请两个都填"),
        ({"quiet_until": "07:00"}, "请两个都填"),
        ({"quiet_from": "00:00", "quiet_until": "00:00"}, "等于没有"),
    ],
)
def test_quiet_hours_that_would_be_none_are_refused(
    tmp_path: Path, receiver: Receiver, quiet: dict[str, str], word: str
) -> None:
    with acting_in(tmp_path) as acting:
        form = {"name": "team", "address": receiver.address().url, "severity": "high"}
        answer = acting.post("/telling", Role.ADMIN, **form, **quiet)
        assert answer.status == 422
        assert word in answer.text
        assert acting.parts.ledger.telling.rules() == []


def test_a_rule_is_changed_and_keeps_its_address_where_none_is_given(tmp_path: Path, receiver: Receiver) -> None:
    with acting_in(tmp_path) as acting:
        book = acting.parts.ledger.telling
        form = {"name": "team", "address": receiver.address().url, "severity": "high", "channel": "sd"}
        assert acting.post("/telling", Role.ADMIN, **form).status == 303
        assert acting.post("/telling", Role.ADMIN, **(form | {"name": "taken"})).status == 303
        rule = next(one for one in book.rules() if one.wish.name == "team")
        page = acting.get(f"/telling/{rule.id}", Role.ADMIN).text
        assert 'value="team"' in page
        assert '<option value="sd" selected>' in page
        assert SECRET not in page
        other = {"name": "night", "severity": "low", "quiet_from": "22:00", "quiet_until": "07:00", "window": "0"}
        assert acting.post(f"/telling/{rule.id}", Role.OPERATOR, **other).status == 403
        assert acting.post(f"/telling/{rule.id}", Role.ADMIN, **other).status == 303
        changed = book.get(rule.id)
        assert (changed.wish.name, changed.wish.channels, changed.wish.quiet_from) == ("night", (), 1320)
        assert book.address(rule.id) == receiver.address().url
        assert acting.post(f"/telling/{rule.id}", Role.ADMIN, **(other | {"name": "taken"})).status == 422
        assert acting.post(f"/telling/{rule.id}", Role.ADMIN, **(other | {"quiet_until": ""})).status == 422
        moved = f"json://127.0.0.1:{receiver.port}/another"
        assert acting.post(f"/telling/{rule.id}", Role.ADMIN, **other, address=moved).status == 303
        assert book.address(rule.id) == moved
        assert [deed.deed for deed in acting.deeds()[:2]] == ["telling.change"] * 2
        assert SECRET not in repr(acting.deeds())


def test_an_issue_somebody_has_taken_up_meanwhile_is_not_told_as_new(ledger: Ledger, receiver: Receiver) -> None:
    ledger.telling.make(Wish(name="a", severity=Severity.LOW, language="en"), address=receiver.address(), by="li")
    teller, now = telling(ledger), datetime.now(UTC)
    one = see(ledger, "taken up at once", severity=Severity.LOW)
    ledger.issues.acknowledge(one.id, "wang")
    assert teller.tell(now + timedelta(seconds=90)) == 0
    see(ledger, "another")
    assert teller.tell(now + timedelta(seconds=200)) == 1
    assert "taken up" not in receiver.got[0]["message"]


def test_the_heartbeat_asks_its_address_and_tells_no_secret(receiver: Receiver) -> None:
    heartbeat(f"http://127.0.0.1:{receiver.port}/{SECRET}")
    assert receiver.asked == [f"/{SECRET}"]
    receiver.status = 500
    with pytest.raises(RetryLater) as refused:
        heartbeat(f"http://127.0.0.1:{receiver.port}/{SECRET}")
    assert SECRET not in str(refused.value)
