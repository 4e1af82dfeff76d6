"""Moving on Elasticsearch: the next index beside the old one, the names given over in one action, and back.

Every write to an index gets a sequence number, so what must still be brought over is what has a higher one than was
read: new articles, corrections, re-extractions, whatever their times. How far it is stands in the mapping of the index
that is being made (`_meta.move`), so that a call after a kill goes on. Removals have no document: at the end the new
index holds all the old one does, so a surplus in number is what was removed.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import Any

from elasticsearch import Elasticsearch

from difang.ingest.errors import DifangError, UsageError
from difang.ingest.index.mapping import ARTICLES, Family, create, make, words_of
from difang.ingest.index.moving.compare import compare, remove_surplus
from difang.ingest.index.moving.copying import Copying
from difang.ingest.index.moving.report import ROLLBACK_UNFINISHED, Fill, Moved, Phase, Progress, Told
from difang.ingest.index.moving.server import Server, batched, told_in_a_sentence

_NEARLY = 500
"""Documents behind at which writers are made to wait: a fraction of a second's work."""

_MOST_ROUNDS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class _State:
    """What stands in `_meta.move` of a target.

    It takes the place of `source` (`back`: as a rollback), which was read up to the sequence number `read`; `own` was
    its own number at the swap; `archive`: it is filled from there first, `filled` when that is done;
    kept for the way back, because the two then hold different readings of the same pages.
    """

    source: str
    back: bool
    read: int
    archive: bool = False
    filled: bool = False
    own: int | None = None

    @classmethod
    def of(cls, meta: dict[str, Any]) -> _State | None:
        return cls(**meta["move"]) if meta.get("move") else None


class ElasticMove:
    """Migration and rollback of one family of indexes."""

    def __init__(self, client: Elasticsearch, family: Family, told: Told) -> None:
        """The client is not closed; `told` hears of the progress."""
        self._server = Server(client, family)
        self._told = told

    def migrate(self, *, rebuild: bool = False, fill: Fill | None = None) -> Moved:
        """Bring everything into a new index and give it the names; goes on where an earlier call was interrupted.

        Nothing is moved where the index is as it should be, unless `fill` or `rebuild`, which begins anew. Aliases that
        an index of ours lost are given back to it first. Raises
        RetryLater where the server is away, DifangError where the two indexes differ, UsageError where a rollback was
        interrupted and it is no `rebuild`; searches go on in either case.
        """
        with told_in_a_sentence():
            source, names = self._server.named()
            if source is None:
                create(self._server.client, self._server.family)
                return Moved(source=self._server.family.name, target=None, documents=0, made=True)
            if not rebuild and self._begun(source, back=True):
                raise UsageError(ROLLBACK_UNFINISHED)
            words = self._words()
            meta = self._server.indexes()[source]
            unfinished = self._unfinished(source, words)
            if self._server.blocked(source) and (rebuild or not unfinished):  # nobody will come and lift it
                self._server.unblock(source)
            current = meta.get("difang") == self._server.family.hash and meta.get("words") == words
            if current and not (rebuild or fill or unfinished):
                return Moved(source=source, target=None, documents=self._server.count(source), names=names)
            if unfinished and (rebuild or (fill and not self._state(unfinished).archive)):
                self._server.client.indices.delete(index=unfinished)
                unfinished = None
            target = unfinished or self._create(source, words, archive=fill is not None)
            moved = replace(self._move(source, target, fill), names=names)
            self._forget_before(source, target)
        return moved

    def rollback(self) -> Moved:
        """Give the names back to the index before, with everything written since; called again, forward again.

        Raises UsageError where there is none.
        """
        with told_in_a_sentence():
            source, names = self._server.named()
            metas = self._server.indexes()
            here = _State.of(metas[source]) if source else None
            if source is None or here is None or here.own is None or here.source not in metas:
                raise UsageError(f"There is no index to go back to before {source or self._server.family.name}.")
            there = _State.of(metas[here.source])
            if there is None or there.source != source or there.own is not None:
                begun = _State(source=source, back=True, read=here.own, archive=here.archive)
                self._server.note(here.source, asdict(begun))
            return replace(self._move(source, here.source, None), names=names)

    def _state(self, target: str) -> _State:
        state = _State.of(self._server.indexes()[target])
        if state is None:
            raise DifangError(f"{target} does not say what it is made of; begin again with --rebuild.")
        return state

    def _words(self) -> str | None:
        return words_of(self._server.client) if self._server.family is ARTICLES else None

    def _unfinished(self, source: str, words: str | None) -> str | None:
        metas = self._server.indexes()
        for name in self._begun(source, back=False):
            if metas[name]["difang"] == self._server.family.hash and metas[name].get("words") == words:
                return name
        return None

    def _begun(self, source: str, *, back: bool) -> list[str]:
        """The indexes that were to take the place of this one, by a rollback or a migration that did not end."""
        blocked = self._server.blocked(source)  # killed just before the swap
        states = {name: _State.of(meta) for name, meta in self._server.indexes().items()}
        return [
            name
            for name, state in states.items()
            if state and state.source == source and state.back == back and (state.own is None or blocked)
        ]

    def _create(self, source: str, words: str | None, *, archive: bool) -> str:
        taken = self._server.indexes()
        first = self._server.family.name
        names = (first, *(f"{first}-{number}" for number in range(2, len(taken) + 3)))
        target = next(name for name in names if name not in taken)
        # What was written before a fill is looked at after it; otherwise everything is read by its number.
        read = self._server.sequence(source)[0] if archive else -1
        body = self._server.family.body(words)
        body["mappings"]["_meta"]["move"] = asdict(_State(source=source, back=False, read=read, archive=archive))
        body["settings"]["refresh_interval"] = "-1"
        make(self._server.client, target, body, wait_for_active_shards=1)
        return target

    def _move(self, source: str, target: str, fill: Fill | None) -> Moved:
        state = self._state(target)
        self._server.unblock(target)
        copying = Copying(self._server, target, may_be_newer=state.archive)
        try:
            return _Moving(self._server, state, target, copying, self._told).move(fill)
        finally:
            copying.close()

    def _forget_before(self, source: str, target: str) -> None:
        """One index is kept to go back to; those before it, and what was begun and given up, go.

        Only what took the place of these, or they of it, by migrations: others may hold what is nowhere else.
        """
        metas = self._server.made()
        moves = [(name, move["source"]) for name, meta in metas.items() if (move := meta.get("move"))]
        related, before = {source, target}, set[str]()
        while related != before:
            before = set(related)
            related |= {name for pair in moves if not related.isdisjoint(pair) for name in pair}
        for name in related.intersection(metas) - {source, target}:
            self._server.client.indices.delete(index=name)


class _Moving:
    """One call."""

    def __init__(self, server: Server, state: _State, target: str, copying: Copying, told: Told) -> None:
        self._server, self._state, self._target, self._copying, self._told = server, state, target, copying, told
        self._copied = self._removed = 0

    def move(self, fill: Fill | None) -> Moved:
        if self._state.archive and not self._state.filled:
            self._fill(fill)
        self._catch_up(Phase.COPY)
        for _ in range(_MOST_ROUNDS):
            if self._catch_up(Phase.CATCH_UP) < _NEARLY:
                break
        self._server.client.indices.put_settings(
            index=self._target, settings={"index.refresh_interval": self._server.family.refresh_interval}
        )
        self._removed += remove_surplus(self._server, self._state.source, self._target)
        return self._swap()

    def _swap(self) -> Moved:
        source, began = self._state.source, time.monotonic()
        self._told(Progress(phase=Phase.SWAP, done=0, total=1))
        self._server.block(source)
        try:
            self._catch_up(Phase.SWAP)
            self._removed += remove_surplus(self._server, source, self._target)
            documents, compared = compare(self._server, source, self._target, may_be_newer=self._state.archive)
            self._write_down(own=self._server.sequence(self._target)[1])
            self._server.swap(source, self._target)
        except BaseException:
            if self._server.active() != self._target:  # else it was done, and only the answer was lost
                self._write_down(own=None)
                self._server.unblock(source)
            raise
        return Moved(
            source=source,
            target=self._target,
            documents=documents,
            copied=self._copied,
            removed=self._removed,
            compared=compared,
            waited=time.monotonic() - began,
        )

    def _catch_up(self, phase: Phase) -> int:
        """Bring over what was written since; how many documents."""
        settled, _ = self._server.sequence(self._state.source)
        if settled <= self._state.read:
            return 0
        copied, total = 0, settled - self._state.read
        for hits in self._server.written_since(self._state.source, self._state.read):
            copied += self._copying.write(hits)
            # A higher number may be visible before a lower one is settled; the next round begins at what is settled.
            self._write_down(read=min(hits[-1]["_seq_no"], settled))
            self._told(Progress(phase=phase, done=copied, total=max(total, copied)))
        self._write_down(read=settled)
        self._copied += copied
        return copied

    def _fill(self, fill: Fill | None) -> None:
        if not self._state.back:  # on the way back the index is there, as it was read before
            if fill is None:
                raise UsageError("A migration from the archive was begun; go on with --from archive, or use --rebuild.")
            fill(self._target, self._copying.put, empty=not self._server.count(self._target))
        self._server.client.indices.refresh(index=self._target)
        for ids in self._server.ids(self._state.source):
            held = self._server.versions_of(self._target, ids)
            there = self._server.versions_of(self._state.source, ids)
            if lacking := [id_ for id_, version in there.items() if held.get(id_, -1) < version]:
                for some in batched(lacking):
                    self._copied += self._copying.write(self._server.documents(self._state.source, some))
        self._write_down(filled=True)

    def _write_down(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        self._server.note(self._target, asdict(self._state))
