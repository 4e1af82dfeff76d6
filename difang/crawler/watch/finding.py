"""Findings: what is not as it should be, before it is written down as an issue; and what they are found in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from difang.crawler.channels import Channel
from difang.crawler.ledger.looks import Look
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.tables import Severity


class Kind(StrEnum):
    """The kinds of issue this package finds; docs/issues.md tells what to do about each."""

    SILENT = "silent"  # a channel shows nothing new for longer than chance allows
    VOLUME = "volume"  # a whole day's articles are far more or fewer than usual
    NOTHING_FOUND = "nothing_found"  # a run saw not one article, new or known
    LISTING_EMPTY = "listing_empty"  # listings that showed articles show none: a redesign
    HOST_DOWN = "host_down"  # a host answers nothing, or with errors of its own
    SET_ASIDE = "set_aside"  # most of the newest pages could not be read
    RUN_FAILED = "run_failed"  # the newest run failed for another reason, or its process died


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing found; `kind`, `channel` and `key` say what it is about, `channel` "" where no single one is meant."""

    kind: Kind
    channel: str
    key: str
    severity: Severity
    sentence: str
    examples: tuple[str, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def about(self) -> tuple[str, str, str]:
        """What tells it from others."""
        return self.kind.value, self.channel, self.key


@dataclass(frozen=True, kw_only=True, slots=True)
class EndedRun:
    """A run over a whole channel that came to an end, as far as it is judged; `seen` counts articles, new or known."""

    id: str
    state: RunState
    sentence: str | None
    started_at: datetime
    seen: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RunPages:
    """The new pages of a run worked on so far: how many were set aside and how many read, as things stand now."""

    run: str
    aside: int
    read: int


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What the ledger knows of one channel; all times aware.

    `hours`: start of an hour → articles that appeared in it; complete from `since` to `seen_until`, where a crawl
    looked last whose pages have all been worked on. `newest` is when the newest article appeared, `runs` the last that
    ended, newest first. `pages` are those of the runs of the last four days, also of one that runs, newest first;
    `aside` the addresses of some that are set aside.
    """

    channel: Channel
    since: datetime | None
    newest: datetime | None
    seen_until: datetime | None
    hours: Mapping[datetime, int]
    looks: Sequence[Look] = ()
    runs: Sequence[EndedRun] = ()
    pages: Sequence[RunPages] = ()
    aside: tuple[str, ...] = ()


OpenFigures = Mapping[tuple[str, str, str], Mapping[str, Any]]
"""The unresolved issues: (kind, channel, key) → their figures."""
