"""Story: a title and what is told under it, before any channel prints it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from difang.samplesite.channels import Channel
from difang.samplesite.dice import Dice
from difang.samplesite.language import Teller, Topic, frames, topics


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """One paragraph of a story; `head` marks a subhead."""

    text: str
    head: bool = False


class Story:
    """One story, told the same whenever its key, place and day are the same; the text is told on first use."""

    def __init__(self, *, seed: int, key: str, channel: Channel, day: date, topic_of: str = "") -> None:
        dice = Dice(seed, "story", key)
        matching = [topic for topic in topics() if topic.column == topic_of]
        self.key = key
        self.topic: Topic = matching[0] if matching and dice.chance(0.85) else dice.pick(topics())
        self.teller = Teller(dice, channel, self.topic, day)
        self.title = self.teller.one(self.topic.titles)

    @cached_property
    def paragraphs(self) -> tuple[Sentence, ...]:
        """The text, 3 to 25 paragraphs; longer ones have subheads."""
        dice, tell = self.teller.dice, self.teller
        count = dice.weighted(((dice.between(3, 6), 40), (dice.between(7, 12), 45), (dice.between(13, 25), 15)))
        body = [Sentence(text=tell.line("lead") + (tell.line("detail") if dice.chance(0.5) else ""))]
        unused: dict[str, list[str]] = {}
        body.extend(Sentence(text=self._paragraph(unused)) for _ in range(count - 2))
        body.append(Sentence(text=tell.line("outlook")))
        if count >= 9:
            for place, head in zip(range(count - 3, 2, -4), dice.shuffled(self.topic.heads), strict=False):
                body.insert(place, Sentence(text=head, head=True))
        return tuple(body)

    def _paragraph(self, unused: dict[str, list[str]]) -> str:
        sentences = [self._fresh("detail", unused)]
        for _ in range(self.teller.dice.between(0, 3)):
            name = self.teller.dice.weighted((("detail", 5), ("quote", 3), ("data", 2)))
            sentences.append(self._fresh(name, unused))
        return "".join(sentences)

    def _fresh(self, name: str, unused: dict[str, list[str]]) -> str:
        if not unused.get(name):
            unused[name] = self.teller.dice.shuffled(frames(name))
        return self.teller.say(unused[name].pop())


class Bulletin:
    """A daily bulletin: the same text every day but for its numbers."""

    def __init__(self, *, seed: int, channel: Channel, day: date, key: str) -> None:
        dice = Dice(seed, "bulletin", key)
        self.key = key
        # The wording is the channel's own and stays; only the numbers are of the day.
        fixed = Dice(seed, "bulletin", channel.slug)
        self.topic = topics()[6]
        self.teller = Teller(fixed, channel, self.topic, day)
        wording = fixed.pick(frames("bulletins"))
        self.teller.dice = dice
        self.title = self._same(wording)

    def _same(self, text: str) -> str:
        return self.teller.say(text.replace("{coined}", self.teller.county(0)))

    @cached_property
    def paragraphs(self) -> tuple[Sentence, ...]:
        """Four paragraphs of numbers."""
        return tuple(Sentence(text=self._same(frame)) for frame in frames("bulletin_body"))
