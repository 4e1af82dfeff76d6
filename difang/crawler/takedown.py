"""Taking an article down and bringing it back: the list, the index, and what the ledger knows of its addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from difang.crawler.archive import Archive
from difang.crawler.channels import Channel, channel_of
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.address import article_address, clean_href, key_of
from difang.ingest.errors import RetryLater, UsageError
from difang.ingest.index.port import ArticleIndex
from difang.ingest.page import PageRef
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


def refuse_nonsense(target: str) -> None:
    """Raises UsageError where the text has the form neither of an address nor of an article id."""
    if not (_ARTICLE_ID.fullmatch(target) or ("://" in target and clean_href(target, target))):
        told = target if len(target) <= _TOLD else target[:_TOLD] + "…"
        raise UsageError(f"{told!r} is neither a web address nor an article id such as people:L_35131671.")


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
            raise UsageError(f"{target!r} is neither a web address nor an article id such as people:L_35131671.")
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
) -> int:
    """End the takedown of this address or article; its archived pages go into the queue again: how many there are.

    Raises UsageError where it is not on the list.
    """
    names = names_of(target, channels, ledger, index)
    entries = [entry for entry in ledger.takedowns.of(names) if entry.undone_at is None]
    if not entries:
        raise UsageError(f"{target} is not on the takedown list; `difang takedown --list` shows the list.")
    ledger.takedowns.undo([entry.number for entry in entries], by=by)
    covered = list(dict.fromkeys(name for entry in entries for name in entry.names))
    refs: list[PageRef] = []
    for fetched in ledger.discoveries.archived(covered):
        page = archive.read(fetched.position)
        refs.append(
            PageRef(
                url=fetched.url,
                key=fetched.key,
                run_id=fetched.run_id,
                fetched_at=page.fetched_at,
                position=fetched.position,
            )
        )
    queue.put(refs)
    ledger.addresses.due_if_never_fetched([name for name in covered if "://" in name])
    return len(refs)
