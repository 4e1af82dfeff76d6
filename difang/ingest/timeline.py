"""How an article stood over time, as all that is known of its pages tells, in whatever order they came. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from difang.ingest.address import is_mirror
from difang.ingest.article import Article
from difang.ingest.extract import join
from difang.ingest.extract.result import PageReading


@dataclass(frozen=True, kw_only=True, slots=True)
class Stood:
    """What an article said from `article.fetched_at` on; `again` are the times at which a page said so again."""

    article: Article
    again: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What is known of an article beside what is held and what arrives: its kept versions, its pages read before.

    `said` tells by the time of what is or was held when it was said again.
    """

    kept: Sequence[Stood] = ()
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    readings: Sequence[PageReading] = ()


def histories(
    ids: Iterable[str],
    kept: Mapping[str, Sequence[Article]],
    said: Mapping[str, Mapping[str, tuple[str, ...]]],
    readings: Mapping[str, Sequence[PageReading]],
) -> dict[str, History]:
    """What is known of these articles by their kept versions, when each was said again, and earlier readings; by id."""
    return {
        id_: History(
            kept=[Stood(article=one, again=said.get(id_, {}).get(one.fetched_at, ())) for one in kept.get(id_, ())],
            said=said.get(id_, {}),
            readings=readings.get(id_, ()),
        )
        for id_ in ids
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """The older versions of an article, oldest first, and how those that are kept differ from them.

    `lacking` are to be kept; `spare` are kept, and another version beside them says the same, or has merely a page
    more, or their pages read otherwise by what came late. `begun` is the newest text as it was said before the time it
    is held by; it stands from `since` on, and was last said at `until`.
    """

    since: str
    until: str

    older: tuple[Stood, ...] = ()
    lacking: tuple[Article, ...] = ()
    spare: tuple[Article, ...] = ()
    begun: tuple[Article, ...] = ()


def states(readings: Sequence[PageReading]) -> list[Article]:
    """The article of several pages as it was after each of these was fetched, from its first page on.

    The mirror's pages where there is the original of the same say nothing: one of its first page is none, one of a
    later page tells no more than that this page was there before the original of it was fetched.
    """
    counting = counting_of(readings)
    first = min((reading.article.fetched_at for reading in counting if reading.page == 1), default=None)
    if first is None:
        return []
    if len(counting) == len({reading.page for reading in counting}):
        return [joined(counting)]
    pages: dict[int, PageReading] = {}
    made: dict[str, Article] = {}
    for reading in sorted(counting, key=lambda reading: reading.article.fetched_at):
        pages[reading.page] = reading
        if 1 in pages:
            made[max(first, reading.article.fetched_at)] = joined([*pages.values()])
    return [*made.values()]


def counting_of(readings: Sequence[PageReading]) -> Sequence[PageReading]:
    """Those that say something; a copy of a later page, fetched before its first original, says what this one does."""
    if not any(reading.is_mirrored for reading in readings):
        return readings
    original: dict[int, PageReading] = {}
    for reading in sorted(readings, key=lambda reading: reading.article.fetched_at, reverse=True):
        if not reading.is_mirrored:
            original[reading.page] = reading
    return [counted for reading in readings if (counted := _counted(reading, original.get(reading.page)))]


def _counted(reading: PageReading, original: PageReading | None) -> PageReading | None:
    if original is None or not reading.is_mirrored:
        return reading
    if reading.page == 1 or reading.article.fetched_at >= original.article.fetched_at:
        return None
    return replace(original, article=replace(original.article, fetched_at=reading.article.fetched_at))


def joined(pages: Sequence[PageReading]) -> Article:
    """One article of its pages, each given once; its first page alone is the article as that page reads."""
    return join(pages) if len(pages) > 1 else pages[0].article


def past_of(
    newest: Article, *, held: Stood | None, kept: Sequence[Stood], observed: Iterable[Article], anew: bool = False
) -> Past | None:
    """The older versions there are beside `newest`; None where what is known does not end with it.

    `held` is what the index held, `observed` the article at times at which its pages were fetched: they count before
    what was kept of the same time, but where this has more pages. `anew`: a kept version of several pages that reads
    otherwise is made anew.
    """
    known = [stood for stood in kept if _is_copy(stood.article) <= _is_copy(newest)]
    said = [*known, held] if held else known
    at = {time: replace(stood.article, fetched_at=time) for stood in said for time in stood.again}
    at |= {stood.article.fetched_at: stood.article for stood in said}
    seen = {
        article.fetched_at: article
        for article in observed
        if article.page_count >= at.get(article.fetched_at, article).page_count
    }
    at |= seen
    runs: list[list[Article]] = []
    for time in sorted(at):
        if runs and _says(runs[-1][0], at[time], newest.url):
            runs[-1].append(at[time])
        else:
            runs.append([at[time]])
    if not runs or not _says(runs[-1][0], newest, newest.url):
        return None
    versions = {stood.article.fetched_at: stood.article for stood in known}
    past = _told(runs, newest, versions, seen.keys(), anew=anew)
    copies = [stood.article for stood in kept if stood not in known]
    return replace(past, spare=(*past.spare, *copies)) if copies else past


def past_of_several(
    newest: Article, *, held: Stood | None, kept: Sequence[Stood], readings: Sequence[PageReading]
) -> tuple[Article, Past | None]:
    """What an article of several pages says as all that is known tells, at the addresses of `newest`, and its past.

    `readings` are all its pages, as often as they were fetched. What is held or kept of a time at which one of them was
    fetched counts only where it has more pages than they tell of, once the mirror's copy of one was replaced. When it
    was said again its pages tell.
    """
    observed = states(readings)
    at = {article.fetched_at: article for article in observed}
    doubtful = _Doubtful(readings)
    spoilt = [stood for stood in kept if doubtful(stood.article, at)]
    fact = None if held is None or doubtful(held.article, at) else replace(held, again=())
    if observed and (fact is None or _comes_before(fact.article, observed[-1])):
        newest = replace(observed[-1], url=newest.url, urls=newest.urls)
    elif fact:
        newest = replace(fact.article, url=newest.url, urls=newest.urls)
    known = [replace(stood, again=()) for stood in kept if stood not in spoilt]
    past = past_of(newest, held=fact, kept=known, observed=observed, anew=True)
    if past and spoilt:
        past = replace(past, spare=(*past.spare, *(stood.article for stood in spoilt)))
    return newest, past


class _Doubtful:
    """Whether an article was made of pages of the mirror's whose originals are known now."""

    def __init__(self, readings: Sequence[PageReading]) -> None:
        originals = {reading.page for reading in readings if not reading.is_mirrored}
        copies = [reading for reading in readings if reading.is_mirrored and reading.page in originals]
        self._first = min((reading.article.fetched_at for reading in copies), default=None)
        self._original = 1 in originals
        self._pages = {(reading.article.fetched_at, reading.page) for reading in readings} if copies else set()

    def __call__(self, article: Article, observed: Mapping[str, Article]) -> bool:
        time = article.fetched_at
        if self._original and _is_copy(article):
            return True
        if self._first is None or time < self._first or not any(at == time for at, _ in self._pages):
            return False
        there = observed.get(time)
        if there and same(replace(article, url=there.url), there):
            return False
        return article.page_count <= len({page for at, page in self._pages if at <= time})


def _comes_before(held: Article, observed: Article) -> bool:
    if held.fetched_at == observed.fetched_at:
        return held.page_count <= observed.page_count
    return held.fetched_at < observed.fetched_at


def _told(
    runs: Sequence[Sequence[Article]], newest: Article, kept: dict[str, Article], seen: Set[str], *, anew: bool
) -> Past:
    older: list[Stood] = []
    lacking: list[Article] = []
    spare: list[Article] = []
    for run, after in zip(runs, [*runs[1:], None], strict=True):
        first, version, there = run[0], newest, kept.get(run[0].fetched_at)
        twins = [kept[one.fetched_at] for one in run if one.fetched_at in kept]
        more = after is not None and first.page_count < after[0].page_count
        if more and (there is None or first.fetched_at in seen):  # a page more is no correction
            spare += [twin for twin in twins if twin is there or twin.fetched_at in seen or same(twin, first)]
            continue
        if after is not None:
            version = there or replace(first, url=newest.url)
            if there and anew and 1 < first.page_count >= there.page_count and not same(first, there):
                spare.append(there)
                version = replace(first, url=newest.url)
            if version is not there:
                lacking.append(version)
            older.append(Stood(article=version, again=tuple(one.fetched_at for one in run[1:])))
        is_newest = after is None and anew
        others = [twin for twin in twins if is_newest or twin.fetched_at != version.fetched_at]
        spare += [twin for twin in others if same(twin, version) or (anew and twin.fetched_at in seen)]
    before = [one for one in runs[-1] if one.fetched_at < newest.fetched_at and newest.page_count == 1]
    return Past(
        older=tuple(older),
        lacking=tuple(lacking),
        spare=tuple(spare),
        since=runs[-1][0].fetched_at,
        until=runs[-1][-1].fetched_at,
        begun=tuple(replace(one, url=newest.url) for one in before),
    )


def same(one: Article, other: Article) -> bool:
    """Whether they differ in nothing but the times of fetching and the addresses they were seen at."""
    return replace(one, urls=(), fetched_at="") == replace(other, urls=(), fetched_at="")


def _says(one: Article, other: Article, url: str) -> bool:
    """At an address that is not the article's own the text counts alone."""
    return one.content_hash == other.content_hash if {one.url, other.url} != {url} else same(one, other)


def _is_copy(article: Article) -> bool:
    """Whether it is known by the mirror's copy alone."""
    return bool(article.urls) and all(map(is_mirror, article.urls))
