"""What is looked up of articles a page of which came late: older versions, and earlier readings of their pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from difang.ingest.arrival import Arrival, is_original_of
from difang.ingest.extract.result import PageReading
from difang.ingest.index.port import ArticleIndex, Document
from difang.ingest.pieces import Pieces, says_same
from difang.ingest.timeline import History, histories


def late_among(
    arrivals: Mapping[str, Sequence[Arrival]], stored: Mapping[str, Document], said: Mapping[str, str]
) -> list[str]:
    """The articles a page of which was fetched before one that is known to say what is held, or replaces the copy."""
    return [
        id_
        for id_, came in arrivals.items()
        if min(arrival.reading.article.fetched_at for arrival in came)
        < max(stored[id_].article.fetched_at, said.get(id_, ""))
        or any(is_original_of(arrival, stored[id_].article) for arrival in came)
    ]


def look_back(
    *,
    late: Sequence[str],
    corrected: Iterable[str],
    several: Mapping[str, Sequence[PageReading]],
    pieces: Pieces,
    index: ArticleIndex,
) -> dict[str, History]:
    """The history of those that have more than what is held of them and arrives.

    `corrected` are articles whose text becomes another one, `several` the pages of those of several pages. Raises
    RetryLater where the index is out of reach; it is asked only where a page came late now, or did before, or one of
    several was corrected.
    """
    corrected = list(corrected)
    known = list(dict.fromkeys([*late, *corrected, *several]))
    if not known:
        return {}
    earlier = pieces.earlier_of(known)
    changed = [id_ for id_, parts in several.items() if _changed(parts, earlier.get(id_, ()))]
    looked_up = list(dict.fromkeys([*late, *(id_ for id_ in corrected if id_ in earlier), *changed]))
    kept = index.kept_versions(looked_up) if looked_up else {}
    said = pieces.every_said_again(looked_up) if looked_up else {}
    return histories({*looked_up, *earlier}, kept, said, earlier)


def _changed(parts: Sequence[PageReading], earlier: Sequence[PageReading]) -> bool:
    now = {part.page: part for part in parts}
    return any(not says_same(now[one.page], one) for one in earlier if one.page in now)
