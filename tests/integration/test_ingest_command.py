"""`difang ingest --warc` and `difang set-aside` as people run them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.test_worker import SINGLE, fetched
from tests.services.command import Difang
from tests.warc_made import Warc, refers_to

EMPTY = "http://sd.people.com.cn/n2/2026/0301/c1-9999999{}.html"


def made(path: Path, number: int) -> str:
    """A file of one article and one page that will be set aside."""
    warc = Warc(path)
    url = SINGLE[number]["url"]
    warc.response(url, fetched(url).body)
    warc.response(EMPTY.format(number), b"")
    return str(warc.close())


def test_files_as_a_shell_makes_them_of_a_pattern_and_the_same_again(tmp_path: Path) -> None:
    difang = Difang(var=tmp_path / "var", proxy=None)
    files = [made(tmp_path / f"{number}.warc.gz", number) for number in range(2)]
    first = difang.run("ingest", "--warc", *files, code=1).stdout
    assert first.count("2 copied") == 2
    assert "before" not in first
    assert "2 indexed" in first
    again = difang.run("ingest", "--warc", *files).stdout
    assert again.count("read to its end before: 2 copied") == 2
    assert "2 read before; how their pages ended: 2 indexed, 2 set_aside." in again
    told = json.loads(difang.run("ingest", "--warc", files[0], "--json").stdout)
    assert [file["read_before"] for file in told["files"]] == [True]
    assert "WARC files stand behind --warc" in difang.run("ingest", *files, code=2).stderr


def test_a_file_of_which_something_was_left_out_says_how_it_comes_in(tmp_path: Path) -> None:
    difang = Difang(var=tmp_path / "var", proxy=None)
    url = SINGLE[0]["url"]
    warc = Warc(tmp_path / "a.warc.gz")
    warc.response(url, fetched(url).body)
    warc.response(url.replace("//", "//new."), fetched(url).body)
    file = str(warc.close())
    difang.run("takedown", url, "--reason", "a test")
    first = difang.run("ingest", "--warc", file).stdout
    told = "Left out for now: 1 another host, 1 taken down; give the files again once the host has a channel or the"
    assert f"{told} takedown was undone." in first
    difang.run("takedown", url, "--undo")
    again = difang.run("ingest", "--warc", file).stdout
    assert "read again: 1 another host, 1 copied" in again
    assert "Left out for now: 1 another host; give the files again once the host has a channel." in again
    assert "read to its end before: 1 another host" in difang.run("ingest", "--warc", file).stdout


@pytest.mark.parametrize("workers", ["1", "2"])
def test_pages_fetched_again_whose_bodies_lie_nowhere_are_told_and_come_in_with_them(
    tmp_path: Path, workers: str
) -> None:
    """As several workers read the files, too; without a failure."""
    difang = Difang(var=tmp_path / "var", proxy=None)
    url, body = SINGLE[0]["url"], fetched(SINGLE[0]["url"]).body
    again, first = Warc(tmp_path / "again.warc.gz"), Warc(tmp_path / "first.warc.gz")
    again.revisit(url, seconds=60, **refers_to(url, seconds=1, payload=body))
    first.response(url, body)
    files = str(again.close()), str(first.close())
    told = difang.run("ingest", "--warc", files[0]).stdout
    assert "again.warc.gz: 1 revisit whose original was not found, 1 warcinfo record." in told
    assert f"Of 1 page fetched again, such as {url}, the body lies in none of these files;" in told
    record = json.loads(difang.run("ingest", "--warc", files[0], "--json").stdout)
    assert record["records"]["revisit whose original was not found"] == 1
    assert record["files"][0]["original_not_found"] == url
    brought = difang.run("ingest", "--warc", *files, "--workers", workers).stdout
    assert "again.warc.gz: read again: 1 copied, 1 warcinfo record." in brought
    assert "fetched again" not in brought
    assert "how their pages ended: 1 indexed, 1 unchanged." in brought


def test_all_of_a_reason_are_put_back_and_numbers_stand_alone(tmp_path: Path) -> None:
    difang = Difang(var=tmp_path / "var", proxy=None)
    difang.run("ingest", "--warc", *(made(tmp_path / f"{number}.warc.gz", number) for number in range(2)), code=1)
    for deed in (["retry"], ["discard", "--why", "a test"]):
        none = difang.run("set-aside", *deed, "--all", "--reason", "no such").stdout
        assert (
            none
            == "No set-aside page has the reason 'no such'; `difang set-aside list --reasons` lists those there are.\n"
        )
        assert (
            "No set-aside page is so" in difang.run("set-aside", *deed, "--reason", "no such", "--url", "none").stdout
        )
    refused = difang.run("set-aside", "retry", "1", "--reason", "bytes", code=2).stderr
    assert "either numbers or filters" in refused
    assert "Say which pages" in difang.run("set-aside", "retry", code=2).stderr
    assert difang.run("set-aside", "discard", "1", "--why", "a test").stdout == "1 page is discarded.\n"
    assert difang.run("set-aside", "retry", "--all", "--reason", "0 bytes").stdout == "1 page is in the queue again.\n"
    assert difang.run("ingest", "--drain", code=1).stdout.startswith("1 page in ")


def test_a_list_of_nothing_says_so(tmp_path: Path) -> None:
    """And is an empty list as JSON."""
    difang = Difang(var=tmp_path / "var", proxy=None)
    for options, said in (
        ((), "No page is set aside."),
        (("--discarded",), "No page was discarded."),
        (("--reason", "no such"), "No set-aside page is so."),
        (("--discarded", "--reason", "no such"), "No discarded page is so."),
    ):
        for form in ((), ("--reasons",)):
            assert difang.run("set-aside", "list", *options, *form).stdout == f"{said}\n"
            assert json.loads(difang.run("set-aside", "list", *options, *form, "--json").stdout) == []


def test_a_drain_that_was_stopped_says_how_many_pages_wait(tmp_path: Path) -> None:
    """Not that none was waiting."""
    difang = Difang(var=tmp_path / "var", proxy=None)
    difang.run("ingest", "--copy-only", "--warc", made(tmp_path / "a.warc.gz", 0))
    drained = [sys.executable, "-m", "difang", "ingest", "--drain", "--until-stdin-ends"]
    done = subprocess.run(
        drained, env=difang.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (130, "")
    assert done.stdout.endswith(" s: stopped with 2 pages waiting.\n")


TORN = """
import sys
from difang.command import ingest
from difang.command.main import main
drain, state = ingest.drain, sys.argv.pop(1)
def drain_and_tear(*arguments, **options):
    drain(*arguments, **options)
    with open(state, "w") as file:
        file.write("{")
ingest.drain = drain_and_tear
sys.argv[1:1] = ["ingest", "--drain"]
main()
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_drain_whose_last_sweep_fails_says_first_how_its_pages_ended(form: str, tmp_path: Path) -> None:
    difang = Difang(var=tmp_path / "var", proxy=None)
    difang.run("ingest", "--copy-only", "--warc", made(tmp_path / "a.warc.gz", 0))
    difang.run("takedown", "people:L_10000000", "--reason", "a test")
    torn = [sys.executable, "-c", TORN, str(tmp_path / "var" / "index" / "generations.json")]
    done = subprocess.run(
        [*torn, *(["--json"] if form == "json" else [])],
        env=difang.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "generations.json is torn" in done.stderr
    if form == "json":
        assert json.loads(done.stdout)["outcomes"] == {"indexed": 1, "set_aside": 1}
    else:
        assert done.stdout.endswith(" s: 1 indexed, 1 set_aside.\n")
