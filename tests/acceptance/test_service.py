"""`difang serve` and `difang demo` end when they are told to, and leave no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.services.command import Difang
from tests.services.replica import replica

_OPEN = build_opener(ProxyHandler({})).open
EVERYWHERE = "0.0.0.0"  # noqa: S104 what is tested
_SECONDS = 40
OFFERS = {"serve": "difang is at ", "demo": "Search and console: "}


def begin(difang: Difang, *arguments: str) -> tuple[subprocess.Popen[str], str]:
    """The process in a session of its own, and the address it serves."""
    process = subprocess.Popen(
        [sys.executable, "-m", "difang", *arguments],
        env=difang.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(offer := OFFERS[arguments[0]]):
            return process, line.removeprefix(offer).strip()
    raise AssertionError(process.communicate(timeout=_SECONDS)[1])


def living(session: int) -> list[str]:
    """The command lines of the session's processes that have not ended."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, of = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            words = (folder / "cmdline").read_text().replace("\0", " ").strip()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of) == session and state != "Z":
            found.append(words)
    return found


def end(process: subprocess.Popen[str], number: int, *, group: bool) -> str:
    """Send the signal; the process must end with 0 and leave nobody. What it said on stderr."""
    (os.killpg if group else os.kill)(process.pid, number)
    _, errors = process.communicate(timeout=_SECONDS)
    assert process.returncode == 0, errors
    assert living(process.pid) == []
    assert "Traceback" not in errors, errors
    return errors


@pytest.mark.parametrize(
    ("number", "group"), [(signal.SIGTERM, False), (signal.SIGINT, True)], ids=["SIGTERM", "Ctrl-C"]
)
def test_the_service_ends_with_its_worker_and_its_crawls(number: int, group: bool, tmp_path: Path) -> None:
    with replica("--channels", "33", "--days", "2", "--latency", "50", "--crawl-delay", "0") as site:
        difang = Difang(var=tmp_path / "var", proxy=site.url)
        process, address = begin(difang, "serve", "--port", "0", "--every", "1", "--crawls", "2")
        try:
            assert _OPEN(f"{address}healthz", timeout=10).read() == b"ok\n"
            _await_crawl(difang.var)
            assert any("difang ingest" in words for words in living(process.pid))
            assert any("difang crawl" in words for words in living(process.pid))
            end(process, number, group=group)
        finally:
            process.kill()
            process.wait()
    assert list((difang.var / "archive").rglob("*.warc.gz"))
    assert not list((difang.var / "archive").rglob("*.open"))


def _await_crawl(var: Path) -> None:
    """Until a crawl has begun its archive file, by polling the folder."""
    until = time.monotonic() + _SECONDS
    while not list((var / "archive").rglob("*.warc.gz*")):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_the_demo_ends_with_its_replica(tmp_path: Path) -> None:
    difang = Difang(var=tmp_path / "var", proxy=None)
    process, address = begin(difang, "demo", "--port", "0")
    try:
        assert _OPEN(address, timeout=10).status == 200
        second = difang.run("demo", "--port", "0", code=1)
        assert "cannot be made anew" in second.stderr
        end(process, signal.SIGINT, group=True)
    finally:
        process.kill()
        process.wait()


def test_without_a_contact_the_service_says_that_nothing_is_crawled_and_serves(tmp_path: Path) -> None:
    difang = Difang(var=tmp_path / "var", proxy=None)
    process, address = begin(difang, "serve", "--port", "0", "--no-ingest")
    with _OPEN(f"{address}healthz", timeout=10) as answer:
        assert answer.status == 200
    errors = end(process, signal.SIGTERM, group=False)
    assert "set DIFANG_CONTACT" in errors
    assert "ended with code" not in errors


def test_beyond_this_machine_the_first_admin_comes_by_the_link_made_before(tmp_path: Path) -> None:
    """As in containers: invite, serve to everybody, open the link."""
    difang = Difang(var=tmp_path / "var", proxy=None)
    open_to_all = ("serve", "--host", EVERYWHERE, "--port", "0", "--no-ingest", "--no-schedule")
    assert "difang users invite --role admin" in difang.run(*open_to_all, code=2).stderr
    difang.run("users", "invite", "--role", "operator")
    assert f"listening on {EVERYWHERE} is refused" in difang.run(*open_to_all, code=2).stderr
    secret = difang.run("users", "invite", "--role", "admin").stdout.strip().rpartition("/")[2]
    process, address = begin(difang, *open_to_all)
    try:
        form = urlencode({"name": "王芳", "password": "four plain words together"}).encode()
        local = address.replace(EVERYWHERE, "127.0.0.1")
        with _OPEN(f"{local}welcome/{secret}", data=form, timeout=10) as answer:
            assert answer.status == 200
        end(process, signal.SIGTERM, group=False)
    finally:
        process.kill()
        process.wait()
    assert "王芳" in difang.run("users", "list").stdout
