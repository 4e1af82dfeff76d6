"""Moving the embedded index: the next generation in a folder beside, swapped between two batches of whoever writes."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import tantivy

from difang.ingest.errors import DifangError, UsageError
from difang.ingest.index import generations
from difang.ingest.index.embedded import HEAP, as_tantivy, get_from
from difang.ingest.index.entry import document_of, entry_of, is_later
from difang.ingest.index.folder import fields_of, is_current, make, open_existing
from difang.ingest.index.generations import (
    State,
    Unusable,
    changes,
    forget_changes,
    holds_index,
    put_state,
    state_of,
    writing,
)
from difang.ingest.index.moving.folders import link, next_name, records, sweep, told_in_a_sentence
from difang.ingest.index.moving.mending import mended
from difang.ingest.index.moving.report import ROLLBACK_UNFINISHED, Fill, Moved, Phase, Progress, Told
from difang.ingest.index.port import Document

_PAGE = 2_000
_NEARLY = 200
_MOST_ROUNDS = 20
_SAMPLES = 200


class EmbeddedMove:
    """Migration and rollback of the index in one folder; others may read and one may write meanwhile."""

    def __init__(self, folder: Path, told: Told) -> None:
        """`told` hears of the progress."""
        self._folder = folder
        self._told = told

    def migrate(self, *, rebuild: bool = False, fill: Fill | None = None) -> Moved:
        """Bring everything into a new generation and put it in use; goes on where an earlier call was interrupted.

        Nothing is moved where the index is as it should be, unless `fill` or `rebuild`, which begins anew, also where
        the state is torn or the generation in use is gone. Raises RetryLater where the disk does not do its part,
        DifangError where the two differ, UsageError where a rollback was interrupted and it is no `rebuild`; searches
        go on in either case.
        """
        with generations.moving(self._folder):
            with told_in_a_sentence(self._folder):
                begun = self._begun(rebuild=rebuild, archive=fill is not None)
            return begun.move(fill) if isinstance(begun, _Moving) else begun

    def rollback(self) -> Moved:
        """Go back to the generation before, with everything written since; called again, forward again.

        Raises UsageError where there is none.
        """
        with generations.moving(self._folder):
            with told_in_a_sentence(self._folder):
                state = self._state(mend=False)
                if state.other is None or (state.making and not state.back):
                    raise UsageError(f"There is no index to go back to in {self._folder}.")
                if not state.making:
                    state = self._begin_back(state)
                sweep(self._folder, state.active, state.other)
                begun = _Moving(self._folder, state, self._told)
            return begun.move(None)

    def _begun(self, *, rebuild: bool, archive: bool) -> Moved | _Moving:
        state = self._state(mend=rebuild)
        index = open_existing(self._folder / state.active, any_version=True)
        if index is None:
            return Moved(source=str(self._folder), target=None, documents=0)
        if state.making and state.back and not rebuild:
            raise UsageError(ROLLBACK_UNFINISHED)
        unfinished = state.other is not None and state.making and is_current(self._folder / state.other)
        if not (unfinished or rebuild or archive) and is_current(self._folder / state.active):
            return Moved(source=str(self._folder), target=None, documents=index.searcher().num_docs)
        if rebuild or not unfinished or (archive and not state.archive):
            state = self._begin(state, archive=archive)
        sweep(self._folder, state.active, state.other)
        return _Moving(self._folder, state, self._told)

    def _state(self, *, mend: bool) -> State:
        """The state in force, of which no more is told than is there: files may have been removed by hand."""
        try:
            state = state_of(self._folder)
        except Unusable:
            if not mend:
                raise
            state = mended(self._folder)
        if state.other is None or holds_index(self._folder / state.other):
            return state
        with writing(self._folder):
            state = State(active=state.active)
            put_state(self._folder, state)
            forget_changes(self._folder)
        return state

    def _begin(self, state: State, *, archive: bool) -> State:
        sweep(self._folder, state.active, None if state.making else state.other)  # what was given up makes room
        target = next_name(self._folder)
        make(self._folder / target)
        with writing(self._folder):
            state = State(active=state.active, other=target, making=True, archive=archive)
            put_state(self._folder, state)  # first: the state before may need what changed to be gone back to
            forget_changes(self._folder)
        return state

    def _begin_back(self, state: State) -> State:
        """A writer may still hold the lock of the generation it last wrote to, so its files are given a new folder."""
        assert state.other is not None  # noqa: S101 (asked by rollback)
        sweep(self._folder, state.active, state.other)
        target = next_name(self._folder)
        link(self._folder / state.other, self._folder / target)
        with writing(self._folder):
            state = replace(state, other=target, making=True, back=True, copied=not state.archive, filled=True)
            put_state(self._folder, state)
        return state


class _Moving:
    """One call."""

    def __init__(self, folder: Path, state: State, told: Told) -> None:
        assert state.other is not None  # noqa: S101 (a state that is making has one)
        self._folder, self._state, self._told = folder, state, told
        self._source, self._target = folder / state.active, folder / state.other
        opened = (open_existing(path, any_version=True) for path in (self._source, self._target))
        self._old, self._new = opened
        self._fields = None if is_current(self._target) else fields_of(self._target)
        self._copied = self._removed = self._read = 0

        self._writer = self._index(self._new).writer(HEAP, 1)

    def move(self, fill: Fill | None) -> Moved:
        if self._state.archive and not self._state.filled:
            self._fill(fill)
        with told_in_a_sentence(self._folder):
            return self._bring_over()

    def _bring_over(self) -> Moved:
        if not self._state.copied:
            self._copy()
        self._catch_up_nearly()
        self._writer.wait_merging_threads()  # the larger the index, the longer: not while others wait to write
        self._writer = self._index(self._new).writer(HEAP, 1)
        self._catch_up_nearly()
        began = time.monotonic()
        with writing(self._folder):
            self._catch_up(self._noted(), Phase.SWAP)
            documents, compared = self._compare()
            self._writer.wait_merging_threads()
            forget_changes(self._folder)
            put_state(
                self._folder,
                State(active=self._target.name, other=self._state.active, archive=self._state.archive),
            )
        return Moved(
            source=str(self._source),
            target=str(self._target),
            documents=documents,
            copied=self._copied,
            removed=self._removed,
            compared=compared,
            waited=time.monotonic() - began,
        )

    def _catch_up_nearly(self) -> None:
        """Until so little is left that writers may wait for it."""
        for _ in range(_MOST_ROUNDS):
            with writing(self._folder):  # between two batches all that is noted is written too
                noted = self._noted()
            self._catch_up(noted, Phase.CATCH_UP)
            if len(noted) < _NEARLY:
                return

    def _index(self, index: tantivy.Index | None) -> tantivy.Index:
        if index is None:
            raise DifangError(f"A generation of the index in {self._folder} is gone; begin again with --rebuild.")
        return index

    def _copy(self) -> None:
        old = self._index(self._old)
        searcher, total = old.searcher(), old.searcher().num_docs
        for some, cursor in records(old, searcher, self._state.cursor):
            documents = [self._document(record) for record in some]
            if self._state.archive:
                documents = self._not_older(documents)
            self._put(documents)
            self._state = replace(self._state, cursor=cursor)
            put_state(self._folder, self._state)
            self._told(Progress(phase=Phase.COPY, done=self._copied, total=total))
        if self._state.archive:
            self._remove_surplus(searcher)
        self._state = replace(self._state, copied=True)
        put_state(self._folder, self._state)

    def _noted(self) -> list[str]:
        """The ids written or removed since the last call."""
        ids, self._read = changes(self._folder, self._read)
        return ids

    def _catch_up(self, ids: Sequence[str], phase: Phase) -> None:
        """Make these in the new generation what they are in the old one."""
        for start in range(0, len(ids), _PAGE):
            some = ids[start : start + _PAGE]
            there = get_from(self._index(self._old), some)
            before = get_from(self._index(self._new), some)
            documents = list(there.values())
            read_anew = self._state.archive and not self._state.back
            self._put(self._not_older(documents) if read_anew else documents)
            self._delete([id_ for id_ in some if id_ not in there and id_ in before])
            self._told(Progress(phase=phase, done=start + len(some), total=len(ids)))

    def _put(self, documents: Sequence[Document]) -> None:
        self._write(documents)
        self._copied += len(documents)

    def _write(self, documents: Sequence[Document]) -> None:
        for document in documents:
            self._writer.delete_documents_by_term("id", document.article.id)
            self._writer.add_document(as_tantivy(entry_of(document), self._fields))
        self._writer.commit()

    def _delete(self, ids: Sequence[str]) -> None:
        for id_ in ids:
            self._writer.delete_documents_by_term("id", id_)
        self._writer.commit()
        self._removed += len(ids)

    def _document(self, record: bytes) -> Document:
        try:
            return document_of(record.decode())
        except (ValueError, KeyError, TypeError) as error:
            raise DifangError(f"A document cannot be moved ({error}); nothing was swapped.") from error

    def _not_older(self, documents: Sequence[Document]) -> list[Document]:
        """Without those that the archive gave as they are, or newer."""
        held = get_from(self._index(self._new), [document.article.id for document in documents])
        return [d for d in documents if d.article.id not in held or is_later(d, held[d.article.id])]

    def _remove_surplus(self, searcher: tantivy.Searcher) -> None:
        new, old = self._index(self._new), self._index(self._old)
        new.reload()
        if new.searcher().num_docs == searcher.num_docs:
            return
        for some, _ in records(new, new.searcher(), None):
            ids = [self._document(record).article.id for record in some]
            there = get_from(old, ids)
            self._delete([id_ for id_ in ids if id_ not in there])

    def _fill(self, fill: Fill | None) -> None:
        if fill is None:
            raise UsageError("A migration from the archive was begun; go on with --from archive, or use --rebuild.")

        def write(documents: Sequence[Document]) -> None:
            with told_in_a_sentence(self._folder):
                self._write(documents)

        fill(str(self._target), write, empty=not self._index(self._new).searcher().num_docs)
        with told_in_a_sentence(self._folder):
            self._state = replace(self._state, filled=True)
            put_state(self._folder, self._state)

    def _compare(self) -> tuple[int, int]:
        old, new = self._index(self._old), self._index(self._new)
        old.reload()
        new.reload()
        documents, others = old.searcher().num_docs, new.searcher().num_docs
        if documents != others:
            raise DifangError(
                f"{self._target} holds {others:,} documents and {self._source} {documents:,}; nothing was swapped,"
                " begin again with --rebuild."
            )
        ids = _some(old, documents)
        one, other = get_from(old, ids), get_from(new, ids)
        for id_ in ids:
            if id_ not in other or (one[id_] != other[id_] and not self._state.archive):
                raise DifangError(f"{id_} is not the same in {self._target}; nothing was swapped, use --rebuild.")
        return documents, len(ids)


def _some(index: tantivy.Index, documents: int) -> list[str]:
    searcher = index.searcher()
    found = searcher.search(tantivy.Query.all_query(), limit=min(documents, 10 * _SAMPLES) or 1, count=False).hits
    chosen = random.sample(found, min(_SAMPLES, len(found)))
    return [str(searcher.doc(address)["id"][0]) for _, address in chosen]
