"""`difang samplesite` as a real process: the proxy, the truth, the clock, the faults."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from tests.acceptance.proxies import running, through

OPTIONS = ("--port", "0", "--channels", "sd,js", "--days", "1", "--archive", "30", "--now", "2026-03-02T12:00")


@pytest.fixture(scope="module")
def replica() -> Iterator[str]:
    with running("samplesite", *OPTIONS, "--crawl-delay", "0") as address:
        yield address


@pytest.fixture(autouse=True)
def reset(replica: str) -> Iterator[None]:
    yield
    own(replica, "/control/faults", {"channel": "*", "fault": "none"})
    own(replica, "/control/clock", {"now": "2026-03-02T12:00"})


def own(address: str, path: str, order: Any = None) -> Any:
    data = None if order is None else json.dumps(order).encode()
    with urlopen(Request(f"{address}{path}", data=data), timeout=10) as answer:  # noqa: S310 - http alone
        return json.load(answer)


def truth(address: str, query: str = "") -> list[dict[str, Any]]:
    with urlopen(f"{address}/truth/articles{query}", timeout=10) as answer:  # noqa: S310 - http alone
        return [json.loads(line) for line in answer]


def test_the_truth_is_told_and_every_article_answers_through_the_proxy(replica: str) -> None:
    records = truth(replica)
    summary = own(replica, "/truth/summary")
    assert len(records) == summary["articles"] == summary["outcomes"]["indexed"]
    for record in records[::7]:
        status, body = through(replica, record["url"])
        assert status == 200
        assert record["title"].split(" ")[0].encode(record["encoding"]) in body
    assert {r["channel"] for r in truth(replica, "?channel=js&since=2026-03-01&until=2026-03-01")} == {"js"}
    with urlopen(f"{replica}/truth/addresses", timeout=10) as answer:  # noqa: S310 - http alone
        assert len(answer.read().splitlines()) == summary["addresses"]


def test_a_conditional_request_gets_304(replica: str) -> None:
    url = truth(replica)[0]["url"]
    connection = http.client.HTTPConnection(replica.removeprefix("http://"))
    connection.request("GET", url)
    first = connection.getresponse()
    first.read()
    connection.request("GET", url, headers={"If-None-Match": first.headers["ETag"]})
    again = connection.getresponse()  # on the same connection: kept alive
    assert (again.status, again.read()) == (304, b"")
    connection.close()


def test_the_clock_moves_on_order(replica: str) -> None:
    before = len(truth(replica))
    assert own(replica, "/control/clock", {"advance_minutes": 600})["now"] == "2026-03-02T22:00:00+08:00"
    assert len(truth(replica)) > before
    with pytest.raises(URLError, match="400"):
        own(replica, "/control/clock", {"now": "2020-01-01"})


def test_pages_are_dated_by_the_replicas_clock(replica: str) -> None:
    connection = http.client.HTTPConnection(replica.removeprefix("http://"))
    for now, said in (("2026-03-02T12:00", "Mon, 02 Mar 2026 04:00:00 GMT"), ("2026-04-01T00:30", "Tue, 31 Mar 2026")):
        own(replica, "/control/clock", {"now": now})
        connection.request("GET", "http://sd.people.com.cn/")
        answer = connection.getresponse()
        assert answer.read()
        assert str(answer.headers["Date"]).startswith(said)
    connection.close()


def test_faults_come_and_go(replica: str) -> None:
    url = "http://sd.people.com.cn/"
    own(replica, "/control/faults", {"channel": "sd", "fault": "503"})
    assert through(replica, url)[0] == 503
    assert through(replica, "http://js.people.com.cn/")[0] == 200
    own(replica, "/control/faults", [{"channel": "sd", "fault": "reset"}])
    with pytest.raises(ConnectionError):
        through(replica, url)
    own(replica, "/control/faults", {"channel": "sd", "fault": "timeout"})
    with pytest.raises(TimeoutError):
        through(replica, url, timeout=0.2)
    own(replica, "/control/faults", {"channel": "sd", "fault": "down"})
    assert through(replica, url)[0] == 502
    own(replica, "/control/faults", {"channel": "sd", "fault": "none"})
    assert through(replica, url)[0] == 200


def test_visits_are_counted_per_host(replica: str) -> None:
    own(replica, "/control/requests", {})
    for _ in range(3):
        through(replica, "http://sd.people.com.cn/robots.txt", {"User-Agent": "tester"})
    told = own(replica, "/control/requests?log")
    assert told["hosts"]["sd.people.com.cn"]["count"] == 3
    assert told["hosts"]["sd.people.com.cn"]["most_at_once"] == 1
    assert told["hosts"]["sd.people.com.cn"]["shortest_gap_s"] > 0
    assert [row["user_agent"] for row in told["log"]] == ["tester"] * 3


def test_health_and_what_is_not_there(replica: str) -> None:
    assert own(replica, "/control/health")["status"] == "ok"
    with pytest.raises(URLError, match="404"):
        own(replica, "/nothing")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (("--channels", "sd,xx"), "no channel is called xx"),
        (("--faults", "sd:nonsense"), "no fault is called"),
        (("--now", "yesterday"), "write --now as 2026-03-02T12:00"),
    ],
)
def test_a_wrong_option_is_one_sentence_and_exit_code_2(wrong: tuple[str, str], sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "difang", "samplesite", *OPTIONS, *wrong], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(("option", "value"), [("--port", "65536"), ("--latency", "-1"), ("--crawl-delay", "-1")])
def test_a_number_that_cannot_be_is_wrong_usage(option: str, value: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "difang", "samplesite", option, value], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 2
    assert f"Invalid value for '{option}'" in done.stderr


def test_a_taken_port_is_one_sentence_and_exit_code_2(replica: str) -> None:
    port = replica.rsplit(":", 1)[1]
    done = subprocess.run(
        [sys.executable, "-m", "difang", "samplesite", "--port", port], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 2
    assert "--port" in done.stderr
