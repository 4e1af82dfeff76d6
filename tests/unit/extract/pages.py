"""Pages for the tests of extraction: the captured ones, and small made-up ones."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from difang.ingest.extract.result import Host
from difang.ingest.page import Page

SHARED = Path(os.environ.get("DIFANG_SHARED", Path(__file__).parents[3] / ".." / "shared"))
CAPTURED = SHARED / "pages"

HOSTS = {
    "js.people.com.cn": Host(channel="js", channel_name="江苏频道", regional=True),
    "sd.people.com.cn": Host(channel="sd", channel_name="山东频道", regional=True),
}
URL = "http://sd.people.com.cn/n2/2024/0510/c166192-40840001.html"
FETCHED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def page(
    body: bytes | str, url: str = URL, *, status: int = 200, type_: str = "text/html", final_url: str | None = None
) -> Page:
    """A page as fetched; text is sent as UTF-8."""
    return Page(
        url=url,
        final_url=final_url or url,
        status=status,
        headers=(("Content-Type", type_),),
        body=body.encode() if isinstance(body, str) else body,
        fetched_at=FETCHED,
        run_id="test",
    )
