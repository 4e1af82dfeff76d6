"""Breaking channels of the replica one way each, and looking how soon difang tells, and how soon it is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from difang.crawler.ledger.issues import Issue, Wanted
from tests.services.simulation import Simulation

FAULTS = {"sd": ("silent", "silent"), "js": ("hollow", "listing_empty"), "hb": ("down", "host_down")}
"""Channel → the replica's fault and the kind of issue that tells it."""

WELL = "zj"
"""The channel that is left alone."""


@dataclass(kw_only=True)
class Told:
    """How one fault was told: after how long, as what, and how long after its end it was resolved."""

    channel: str
    fault: str
    kind: str
    sentence: str = ""
    last_sentence: str = ""
    numbers: set[int] = field(default_factory=set)
    opened_after: timedelta | None = None
    worst: str = ""
    resolved_after: timedelta | None = None


def break_and_mend(
    simulation: Simulation, *, step: timedelta, history: timedelta, most: timedelta
) -> tuple[list[Told], list[Issue]]:
    """A crawl of all channels each step: the history, then the faults until all are told, then without them.

    Returns how each was told, and every issue there was.
    """
    slugs = [*FAULTS, WELL]
    told = {slug: Told(channel=slug, fault=fault, kind=kind) for slug, (fault, kind) in FAULTS.items()}
    _pass(simulation, slugs, history, step)
    broken = simulation.now
    for one in told.values():
        simulation.site.order("faults", channel=one.channel, fault=one.fault)
    while simulation.now < broken + most and any(one.opened_after is None for one in told.values()):
        _look(simulation, slugs, step, told, broken)
    _look(simulation, slugs, step, told, broken)
    mended = simulation.now
    for slug in told:
        simulation.site.order("faults", channel=slug, fault="none")
    while simulation.now < mended + most and any(one.resolved_after is None for one in told.values()):
        _pass(simulation, slugs, step, step)
        still = {(issue.channel, issue.kind) for issue in _issues(simulation) if issue.state != "resolved"}
        for one in told.values():
            if one.resolved_after is None and (one.channel, one.kind) not in still:
                one.resolved_after = simulation.now - mended
    return list(told.values()), _issues(simulation)


def _pass(simulation: Simulation, slugs: Sequence[str], length: timedelta, step: timedelta) -> None:
    for _ in range(length // step):
        simulation.advance(step)
        simulation.crawl(*slugs)


def _look(
    simulation: Simulation, slugs: Sequence[str], step: timedelta, told: Mapping[str, Told], broken: datetime
) -> None:
    _pass(simulation, slugs, step, step)
    for issue in _issues(simulation):
        one = told.get(issue.channel)
        if one and issue.kind == one.kind and issue.state != "resolved":
            one.opened_after = one.opened_after or simulation.now - broken
            one.sentence = one.sentence or issue.sentence
            one.last_sentence, one.worst = issue.sentence, issue.severity.value
            one.numbers.add(issue.id)


def _issues(simulation: Simulation) -> list[Issue]:
    with simulation.here() as ledger:
        return ledger.issues.select(Wanted(states=()), 1_000)
