"""The edition: which articles the site shows at its present moment, and in which version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from difang.samplesite.alterations import Alterations
from difang.samplesite.channels import Channel
from difang.samplesite.compose import CORRECTED, compose
from difang.samplesite.piece import Piece
from difang.samplesite.plan import Fate, Plan, Planner
from difang.samplesite.variants import Variants, draw


class Edition:
    """The plans of all channels seen at one moment; `now` moves only forward or back by its owner's hand."""

    def __init__(self, planner: Planner, channels: tuple[Channel, ...], now: datetime) -> None:
        self.planner, self.channels, self.now = planner, channels, now
        self.alterations = Alterations()

    def count(self, channel: Channel) -> int:
        """How many addresses of articles the channel has published by now, or by when it fell silent."""
        silent = self.alterations.silent.get(channel.slug, self.now)
        return self.planner.calendar.appeared(channel.index, min(self.now, silent))

    def plans(self, channel: Channel) -> Iterator[Plan]:
        """All plans of the channel published by now, oldest first."""
        for n in range(self.count(channel)):
            yield self.planner.plan(channel, n)

    def deleted(self, plan: Plan) -> bool:
        """Whether the article has been taken down by now."""
        by_hand = self.alterations.deleted.get(plan.number)
        return any(moment is not None and moment <= self.now for moment in (plan.deleted_at, by_hand))

    def visible(self, plan: Plan) -> bool:
        """Whether the address shows an article now that a polite reader may fetch."""
        return plan.fate is Fate.ARTICLE and not self.deleted(plan)

    def corrections(self, plan: Plan) -> tuple[tuple[str, ...], datetime]:
        """What has been corrected by now, one after the other, and when the page last changed."""
        planned = [(plan.correction, plan.corrected_at)] if plan.correction and plan.corrected_at else []
        due = [one for one in (*planned, *self.alterations.corrected.get(plan.number, ())) if one[1] <= self.now]
        due.sort(key=lambda one: one[1])
        return tuple(what for what, _ in due), due[-1][1] if due else plan.published

    def variants(self, plan: Plan) -> Variants:
        """The printed forms of the article."""
        dice = plan.dice(self.planner.seed, "variants")
        return draw(dice, year=plan.published.year, utf8_from=plan.channel.utf8_from, kind=plan.kind)

    def piece(self, plan: Plan) -> Piece:
        """The article as it is shown now."""
        corrections, modified = self.corrections(plan)
        return compose(
            plan,
            self.variants(plan),
            seed=self.planner.seed,
            related=self.related(plan),
            corrections=corrections,
            modified=modified,
        )

    def related(self, plan: Plan) -> tuple[tuple[str, str], ...]:
        """The articles before it as titles and addresses; always the titles first printed."""
        before = (self.planner.plan(plan.channel, n) for n in range(plan.n - 1, max(-1, plan.n - 6), -1))
        return tuple((other.title, other.url) for other in before)

    def title(self, plan: Plan) -> str:
        """The title as listings print it now."""
        corrections, _ = self.corrections(plan)
        return f"{plan.title}{CORRECTED * corrections.count('title')}"
