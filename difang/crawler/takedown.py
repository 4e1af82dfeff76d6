"""Taking an article down and bringing it back: the list, the index, and what the ledger knows of its addresses."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from difang.crawler.archive import Archive
from difang.crawler.channels import Channel, channel_of
from difang.crawler.ledger.discoveries import Archived
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.address import article_address, clean_href, key_of
from difang.ingest.errors import DifangError, RetryLater, SetAside, UsageError
from difang.ingest.index.port import ArticleIndex
from difang.ingest.page import Page, PageRef
from difang.ingest.queue import PageQueue
from difang.ingest.takedown import Takedown

_ARTICLE_ID = re.compile(r"people:(L_)?[0-9]{5,}|url:[0-9a-f]{32}")
_TOLD = 80
"""Characters of what somebody typed that a sentence repeats."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenDown:
    """What a takedown did: its entry, the ids that were in the index, and why they still are there, if so.

    `asked` is False where the index could not be asked what it holds; the next worker that may write looks.
    """

    entry: Takedown
    ids: tuple[str, ...]
    waiting: str | None
    asked: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """What an undo did: how many archived pages went into the queue, and why others could not be read."""

    queued: int
    unread: tuple[str, ...] = ()

    def whole(self) -> None:
        """Raises DifangError where pages could not be read."""
        if self.unread:
            raise DifangError(
                f"The takedown is ended, but {len(self.unread)} of its archived pages could not be read;"
                f" `difang reprocess --apply` brings them in once they can be: {self.unread[0]}"
            )


def refuse_nonsense(target: str) -> None:
    """Raises UsageError where the text has the form neither of an address nor of an article id."""
    if not (_ARTICLE_ID.fullmatch(target) or ("://" in target and clean_href(target, target))):
        raise nonsense(target)


def nonsense(target: str) -> UsageError:
    """The sentence for what is neither an address nor an article id: how an id is written."""
    told = target if len(target) <= _TOLD else target[:_TOLD] + "…"
    return UsageError(
        f"{told!r} is neither a web address nor an article id; an id is written people:L_35131671 (regional channels)"
        " or people:40223222 (others)."
    )


def names_of(target: str, channels: Sequence[Channel], ledger: Ledger, index: ArticleIndex | None) -> tuple[str, ...]:
    """Every article id and address by which what `target` (an address or an article id) names is known.

    `index` None: as far as is known without it.

    Raises UsageError where it is neither, RetryLater where index or ledger are out of reach.
    """
    ids = [target] if "://" not in target else []
    urls: list[str] = []
    if not ids:
        url = clean_href(target, target)
        if url is None:
            raise nonsense(target)
        urls = [url]
        if (address := article_address(url)) is not None:
            urls.append(address.url)
        ids = [key_of(url, regional=channel_of(url, channels).regional)]
    found = ledger.discoveries.names(ids, urls)
    ids, urls = [*ids, *found.ids], [*urls, *found.urls]
    for document in index.get(list(dict.fromkeys(ids))).values() if index else ():
        urls += document.article.urls
    return (*dict.fromkeys(ids), *dict.fromkeys(urls))


def take_down(
    target: str, *, reason: str, by: str, channels: Sequence[Channel], ledger: Ledger, index: ArticleIndex
) -> TakenDown:
    """Put it on the list, so that nothing brings it in again, and take it out of the index.

    Where the index is out of reach, written by another process, or not this user's to write, the next worker that may
    write takes it out (`waiting` says why). Raises UsageError where the target is wrong, RetryLater where the ledger is
    out of reach.
    """
    refuse_nonsense(target)
    try:
        names = names_of(target, channels, ledger, index)
        ids = tuple(index.get([name for name in names if "://" not in name]))
    except RetryLater as error:  # the ledger's comes again here
        names = names_of(target, channels, ledger, None)
        entry = ledger.takedowns.put(names, reason=reason, by=by)
        return TakenDown(entry=entry, ids=(), waiting=str(error), asked=False)
    entry = ledger.takedowns.put(names, reason=reason, by=by)
    try:
        if ids:
            index.remove(ids)
            index.refresh()
    except RetryLater as error:
        return TakenDown(entry=entry, ids=ids, waiting=str(error))
    ledger.takedowns.removed([entry.number])
    return TakenDown(entry=entry, ids=ids, waiting=None)


def undo(
    target: str,
    *,
    by: str,
    channels: Sequence[Channel],
    ledger: Ledger,
    index: ArticleIndex,
    archive: Archive,
    queue: PageQueue,
) -> Undone:
    """End all takedowns of this address or article; its archived pages go into the queue again, every capture of them.

    What an undo that was killed left is done by the next one. Where the index is out of reach it is ended by the names
    known without it. Raises UsageError where it is not on the list, RetryLater where the ledger is out of reach, or
    where the index is and the list has none of the names known without it; then nothing is done.
    """
    entries, refuse = _to_undo(target, channels, ledger, index)
    covered = list(dict.fromkeys(name for entry in entries for name in entry.names))
    refs: list[PageRef] = []
    unread: list[str] = []
    for fetched in ledger.discoveries.archived(covered):
        try:
            refs.append(_ref(fetched, archive.read(fetched.position)))
        except SetAside as error:
            unread.append(str(error))
    in_force = [entry.number for entry in entries if entry.undone_at is None]
    if not in_force and not refs:
        raise refuse
    ledger.takedowns.undo(in_force, by=by)  # first: a worker would refuse the pages
    queue.put(sorted(refs, key=lambda ref: ref.fetched_at), again=True)  # a worker may just be refusing one
    ledger.addresses.due_if_never_fetched([name for name in covered if "://" in name])
    return Undone(queued=len(refs), unread=tuple(unread))


def _to_undo(
    target: str, channels: Sequence[Channel], ledger: Ledger, index: ArticleIndex
) -> tuple[list[Takedown], DifangError]:
    """The entries in force; where none is those undone, if the index does not hold the article; and the refusal."""
    refuse: DifangError = UsageError(f"{target} is not on the takedown list; `difang takedown --list` shows the list.")
    held: Collection[str] = ()
    try:
        names = names_of(target, channels, ledger, index)
        held = index.get([name for name in names if "://" not in name])
    except RetryLater as error:  # the ledger's comes again here
        names = names_of(target, channels, ledger, None)
        refuse = RetryLater(f"By what is known without the index {target} is not on the takedown list: {error}")
    entries = ledger.takedowns.of(names)
    in_force = [entry for entry in entries if entry.undone_at is None]
    return in_force or ([] if held else entries), refuse


def _ref(fetched: Archived, page: Page) -> PageRef:
    return PageRef(
        url=fetched.url, key=fetched.key, run_id=fetched.run_id, fetched_at=page.fetched_at, position=fetched.position
    )
