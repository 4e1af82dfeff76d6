"""Each fault in small: some hundred articles, none lost, doubled or stale; bench/faults.py does it with 20,000."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

import pytest

from tests.faults import scenarios
from tests.faults.corpus import Corpus, corpus_in
from tests.faults.scenarios import Scale, Scenario
from tests.faults.stage import Stage
from tests.integration.conftest import clear
from tests.services.elasticsearch import NotInstalled
from tests.services.fault_proxy import Fault
from tests.services.missing import do_without

log = logging.getLogger(__name__)

ARTICLES, BATCH = 240, 12
SMALL = Scale(kills=2, fault_seconds=0.6, away_seconds=1, before=0.1, disk_megabytes=200)

ELASTICSEARCH: dict[str, Scenario] = {
    "duplicated and reordered": scenarios.duplicated_and_reordered,
    "corrected and taken back, reordered": scenarios.taken_back_and_reordered,
    **{f"storm of {fault}": partial(scenarios.storm, fault) for fault in Fault if fault is not Fault.NONE},
    "index read-only": scenarios.index_read_only,
}
EMBEDDED: dict[str, Scenario] = {
    "worker killed": scenarios.worker_killed,
    "duplicated and reordered": scenarios.duplicated_and_reordered,
    "corrected and taken back, reordered": scenarios.taken_back_and_reordered,
    "clock set back": scenarios.clock_set_back,
    "index disk full": scenarios.index_disk_full,
    "queue disk full": scenarios.queue_disk_full,
    "archive disk full": scenarios.archive_disk_full,
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return corpus_in(tmp_path_factory.mktemp("corpus"), ARTICLES)


@pytest.mark.parametrize("fault", ELASTICSEARCH)
def test_elasticsearch_has_every_article_once_and_the_newest(
    fault: str, corpus: Corpus, elasticsearch_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: clear(elasticsearch_url))
    stage = Stage(folder=tmp_path / "var", corpus=corpus, index=elasticsearch_url, look=elasticsearch_url, batch=BATCH)
    assert_flawless(ELASTICSEARCH[fault], stage)


@pytest.mark.parametrize("fault", EMBEDDED)
def test_the_embedded_index_has_every_article_once_and_the_newest(fault: str, corpus: Corpus, tmp_path: Path) -> None:
    assert_flawless(EMBEDDED[fault], Stage(folder=tmp_path / "var", corpus=corpus, batch=BATCH))


def assert_flawless(scenario: Scenario, stage: Stage) -> None:
    try:
        row = scenario(stage, SMALL)
    except NotInstalled as missing:
        do_without(missing)
    finally:
        stage.kill()
    log.info("%s", row)
    assert row.flawless, row
    assert row.sent == ARTICLES
