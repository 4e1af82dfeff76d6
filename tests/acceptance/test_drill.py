"""The operators' drill: five things go wrong, the board tells each, the console alone mends it, nothing is missing."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from difang.command.truth import Truth, difference
from difang.command.wiring import open_search
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.run_lists import WantedRuns
from difang.samplesite.calendar import CHINA
from tests.services.command import Difang
from tests.services.elasticsearch import NotInstalled, Server, elasticsearch_server
from tests.services.missing import do_without
from tests.services.new_templates import new_edition
from tests.services.one_service import one_service
from tests.services.operator import Operator, Shown, Watch, operator
from tests.services.other_words import is_other
from tests.services.people import signed_in
from tests.services.replica import Replica, replica
from tests.services.simulation import Simulation

REDESIGNED, TEMPLATE, DOWN, WELL = "js", "sd", "hb", "zj"
CHANNELS = (REDESIGNED, TEMPLATE, DOWN, WELL)
FAULTS = {REDESIGNED: "hollow", TEMPLATE: "template", DOWN: "down"}
SIZE = ("--channels", ",".join(CHANNELS), "--days", "1", "--per-day", "14", "--archive", "3", "--crawl-delay", "0")
DAY = timedelta(days=1)
HISTORY_DAYS = 3
SLOWEST = 40.0
"""Seconds; what takes ten, on a machine that is busy with other tests."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A site whose usual days difang has lived through, until now."""

    simulation: Simulation
    site: Replica
    elastic: Server
    difang: Difang
    folder: Path


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Three days of crawls, a new day's articles on the site; Elasticsearch starts beside that."""
    folder, now = tmp_path_factory.mktemp("drill"), datetime.now(CHINA)
    start = now - HISTORY_DAYS * DAY
    with ExitStack() as parts:
        try:
            elastic = parts.enter_context(elasticsearch_server())
        except NotInstalled as missing:
            do_without(missing)
        starter = parts.enter_context(ThreadPoolExecutor(1))
        started = starter.submit(elastic.start)
        site = parts.enter_context(replica(*SIZE, "--now", f"{start:%Y-%m-%dT%H:%M}"))
        settings = {"contact": "mailto:test@example.org", "index": elastic.url, "log_format": "json"}
        settings["database"] = f"sqlite:///{folder / 'ledger.db'}"
        simulation = Simulation(site, folder, start, settings)
        started.result()
        others = [one["slug"] for one in json.loads(simulation.difang.run("channels", "--json").stdout)]
        # The others have no site here, and are due as soon as a service starts.
        simulation.difang.run("schedule", "pause", *(slug for slug in others if slug not in CHANNELS))
        for _ in range(HISTORY_DAYS):
            simulation.crawl(*CHANNELS)
            simulation.advance(DAY)
        yield Stage(simulation=simulation, site=site, elastic=elastic, difang=simulation.difang, folder=folder)


def test_whatever_goes_wrong_is_on_the_board_and_mended_from_the_console(
    stage: Stage, record_property: Callable[[str, object], None]
) -> None:
    """One after the other, as an operator meets them; the times are printed."""
    watch = Watch()
    with ExitStack() as parts:
        service = parts.enter_context(one_service(stage.difang, log=stage.folder / "old.log"))
        who = signed_in(service.ledger, Role.OPERATOR, name="王芳")
        on_duty = parts.enter_context(operator(service, who))
        on_duty.press("/board", "/board/pause", why="drill")
        assert on_duty.issues() == []
        channels_break(stage, on_duty, watch)
        parts_break(stage, on_duty, watch)
        channels_are_mended(stage, on_duty, watch)
    edition = new_edition(stage.folder / "edition")
    with one_service(stage.difang, log=stage.folder / "new.log", code=edition) as service:
        admin = signed_in(service.ledger, Role.ADMIN, name="李明")
        with operator(service, admin) as on_duty:
            template_is_mended(stage, on_duty, watch)
            assert on_duty.issues() == []
            assert lacking(stage) == []
        deeds = {deed.deed for deed in service.ledger.deeds.newest(50)}
    assert deeds >= {"run.now", "issue.acknowledge", "issue.resolve", "task.reprocess", "task.reprocess-apply"}
    told = "".join(f"{what:52} {seconds:5.1f} s\n" for what, seconds in watch.seconds.items())
    sys.stdout.write(f"\n{told}")
    for name, seconds in watch.seconds.items():
        record_property(name, f"{seconds:.1f} s")


def channels_break(stage: Stage, on_duty: Operator, watch: Watch) -> None:
    """A listing is redesigned, a template changes, a host goes down; the next crawls meet it."""
    for channel, fault in FAULTS.items():
        stage.site.order("faults", channel=channel, fault=fault)
    for channel in CHANNELS:
        on_duty.press(f"/channels/{channel}", f"/channels/{channel}/run", back="/board")
    watch.start()
    seen(on_duty, watch, "redesigned listing: on the board after", "no article link", REDESIGNED)
    seen(on_duty, watch, "host down: on the board after", "gives nothing", DOWN)
    changed = seen(on_duty, watch, "changed template: on the board after", "were read by no template", TEMPLATE)
    on_duty.press(f"/issues/{changed.number}", f"/issues/{changed.number}/acknowledge")
    on_duty.until(lambda: "王芳" in on_duty.board["issues"], "who has taken it up")


def parts_break(stage: Stage, on_duty: Operator, watch: Watch) -> None:
    """Elasticsearch stops, and the ingest worker is killed meanwhile; the crawl of a channel goes on."""
    stage.elastic.kill()
    watch.start()
    away = seen(on_duty, watch, "Elasticsearch stopped: on the board after", "The index does not answer")
    os.kill(on_duty.service.worker(), signal.SIGKILL)
    watch.start()
    died = seen(on_duty, watch, "worker killed: on the board after", "was killed by signal 9")
    on_duty.press(f"/issues/{died.number}", f"/issues/{died.number}/resolve")
    stage.site.order("faults", channel=DOWN, fault="none")
    on_duty.press(f"/channels/{DOWN}", f"/channels/{DOWN}/run", back="/board")
    run = newest_run(on_duty, DOWN)
    on_duty.until(lambda: on_duty.service.ledger.runs.get(run).state == "finished", "a crawl without an index")
    stage.elastic.start()
    watch.start()
    on_duty.until_gone(away, died)
    watch.note("Elasticsearch back: gone from the board after")


def channels_are_mended(stage: Stage, on_duty: Operator, watch: Watch) -> None:
    """The host is back already; the listings have links again, and every one is walked once more."""
    down, empty = on_duty.issues_of(DOWN), on_duty.issues_of(REDESIGNED)
    on_duty.until_gone(*down)
    stage.site.order("faults", channel=REDESIGNED, fault="none")
    on_duty.press(f"/channels/{REDESIGNED}", f"/channels/{REDESIGNED}/run", back="/board", full="true")
    watch.start()
    on_duty.until_gone(*empty)
    watch.note("listing crawled to its end: gone after")


def template_is_mended(stage: Stage, on_duty: Operator, watch: Watch) -> None:
    """With the new edition in place the archive is read again: the difference is looked at, then it is written."""
    issue = on_duty.issue("were read by no template", TEMPLATE)
    [example, *_] = on_duty.service.ledger.issues.get(issue.number).examples
    assert " new<" in on_duty.look(f"/try?url={quote(example, safe='')}")
    watch.start()
    reprocess(on_duty, channel=TEMPLATE)
    assert "template" in on_duty.look("/reprocess")
    reprocess(on_duty, channel=TEMPLATE, apply="true")
    on_duty.until_gone(issue)
    watch.note("archive read again: changed template gone after")


def reprocess(on_duty: Operator, **asked: str) -> None:
    tasks = on_duty.service.ledger.tasks
    on_duty.press("/reprocess", "/reprocess", **asked)
    on_duty.until(lambda: tasks.running() is None, "the end of the work")
    [task, *_] = tasks.newest(1)
    assert task.state == "done", task


def seen(on_duty: Operator, watch: Watch, what: str, words: str, channel: str = "") -> Shown:
    issue = on_duty.issue(words, channel)
    watch.note(what)
    said = on_duty.in_chinese(issue)
    assert not is_other(said, "zh", [socket.gethostname()]), said
    return issue


def newest_run(on_duty: Operator, channel: str) -> str:
    [run, *_] = on_duty.service.ledger.run_lists.select(WantedRuns(channel=channel), 1)
    return run.id


def lacking(stage: Stage) -> list[str]:
    """What search does not find as the site published it."""
    with closing(open_search(stage.simulation.settings)) as search:
        return difference(Truth(stage.site.url), search).examples(10)
