"""Least privilege at a real Elasticsearch over TLS: each role does what it needs and no more, no secret is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import certifi
import pytest
from elasticsearch import AuthorizationException, Elasticsearch

from tests.integration.test_worker import SINGLE, fetched
from tests.made_articles import made_articles
from tests.services.elasticsearch import NotInstalled
from tests.services.missing import do_without
from tests.services.secured import Secured, running_secured
from tests.warc_made import Warc

Run = Callable[..., subprocess.CompletedProcess[bytes]]
ARTICLES = b"".join(article.to_json().encode() + b"\n" for article in made_articles(40))


@pytest.fixture(scope="module")
def secured() -> Iterator[Secured]:
    try:
        with running_secured() as server:
            yield server
    except NotInstalled as missing:
        do_without(missing)


@pytest.fixture
def run(secured: Secured, tmp_path: Path) -> Run:
    """Runs `difang …` as this user; every word it says is searched for secrets."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DIFANG_")}
    environment |= {"DIFANG_VAR": str(tmp_path / "var"), "DIFANG_INDEX": secured.url}

    def difang(
        user: str, *arguments: str, stdin: bytes = b"", wrong: bool = False, **more: str
    ) -> subprocess.CompletedProcess[bytes]:
        file = tmp_path / f"password of {user}"
        password = "pw-wrong-but-secret" if wrong else secured.passwords[user]
        file.write_text(password + "\n")
        settings = {"DIFANG_INDEX_USER": user, "DIFANG_INDEX_CA": str(secured.authority)}
        if "DIFANG_INDEX_PASSWORD" not in more:
            settings["DIFANG_INDEX_PASSWORD_FILE"] = str(file)
        done = subprocess.run(
            [sys.executable, "-m", "difang", *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            env=environment | settings | more,
        )
        for secret in (*secured.passwords.values(), "pw-wrong-but-secret"):
            assert secret.encode() not in done.stdout + done.stderr
        return done

    return difang


def client(secured: Secured, user: str) -> Elasticsearch:
    return Elasticsearch(
        secured.url, basic_auth=(user, secured.passwords[user]), ca_certs=str(secured.authority), max_retries=0
    )


@pytest.fixture(autouse=True)
def empty(secured: Secured) -> Iterator[None]:
    yield
    with client(secured, "admin") as admin:
        for name in admin.indices.get(index="difang-*").body:
            admin.indices.delete(index=name)


def refused(done: subprocess.CompletedProcess[bytes]) -> bool:
    """One sentence, exit code 1."""
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1), done.stderr
    return b"does not let this user do that" in done.stderr


def test_each_role_does_what_it_needs_and_no_more(run: Run) -> None:
    """The migrator makes the indexes, the writer fills them, the reader reads them."""
    early = run("writer", "index", "load", "-", stdin=ARTICLES)
    assert not refused(early)
    assert b"There is no index yet" in early.stderr
    assert b"was made; there was nothing to move" in run("migrator", "index", "migrate").stdout
    assert b"Nothing to move" in run("migrator", "index", "migrate").stdout
    assert run("writer", "index", "load", "-", stdin=ARTICLES).stdout == b"40 articles loaded\n"
    for user in ("writer", "reader"):
        assert json.loads(run(user, "index", "status", "--json").stdout)["documents"] == 40
    assert json.loads(run("reader", "search", "海岱市", "--json").stdout)["total"] > 0
    assert run("reader", "export", "", "--format", "jsonl").stdout.count(b"\n") == 40
    assert run("reader", "index", "versions", "people:L_1000001").returncode == 0
    assert refused(run("reader", "index", "load", "-", stdin=ARTICLES))
    for user in ("reader", "writer"):
        assert refused(run(user, "index", "migrate", "--rebuild"))
    assert run("migrator", "index", "migrate", "--rebuild").returncode == 0
    assert run("migrator", "index", "rollback").returncode == 0
    assert run("writer", "index", "load", "-", stdin=ARTICLES).returncode == 0
    assert run("reader", "doctor", "--part", "index").returncode == 0


def test_no_role_reaches_what_is_not_difangs(run: Run, secured: Secured) -> None:
    """Nor deletes an index, nor makes a user; the writer changes no mapping, the backup reads no article."""
    run("migrator", "index", "migrate")
    with client(secured, "admin") as admin:
        name = next(iter(admin.indices.get_alias(name="difang-articles").body))
        admin.index(index="others", id="1", document={"a": 1}, refresh=True)
    forbidden: dict[str, tuple[Callable[[Elasticsearch], object], ...]] = {
        "reader": (
            lambda asking: asking.index(index="difang-articles-write", document={}),
            lambda asking: asking.search(index="others"),
            lambda asking: asking.indices.delete(index=name),
        ),
        "writer": (
            lambda asking: asking.indices.put_mapping(index=name, meta={"difang": "x"}),
            lambda asking: asking.search(index="others"),
            lambda asking: asking.indices.create(index="difang-articles-x"),
            lambda asking: asking.indices.delete(index=name),
            lambda asking: asking.security.get_user(),
        ),
        "migrator": (
            lambda asking: asking.indices.delete(index="others"),
            lambda asking: asking.indices.create(index="x"),
            lambda asking: asking.cluster.put_settings(persistent={"action.auto_create_index": "true"}),
            lambda asking: asking.security.get_user(),
        ),
        "backup": (
            lambda asking: asking.search(index=name),
            lambda asking: asking.snapshot.restore(repository="r", snapshot="s"),
            lambda asking: asking.snapshot.create_repository(name="r", repository={"type": "fs", "settings": {}}),
        ),
    }
    for user, asks in forbidden.items():
        with client(secured, user) as asking:
            for ask in asks:
                with pytest.raises(AuthorizationException):
                    ask(asking)
    with client(secured, "admin") as admin:
        admin.indices.delete(index="others")


def test_who_is_not_known_and_what_is_not_trusted_is_one_sentence(run: Run, tmp_path: Path) -> None:
    """A wrong password, no authority, another authority, no file of one, no password file."""
    wrong = run("reader", "search", "x", wrong=True)
    assert b"does not know the user or the password" in wrong.stderr
    for authority in ("", certifi.where()):
        untrusted = run("reader", "search", "x", DIFANG_INDEX_CA=authority)
        assert b"certificate is not trusted; set index_ca" in untrusted.stderr
    no_authority = run("reader", "search", "x", DIFANG_INDEX_CA=str(tmp_path / "none"))
    assert b"certificate file" in no_authority.stderr
    no_file = run("reader", "search", "x", DIFANG_INDEX_PASSWORD_FILE=str(tmp_path / "none"))
    assert b"password file" in no_file.stderr
    for done in (wrong, untrusted, no_authority, no_file):
        assert done.returncode in (1, 2)
        assert done.stderr.count(b"\n") == 1
        assert b"Traceback" not in done.stderr


def test_the_password_may_come_from_the_environment_and_is_never_told(run: Run, secured: Secured) -> None:
    """Not by the doctor, nor by a worker's log, nor where the server refuses or cannot be reached."""
    password = {"DIFANG_INDEX_PASSWORD": secured.passwords["migrator"]}
    assert run("migrator", "index", "migrate", **password).returncode == 0
    run("migrator", "doctor", **password)
    run("migrator", "ingest", "--drain", **password)
    assert run("reader", "index", "load", "-", stdin=ARTICLES, **password).returncode == 1
    with_password = secured.url.replace("//", f"//reader:{secured.passwords['reader']}@")
    for url in (with_password, with_password.replace("https", "http"), f"{with_password}:x", f"{with_password[:-5]}1"):
        run("reader", "search", "x", DIFANG_INDEX=url)


def test_a_snapshot_is_taken_and_restored(run: Run, secured: Secured) -> None:
    """As docs/index.md says: made by the backup user, restored by an administrator; search then finds all again."""
    run("migrator", "index", "migrate")
    run("writer", "index", "load", "-", stdin=ARTICLES)
    with client(secured, "admin") as admin, client(secured, "backup") as backup:
        repository = {"type": "fs", "settings": {"location": "difang"}}
        admin.snapshot.create_repository(name="difang", repository=repository)
        taken = backup.snapshot.create(
            repository="difang",
            snapshot="monday",
            indices="difang-articles*,difang-versions*",
            include_global_state=False,
            wait_for_completion=True,
        )
        assert taken["snapshot"]["state"] == "SUCCESS"
        for name in admin.indices.get(index="difang-*").body:
            admin.indices.delete(index=name)
        assert json.loads(run("reader", "search", "海岱市", "--json").stdout)["total"] == 0
        admin.snapshot.restore(repository="difang", snapshot="monday", wait_for_completion=True)
        assert run("reader", "export", "", "--format", "jsonl").stdout.count(b"\n") == 40
        assert run("writer", "index", "load", "-", stdin=ARTICLES).returncode == 0
        admin.snapshot.delete(repository="difang", snapshot="monday")
        admin.snapshot.delete_repository(name="difang")


def test_a_takedown_by_who_may_not_write_is_done_by_the_next_worker_that_may(run: Run) -> None:
    """Also by one that finds no page waiting."""
    run("migrator", "index", "migrate")
    run("writer", "index", "load", "-", stdin=ARTICLES)
    done = run("reader", "takedown", "people:L_1000001", "--reason", "a test")
    assert done.returncode == 1
    assert b"is on the takedown list (entry 1)" in done.stdout
    assert b"people:L_1000001 is still in the index" in done.stdout
    assert b"does not let this user do that" in done.stderr
    assert b"`difang ingest --drain`" in done.stderr
    unable = run("reader", "ingest", "--drain")
    assert (unable.returncode, b"does not let this user do that" in unable.stderr) == (1, True)
    drained = run("writer", "ingest", "--drain")
    assert (drained.returncode, drained.stderr) == (0, b"1 article left the index: taken down.\n")
    assert json.loads(run("reader", "index", "status", "--json").stdout)["documents"] == 39
    assert b"left the index" not in run("writer", "ingest", "--drain").stderr


def test_the_writer_puts_older_versions_right_that_came_late(run: Run, tmp_path: Path) -> None:
    run("migrator", "index", "migrate")
    for number, words in ((2, b""), (3, b"x"), (1, b"")):
        warc = Warc(tmp_path / f"{number}.warc.gz")
        page, title = fetched(SINGLE[0]["url"]), SINGLE[0]["title"]
        coded = next(title.encode(code) for code in ("utf-8", "gb18030") if title.encode(code) in page.body)
        warc.response(
            page.url, page.body.replace(coded, coded + words), **{"WARC-Date": f"2026-03-0{number}T09:00:00Z"}
        )
        assert run("writer", "ingest", "--warc", str(warc.close())).returncode == 0
    assert b"versions   1 older" in run("reader", "index", "status").stdout
    assert b"read as the index holds them" in run("reader", "reprocess").stdout
