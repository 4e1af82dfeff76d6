"""What the ingest side does with the takedown list: pages on it are refused, articles on it leave the index."""

from __future__ import annotations

from collections.abc import Sequence

from difang.ingest.extract.result import NoArticle, PageReading
from difang.ingest.index.port import ArticleIndex
from difang.ingest.outcome import Outcome
from difang.ingest.page import PageRef
from difang.ingest.readers import Read, Reader
from difang.ingest.takedown import Takedowns


class RefusingReader:
    """A reader that leaves pages on the list unread, and refuses an article whose page tells only now which it is."""

    def __init__(self, reader: Reader, takedowns: Takedowns) -> None:
        """Owns `reader`, and closes it."""
        self._reader = reader
        self._takedowns = takedowns

    def read(self, refs: Sequence[PageRef]) -> list[Read]:
        """One answer a reference, in order."""
        refused = self._takedowns.refused([name for ref in refs for name in (ref.url, ref.key)])
        answers: dict[int, Read] = {}
        left: list[int] = []
        for place, ref in enumerate(refs):
            if sentence := refused.get(ref.url) or refused.get(ref.key):
                answers[place] = _refusal(ref, sentence)
            else:
                left.append(place)
        answers |= zip(left, self._reader.read([refs[place] for place in left]), strict=True)
        told = {place: read.article.id for place, read in answers.items() if isinstance(read, PageReading)}
        late = self._takedowns.refused([id_ for place, id_ in told.items() if id_ != refs[place].key])
        for place, id_ in told.items():
            if id_ in late:
                answers[place] = _refusal(refs[place], late[id_])
        return [answers[place] for place in range(len(refs))]

    def close(self) -> None:
        """Close the reader."""
        self._reader.close()


class TakedownSweep:
    """Takes articles on the list out of an index; called by whoever writes to the index, after each batch.

    A batch that was read before its article came on the list is thereby undone, whoever took the article down: the
    embedded index has one writing process, and only that one can. The worker reads a batch ahead, so each entry is
    looked at after two batches.
    """

    def __init__(self, takedowns: Takedowns, index: ArticleIndex) -> None:
        """The first sweep goes through the whole list, because a worker may have died between write and sweep."""
        self._takedowns = takedowns
        self._index = index
        self._once = self._twice = 0
        self.taken = 0
        """Articles taken out in all."""

    def sweep(self) -> int:
        """Take out what came on the list of late; how many articles there were.

        Raises RetryLater where index or list are out of reach; the next sweep does it then.
        """
        new = self._takedowns.after(self._twice)
        ids = [name for takedown in new for name in takedown.names if "://" not in name]
        held = self._index.get(ids) if ids else {}
        untold = [takedown for takedown in new if takedown.removed_at is None]
        begun = {name for takedown in untold for name in takedown.names}  # one that was killed may have left a part
        leaving = [id_ for id_ in ids if id_ in held or id_ in begun]
        taken = self._index.remove(leaving) if leaving else 0
        self._takedowns.removed([takedown.number for takedown in untold])
        self._twice, self._once = self._once, new[-1].number if new else self._once
        self.taken += taken
        return taken


def _refusal(ref: PageRef, sentence: str) -> NoArticle:
    return NoArticle(url=ref.url, outcome=Outcome.REFUSED, reason=sentence)
