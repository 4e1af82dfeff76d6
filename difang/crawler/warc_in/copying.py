"""Copying the wanted pages of a WARC file into archive and queue; after any stop it goes on, nothing comes twice."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator

from difang.crawler.archive import Archive
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Tally
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.warc_files import Taken, WarcFile
from difang.crawler.warc_in.captures import Capture, Refuse, captures
from difang.ingest.address import article_address, clean_href, key_of
from difang.ingest.errors import UsageError
from difang.ingest.extract.result import Hosts
from difang.ingest.page import Page, PageRef, Position
from difang.ingest.queue import PageQueue
from difang.ingest.warc_record import record_date
from difang.ingest.warc_revisit import Revisit
from difang.ingest.warc_walk import Break

COPIED, BEFORE, TAKEN_DOWN, OTHER_HOST = "copied", "copied before", "taken down", "another host"
WITHOUT_BODY = "revisit whose original was not found"
"""A page fetched again, stored without its body: so it counts until the record that has the body is found."""

SOURCE_RECORD = "Difang-Source-Record"
"""The header of a copied record that names the one it was copied from; WARC-Refers-To is not allowed in responses."""

SOURCE_URI = "Difang-Source-URI"
"""The header that tells its address there, where we write it otherwise."""

_MOST = 64
_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """Where copied pages go; `agent` is written into the archive files."""

    ledger: Ledger
    archive: Archive
    queue: PageQueue
    hosts: Hosts
    agent: str

    def close(self) -> None:
        """Close what is open."""
        self.queue.close()
        self.ledger.close()


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a file was read, in bytes."""

    path: str
    offset: int
    size: int


OnProgress = Callable[[Progress], None]


def copy_pages(path: Path, parts: Parts, *, on_progress: OnProgress) -> WarcFile:
    """Copy what is wanted of one file that was not copied yet; a file read to its end before is only reported.

    It is read again where what was left out may come in now: other hosts are known, or a takedown was undone.
    Raises UsageError where the file cannot be read or is of our own archive, RetryLater where archive, queue or ledger
    do not play.
    """
    path = path.resolve()
    if path.parent == parts.archive.folder.resolve():
        raise UsageError(f"{path} is in the archive already; `difang reprocess` reads the archive again.")
    try:
        known = parts.ledger.warc_files.find(path)
        again = known is not None and known.ended_at is not None
        if known is not None and again and not _may_bring_more(known, parts):
            return known
        return Copying(path, parts, on_progress, again=again).run()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}); name a WARC file.") from error


class Copying:
    """One file being copied: archive first, then queue, then ledger, some pages at a time."""

    def __init__(self, path: Path, parts: Parts, on_progress: OnProgress, *, again: bool) -> None:
        self._path = path
        self._parts = parts
        self._on_progress = on_progress
        self._file = parts.ledger.warc_files.begin(path, hosts=_sign_of(parts.hosts), again=again)
        self._counts = Counter(self._file.counts)
        self._troubles = list(self._file.troubles)
        self._end = self._file.offset
        self._pages: dict[str, Page] = {}
        self._ids: dict[str, str] = {}
        self._revisits: list[str] = []
        self._since = time.monotonic()
        self._orphans = _orphans(parts, self._file) if self._file.series > 1 else {}
        self._out = parts.archive.open_run(f"{self._file.run_id}-{self._file.series}", parts.agent)

    def run(self) -> WarcFile:
        """The file from where it was read to; revisits are counted only, their bodies may lie in files yet to come."""
        with self._running():
            for one in captures(self._path, self._end, wanted(self._parts)):
                self._end = one.end
                if isinstance(one, Break):
                    self._troubles.append(one.sentence)
                else:
                    self._take(one.got)
                self._flush_if_due()
        return self._file

    def run_revisits(self, found: Iterable[Capture], without: Sequence[Revisit]) -> WarcFile:
        """Pages that were fetched again, with the bodies found for them; those which have none at the end are told."""
        with self._running():
            for one in found:
                self._counts[WITHOUT_BODY] -= 1
                self._take(one)
                self._flush_if_due()
            self._counts[WITHOUT_BODY] = len(without)
        return self._file

    @contextmanager
    def _running(self) -> Iterator[None]:
        """The file counts as read only when all else is in order, so that what a kill leaves undone is done later."""
        state, sentence = RunState.CANCELLED, "It was stopped; given again, the file is read on."
        try:
            yield
            self._flush()
            state = RunState.FAILED if self._troubles else RunState.FINISHED
            sentence = self._troubles[0] if self._troubles else ""
        finally:
            self._out.close()
            self._parts.ledger.runs.end(self._file.run_id, state, sentence or None, Tally(warnings=len(self._troubles)))
        self._parts.ledger.warc_files.keep(self._file, [], ended=True)

    def _take(self, one: Capture) -> None:
        if one.page is None:
            self._counts[one.left_out or ""] += 1
            return
        name = name_of(one.record, one.page)
        if isinstance(one.page, Revisit):
            self._revisits.append(name)
        elif name in self._pages:
            self._counts[BEFORE] += 1
        else:
            self._pages[name] = one.page
            self._ids[name] = one.record

    def _flush_if_due(self) -> None:
        if len(self._pages) + len(self._revisits) >= _MOST or time.monotonic() - self._since > _SECONDS:
            self._flush()

    def _flush(self) -> None:
        self._since = time.monotonic()
        taken = self._copy()
        self._out.sync()
        self._parts.queue.put([one.ref for one in taken])
        self._counts[COPIED] += len(taken)
        self._file = replace(self._file, offset=self._end, counts=dict(+self._counts), troubles=tuple(self._troubles))
        self._parts.ledger.warc_files.keep(self._file, taken)
        self._parts.ledger.runs.beat({self._file.run_id: Tally(warnings=len(self._troubles))})
        self._pages.clear()
        self._ids.clear()
        self._revisits.clear()
        self._on_progress(Progress(path=str(self._path), offset=self._end, size=self._file.size))

    def _copy(self) -> list[Taken]:
        ledger = self._parts.ledger
        known = ledger.warc_files.known([*self._pages, *self._revisits])
        ours = {record: self._as_ours(page) for record, page in self._pages.items() if record not in known}
        before = sum(name in known for name in self._revisits)
        self._counts[BEFORE] += len(self._pages) - len(ours) + before
        self._counts[WITHOUT_BODY] += len(self._revisits) - before
        keys = {record: self._key(page.url) for record, page in ours.items()}
        refused = ledger.takedowns.refused([*keys.values(), *(page.url for page in ours.values())])
        taken: list[Taken] = []
        for record, page in ours.items():
            if keys[record] in refused or page.url in refused:
                self._counts[TAKEN_DOWN] += 1
                continue
            position = self._orphans.pop(record, None) or self._out.keep(page, self._source(record))
            ref = PageRef(
                url=page.url,
                key=keys[record],
                run_id=page.run_id,
                fetched_at=page.fetched_at,
                position=position,
            )
            channel = self._parts.hosts[urlsplit(page.url).hostname or ""].channel
            taken.append(Taken(record=record, ref=ref, channel=channel))
        return taken

    def _as_ours(self, page: Page) -> Page:
        parts = urlsplit(clean_href(page.url, page.url) or page.url)
        plain = f"http://{parts.hostname}{parts.path}"
        return replace(page, url=plain, final_url=plain, run_id=self._file.run_id)

    def _key(self, url: str) -> str:
        return key_of(url, regional=self._parts.hosts[urlsplit(url).hostname or ""].regional)

    def _source(self, name: str) -> dict[str, str]:
        about = {"Difang-Source": self._path.name, SOURCE_RECORD: self._ids[name]}
        url = self._pages[name].url
        return about | ({SOURCE_URI: url} if url != self._as_ours(self._pages[name]).url else {})


def _may_bring_more(file: WarcFile, parts: Parts) -> bool:
    """Whether a reason for which records of the file were left out may have ended since it was read."""
    if file.counts.get(OTHER_HOST) and file.hosts != _sign_of(parts.hosts):
        return True
    return TAKEN_DOWN in file.counts and parts.ledger.takedowns.undone_since(file.started_at)


def _sign_of(hosts: Hosts) -> str:
    return hashlib.sha256("\n".join(sorted(hosts)).encode()).hexdigest()[:16]


def _orphans(parts: Parts, file: WarcFile) -> dict[str, Position]:
    """Records an earlier process copied into the archive and died before the ledger knew: source record → place."""
    parts.archive.recover()
    found: dict[str, Position] = {}
    for path in parts.archive.files():
        if path.name.startswith(f"{file.run_id}-"):
            found |= _sources(path)
    known = parts.ledger.warc_files.known(list(found))
    return {record: position for record, position in found.items() if record not in known}


def wanted(parts: Parts) -> Refuse:
    """Why a page is not wanted, by its address."""

    def refuse(url: str) -> str | None:
        clean = clean_href(url, url)
        if clean is None:
            return "no web address"
        if urlsplit(clean).hostname not in parts.hosts:
            return OTHER_HOST
        return None if article_address(clean) else "no article's address"

    return refuse


def name_of(record: str, page: Page | Revisit) -> str:
    """What tells a page of a file from every other one: some tools give one id to several records."""
    return _name(record, page.url, page.fetched_at)


def _name(record: str, url: str, fetched_at: datetime) -> str:
    return f"{record} {url} {fetched_at.isoformat()}".lstrip()


def _sources(path: Path) -> dict[str, Position]:
    found: dict[str, Position] = {}
    with path.open("rb") as stream:
        records = ArchiveIterator(stream)
        for record in records:
            headers = record.rec_headers
            records.read_to_end()
            if (source := headers.get_header(SOURCE_RECORD)) is not None:
                url = headers.get_header(SOURCE_URI) or headers.get_header("WARC-Target-URI")
                name = _name(source, url, record_date(headers.get_header("WARC-Date")))
                place = (records.get_record_offset(), records.get_record_length())
                found[name] = Position(file=path.name, offset=place[0], length=place[1])
    return found
