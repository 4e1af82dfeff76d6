"""Wrong settings, odd files and a disk that does not play: one sentence, the right exit code, nothing half done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.command import Difang


def difang(tmp_path: Path, **settings: str) -> Difang:
    return Difang(var=tmp_path / "var", proxy="http://127.0.0.1:1", settings=settings)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["crawl", "sdd"], 2, "There is no channel sdd"),
        (["crawl", "sd", "--since", "2026-02-30"], 2, "is no date"),
        (["crawl", "sd", "--since", "2026-03-02", "--until", "2026-03-01"], 2, "turn them round"),
        (["crawl", "sd", "--limit", "0"], 2, "--limit"),
        (["search", "公交", "--from", "2026-03-02", "--to", "2026-03-01"], 2, "turn the two days round"),
        (["set-aside", "list", "--reasons", "--channel", "nowhere"], 2, "There is no channel nowhere"),
        (["set-aside", "list", "--discarded", "--channel", "nowhere"], 2, "There is no channel nowhere"),
        (["trace", "58000708"], 2, "an id is written people:L_35131671"),
        (["trace", "people:L_"], 2, "an id is written people:L_35131671"),
        (["set-aside", "show", "7"], 2, "No set-aside page has the number 7"),
        (["issues", "show", "99999999999999999999999"], 2, "is not in the range"),
        (["issues", "list", "--most", "9999999999"], 2, "is not in the range"),
        (["issues", "list", "--kind", "nope"], 2, "There is no kind of issue nope"),
        (["backfill", "pause", "9999999999"], 2, "is not in the range"),
        (["issues", "ack", "1", "--by", ""], 2, "the name is blank"),
        (["trace", " "], 2, "it is blank"),
        (["index", "versions", ""], 2, "it is blank"),
        (["set-aside", "discard", "--reason", "", "--why", "login pages"], 2, "would choose nothing or all"),
        (["set-aside", "discard", "--all", "--channel", " ", "--why", "login pages"], 2, "would choose nothing or all"),
        (["set-aside", "retry", "--url", ""], 2, "would choose nothing or all"),
        (["set-aside", "retry", "--run", ""], 2, "would choose nothing or all"),
        (["set-aside", "discard", "1", "--why", ""], 2, "say why"),
        (["reprocess", "--apply", "--channel", ""], 2, "would choose nothing or all"),
        (["reprocess", "--apply", "--template", ""], 2, "would choose nothing or all"),
        (["takedown", "people:L_1", "--reason", " "], 2, "say why"),
        (["takedown", " ", "--reason", "wrong"], 2, "it is blank"),
        (["replay", "/none.warc.gz"], 2, "/none.warc.gz"),
    ],
)
def test_wrong_use_is_one_sentence_and_code_2(words: list[str], code: int, said: str, tmp_path: Path) -> None:
    done = difang(tmp_path).run(*words, code=code)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("half", ["\udcff", "\udced\udca0\udcbd"])  # as Python gives a byte, or half a surrogate pair
@pytest.mark.parametrize(
    "words",
    [
        ["trace"],
        ["search"],
        ["export", "--format", "csv"],
        ["index", "versions"],
        ["takedown", "people:L_1", "--reason"],
        ["crawl", "sd", "--url"],
        ["set-aside", "discard", "1", "--reason"],
        ["issues", "ack", "1", "--by"],
        ["users", "add"],
        ["extract"],
        ["ingest", "--warc"],
    ],
)
def test_what_is_no_text_is_told_in_a_sentence(words: list[str], half: str, tmp_path: Path) -> None:
    """Whatever it is given as."""
    environment = difang(tmp_path).environment()
    done = subprocess.run(
        [sys.executable, "-m", "difang", *words, f"山{half}东"], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"is no text in UTF-8" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_file_whose_name_is_no_text_is_read(tmp_path: Path) -> None:
    """The page itself may be one."""
    file = tmp_path / "\udcff.html"
    file.write_bytes(b"<p>no article</p>")
    done = difang(tmp_path).run(
        "extract", str(file), "--url", "http://sd.people.com.cn/n2/2026/0102/c166192-41234567.html"
    )
    assert '"outcome"' in done.stdout


@pytest.mark.parametrize(
    "settings",
    [{"queue": "redis://h:1"}, {"archive": "s3://bucket/x"}, {"workers": "0"}, {"contact": "a\nb"}, {"timeout": "0"}],
)
def test_a_setting_that_cannot_be_is_refused_before_anything_is_made(settings: dict[str, str], tmp_path: Path) -> None:
    done = difang(tmp_path, **settings).run("doctor", code=2)
    assert f"The setting {next(iter(settings))} " in done.stderr
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql+psycopg://u:geheim@127.0.0.1:notaport/x", "cannot be read as an address"),
        ("postgresql+psycopg://u:geheim@127.0.0.1:1/x?foo=1", 'invalid connection option "foo"'),
        ("postgresql+psycopg://u:geheim@127.0.0.1:1/x?sslmode=foo", "invalid sslmode"),
        ("mysql://u:geheim@127.0.0.1/x", "only SQLite and PostgreSQL"),
        ("sqlite:////nonexistent/dir/x.db", "The folder /nonexistent/dir of the ledger does not exist"),
    ],
)
def test_a_ledger_that_cannot_be_is_told_at_once_and_without_its_password(
    address: str, said: str, tmp_path: Path
) -> None:
    done = difang(tmp_path, database=address).run("schedule", "list", code=2)
    assert said in done.stderr
    assert "geheim" not in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_warc_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.warc.gz").touch()
    done = difang(tmp_path).run("extract", "--warc", str(tmp_path / "empty.warc.gz"), code=1)
    assert "is empty" in done.stderr


def test_a_queue_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "queue.db").write_bytes(b"no database" * 1000)
    done = difang(tmp_path).run("ingest", "--drain", code=2)
    assert "is no database of difang" in done.stderr


def test_an_index_out_of_reach_fails_a_search_with_a_sentence(tmp_path: Path) -> None:
    away = difang(tmp_path, index="http://127.0.0.1:1")
    for words in (["search", "公交"], ["index", "status"]):
        done = away.run(*words, code=1)
        assert "check DIFANG_INDEX and the server" in done.stderr
        assert "Traceback" not in done.stderr
