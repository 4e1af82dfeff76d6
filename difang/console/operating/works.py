"""What the operators' pages need besides the ledger: the channels in force, the pace, where things lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fastapi import HTTPException

from difang.crawler.channels import Channel
from difang.crawler.survey.estimate import Pace


@dataclass(frozen=True, kw_only=True, slots=True)
class Works:
    """`archive` and `logs` are folders of this machine, None where this process has none to show.

    `idle` is a sentence: why this service does not lead the schedule; empty where it may.
    """

    channels: tuple[Channel, ...] = ()
    pace: Pace = Pace(delay=2.0, allowance=5000)
    archive: Path | None = None
    logs: Path | None = None
    idle: str = ""

    def channel(self, slug: str) -> Channel:
        """The channel of this slug; raises HTTPException 404 where there is none."""
        for channel in self.channels:
            if channel.slug == slug:
                return channel
        raise HTTPException(404, f"There is no channel {slug[:40]}.")
