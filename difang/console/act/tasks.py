"""The long work under way: how far it is, live, and stopping it; what its kinds, states and steps are called."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from difang.console.act.workplace import Workplace
from difang.console.languages import N_, language_of
from difang.console.operating.live import Fragments, Live
from difang.console.pages import Pages
from difang.console.people.gate import Admin, Operator
from difang.crawler.ledger.task_tables import TaskKind, TaskState

REPROCESS = (TaskKind.REPROCESS, TaskKind.REPROCESS_APPLY)
LABELS: dict[str, Any] = {
    "task_kinds": {
        TaskKind.REPROCESS: N_("比较"),
        TaskKind.REPROCESS_APPLY: N_("比较并写入"),
        TaskKind.MIGRATE: N_("迁移到新版索引"),
        TaskKind.REBUILD: N_("重建索引"),
        TaskKind.FROM_ARCHIVE: N_("用存档重建索引"),
        TaskKind.ROLLBACK: N_("回到迁移前的索引"),
    },
    "task_states": {
        TaskState.RUNNING: N_("进行中"),
        TaskState.DONE: N_("完成"),
        TaskState.FAILED: N_("失败"),
        TaskState.CANCELLED: N_("已停止"),
        TaskState.LOST: N_("中断"),
    },
    "steps": {
        "read": N_("重读存档"),
        "compare": N_("与索引比较"),
        "write": N_("写入索引"),
        "fill": N_("写入新索引"),
        "copy": N_("搬运"),
        "catch up": N_("补上新写入的"),
        "swap": N_("切换"),
    },
}


def router(place: Workplace, live: Live, pages: Pages) -> APIRouter:
    """The routes of the work, whatever page it was asked for on."""
    routes = APIRouter(prefix="/tasks", include_in_schema=False)

    @routes.get("/events")
    async def events(request: Request, visitor: Operator) -> Response:
        language, admin = language_of(request), visitor.may("admin")
        return live.answer(request, ("tasks", language, admin), partial(_fragments, place, pages, language, admin))

    @routes.post("/{number}/cancel")
    def cancel(admin: Admin, number: int) -> Response:
        task = place.ledger.tasks.cancel(number, by=admin.signature)
        place.ledger.deeds.note(admin.signature, "task.cancel", str(number), kind=task.kind.value)
        return RedirectResponse("/reprocess" if task.kind in REPROCESS else "/index", 303)

    return routes


def _fragments(place: Workplace, pages: Pages, language: str, admin: bool) -> Fragments:
    """How far the work is; where other work runs than the page shows, or none any more, the page is loaded anew."""
    running = place.ledger.tasks.running()
    progress = pages.fragment(language, "task_progress.html", running=running, admin=admin, **LABELS)
    return {"progress": progress, "work": str(running.id) if running else ""}
