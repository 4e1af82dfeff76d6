"""/metrics, /readyz and what is made of the metrics: rules tried by promtool, a dashboard of metrics that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from difang.crawler.ledger.people import Role
from difang.crawler.ledger.tables import Severity
from difang.ingest.index.embedded import EmbeddedIndex
from tests.integration.acting import Acting, acting_in
from tests.integration.test_worker import SINGLE, fetched, work
from tests.services.missing import do_without

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture
def acting(tmp_path: Path) -> Iterator[Acting]:
    with acting_in(tmp_path) as acting:
        yield acting


def figures(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Name and values of the labels → value."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_metrics_are_those_of_ledger_queue_index_and_archive(acting: Acting) -> None:
    acting.parts.fetch([fetched(record["url"]) for record in SINGLE[:3]])
    with closing(EmbeddedIndex(acting.parts.folder / "index")) as index:
        work(acting.parts.worker(index), acting.parts)
    acting.set_aside(fetched(SINGLE[3]["url"]), "broken")
    acting.parts.fetch([fetched(SINGLE[4]["url"])])
    acting.parts.ledger.issues.see(
        kind="silent", channel="sd", key="", sentence="s", examples=(), figures={}, severity=Severity.HIGH
    )
    answer = acting.web.get("/metrics")
    assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, "text/plain")
    found = figures(answer.text)
    assert found["difang_pages_total", ("indexed",)] == 3
    assert found["difang_queue_pages", ("ready",)] == 1
    assert found["difang_queue_pages", ("set_aside",)] == 1
    assert found["difang_queue_oldest_seconds", ()] > 0
    assert found["difang_index_documents", ()] == 3
    assert found["difang_issues_open", ("silent", "high")] == 1
    assert found["difang_archive_bytes", ()] == sum(file.stat().st_size for file in acting.parts.archive.files())
    assert {value for (name, _), value in found.items() if name == "difang_part_up"} == {1}
    buckets = [value for (name, _), value in found.items() if name == "difang_index_delay_seconds_bucket"]
    assert buckets == sorted(buckets)
    assert acting.web.get("/metrics").text == answer.text, "kept for some seconds"


def test_from_elsewhere_the_metrics_need_somebody_known(acting: Acting) -> None:
    assert acting.web.get("/metrics", x_forwarded_for="10.0.0.7").status == 401
    who = acting.as_(Role.READER)
    token = acting.parts.ledger.sessions.make_token(who.name, label="prometheus", scopes=["read"], days=1)
    told = {"x_forwarded_for": "10.0.0.7", "authorization": f"Bearer {token}"}
    assert acting.web.get("/metrics", **told).status == 200
    assert acting.web.get("/metrics", authorization="Bearer wrong").status == 401


def test_a_service_is_ready_as_long_as_its_parts_answer(acting: Acting) -> None:
    ready = acting.web.get("/readyz")
    assert (ready.status, ready.json()) == (
        200,
        {"ready": True, "parts": {"ledger": "ok", "queue": "ok", "index": "ok"}},
    )
    assert acting.web.ask("HEAD", "/readyz", {}).status == 200
    queue = acting.parts.folder / "queue.db"
    for file in acting.parts.folder.glob("queue.db*"):
        file.rename(file.with_name(f"kept-{file.name}"))
    queue.mkdir()
    away = acting.web.get("/readyz")
    assert acting.web.ask("HEAD", "/readyz", {}).status == 503
    assert (away.status, away.json()["parts"]) == (503, {"ledger": "ok", "queue": "away", "index": "ok"})
    assert figures(acting.web.get("/metrics").text)["difang_part_up", ("queue",)] == 0


def promtool() -> str:
    program = shutil.which("promtool")
    if program is None:
        do_without("promtool is missing: install the package prometheus of the system")
    return program


def test_the_alert_rules_fire_when_they_should_and_not_otherwise() -> None:
    folder = DEPLOY / "prometheus"
    tried = subprocess.run([promtool(), "test", "rules", folder / "difang.rules.test.yml"], capture_output=True)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    checked = subprocess.run([promtool(), "check", "config", folder / "prometheus.yml"], capture_output=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_rules_and_dashboard_ask_for_metrics_that_exist(acting: Acting, tmp_path: Path) -> None:
    acting.parts.ledger.lease("schedule", seconds=10, elapsed=lambda: 0.0).take(datetime.now(UTC))
    text = acting.web.get("/metrics").text
    exists = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE)) | {name for name, _ in figures(text)}
    dashboard = json.loads((DEPLOY / "grafana" / "difang.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = (DEPLOY / "prometheus" / "difang.rules.yml").read_text()
    assert set(re.findall(r"difang_\w+", rules + " ".join(asked))) - exists == set()
    recorded = [{"record": f"r:{number}", "expr": expr} for number, expr in enumerate(asked)]
    file = tmp_path / "dashboard.json"  # JSON is YAML
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": recorded}]}))
    checked = subprocess.run([promtool(), "check", "rules", file], capture_output=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
