"""Moving an embedded index whose disk is full, whose files somebody removed, or whose state is torn."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from difang.ingest.article import Article
from difang.ingest.errors import DifangError, RetryLater, UsageError
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.generations import changes, note_changes, state_of
from difang.ingest.index.moving import embedded
from difang.ingest.index.moving.embedded import EmbeddedMove
from difang.ingest.index.moving.report import Moved, Progress
from difang.search.embedded import EmbeddedEngine
from tests.made_articles import document, made_article, made_articles
from tests.services.elasticsearch import NotInstalled
from tests.services.missing import do_without
from tests.services.small_disk import small_disk

FEW = 30
TORN = ("", "{", "[]", '{"active": 3}', '{"nonsense": 1}')


def filled(folder: Path) -> Path:
    """An index that was moved twice: generation 3 is in use, 2 the one before."""
    write(folder, *made_articles(FEW))
    for _ in range(2):
        move(folder).migrate(rebuild=True)
    assert (state_of(folder).active, state_of(folder).other) == ("3", "2")
    return folder


def move(folder: Path) -> EmbeddedMove:
    return EmbeddedMove(folder, lambda _: None)


def write(folder: Path, *articles: Article, gone: str = "") -> None:
    index = EmbeddedIndex(folder)
    index.write([document(article) for article in articles])
    if gone:
        index.remove([gone])
    index.close()


def documents(folder: Path) -> int:
    """As search and status agree on."""
    index, engine = EmbeddedIndex(folder), EmbeddedEngine(folder)
    assert index.status().documents == engine.documents()
    return engine.documents()


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from difang.ingest.index.moving import embedded
rmtree = shutil.rmtree
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
def dying(*arguments, **options):
    rmtree(*arguments, **options)
    die()
move = embedded.EmbeddedMove(Path(sys.argv[1]), lambda _: None)
if sys.argv[2] == "first":
    shutil.rmtree = dying
    move.migrate(rebuild=True)
if sys.argv[2] == "copying":
    embedded.records = die
    move.migrate(rebuild=True)
embedded.forget_changes = lambda folder: die()
move.rollback()
"""


def kill(folder: Path, when: str) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder), when], check=False)
    assert killed.returncode == -signal.SIGKILL


def test_a_rebuild_killed_when_the_index_before_was_deleted_goes_on(tmp_path: Path) -> None:
    """Nothing leads to files that are gone."""
    folder = filled(tmp_path / "index")
    kill(folder, "first")
    assert not (folder / "2").exists()
    assert "previous" not in EmbeddedIndex(folder).status().details
    with pytest.raises(UsageError, match="no index to go back to"):
        move(folder).rollback()
    assert move(folder).migrate().target == str(folder / "4")
    assert move(folder).rollback().documents == documents(folder) == FEW


@pytest.mark.parametrize("when", ["kept", "killed"])
def test_where_the_index_before_was_removed_there_is_none_to_go_back_to(when: str, tmp_path: Path) -> None:
    """Nor one whose rollback was interrupted; migration and search go on."""
    folder = filled(tmp_path / "index")
    if when == "killed":
        kill(folder, "rollback")
    for file in (folder / str(state_of(folder).other)).iterdir():
        file.unlink()
    assert {"previous", "migration"}.isdisjoint(EmbeddedIndex(folder).status().details)
    for _ in range(2):
        with pytest.raises(UsageError, match="no index to go back to"):
            move(folder).rollback()
    assert move(folder).migrate().target is None
    assert move(folder).migrate(rebuild=True).documents == documents(folder) == FEW


def test_a_full_disk_is_a_sentence_and_the_same_call_goes_on_when_it_has_room(tmp_path: Path) -> None:
    try:
        with small_disk(tmp_path / "disk", 8) as disk:
            folder = filled(disk.folder / "index")

            def fill(_: Progress) -> None:
                disk.fill()

            def refused(call: Callable[[], Moved]) -> None:
                with pytest.raises(RetryLater, match="No space left on device"):
                    call()
                disk.free()
                assert documents(folder) == FEW

            disk.fill()
            refused(lambda: move(folder).migrate(rebuild=True))
            refused(lambda: EmbeddedMove(folder, fill).migrate(rebuild=True))
            assert move(folder).migrate().documents == FEW
            disk.fill()
            refused(move(folder).rollback)
            assert move(folder).rollback().documents == documents(folder) == FEW
    except NotInstalled as missing:
        do_without(missing)


@pytest.mark.parametrize("torn", TORN)
def test_a_torn_state_is_told_everywhere_and_mended_by_a_rebuild(torn: str, tmp_path: Path) -> None:
    """The index in use holds all that the one before does, and more."""
    folder = filled(tmp_path / "index")
    write(folder, made_article(id="people:L_7"))
    (folder / "generations.json").write_text(torn)
    index, engine = EmbeddedIndex(folder), EmbeddedEngine(folder)
    one = [document(made_article())]
    for call in (index.status, engine.documents, move(folder).migrate, move(folder).rollback):
        with pytest.raises(RetryLater, match=r"is torn.*`difang index migrate --rebuild` mends it"):
            call()
    with pytest.raises(RetryLater, match="is torn"):
        index.write(one)
    assert move(folder).migrate(rebuild=True).source == str(folder / "3")
    assert documents(folder) == FEW + 1
    assert len(index.write(one)) == 1
    index.close()


def test_a_torn_state_brings_no_article_back_that_was_removed(tmp_path: Path) -> None:
    """The index before holds all that the one in use does, and what was removed from it."""
    folder = filled(tmp_path / "index")
    write(folder, gone="people:L_1000000")
    (folder / "generations.json").write_text("{")
    with pytest.raises(DifangError, match=r"Nothing tells which of the indexes in .* was in use: \"2\" 30 art"):
        move(folder).migrate(rebuild=True)
    assert (folder / "generations.json").read_text() == "{"


def test_a_torn_state_is_mended_though_a_killed_migration_left_an_index_half_made(tmp_path: Path) -> None:
    """What was written since is noted, as what is removed is; but the half-made one lacks more."""
    folder = filled(tmp_path / "index")
    kill(folder, "copying")
    write(folder, made_article(id="people:L_7"), gone="people:L_1000000")
    (folder / "generations.json").write_text("{")
    assert move(folder).migrate(rebuild=True).source == str(folder / "3")
    assert EmbeddedIndex(folder).get(["people:L_7", "people:L_1000000"]).keys() == {"people:L_7"}
    assert documents(folder) == FEW


def test_a_rebuild_that_could_not_begin_takes_nothing_from_the_way_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = filled(tmp_path / "index")
    later = made_article(id="people:L_1000000", fetched_at="2021-01-01T00:00:00+00:00", title="海岱市更正")
    write(folder, later)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(embedded, "put_state", full)
        with pytest.raises(RetryLater, match="could not be moved"):
            move(folder).migrate(rebuild=True)
    assert move(folder).rollback().documents == FEW
    index = EmbeddedIndex(folder)
    assert index.get([later.id])[later.id].article.title == later.title
    index.close()


def test_a_torn_state_that_only_a_person_can_mend_is_left_as_it_is(tmp_path: Path) -> None:
    """Each generation holds something that the other lacks; the sentence says how to name the one to keep."""
    folder = filled(tmp_path / "index")
    write(folder, made_article(id="people:L_7"), gone="people:L_1000000")
    (folder / "generations.json").write_text("")
    with pytest.raises(DifangError, match=r'"2" 30 articles.*"3" 30 articles.* write {"active": "NAME"} with the name'):
        move(folder).migrate(rebuild=True)
    assert (folder / "generations.json").read_text() == ""
    (folder / "generations.json").write_text('{"active": "3"}')
    assert move(folder).migrate(rebuild=True).documents == documents(folder) == FEW
    assert EmbeddedIndex(folder).get(["people:L_7", "people:L_1000000"]).keys() == {"people:L_7"}


@pytest.mark.parametrize("left", [FEW, 0])
def test_an_index_in_use_that_is_gone_is_told_and_made_of_what_is_left(left: int, tmp_path: Path) -> None:
    """No search finds nothing, and no writer begins an empty one, before somebody says so."""
    folder = filled(tmp_path / "index")
    for name in ("3",) if left else ("2", "3"):
        shutil.rmtree(folder / name)
    index, engine = EmbeddedIndex(folder), EmbeddedEngine(folder)
    for call in (index.status, engine.documents, move(folder).migrate, move(folder).rollback):
        with pytest.raises(RetryLater, match=r"index in use, .*/3, is gone"):
            call()
    with pytest.raises(RetryLater, match="is gone"):
        index.write([document(made_article())])
    assert not (folder / "3").exists()
    assert move(folder).migrate(rebuild=True).documents == documents(folder) == left


def test_what_a_full_disk_left_of_a_note_spoils_no_later_one(tmp_path: Path) -> None:
    note_changes(tmp_path, ["people:L_1"])
    with (tmp_path / "changed.jsonl").open("a") as file:
        file.write('"people:L_')
    note_changes(tmp_path, ["people:L_2", "people:L_1"])
    assert changes(tmp_path, 0)[0] == ["people:L_1", "people:L_2"]
