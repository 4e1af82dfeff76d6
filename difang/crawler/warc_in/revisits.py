"""Pages that other tools fetched again and stored without their bodies: these are looked for in all files given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from difang.crawler.ledger.warc_files import WarcFile
from difang.crawler.warc_in.captures import Capture, captures, revisits
from difang.crawler.warc_in.copying import WITHOUT_BODY, Copying, OnProgress, Parts, Progress, name_of, wanted
from difang.ingest.page import Page
from difang.ingest.warc_originals import Original, Originals
from difang.ingest.warc_revisit import Revisit
from difang.ingest.warc_walk import Seen


def copy_revisits(
    files: Sequence[WarcFile], among: Sequence[Path], parts: Parts, *, on_progress: OnProgress
) -> Iterator[WarcFile]:
    """Copy what these files tell was fetched again, with the bodies of the records meant, which lie `among` the given.

    The files were read to their ends. Nothing is remembered but the count of what waits in a file: after any stop, and
    when the file is given again, the same begins anew, without what was copied. Raises OSError where one of the files
    cannot be read any more.
    """
    asked = {file.path: _not_copied(file, parts) for file in files}
    originals = Originals(revisit for some in asked.values() for revisit in some)
    for path in among:
        with suppress(OSError):  # told already, when its pages were to be copied
            size = path.stat().st_size
            on_progress(Progress(path=str(path), offset=0, size=size))
            originals.look(path)
            on_progress(Progress(path=str(path), offset=size, size=size))
    for file in files:
        yield _copied(file, asked[file.path], originals, parts, on_progress)


def _not_copied(file: WarcFile, parts: Parts) -> list[Revisit]:
    named = {name_of(one.record, one): one for one in revisits(Path(file.path), wanted(parts))}
    known = parts.ledger.warc_files.known(list(named))
    return [one for name, one in named.items() if name not in known]


def _copied(
    file: WarcFile, asked: Sequence[Revisit], originals: Originals, parts: Parts, on_progress: OnProgress
) -> WarcFile:
    places = [(one, originals.of(one)) for one in asked]
    without = [one for one, place in places if place is None]
    found = [(one, place) for one, place in places if place is not None]
    brought = file
    as_read = parts.ledger.warc_files.find(Path(file.path))
    if as_read is None:  # written on meanwhile: given again, it is another file
        return replace(file, unfound=asked[0].url if asked else "")
    if found or len(without) != file.counts[WITHOUT_BODY]:
        copying = Copying(Path(file.path), parts, on_progress, again=False)
        brought = copying.run_revisits(_with_bodies(found, without), without)
        brought = replace(brought, again=file.again or file.ended_at is not None, ended_at=None)
    return replace(brought, unfound=without[0].url if without else "")


def _with_bodies(found: Sequence[tuple[Revisit, Original]], without: list[Revisit]) -> Iterator[Capture]:
    """One in memory at a time; what cannot be read where it was seen is added to those without a body."""
    for revisit, place in found:
        original = _at(place)
        if original is None:
            without.append(revisit)
            continue
        page = revisit.page(original.page) if isinstance(original.page, Page) else None
        yield Capture(record=revisit.record, page=page, left_out=original.left_out)


def _at(place: Original) -> Capture | None:
    with suppress(OSError):
        one = next(captures(place.path, place.start, lambda _: None), None)
        return one.got if isinstance(one, Seen) else None
    return None
