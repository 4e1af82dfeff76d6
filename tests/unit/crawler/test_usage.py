"""Wrong usage of the crawl's commands is a sentence that says what to do."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from difang.command import archive, channels, crawl, runs
from difang.command.settings import Settings
from difang.ingest.errors import UsageError

ARTICLE = "http://sd.people.com.cn/n2/2026/0102/c1-41000001.html"


def invoke(command: click.Command, tmp_path: Path, *arguments: str) -> None:
    """As `difang` does it, without a process of its own."""
    command.main(list(arguments), obj=Settings(var=tmp_path), standalone_mode=False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sdd"], "do you mean sd"),
        (["--since", "2026-02-30"], "2026-02-30"),
        (["--since", "2026-02-03", "--until", "2026-02-02"], "lies after"),
        (["--url", "http://example.org/"], "neither"),
        (["--url", "nonsense"], "no web address"),
        (["sd", "--url", ARTICLE], "leave the channel out"),
        (["--limit", "0"], "x>=1"),
    ],
)
def test_a_wrong_crawl(tmp_path: Path, arguments: list[str], words: str) -> None:
    with pytest.raises((UsageError, click.UsageError), match=words):
        invoke(crawl.command, tmp_path, *arguments)


def test_unknown_channels_runs_and_pages(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no channel"):
        invoke(channels.command, tmp_path, "show", "nowhere")
    with pytest.raises(UsageError, match="no run"):
        invoke(runs.command, tmp_path, "show", "nothing")
    with pytest.raises(UsageError, match="No page was fetched"):
        invoke(archive.command, tmp_path, "cat", ARTICLE)


def test_nothing_crawled_yet_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    invoke(runs.command, tmp_path)
    assert "No crawl has run yet" in capsys.readouterr().out


def test_the_channels_are_listed_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    invoke(channels.command, tmp_path)
    assert len(capsys.readouterr().out.splitlines()) == 33
    invoke(channels.command, tmp_path, "show", "henan")
    assert "ha.people.com.cn" in capsys.readouterr().out
    invoke(channels.command, tmp_path, "--json")
    assert '"slug": "xiongan"' in capsys.readouterr().out
