"""The embedded index, write side: Tantivy in a folder, one writing process, any number that read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from threading import Lock

import tantivy

from difang.ingest.article import Article
from difang.ingest.errors import RetryLater
from difang.ingest.index.embedded_versions import EmbeddedVersions
from difang.ingest.index.entry import Entry, document_of, entries_of
from difang.ingest.index.folder import is_current, make, open_existing
from difang.ingest.index.generations import active, holds_index, note_changes, state_of, writing
from difang.ingest.index.port import Document, IndexStatus, WriteResult, Written
from difang.ingest.index.versions import Version, history
from difang.ingest.turns import Turns

HEAP = 100_000_000  # bytes the writer gathers before it writes a segment by itself
_TROUBLE = (ValueError, OSError)  # what Tantivy raises where the disk or the folder does not do its part


class EmbeddedIndex:
    """The write side in `folder`; the lock on the folder is taken by the first write and let go by close."""

    def __init__(self, folder: Path, turns: Turns | None = None) -> None:
        """`turns` are shared with the worker that writes."""
        self._folder = folder
        self._turns = turns or Turns()
        self._generation: Path | None = None
        self._index: tantivy.Index | None = None
        self._writer: tantivy.IndexWriter | None = None
        self._versions = EmbeddedVersions(folder / "versions.db")
        self._lock = Lock()

    def get(self, ids: Sequence[str]) -> dict[str, Document]:
        """By id, from the last commit."""
        try:
            generation = active(self._folder)
            index = self._index if self._generation == generation else open_existing(generation)
            return get_from(index, ids) if index else {}
        except _TROUBLE as error:
            raise RetryLater(f"The index in {self._folder} cannot be read now: {error}.") from error

    def write(self, documents: Sequence[Document]) -> list[WriteResult]:
        """One commit: when this returns the batch is on the disk and visible to searches."""
        with self._lock, writing(self._folder) as state:
            index, writer = self._open(self._folder / state.active)
            try:
                if state.other:
                    note_changes(self._folder, [document.article.id for document in documents])
                index.reload()
                results = _add_all(writer, index, documents)
                with self._turns.waiting():
                    writer.commit()
            except _TROUBLE as error:
                raise self._undone(error) from error
        return results

    def remove(self, ids: Sequence[str]) -> int:
        """By id, in one commit."""
        with self._lock, writing(self._folder) as state:
            index, writer = self._open(self._folder / state.active)
            try:
                if state.other:
                    note_changes(self._folder, ids)
                index.reload()
                self._versions.forget(ids)  # first: who is stopped between the two finds the articles, and does both
                there = list(_addresses(index.searcher(), index.schema, ids))
                for id_ in there:
                    writer.delete_documents_by_term("id", id_)
                writer.commit()
            except _TROUBLE as error:
                raise self._undone(error) from error
        return len(there)

    def keep_versions(self, articles: Sequence[Article]) -> None:
        """In one transaction."""
        self._versions.keep(articles)

    def kept_versions(self, ids: Sequence[str]) -> dict[str, list[Article]]:
        """As of now."""
        return self._versions.kept(ids)

    def drop_versions(self, articles: Sequence[Article]) -> None:
        """In one transaction."""
        self._versions.drop(articles)

    def versions(self, article_id: str) -> list[Version]:
        """As of now."""
        newest = self.get([article_id]).get(article_id)
        return history(newest.article, self._versions.of(article_id)) if newest else []

    def refresh(self) -> None:
        """Nothing to do: every write is committed, and searches look for commits."""

    def status(self) -> IndexStatus:
        """Documents, and bytes of all files in the folder."""
        state = state_of(self._folder)
        generation = self._folder / state.active
        index = open_existing(generation, any_version=True)
        details = {"folder": str(generation)}
        if index is None:
            return IndexStatus(kind="embedded", documents=0, size=0, details={**details, "index": "not made yet"})
        searcher = index.searcher()
        current = is_current(generation)
        details["mapping"] = "current" if current else "of another version of difang: run `difang index migrate`"
        details["segments"] = str(searcher.num_segments)
        details["versions"] = f"{self._versions.count():,} older"
        other_there = state.other is not None and holds_index(self._folder / state.other)
        if state.other and state.making and other_there:
            other = self._folder / state.other
            details["migration"] = (
                f"{other} is being gone back to; `difang index rollback` goes on"
                if state.back
                else f"{other} is being made; `difang index migrate` goes on"
            )
        elif state.other and other_there:
            details["previous"] = f"{self._folder / state.other} (`difang index rollback` goes back to it)"
        size = sum(file.stat().st_size for file in generation.iterdir() if file.is_file())
        return IndexStatus(kind="embedded", documents=searcher.num_docs, size=size, details=details)

    def close(self) -> None:
        """Wait for merges under way and let go of the folder."""
        with self._lock:
            if self._writer is not None:
                self._writer.wait_merging_threads()
            self._writer = self._index = self._generation = None

    def _open(self, generation: Path) -> tuple[tantivy.Index, tantivy.IndexWriter]:
        if self._generation != generation:  # a migration gave its place to another
            self._writer = self._index = None
        if self._index is None or self._writer is None:
            try:
                self._index = make(generation)
                self._writer = self._index.writer(HEAP, 1)
                self._generation = generation
            except _TROUBLE as error:
                self._index = self._generation = None
                if "LockBusy" in str(error):
                    raise RetryLater(
                        f"Another difang process writes the index in {self._folder}; wait for it or stop it."
                    ) from error
                raise RetryLater(f"The index in {self._folder} cannot be opened to write: {error}.") from error
        return self._index, self._writer

    def _undone(self, error: Exception) -> RetryLater:
        """Forget the writer: what it had not committed is gone, and the next write opens a new one."""
        self._writer = self._index = self._generation = None
        return RetryLater(f"The index in {self._folder} could not be written, nothing of the batch was kept: {error}.")


def get_from(index: tantivy.Index, ids: Sequence[str]) -> dict[str, Document]:
    """The documents with these ids, as of the last commit."""
    index.reload()
    searcher = index.searcher()
    return {
        id_: document_of(bytes(searcher.doc(address)["record"][0]))
        for id_, address in _addresses(searcher, index.schema, ids).items()
    }


def _add_all(writer: tantivy.IndexWriter, index: tantivy.Index, documents: Sequence[Document]) -> list[WriteResult]:
    versions = _versions(index.searcher(), index.schema, [document.article.id for document in documents])
    results = []
    for document, entry in zip(documents, entries_of(documents), strict=True):
        id_ = document.article.id
        if isinstance(entry, ValueError):
            results.append(WriteResult(id=id_, written=Written.REJECTED, reason=str(entry)))
            continue
        held = versions.get(id_)
        if held is not None and entry.version < held:
            results.append(WriteResult(id=id_, written=Written.STALE))
            continue
        if held is not None:
            writer.delete_documents_by_term("id", id_)
        writer.add_document(as_tantivy(entry))
        versions[id_] = entry.version
        results.append(WriteResult(id=id_, written=Written.KEPT))
    return results


def _addresses(searcher: tantivy.Searcher, schema: tantivy.Schema, ids: Sequence[str]) -> dict[str, tantivy.DocAddress]:
    """Where the documents with these ids lie, in one search."""
    if not ids:
        return {}
    query = tantivy.Query.term_set_query(schema, "id", list(dict.fromkeys(ids)))
    hits = searcher.search(query, limit=len(ids), count=False).hits
    return {str(searcher.doc(address)["id"][0]): address for _, address in hits}


def _versions(searcher: tantivy.Searcher, schema: tantivy.Schema, ids: Sequence[str]) -> dict[str, int]:
    addresses = _addresses(searcher, schema, ids)
    versions = searcher.fast_field_values("version", list(addresses.values()))
    return {id_: int(version or 0) for id_, version in zip(addresses, versions, strict=True)}


def as_tantivy(entry: Entry, fields: Collection[str] | None = None) -> tantivy.Document:
    """The entry as Tantivy takes it; `fields`: only these, for an index that another version of difang made."""
    texts = {"id": (entry.id,), "text": entry.text, "pairs": entry.pairs(), "title": entry.title}
    texts["story"] = (entry.story,) if entry.story else ()
    integers = {"version": entry.version, "published": entry.published, "order": entry.order}
    document = tantivy.Document()
    document.add_bytes("record", entry.record)
    for name, number in integers.items():
        document.add_integer(name, number)
    for name, values in (*texts.items(), *_fields("name", entry.names), *_fields("facet", entry.facets)):
        if fields is None or name in fields:
            for value in values:
                document.add_text(name, value)
    return document


def _fields(prefix: str, values: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    return [(f"{prefix}_{name}", of) for name, of in values.items()]
