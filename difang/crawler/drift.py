"""Template drift, as a pure function: which shares of a channel's pages are no longer what they were for two weeks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, lgamma

from difang.crawler.ledger.readings import ALL, SET_ASIDE, TEMPLATE, WARNING, DayCounts
from difang.ingest.note import NO_TEMPLATE

UNREAD = TEMPLATE + NO_TEMPLATE
"""The sign of pages no template of the site's own read."""

HISTORY = timedelta(days=14)
LONGEST_NOW = timedelta(days=7)
"""A channel with few pages a day is judged by its newest days together, so many at most."""

ENOUGH_PAGES = 10
ENOUGH_HISTORY_DAYS = 3
ENOUGH_HISTORY_PAGES = 30

CHANCE = 1 / 30_000
"""A change chance alone makes more often is none: 33 channels have some 300 shares, looked at every day."""

POINTS = 0.20
"""A change that is certain but smaller is a matter of what was published, not of the template."""

BACK = 0.10
"""A share no further off to the bad side is back; half of POINTS, so that an issue does not flicker at the border."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """So many pages of so many."""

    pages: int
    of: int

    def __float__(self) -> float:
        """The share, 0 to 1."""
        return self.pages / self.of


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """The share `now` of the pages with a sign, of the days `first` to `last`, is not the usual one.

    `shown_by` is the sign of the pages that show it: the sign itself where it rose, else the one that took its place.
    """

    sign: str
    now: Share
    usual: Share
    first: date
    last: date
    shown_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What drifts, and the signs with an issue whose share is back."""

    drifts: tuple[Drift, ...]
    back: tuple[str, ...]


def examine(days: Sequence[DayCounts], issues: Mapping[str, Share | None]) -> Verdict:
    """Compare a channel's newest days with the two weeks before them.

    `issues`: the signs that have an unresolved issue → the share that was usual when it was opened, because the days
    since must not become the measure; None → the last two weeks measure it too, whatever they were.
    """
    recent = _recent(days)
    if not recent:
        return Verdict(drifts=(), back=())
    first, last = recent[0].day, recent[-1].day
    before = [day for day in days if first - HISTORY <= day.day < first]
    pairs = {
        sign: (_share(recent, sign), usual)
        for sign in sorted({sign for day in (*before, *recent) for sign in day.signs if sign != ALL} | issues.keys())
        if (usual := issues.get(sign) or _usual(before, sign))
    }
    worse = [sign for sign, (now, usual) in pairs.items() if _excess(sign, now, usual) > 0 and _changed(now, usual)]
    drifts = [
        Drift(sign=sign, now=pairs[sign][0], usual=pairs[sign][1], first=first, last=last, shown_by=shown_by)
        for sign, shown_by in _reportable(pairs, worse)
    ]
    back = tuple(sign for sign in issues if sign in pairs and _excess(sign, *pairs[sign]) < BACK)
    return Verdict(drifts=tuple(drifts), back=back)


def _is_trouble(sign: str) -> bool:
    """Whether more pages with this sign are worse; of a template of the site's own, fewer are."""
    return sign in (UNREAD, SET_ASIDE) or sign.startswith(WARNING)


def _excess(sign: str, now: Share, usual: Share) -> float:
    """How far the share is off to the bad side; below 0 on the good one."""
    return _gain(now, usual) * (1 if _is_trouble(sign) else -1)


def _reportable(pairs: Mapping[str, tuple[Share, Share]], worse: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Of what got worse, the troubles; and the templates that fell, where pages left unread don't tell the same."""
    left_unread = UNREAD in worse or SET_ASIDE in worse
    for sign in worse:
        if _is_trouble(sign):
            yield sign, sign
        elif not left_unread:
            yield sign, max((other for other in pairs if other.startswith(TEMPLATE)), key=lambda o: _gain(*pairs[o]))


def _gain(now: Share, usual: Share) -> float:
    return float(now) - float(usual)


def _recent(days: Sequence[DayCounts]) -> list[DayCounts]:
    """The newest days that together have enough pages, oldest first; none where they would reach too far back."""
    recent: list[DayCounts] = []
    for day in reversed(days):
        if recent and recent[0].day - day.day >= LONGEST_NOW:
            return []
        recent.append(day)
        if sum(one.signs[ALL] for one in recent) >= ENOUGH_PAGES:
            return recent[::-1]
    return []


def _usual(before: Sequence[DayCounts], sign: str) -> Share | None:
    share = _share(before, sign)
    return share if len(before) >= ENOUGH_HISTORY_DAYS and share.of >= ENOUGH_HISTORY_PAGES else None


def _share(days: Sequence[DayCounts], sign: str) -> Share:
    return Share(pages=sum(day.signs.get(sign, 0) for day in days), of=sum(day.signs[ALL] for day in days))


def _changed(now: Share, usual: Share) -> bool:
    """Whether the shares are so far apart that it is worth a person's time and not chance."""
    return abs(_gain(now, usual)) >= POINTS and _chance(now, usual) < CHANCE


def _chance(now: Share, usual: Share) -> float:
    """Fisher's exact test, one side: how probably a draw of all these pages gives `now` so many or more (or fewer).

    The usual z-test is 20 times too sure of 4 pages of 10.
    """
    bearers, pages = now.pages + usual.pages, now.of + usual.of
    if _gain(now, usual) > 0:
        outcomes = range(now.pages, min(bearers, now.of) + 1)
    else:
        outcomes = range(max(0, bearers - usual.of), now.pages + 1)
    return sum(
        exp(_log_ways(now.of, k) + _log_ways(usual.of, bearers - k) - _log_ways(pages, bearers)) for k in outcomes
    )


def _log_ways(of: int, chosen: int) -> float:
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)
