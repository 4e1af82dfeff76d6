"""The operators' long work on a real console: in a process of its own, one at a time, its steps and its end told."""

from __future__ import annotations

import html
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from difang.command.task_process import TaskProcesses
from difang.console.act.tasks import LABELS
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.task_tables import TaskKind, TaskState
from difang.ingest.errors import UsageError
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.moving.embedded import EmbeddedMove
from tests.integration.acting import Acting, acting_in, over_the_form
from tests.integration.test_worker import SINGLE, fetched, work
from tests.services.events import stream

_WHEN_TOLD = """
import pathlib, runpy, sys, time
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.05)
sys.argv[:] = ["difang", "task", sys.argv[2]]
runpy.run_module("difang", run_name="__main__")
"""
"""Long work that does not end before all that is to be seen beside it was seen."""


@pytest.fixture
def acting(tmp_path: Path) -> Iterator[Acting]:
    with acting_in(tmp_path) as acting:
        yield acting


def test_the_index_before_is_offered_where_there_is_one(acting: Acting) -> None:
    assert 'action="/index/rebuild"' in acting.get("/index", Role.ADMIN).text
    assert 'action="/index/rollback"' not in acting.get("/index", Role.ADMIN).text
    EmbeddedMove(acting.parts.folder / "index", lambda *_: None).migrate(rebuild=True)
    assert 'action="/index/rollback"' in acting.get("/index", Role.ADMIN).text


def test_long_work_runs_in_a_process_one_at_a_time_and_its_result_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIFANG_VAR", str(tmp_path))
    tasks: list[TaskProcesses] = []

    def start(kind: TaskKind, request: dict[str, str], by: str) -> object:
        return tasks[0].begin(kind, request, by)

    with acting_in(tmp_path, start) as acting:  # type: ignore[arg-type] # the parts come first
        command = [sys.executable, "-c", _WHEN_TOLD, str(tmp_path / "go")]
        tasks.append(TaskProcesses(acting.parts.ledger, command=command, logs=tmp_path / "log"))
        acting.parts.fetch([fetched(record["url"]) for record in SINGLE[:3]])
        assert acting.post("/reprocess").status == 403
        refused = acting.post("/reprocess", Role.ADMIN, since="2026-03-05", until="2026-03-01", template="txtcon")
        assert "2026-03-05" in over_the_form(refused)
        assert 'name="template" value="txtcon"' in refused.text, "what was typed stays"
        assert acting.post("/reprocess", Role.ADMIN, apply="true").status == 303
        for other in ("/index/migrate", "/reprocess"):
            assert "正有别的工作" in over_the_form(acting.post(other, Role.ADMIN))
        for page in ("/reprocess", "/index"):
            assert 'data-live="/tasks/events" data-work="1"' in acting.get(page).text
        with stream(acting.web, "/tasks/events", cookie=acting.as_(Role.OPERATOR).cookie) as events:
            told = events.next().data["fragments"]
            assert told["work"] == "1"
            assert "/cancel" not in told["progress"], "an operator looks on; admins may stop it"
        (tmp_path / "go").touch()
        tasks[0].wait()
        [task] = acting.parts.ledger.tasks.newest(5)
        assert (task.state, task.sentence) == (TaskState.DONE, None)
        assert task.result
        assert (task.result["added"], task.result["applied"]) == (3, True)
        page = acting.get("/reprocess").text
        assert str(task.result["edition"]) in page
        assert acting.post("/index/rebuild", Role.ADMIN).status == 303
        tasks[0].wait()
        task = acting.parts.ledger.tasks.newest(1)[0]
        assert task.state is TaskState.DONE, task.sentence
        assert task.result["articles"]["documents"] == 3  # type: ignore[index] # done, so there is a result
        assert task.result["articles"]["target"] in acting.get("/index").text  # type: ignore[index]
        assert [deed.deed for deed in acting.deeds()] == ["task.rebuild", "task.reprocess-apply"]
        assert [deed.who for deed in acting.deeds()] == ["the admin"] * 2


def test_each_step_of_long_work_has_a_name_of_its_own() -> None:
    names = LABELS["steps"].values()
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("what", ["rebuild", "from-archive"])
def test_an_index_moved_from_the_console_is_put_right_as_by_the_command(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was taken down leaves it, and built from the archive it gets what only the archive has."""
    monkeypatch.setenv("DIFANG_VAR", str(tmp_path))
    tasks: list[TaskProcesses] = []
    with acting_in(tmp_path, lambda *asked: tasks[0].begin(*asked)) as acting:
        command = [sys.executable, "-m", "difang", "task"]
        tasks.append(TaskProcesses(acting.parts.ledger, command=command, logs=tmp_path / "log"))
        with closing(EmbeddedIndex(tmp_path / "index")) as index:
            acting.parts.fetch([fetched(record["url"]) for record in SINGLE[:2]])
            work(acting.parts.worker(index), acting.parts)
        acting.parts.fetch([fetched(SINGLE[2]["url"])])
        taken_down, kept, only_archived = (record["id"] for record in SINGLE[:3])
        acting.parts.ledger.takedowns.put([taken_down], reason="a test", by="me")
        assert acting.post(f"/index/{what}", Role.ADMIN).status == 303
        tasks[0].wait()
        [task] = acting.parts.ledger.tasks.newest(1)
        assert (task.state, task.sentence) == (TaskState.DONE, None)
        with closing(EmbeddedIndex(tmp_path / "index")) as index:
            held = index.get([taken_down, kept, only_archived]).keys()
        assert held == ({kept} if what == "rebuild" else {kept, only_archived})
        page = acting.get("/index").text
        assert "（“回到迁移前的索引”可退回）" in html.unescape(page), "the button, not the command"
        assert "difang index" not in page
        assert ("存档共" in page) is (what == "from-archive")
        assert str(task.result["articles"]["target"]) in page  # type: ignore[index] # done, so there is a result


def test_a_task_whose_process_died_is_lost_and_another_may_begin(acting: Acting) -> None:
    tasks = acting.parts.ledger.tasks
    task = tasks.begin(TaskKind.REPROCESS, {}, by="li")
    with pytest.raises(UsageError, match="under way"):
        tasks.begin(TaskKind.MIGRATE, {}, by="li")
    tasks.hold(task.id, f"{socket.gethostname()}/4194999/dead")
    again = tasks.begin(TaskKind.MIGRATE, {}, by="li")
    assert tasks.get(task.id).state is TaskState.LOST
    assert tasks.cancel(again.id, by="wang").id == again.id
    assert tasks.tell(again.id, {"step": "read", "done": 1, "of": 2}).cancel_by == "wang"


def test_a_task_that_cannot_be_started_does_not_stay_running(acting: Acting) -> None:
    broken = TaskProcesses(
        acting.parts.ledger, command=[sys.executable, "-c", "raise SystemExit('no luck')"], logs=acting.parts.folder
    )
    task = broken.begin(TaskKind.MIGRATE, {}, "li")
    broken.wait()
    ended = acting.parts.ledger.tasks.get(task.id)
    assert ended.state is TaskState.LOST
    assert "no luck" in str(ended.sentence)
